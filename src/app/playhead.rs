//! Where on the log the screen stands: following, paused at a cursor, or playing from it.

use crate::model::Ms;
use crate::store::{Cursor, Log};

/// Gaps longer than this are played as this long while idle time is compressed.
pub const IDLE_MS: Ms = 2_000;

/// The playhead.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Playhead {
    /// At the newest entry, whatever comes.
    #[default]
    Following,
    /// Standing at a boundary.
    Paused(Cursor),
    /// Walking event time from a boundary on.
    Playing {
        /// What has happened.
        cursor: Cursor,
        /// The moment reached, in µs of the time axis so that slow speeds add up.
        at_us: u64,
    },
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

/// How playing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How fast.
    pub speed: Speed,
    /// Whether idle time is cut to [`IDLE_MS`].
    pub compress_idle: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            speed: Speed::Real,
            compress_idle: true,
        }
    }
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
    const MAX_EVENTS: i64 = 50;

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

    /// The next slower (-1) or faster (1) one.
    #[must_use]
    pub fn step(self, by: isize) -> Self {
        let at = Self::ALL.iter().position(|s| *s == self).unwrap_or(2);
        let to = at.saturating_add_signed(by).min(Self::ALL.len() - 1);
        Self::ALL.get(to).copied().unwrap_or_default()
    }

    /// µs of event time per ms of real time; `None` at full speed.
    const fn us_per_ms(self) -> Option<u64> {
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

impl Playhead {
    /// The boundary on this log.
    #[must_use]
    pub fn cursor(self, log: &Log) -> Cursor {
        match self {
            Self::Following => log.end(),
            Self::Paused(cursor) | Self::Playing { cursor, .. } => cursor,
        }
    }

    /// Starts playing from a boundary.
    #[must_use]
    pub fn play_from(cursor: Cursor, log: &Log) -> Self {
        let at_ms = log
            .last_before(cursor)
            .map_or_else(|| log.axis_range().map_or(0, |r| r.0), |e| e.axis_ms());
        Self::Playing {
            cursor,
            at_us: at_ms.saturating_mul(1_000),
        }
    }

    /// Walks on; reaching the newest entry it follows.
    #[must_use]
    pub fn advance(self, log: &Log, elapsed_ms: Ms, pace: Pace) -> Self {
        let Self::Playing { cursor, at_us } = self else {
            return self;
        };
        let Some(next) = log.get(cursor.next()) else {
            return Self::Following;
        };
        let Some(rate) = pace.speed.us_per_ms() else {
            let cursor = cursor.step(Speed::MAX_EVENTS, log.first(), log.end());
            let at_ms = log.last_before(cursor).map_or(0, |e| e.axis_ms());
            return Self::Playing {
                cursor,
                at_us: at_ms * 1_000,
            };
        };
        let mut at_us = at_us.saturating_add(elapsed_ms.saturating_mul(rate));
        if pace.compress_idle {
            at_us = at_us.max(next.axis_ms().saturating_sub(IDLE_MS).saturating_mul(1_000));
        }
        Self::Playing {
            cursor: log.cursor_at(at_us / 1_000).max(cursor),
            at_us,
        }
    }
}
