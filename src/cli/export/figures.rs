//! Figures of entries in a line, the same for files and sources.

use std::io::{self, Write};

use crate::cli::import::entries;
use crate::cli::setup::Setup;
use crate::model::EntryId;
use crate::stream::log_file::{Checksum, Totals};

/// What a number of entries come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// How many.
    pub entries: u64,
    /// The first and the last id.
    pub ends: Option<(EntryId, EntryId)>,
    /// Of what they are.
    pub content: Checksum,
}

impl From<&Totals> for Figures {
    fn from(totals: &Totals) -> Self {
        Self {
            entries: totals.entries,
            ends: totals.first.zip(totals.last),
            content: totals.content,
        }
    }
}

/// `file  12,345 entries  1700000000000-0 to 1700000009000-0  content 9f86d081…`.
#[must_use]
pub fn line(what: &str, figures: impl Into<Figures>) -> String {
    let figures = figures.into();
    let ends = figures
        .ends
        .map(|(first, last)| format!("  {first} to {last}"));
    format!(
        "{what:<7} {}{}  content {}",
        entries(figures.entries),
        ends.unwrap_or_default(),
        figures.content
    )
}

/// Prints a line on standard output.
///
/// # Errors
/// When output cannot be written.
pub fn print(setup: &Setup, line: &str) -> io::Result<()> {
    let mut out = setup.out();
    writeln!(out, "{line}")?;
    out.flush()
}
