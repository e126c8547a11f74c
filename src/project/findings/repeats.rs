//! A loop: the same event with the same arguments several times among the last few events.
//!
//! Invariant: a loop is told once, until it is no longer among the last events.

use std::collections::VecDeque;

use super::Place;

/// So often.
pub const TIMES: usize = 3;
/// Among so many events.
pub const WITHIN: usize = 10;

/// The last events of a session.
#[derive(Clone, Debug, Default)]
pub struct Repeats {
    last: VecDeque<(u32, Place)>,
    told: Vec<u32>,
}

impl Repeats {
    /// Takes in an event; the entries of the loop, where this one makes it one.
    pub fn push(&mut self, arguments: u32, at: Place) -> Option<Vec<Place>> {
        if self.last.len() == WITHIN {
            self.last.pop_front();
        }
        self.make_room();
        self.last.push_back((arguments, at));
        let last = &self.last;
        let times = |of: u32| last.iter().filter(|(other, _)| *other == of).count();
        self.told.retain(|told| times(*told) >= TIMES);
        if arguments == 0 || self.told.contains(&arguments) || times(arguments) < TIMES {
            return None;
        }
        self.told.push(arguments);
        let alike = self.last.iter().filter(|(other, _)| *other == arguments);
        Some(alike.map(|(_, place)| *place).collect())
    }

    /// Twice as much each time, but never more than is needed in the end: there is one for each of very many sessions.
    fn make_room(&mut self) {
        let length = self.last.len();
        if length == self.last.capacity() {
            let more = length.max(2).min(WITHIN - length);
            self.last.reserve_exact(more);
        }
    }
}
