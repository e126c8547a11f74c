//! Entries and errors per bucket of time, kept up as pages come at either end.
//!
//! Invariant: the counts depend on the entries taken in and on nothing else: neither on their order nor on how they were cut
//! into pages. Buckets lie on a grid that begins at the epoch, so they stay where they are while the log grows.

use std::collections::VecDeque;
use std::ops::Range;

use super::settings::Settings;
use super::sketch::Sketch;
use crate::model::{Flags, Ms};
use crate::store::{Columns, Cursor, Log};

/// Buckets at most, over three days of 10 s. With more, each takes in its neighbour, and is twice as long.
const MOST: usize = 1 << 15;

/// Counts of the buckets in which something happened, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    settings: Settings,
    bucket_ms: Ms,
    buckets: VecDeque<Bucket>,
}

/// A bucket that is not empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Bucket {
    /// Its place on the grid.
    pub at: u64,
    /// Entries.
    pub events: u32,
    /// Errors among them.
    pub errors: u32,
    /// Those latencies that are known.
    pub latencies: Sketch,
}

impl Default for Counts {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Counts {
    /// None yet.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            bucket_ms: settings.bucket_ms,
            buckets: VecDeque::new(),
        }
    }

    /// None yet, in buckets of this length at first.
    #[must_use]
    pub fn with_bucket(bucket_ms: Ms) -> Self {
        Self::new(Settings {
            bucket_ms,
            ..Settings::default()
        })
    }

    /// Of a part of the log.
    #[must_use]
    pub fn of(log: &Log, range: Range<Cursor>) -> Self {
        let mut counts = Self::default();
        counts.take(log, range);
        counts
    }

    /// Takes in a part of the log.
    pub fn take(&mut self, log: &Log, range: Range<Cursor>) {
        for (_, chunk, rows) in log.chunks(range) {
            self.add(&chunk.columns, rows);
        }
    }

    /// Takes in rows of a page or chunk, from whichever end of the log. Fastest at the ends of what is here.
    pub fn add(&mut self, columns: &Columns, rows: Range<usize>) {
        let axis = columns.axis_ms.range(rows.clone());
        let flags = columns.flags.range(rows.clone());
        let mut open: Option<Bucket> = None;
        for ((ms, flags), row) in axis.zip(flags).zip(rows) {
            let at = ms / self.bucket_ms;
            if let Some(done) = open.take_if(|bucket| bucket.at != at) {
                self.put(done);
            }
            // Put in only now, a bucket may have made the grid coarser.
            let at = ms / self.bucket_ms;
            let bucket = open.get_or_insert_with(|| Bucket {
                at,
                ..Bucket::default()
            });
            if let Some(latency) = columns.latency(row) {
                bucket.latencies.add(latency);
            }
            bucket.events = bucket.events.saturating_add(1);
            bucket.errors += u32::from(flags.has(Flags::ERROR));
        }
        if let Some(done) = open {
            self.put(done);
        }
    }

    /// Length of a bucket. Doubles rarely, and never shrinks.
    #[must_use]
    pub const fn bucket_ms(&self) -> Ms {
        self.bucket_ms
    }

    /// What is abnormal among them.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Those that end at or before a moment, oldest first.
    pub(super) fn until(&self, ms: Ms) -> impl Iterator<Item = &Bucket> {
        let end = ms / self.bucket_ms;
        self.buckets.iter().take_while(move |b| b.at < end)
    }

    fn put(&mut self, bucket: Bucket) {
        let place = match self.buckets.back() {
            Some(last) if last.at < bucket.at => self.buckets.len(),
            _ => self.buckets.partition_point(|b| b.at < bucket.at),
        };
        match self.buckets.get_mut(place).filter(|b| b.at == bucket.at) {
            Some(same) => same.join(&bucket),
            None => self.buckets.insert(place, bucket),
        }
        while self.buckets.len() > MOST {
            self.widen();
        }
    }

    fn widen(&mut self) {
        self.bucket_ms *= 2;
        let mut wider: VecDeque<Bucket> = VecDeque::new();
        for mut bucket in self.buckets.drain(..) {
            bucket.at /= 2;
            match wider.back_mut().filter(|last| last.at == bucket.at) {
                Some(last) => last.join(&bucket),
                None => wider.push_back(bucket),
            }
        }
        self.buckets = wider;
    }
}

impl Bucket {
    fn join(&mut self, other: &Self) {
        self.events = self.events.saturating_add(other.events);
        self.errors = self.errors.saturating_add(other.errors);
        self.latencies.join(&other.latencies);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(times: &[Ms]) -> Columns {
        Columns {
            axis_ms: times.to_vec().into(),
            flags: times
                .iter()
                .map(|ms| {
                    if ms % 3 == 0 {
                        Flags::ERROR
                    } else {
                        Flags::default()
                    }
                })
                .collect(),
            ..Columns::default()
        }
    }

    #[test]
    fn neither_order_nor_pages_matter() {
        let times: Vec<Ms> = (0..5_000).map(|n| 1_700_000_000_000 + n * n).collect();
        let all = columns(&times);
        let mut whole = Counts::default();
        whole.add(&all, 0..times.len());
        let mut parts = Counts::default();
        parts.add(&all, 2_000..3_100);
        for row in (0..2_000).rev() {
            parts.add(&all, row..row + 1);
        }
        parts.add(&all, 3_100..times.len());
        assert_eq!(parts, whole);
        let events: u32 = whole.buckets.iter().map(|b| b.events).sum();
        let errors: u32 = whole.buckets.iter().map(|b| b.errors).sum();
        assert_eq!(events, 5_000);
        assert_eq!(
            errors as usize,
            times.iter().filter(|t| *t % 3 == 0).count()
        );
    }

    #[test]
    fn a_long_log_has_longer_buckets_and_keeps_every_count() {
        let times: Vec<Ms> = (0..3 * MOST as u64).map(|n| n * 12_345).collect();
        let all = columns(&times);
        let mut forward = Counts::default();
        forward.add(&all, 0..times.len());
        let mut backward = Counts::default();
        for part in [2, 1, 0] {
            backward.add(&all, part * MOST..(part + 1) * MOST);
        }
        assert_eq!(forward, backward);
        assert_eq!(forward.bucket_ms(), 4 * Settings::default().bucket_ms);
        assert!(forward.buckets.len() <= MOST);
        let events: usize = forward.buckets.iter().map(|b| b.events as usize).sum();
        assert_eq!(events, times.len());
    }

    #[test]
    fn a_bucket_counts_once_it_is_over() {
        let mut counts = Counts::default();
        counts.add(&columns(&[9_999, 10_000]), 0..2);
        assert_eq!(counts.until(9_999).count(), 0);
        assert_eq!(counts.until(10_000).count(), 1);
        assert_eq!(counts.until(19_999).count(), 1);
        assert_eq!(counts.until(20_000).count(), 2);
    }
}
