//! Errors in a row, with nothing between them.
//!
//! Invariant: a run is told once, at its third error.

use super::Place;

/// So many.
pub const LENGTH: usize = 3;

/// The errors since the last event that was none.
#[derive(Clone, Debug, Default)]
pub struct Row {
    run: Vec<Place>,
    is_told: bool,
}

impl Row {
    /// Takes in an event; the run, where this error makes it long enough.
    pub fn push(&mut self, is_error: bool, at: Place) -> Option<Vec<Place>> {
        if !is_error {
            *self = Self::default();
            return None;
        }
        if self.is_told {
            return None;
        }
        self.run.push(at);
        self.is_told = self.run.len() == LENGTH;
        self.is_told.then(|| std::mem::take(&mut self.run))
    }
}
