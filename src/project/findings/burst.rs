//! Many errors in a short time, whatever happened between them.
//!
//! Invariant: a burst is told once, until there was no error for as long as a burst may take.

use super::Place;
use crate::model::Ms;

/// So many errors.
pub const ERRORS: usize = 3;
/// Within so long, ms.
pub const BURST_MS: Ms = 60_000;

/// The last errors of a session.
#[derive(Clone, Debug, Default)]
pub struct Burst {
    last: Vec<Place>,
    is_told: bool,
}

impl Burst {
    /// Takes in an error; the burst and its length, where this one makes it one.
    pub fn push(&mut self, at: Place) -> Option<(Ms, Vec<Place>)> {
        let since = |place: &Place| at.id.ms.saturating_sub(place.id.ms);
        if self.last.last().is_some_and(|last| since(last) > BURST_MS) {
            *self = Self::default();
        }
        if self.last.len() == ERRORS {
            self.last.remove(0);
        }
        self.last.push(at);
        let within_ms = self.last.first().map_or(0, since);
        if self.is_told || self.last.len() < ERRORS || within_ms > BURST_MS {
            return None;
        }
        self.is_told = true;
        Some((within_ms, self.last.clone()))
    }
}
