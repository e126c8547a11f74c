//! What is worth a look in a session, found while its events go by: each finding has one line of words and the entries it
//! rests on.
//!
//! Invariant: a finding depends only on the entries before it and on itself, however they were cut into pages. What is silent
//! depends on the moment asked for, so [`Silence`] is asked and not told.

mod burst;
mod edges;
mod repeats;
mod row;
mod silence;
mod turns;
mod watcher;

pub use burst::BURST_MS;
pub use silence::Silence;
pub use watcher::{SESSIONS, Seen, Watcher};

use crate::model::time::span;
use crate::model::{EntryId, Ms};
use crate::store::Seq;

/// An entry: its id, and in a log its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The id.
    pub id: EntryId,
    /// The place in the log, where there is one.
    pub seq: Option<Seq>,
}

/// What was found, with its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The same event with the same arguments, again and again.
    Loop,
    /// Nothing but errors.
    ErrorsInARow,
    /// Many errors in a short time.
    ErrorBurst {
        /// From the first to the last of them.
        within_ms: Ms,
    },
    /// Open, and silent for longer than ever before.
    Silent {
        /// Since its last event.
        silent_ms: Ms,
        /// The longest silence before.
        longest_ms: Ms,
    },
    /// Turns that take far more tokens than turns do.
    ExpensiveTurns {
        /// Tokens a turn of the session, in whole.
        own: u64,
        /// Tokens a turn of all that were complete before, in whole.
        fleet: u64,
    },
    /// An end without a start, where starts are known.
    EndedWithoutStart,
    /// A start after other events.
    Restarted,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub found: Found,
    /// The session, as the caller numbers them.
    pub session: u64,
    /// The entry at which it was known.
    pub at: Place,
    /// The entries it rests on, oldest first; at most [`RESTS_ON`].
    pub rests_on: Vec<Place>,
}

/// Entries of a finding at most.
pub const RESTS_ON: usize = 10;

impl Found {
    /// The name in JSON.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::ErrorsInARow => "errors_in_a_row",
            Self::ErrorBurst { .. } => "error_burst",
            Self::Silent { .. } => "silent",
            Self::ExpensiveTurns { .. } => "expensive_turns",
            Self::EndedWithoutStart => "ended_without_start",
            Self::Restarted => "restarted",
        }
    }

    /// One word or two, for a column.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::ErrorsInARow => "errors",
            Self::ErrorBurst { .. } => "burst",
            Self::Silent { .. } => "silent",
            Self::ExpensiveTurns { .. } => "tokens",
            Self::EndedWithoutStart => "no start",
            Self::Restarted => "restarted",
        }
    }

    /// One line of the program's own words.
    #[must_use]
    pub fn explanation(self) -> String {
        match self {
            Self::Loop => format!(
                "the same event with the same arguments {} times in its last {} events",
                repeats::TIMES,
                repeats::WITHIN
            ),
            Self::ErrorsInARow => format!("{} errors in a row", row::LENGTH),
            Self::ErrorBurst { within_ms } => {
                format!("{} errors within {}", burst::ERRORS, span(within_ms))
            }
            Self::Silent {
                silent_ms,
                longest_ms,
            } => format!(
                "open and silent for {}, at most {} before",
                span(silent_ms),
                span(longest_ms)
            ),
            Self::ExpensiveTurns { own, fleet } => {
                format!("{own} tokens a turn, the mean of all turns is {fleet}")
            }
            Self::EndedWithoutStart => "ended, and its start is not here".to_owned(),
            Self::Restarted => "started again after it had events".to_owned(),
        }
    }
}

/// The words of several findings, each once, in the order in which they came first.
#[must_use]
pub fn words<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<&'static str> {
    let mut words = Vec::new();
    for finding in findings {
        let word = finding.found.word();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}
