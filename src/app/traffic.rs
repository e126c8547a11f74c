//! The counts that spikes are found by, and the spikes, found again only when a bucket more is over or older entries came.
//!
//! Invariant: an entry counts once, whatever was dropped and fetched again. A window of history before a hole does not count
//! until the hole is filled: what was usual there is not known.

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
    spikes: Vec<Spike>,
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
            let ids = chunk.columns.id.get(rows.clone()).unwrap_or_default();
            let new = ids.partition_point(|id| *id < oldest);
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
    pub fn find(&mut self, at_ms: Ms) {
        let at = (at_ms / self.counts.bucket_ms(), self.version);
        if self.found_at != Some(at) {
            self.found_at = Some(at);
            self.spikes = spikes(&self.counts, at_ms);
        }
    }
}
