//! Sums per bucket of time, kept while they stay what they are.
//!
//! Invariant: a bucket that is kept lies before the cursor, wholly within the window, and nothing has come into it since.

use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashMap;

use super::{Bucket, Subject};
use crate::model::Ms;
use crate::project::Tally;
use crate::project::tally::{How, moment};
use crate::store::{Cursor, Log};

/// What kept buckets depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Key {
    reshaped: u64,
    remarked: u64,
    filter: (u64, bool),
    how: How,
    bucket_ms: Ms,
}

impl Key {
    pub(super) fn of(subject: &Subject<'_>, bucket_ms: Ms) -> Self {
        Self {
            reshaped: subject.log.reshaped(),
            remarked: subject.log.remarked(),
            filter: subject.filter,
            how: subject.how,
            bucket_ms,
        }
    }
}

/// Kept sums.
#[derive(Clone, Debug, Default)]
pub struct Buckets {
    key: Key,
    /// The oldest entry's place and moment when they were counted.
    first: Option<(Cursor, Ms)>,
    /// By their place on the grid.
    whole: HashMap<u64, Arc<Bucket>>,
    /// The whole ones of the last window, joined.
    middle: Option<(Range<u64>, Tally)>,
}

impl Buckets {
    /// Forgets what does not hold any more.
    pub(super) fn fit(&mut self, key: Key, log: &Log) {
        let first = log.axis_range().map(|(start, _)| (log.first(), start));
        if key != self.key {
            *self = Self {
                key,
                first,
                ..Self::default()
            };
        }
        if first != self.first {
            // Older entries came: the bucket of what was the oldest one may have more now.
            let old_ms = self.first.map_or(Ms::MAX, |(_, ms)| ms);
            self.whole.retain(|at, _| at * key.bucket_ms > old_ms);
            self.middle = None;
            self.first = first;
        }
    }

    /// The sums of the buckets of the grid that lie in the range, and of all of it.
    pub(super) fn sums(
        &mut self,
        subject: &Subject<'_>,
        grid: Range<u64>,
        bucket_ms: Ms,
        range: &Range<Cursor>,
    ) -> (Vec<Arc<Bucket>>, Tally) {
        self.whole.retain(|at, _| grid.contains(at));
        let edge = |at: u64| subject.before(at * bucket_ms);
        let is_whole = |at: &u64| edge(*at) >= range.start && edge(at + 1) < range.end;
        let begin = grid.clone().find(is_whole).unwrap_or(grid.end);
        let end = (begin..grid.end)
            .find(|at| !is_whole(at))
            .unwrap_or(grid.end);
        let part =
            |at: u64| edge(at).max(range.start)..edge(at + 1).min(range.end).max(range.start);
        let mut all = Vec::new();
        for at in grid.clone() {
            let count = || Arc::new(Bucket::of(subject.tally(part(at))));
            all.push(if (begin..end).contains(&at) {
                Arc::clone(self.whole.entry(at).or_insert_with(count))
            } else {
                count()
            });
        }
        let mut total = Tally::default();
        for (at, bucket) in grid.zip(&all) {
            if at == begin {
                total.join(self.middle(begin..end));
            }
            if !(begin..end).contains(&at) {
                total.join(&bucket.tally);
            }
        }
        (all, total)
    }

    fn middle(&mut self, whole: Range<u64>) -> &Tally {
        let kept = self.middle.take().filter(|(range, _)| *range == whole);
        let (_, middle) = self.middle.insert(kept.unwrap_or_else(|| {
            let mut middle = Tally::default();
            for bucket in whole.clone().filter_map(|at| self.whole.get(&at)) {
                middle.join(&bucket.tally);
            }
            (whole, middle)
        }));
        middle
    }
}

/// The sums of `count` buckets from a moment, by the producer's clock; what lies outside them is left out.
pub(super) fn by_event_time(
    subject: &Subject<'_>,
    range: Range<Cursor>,
    start_ms: Ms,
    bucket_ms: Ms,
    count: u64,
) -> Vec<Arc<Bucket>> {
    let count = usize::try_from(count).unwrap_or(0);
    let mut rows_by_bucket: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut tallies = vec![Tally::default(); count];
    let strings = subject.log.strings();
    for (base, chunk, rows) in subject.log.chunks(range) {
        let columns = &chunk.columns;
        let mut put = |row: usize| {
            let into = moment(columns, row, subject.how.axis)?.checked_sub(start_ms)?;
            let at = usize::try_from(into / bucket_ms).ok()?;
            rows_by_bucket.get_mut(at)?.push(row);
            Some(())
        };
        match subject.matches {
            None => rows.for_each(|row| {
                put(row);
            }),
            Some(matches) => matches.rows_of(base, &rows).for_each(|row| {
                put(row);
            }),
        }
        for (tally, rows) in tallies.iter_mut().zip(&mut rows_by_bucket) {
            tally.add(columns, rows.drain(..), strings, subject.how);
        }
    }
    let buckets = tallies.into_iter().map(Bucket::of);
    buckets.map(Arc::new).collect()
}
