//! Buckets of the strip that are over, so that following a busy stream reads each entry once and not at every frame.
//!
//! Invariant: what is remembered of a bucket is what counting its entries anew would give. It is used only where all of them are
//! here and before the cursor.

use std::collections::VecDeque;
use std::ops::Range;

use super::{BUCKETS_MS, quantile, rank};
use crate::model::Ms;
use crate::store::{Cursor, Log};

/// Of this length are the buckets of any stream that is busy enough to matter.
const BUCKET_MS: Ms = 2_000;
const _: () = assert!(BUCKETS_MS[1] == BUCKET_MS);
/// More than a strip has columns.
const KEPT: u64 = 256;
/// Of so many of the newest the latencies are kept too: as many as the current values look back on, and one.
const LATEST: usize = 6;

/// What a bucket holds besides its count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    pub errors: u32,
    pub p95_ms: Option<f64>,
}

impl Bucket {
    pub fn of(log: &Log, range: Range<Cursor>) -> Self {
        Tally::of(log, range).bucket()
    }
}

/// Errors, and the known latencies.
#[derive(Debug, Default)]
pub struct Tally {
    pub errors: u32,
    pub latencies_ms: Vec<f64>,
}

impl Tally {
    pub fn of(log: &Log, range: Range<Cursor>) -> Self {
        let mut tally = Self::default();
        for (_, chunk, rows) in log.chunks(range) {
            let errors = chunk.errors_within(rows.clone()).count();
            tally.errors += u32::try_from(errors).unwrap_or(u32::MAX);
            let latencies = rows.filter_map(|row| chunk.columns.latency(row));
            tally.latencies_ms.extend(latencies);
        }
        tally
    }

    fn bucket(&mut self) -> Bucket {
        Bucket {
            errors: self.errors,
            p95_ms: quantile(&mut self.latencies_ms, 0.95),
        }
    }
}

/// Buckets that are over, one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// Number of the first.
    first: u64,
    buckets: VecDeque<Bucket>,
    /// The known latencies of the newest of them, ascending.
    latest: VecDeque<Vec<f64>>,
}

impl Past {
    /// Takes in the buckets that are over since the last time. New entries only ever come into the newest bucket or a later one:
    /// the axis does not go back.
    pub fn keep_up(&mut self, log: &Log) {
        let Some(Range { start, end }) = whole(log, log.end()) else {
            return;
        };
        let start = start.max(end.saturating_sub(KEPT));
        let mut next = self.first + self.buckets.len() as u64;
        if next >= end {
            return;
        }
        if next < start {
            self.buckets.clear();
            self.latest.clear();
            (self.first, next) = (start, start);
        }
        for number in next..end {
            let mut tally = Tally::of(log, entries(log, number));
            self.buckets.push_back(tally.bucket());
            if number + LATEST as u64 >= end {
                tally.latencies_ms.sort_unstable_by(f64::total_cmp);
                self.latest.push_back(tally.latencies_ms);
            }
        }
        while self.latest.len() > LATEST {
            self.latest.pop_front();
        }
        while self.buckets.len() as u64 > KEPT {
            self.buckets.pop_front();
            self.first += 1;
        }
    }

    /// What may be used of it before a cursor, for buckets of a length.
    #[must_use]
    pub fn over(&self, log: &Log, cursor: Cursor, bucket_ms: Ms) -> Over<'_> {
        let whole = (bucket_ms == BUCKET_MS).then(|| whole(log, cursor));
        Over {
            past: self,
            whole: whole.flatten().unwrap_or_default(),
        }
    }
}

/// The remembered buckets of which all entries are here and before the cursor.
#[derive(Debug)]
pub struct Over<'a> {
    past: &'a Past,
    whole: Range<u64>,
}

impl Over<'_> {
    /// The bucket that begins at a moment.
    pub fn get(&self, start_ms: Ms) -> Option<Bucket> {
        let number = start_ms / BUCKET_MS;
        if !self.whole.contains(&number) || !start_ms.is_multiple_of(BUCKET_MS) {
            return None;
        }
        let at = usize::try_from(number.checked_sub(self.past.first)?).ok()?;
        self.past.buckets.get(at).copied()
    }

    /// What happened from after a moment up to a cursor, as one bucket. Only entries at its ends are read, where the rest is
    /// remembered.
    pub fn since(&self, log: &Log, after_ms: Ms, cursor: Cursor) -> Bucket {
        let start = log.cursor_at(after_ms);
        let numbers = after_ms / BUCKET_MS + 1..self.whole.end;
        let parts: Option<Vec<_>> = numbers.clone().map(|number| self.latest(number)).collect();
        let Some(parts) = parts.filter(|parts| !parts.is_empty()) else {
            return Bucket::of(log, start..cursor);
        };
        let mut ends = Tally::of(log, start..edge(log, numbers.start));
        let after = Tally::of(log, edge(log, numbers.end)..cursor);
        ends.latencies_ms.extend(after.latencies_ms);
        let errors = parts.iter().map(|(bucket, _)| bucket.errors).sum::<u32>();
        Bucket {
            errors: ends.errors + after.errors + errors,
            p95_ms: p95_of(&parts, ends.latencies_ms),
        }
    }

    /// A bucket and its latencies.
    fn latest(&self, number: u64) -> Option<(Bucket, &[f64])> {
        let bucket = self.get(number * BUCKET_MS)?;
        let end = self.past.first + self.past.buckets.len() as u64;
        let back = usize::try_from(end - number).ok()?;
        let at = self.past.latest.len().checked_sub(back)?;
        Some((bucket, self.past.latest.get(at)?))
    }
}

/// Of all these together. Of each part only the largest can be it, and all that are larger.
fn p95_of(parts: &[(Bucket, &[f64])], mut rest: Vec<f64>) -> Option<f64> {
    let count = rest.len() + parts.iter().map(|(_, part)| part.len()).sum::<usize>();
    let rank = usize::try_from(rank(0.95, count as u64)).ok()?;
    let larger = count.checked_sub(rank)?;
    for (_, part) in parts {
        let from = part.len().saturating_sub(larger + 1);
        rest.extend(part.get(from..).unwrap_or_default());
    }
    let at = rest.len().checked_sub(larger + 1)?;
    Some(*rest.select_nth_unstable_by(at, f64::total_cmp).1)
}

/// Numbers of the buckets of which all entries are here and before a cursor: after the one in which what is here without a hole
/// begins, before the one of the last entry.
fn whole(log: &Log, cursor: Cursor) -> Option<Range<u64>> {
    let begins = log.hole().map_or(log.first(), |hole| hole.to);
    let first_ms = log.first_after(begins)?.axis_ms();
    let last_ms = log.last_before(cursor)?.axis_ms();
    Some(first_ms / BUCKET_MS + 1..last_ms / BUCKET_MS)
}

fn entries(log: &Log, number: u64) -> Range<Cursor> {
    edge(log, number)..edge(log, number + 1)
}

/// The boundary before a bucket.
fn edge(log: &Log, number: u64) -> Cursor {
    log.cursor_at((number * BUCKET_MS).saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::{Window, series, series_over};
    use super::*;
    use crate::model::{EntryId, FieldRef, Mapping};
    use crate::project::Activity;
    use crate::store::PageBuilder;

    /// Entries at these distances, some of them errors, most with a latency.
    fn append(log: &mut Log, at_ms: &mut Ms, gaps_ms: &[Ms]) {
        let mut page = PageBuilder::new(Arc::new(Mapping::default()));
        for gap_ms in gaps_ms {
            *at_ms += gap_ms + 1;
            let latency = (*at_ms % 977).to_string();
            let kind: &[u8] = if gap_ms % 5 == 0 {
                b"error.occurred"
            } else {
                b"message.added"
            };
            let fields: [FieldRef<'_>; 2] = [(b"type", kind), (b"latency_ms", latency.as_bytes())];
            page.push(b"s", EntryId::new(*at_ms, 0), &fields);
        }
        log.append(&page.finish());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_remembered_is_what_counting_anew_gives(
            pages in prop::collection::vec(prop::collection::vec(0..900_u64, 1..60), 1..12),
            back in 0..400_u64,
            bucket_ms in prop::sample::select(vec![1_000_u64, 2_000, 5_000]),
        ) {
            let (mut log, mut past) = (Log::default(), Past::default());
            let mut at_ms = 1_700_000_000_000;
            for gaps_ms in &pages {
                append(&mut log, &mut at_ms, gaps_ms);
                past.keep_up(&log);
                let cursor = log.nth(log.len().saturating_sub(back)).max(log.first());
                let moment_ms = log.last_before(cursor).map_or(at_ms, |e| e.axis_ms());
                let end_ms = (moment_ms / bucket_ms + 1) * bucket_ms;
                let window = Window { end_ms, bucket_ms, count: 40 };
                let activity = Activity::default();
                prop_assert_eq!(
                    series_over(&past, &log, &activity, cursor, moment_ms, window),
                    series(&log, &activity, cursor, moment_ms, window)
                );
            }
        }
    }
}
