//! The counts that spikes are found by, and the spikes, found again only when a bucket more is over or older entries came.
//!
//! Invariant: an entry counts once, whatever was dropped and fetched again. A window of history before a hole is looked at apart
//! until the hole is filled: what is missing there is no silence.

use std::ops::Range;

use crate::model::{EntryId, Ms};
use crate::project::spikes::Settings;
use crate::project::{Counts, Spike, spikes};
use crate::store::{Cursor, Log};

/// Counts and spikes.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    counts: Counts,
    /// The oldest entry that counts.
    oldest: Option<EntryId>,
    /// Grows when a bucket that was over changes.
    version: u64,
    found_at: Option<(u64, u64)>,
    /// The window before a hole, and the spikes in it.
    window: Option<Window>,
    in_window: Vec<Spike>,
    spikes: Vec<Spike>,
}

/// A window by its ends: where it grew, or another took its place, it is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    from: Cursor,
    to: Cursor,
    oldest: EntryId,
    newest: EntryId,
}

impl Window {
    fn of(log: &Log) -> Option<Self> {
        let (from, to) = (log.first(), log.hole()?.from);
        Some(Self {
            from,
            to,
            oldest: log.first_after(from)?.id(),
            newest: log.last_before(to)?.id(),
        })
    }
}

impl Traffic {
    /// Nothing yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            counts: Counts::new(settings),
            ..Self::default()
        }
    }

    /// What counts as abnormal.
    #[must_use]
    pub fn settings(&self) -> Settings {
        *self.counts.settings()
    }

    /// All that are known, in the order in which they were raised.
    #[must_use]
    pub fn spikes(&self) -> &[Spike] {
        &self.spikes
    }

    /// Takes in new entries of the log.
    pub fn newer(&mut self, log: &Log, range: Range<Cursor>) {
        let Some(first) = log.get(range.start.next()) else {
            return;
        };
        let bucket = first.axis_ms() / self.counts.bucket_ms();
        self.version += u64::from(self.found_at.is_some_and(|(at, _)| bucket < at));
        self.oldest.get_or_insert(first.id());
        for (_, chunk, rows) in log.chunks(range) {
            self.counts.add(&chunk.columns, rows);
        }
    }

    /// Takes in entries before all others; those that counted before do not count again.
    pub fn older(&mut self, log: &Log, range: Range<Cursor>) {
        let Some(first) = log.get(range.start.next()).map(|entry| entry.id()) else {
            return;
        };
        let oldest = self.oldest.unwrap_or(EntryId::MAX);
        for (_, chunk, rows) in log.chunks(range) {
            let ids = chunk.columns.id.range(rows.clone());
            let new = ids.take_while(|id| *id < oldest).count();
            self.counts
                .add(&chunk.columns, rows.start..rows.start + new);
        }
        self.oldest = Some(first.min(oldest));
        self.version += 1;
    }

    /// Counts all that is here, once nothing is missing between any more.
    pub fn recount(&mut self, log: &Log) {
        self.counts = Counts::new(self.settings());
        self.counts.take(log, log.first()..log.end());
        self.oldest = log.get(log.first().next()).map(|entry| entry.id());
        self.version += 1;
    }

    /// Finds the spikes that are known at a moment, where that can have changed.
    pub fn find(&mut self, log: &Log, at_ms: Ms) {
        let at = (at_ms / self.counts.bucket_ms(), self.version);
        let window = Window::of(log);
        if self.found_at == Some(at) && self.window == window {
            return;
        }
        if self.window != window {
            self.window = window;
            self.in_window = window.map_or_else(Vec::new, |window| {
                self.before_hole(log, window.from..window.to)
            });
        }
        self.found_at = Some(at);
        self.spikes.clone_from(&self.in_window);
        self.spikes.extend(spikes(&self.counts, at_ms));
    }

    /// Up to its last entry: what came then is not known.
    fn before_hole(&self, log: &Log, range: Range<Cursor>) -> Vec<Spike> {
        let last_ms = log.last_before(range.end).map_or(0, |e| e.axis_ms());
        let mut counts = Counts::new(self.settings());
        counts.take(log, range);
        spikes(&counts, last_ms)
    }

    /// All that are in the log as it is, counted anew: while history is loading, what is usual changes with every page.
    #[must_use]
    pub fn recounted(&self, log: &Log, at_ms: Ms) -> Vec<Spike> {
        let mut all = Vec::new();
        let mut from = log.first();
        if let Some(hole) = log.hole() {
            all = self.before_hole(log, from..hole.from);
            from = hole.to;
        }
        let mut counts = Counts::new(self.settings());
        counts.take(log, from..log.end());
        all.extend(spikes(&counts, at_ms));
        all
    }
}
