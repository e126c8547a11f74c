//! Stretches of the scrubber without entries: where nothing happened, and where what happened is not loaded.

use super::super::number;
use crate::app::state::State;
use crate::app::view::{Ground, Tone};
use crate::model::Ms;
use crate::project::Density;

/// A silence is told in words from this length and this many columns on.
const GAP_MS: Ms = 60_000;
const GAP_COLUMNS: usize = 4;

/// Columns that have something in common.
pub struct Stretch {
    /// The first.
    pub from: usize,
    /// The first after them.
    pub to: usize,
    /// What they are.
    pub ground: Ground,
    /// In words.
    pub text: String,
}

impl Stretch {
    /// Of the words.
    pub fn tone(&self) -> Tone {
        match self.ground {
            Ground::NotLoaded => Tone::Dim,
            Ground::Known | Ground::Silent => Tone::Faint,
        }
    }
}

/// All of them, none over another.
pub fn stretches(state: &State, density: &Density) -> Vec<Stretch> {
    let mut found = absent(state, density);
    let missing = |column: usize| found.iter().any(|s| (s.from..s.to).contains(&column));
    let empty: Vec<bool> = density
        .events
        .iter()
        .enumerate()
        .map(|(column, events)| *events == 0 && !missing(column))
        .collect();
    let silent = runs(&empty).filter_map(|(from, to)| silent(state, density, from, to));
    let silent: Vec<Stretch> = silent.collect();
    found.extend(silent);
    found
}

/// What is not loaded: the columns of that time in which nothing else is.
fn absent(state: &State, density: &Density) -> Vec<Stretch> {
    let mut found = Vec::new();
    for absence in state.absences() {
        let here = |column| {
            density.start_of(column) < absence.span.end_ms
                && density.start_of(column + 1) > absence.span.start_ms
        };
        let columns = density.events.iter().enumerate();
        let missing: Vec<bool> = columns
            .map(|(column, events)| *events == 0 && here(column))
            .collect();
        found.extend(runs(&missing).map(|(from, to)| Stretch {
            from,
            to,
            ground: Ground::NotLoaded,
            text: format!("{} not loaded", number::count(absence.count)),
        }));
    }
    found
}

/// A silence, with its own length, whatever of it is in view. Beside a hole its length is not known, and up to the present it
/// has not ended.
fn silent(state: &State, density: &Density, from: usize, to: usize) -> Option<Stretch> {
    let cursor = state.log.cursor_at(density.start_of(from));
    if state.log.hole().is_some_and(|hole| hole.from == cursor) {
        return None;
    }
    let before = state.log.last_before(cursor)?.axis_ms();
    let after = state.log.first_after(cursor)?.axis_ms();
    let ms = after.saturating_sub(before);
    (to - from >= GAP_COLUMNS && ms >= GAP_MS).then(|| Stretch {
        from,
        to,
        ground: Ground::Silent,
        text: format!("{} gap", number::age(ms)),
    })
}

/// Runs of columns: first, and first after.
fn runs(columns: &[bool]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = columns.get(at..)?;
        let from = at + rest.iter().position(|is| *is)?;
        let run = columns.get(from..)?;
        at = from + run.iter().position(|is| !*is).unwrap_or(run.len());
        Some((from, at))
    })
}
