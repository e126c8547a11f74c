//! What was chosen to be shown on the metrics screen.

use crate::model::Ms;
use crate::project::tally::Axis;

/// How long the window is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Length {
    /// A minute.
    Minute,
    /// Five minutes.
    FiveMinutes,
    /// A quarter of an hour.
    #[default]
    Quarter,
    /// An hour.
    Hour,
    /// What the scrubber shows: all that is here, unless it was zoomed.
    All,
}

impl Length {
    /// All of them, shortest first.
    pub const ALL: [Self; 5] = [
        Self::Minute,
        Self::FiveMinutes,
        Self::Quarter,
        Self::Hour,
        Self::All,
    ];

    /// As the title and the flag have it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Minute => "1m",
            Self::FiveMinutes => "5m",
            Self::Quarter => "15m",
            Self::Hour => "1h",
            Self::All => "all",
        }
    }

    /// By its word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|length| length.word() == word)
    }

    /// In ms, where it is fixed.
    #[must_use]
    pub const fn ms(self) -> Option<Ms> {
        match self {
            Self::Minute => Some(60_000),
            Self::FiveMinutes => Some(5 * 60_000),
            Self::Quarter => Some(15 * 60_000),
            Self::Hour => Some(60 * 60_000),
            Self::All => None,
        }
    }

    /// The next longer one; after the longest the shortest.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Minute => Self::FiveMinutes,
            Self::FiveMinutes => Self::Quarter,
            Self::Quarter => Self::Hour,
            Self::Hour => Self::All,
            Self::All => Self::Minute,
        }
    }
}

/// What stands below the charts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Below {
    /// The most frequent types, users and sessions.
    #[default]
    Lists,
    /// What follows what, and when.
    Patterns,
    /// This window against the one before.
    Comparison,
}

impl Below {
    /// The shares of the width that its lists have.
    #[must_use]
    pub const fn shares(self) -> &'static [u16] {
        match self {
            Self::Lists => &[1, 1, 1],
            Self::Patterns => &[5, 5, 4],
            Self::Comparison => &[1],
        }
    }
}

/// What was chosen to be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// How long the window is.
    pub length: Length,
    /// Whose clock tells the time.
    pub axis: Axis,
    /// What stands below the charts.
    pub below: Below,
    /// The first row of what stands below.
    pub scroll: usize,
}
