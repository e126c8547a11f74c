//! Starts and ends of a session that do not fit what came before.

use super::Found;
use crate::model::Flags;

/// What a session had so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Edges {
    has_events: bool,
    has_start: bool,
}

impl Edges {
    /// Takes in an event; what is odd about it. `starts_known`: a start of any session was seen before.
    pub fn push(&mut self, flags: Flags, starts_known: bool) -> Option<Found> {
        let starts = flags.has(Flags::START);
        let is_restart = starts && self.has_events;
        self.has_events = true;
        self.has_start |= starts;
        if is_restart {
            return Some(Found::Restarted);
        }
        let is_odd_end = flags.has(Flags::END) && starts_known && !self.has_start;
        // Told once, however often it ends.
        self.has_start |= is_odd_end;
        is_odd_end.then_some(Found::EndedWithoutStart)
    }
}
