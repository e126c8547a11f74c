//! How far behind its schedule a replay is. Pure: it is told when events were due and when they were written.

use std::time::Duration;

/// The lateness of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// The greatest so far.
    pub worst: Duration,
    /// That of the last event.
    pub last: Duration,
}

impl Drift {
    /// Takes in events that were all there at `written`, of which the first was due at `first` and the last at `last`.
    pub fn note(&mut self, first: Duration, last: Duration, written: Duration) {
        self.last = written.saturating_sub(last);
        self.worst = self.worst.max(written.saturating_sub(first)).max(self.last);
    }
}
