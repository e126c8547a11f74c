//! How playing goes on: in the recorded rhythm at a speed, or so many events a second.

use std::fmt;

/// How playing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// By which rhythm.
    pub rhythm: Rhythm,
    /// How fast the recorded rhythm is played.
    pub speed: Speed,
    /// How many events a second the even rhythm has.
    pub rate: Rate,
    /// Whether idle time is cut to [`super::IDLE_MS`]; the even rhythm has none.
    pub compress_idle: bool,
}

/// When the next event comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rhythm {
    /// As long after the one before as it was.
    #[default]
    Recorded,
    /// As long after the one before as any other.
    Even,
}

/// How fast event time is walked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speed {
    /// ¼
    Quarter,
    /// ½
    Half,
    /// As it happened.
    #[default]
    Real,
    /// 2×
    Two,
    /// 5×
    Five,
    /// 10×
    Ten,
    /// 60×
    Sixty,
    /// A page of events a tick.
    Max,
}

/// Events a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rate {
    /// 1
    #[default]
    One,
    /// 2
    Two,
    /// 5
    Five,
    /// 10
    Ten,
    /// 20
    Twenty,
    /// 50
    Fifty,
    /// 100
    Hundred,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            rhythm: Rhythm::Recorded,
            speed: Speed::Real,
            rate: Rate::One,
            compress_idle: true,
        }
    }
}

impl Pace {
    /// The other rhythm.
    #[must_use]
    pub const fn other_rhythm(self) -> Self {
        Self {
            rhythm: match self.rhythm {
                Rhythm::Recorded => Rhythm::Even,
                Rhythm::Even => Rhythm::Recorded,
            },
            ..self
        }
    }

    /// Slower (-1) or faster (1), whatever the rhythm.
    #[must_use]
    pub fn step(self, by: isize) -> Self {
        match self.rhythm {
            Rhythm::Recorded => Self {
                speed: beside(&Speed::ALL, self.speed, by),
                ..self
            },
            Rhythm::Even => Self {
                rate: beside(&Rate::ALL, self.rate, by),
                ..self
            },
        }
    }
}

/// As the header has it: `2×`, `10 events/s`.
impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.rhythm, self.rate.per_s()) {
            (Rhythm::Recorded, _) => f.write_str(self.speed.text()),
            (Rhythm::Even, 1) => f.write_str("1 event/s"),
            (Rhythm::Even, per_s) => write!(f, "{per_s} events/s"),
        }
    }
}

/// The neighbour of one of `all`, or itself at the ends.
fn beside<T: Copy + PartialEq>(all: &[T], one: T, by: isize) -> T {
    let at = all.iter().position(|other| *other == one).unwrap_or(0);
    let to = at
        .saturating_add_signed(by)
        .min(all.len().saturating_sub(1));
    all.get(to).copied().unwrap_or(one)
}

impl Speed {
    const ALL: [Self; 8] = [
        Self::Quarter,
        Self::Half,
        Self::Real,
        Self::Two,
        Self::Five,
        Self::Ten,
        Self::Sixty,
        Self::Max,
    ];
    /// Events a tick at full speed.
    pub(super) const MAX_EVENTS: usize = 50;

    /// As the header has it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Quarter => "¼×",
            Self::Half => "½×",
            Self::Real => "1×",
            Self::Two => "2×",
            Self::Five => "5×",
            Self::Ten => "10×",
            Self::Sixty => "60×",
            Self::Max => "max",
        }
    }

    /// As the command line has it: `0.25x`, `2x`, `max`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quarter => "0.25x",
            Self::Half => "0.5x",
            Self::Real => "1x",
            Self::Two => "2x",
            Self::Five => "5x",
            Self::Ten => "10x",
            Self::Sixty => "60x",
            Self::Max => "max",
        }
    }

    /// Reads what the command line has, also without the `x`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        let bare = |word: &str| word.trim_end_matches(['x', '×']).to_owned();
        let mut all = Self::ALL.into_iter();
        all.find(|s| s.word() == word || (*s != Self::Max && bare(s.word()) == bare(word)))
    }

    /// All of them as the command line has them.
    #[must_use]
    pub fn words() -> String {
        Self::ALL.map(Self::word).join(", ")
    }

    /// µs of event time per ms of real time; `None` at full speed.
    pub(super) const fn us_per_ms(self) -> Option<u64> {
        Some(match self {
            Self::Quarter => 250,
            Self::Half => 500,
            Self::Real => 1_000,
            Self::Two => 2_000,
            Self::Five => 5_000,
            Self::Ten => 10_000,
            Self::Sixty => 60_000,
            Self::Max => return None,
        })
    }
}

impl Rate {
    const ALL: [Self; 7] = [
        Self::One,
        Self::Two,
        Self::Five,
        Self::Ten,
        Self::Twenty,
        Self::Fifty,
        Self::Hundred,
    ];

    /// The number.
    #[must_use]
    pub const fn per_s(self) -> u64 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Five => 5,
            Self::Ten => 10,
            Self::Twenty => 20,
            Self::Fifty => 50,
            Self::Hundred => 100,
        }
    }
}
