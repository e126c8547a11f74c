//! Silence of an open session that is longer than its own habit.
//!
//! Invariant: it depends on the moment asked for, and never on another session.

use super::{Finding, Found, Place};
use crate::model::{Flags, Ms};

/// Events before which there is no habit.
const EVENTS: u64 = 5;
/// So many times as long as the longest silence before.
const TIMES: u64 = 3;
/// And longer than this, ms.
const LEAST_MS: Ms = 60_000;

/// How a session keeps silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silence {
    events: u64,
    last: Place,
    longest_ms: Ms,
    is_ended: bool,
}

impl Silence {
    /// Takes in an event that is no duplicate.
    pub fn push(&mut self, at: Place, flags: Flags) {
        if self.events > 0 {
            let gap_ms = at.id.ms.saturating_sub(self.last.id.ms);
            self.longest_ms = self.longest_ms.max(gap_ms);
        }
        self.events += 1;
        // A late entry does not make it less lately active.
        if self.events == 1 || at.id >= self.last.id {
            self.last = at;
        }
        let starts = flags.has(Flags::START);
        self.is_ended = (self.is_ended && !starts) || flags.has(Flags::END);
    }

    /// What is to be said of it at a moment.
    #[must_use]
    pub fn at(&self, session: u64, now_ms: Ms) -> Option<Finding> {
        let silent_ms = now_ms.saturating_sub(self.last.id.ms);
        let is_habit = silent_ms <= LEAST_MS.max(self.longest_ms.saturating_mul(TIMES));
        if self.is_ended || self.events < EVENTS || is_habit {
            return None;
        }
        Some(Finding {
            found: Found::Silent {
                silent_ms,
                longest_ms: self.longest_ms,
            },
            session,
            at: self.last,
            rests_on: vec![self.last],
        })
    }
}
