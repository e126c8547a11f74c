//! Buckets of the strip that are over, so that following a busy stream reads each entry once and not at every frame.
//!
//! Invariant: what is remembered of a bucket is what counting its entries anew would give. It is used only where all of them are
//! here and before the cursor.

mod edges;

use std::collections::VecDeque;
use std::ops::Range;

use self::edges::{Front, Newest, edge};
use super::bucket::{Bucket, Tally};
use super::{BUCKETS_MS, rank};
use crate::model::Ms;
use crate::store::{Cursor, Log};

/// Of this length are the buckets of any stream that is busy enough to matter.
const BUCKET_MS: Ms = 2_000;
const _: () = assert!(BUCKETS_MS[1] == BUCKET_MS);
/// More than a strip has columns.
const KEPT: u64 = 256;
/// Of so many of the newest the latencies are kept too: as many as the current values look back on, and one.
const LATEST: usize = 6;

/// Buckets that are over, one after the other, and what has come into the next one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// Number of the first.
    first: u64,
    buckets: VecDeque<Bucket>,
    /// The known latencies of the newest of them, ascending.
    latest: VecDeque<Vec<f32>>,
    newest: Option<Newest>,
    front: Option<Front>,
}

impl Past {
    /// Takes in the buckets that are over since the last time. New entries only ever come into the newest bucket or a later one:
    /// the axis does not go back.
    pub fn keep_up(&mut self, log: &Log) {
        let Some(whole) = whole(log, log.end()) else {
            return;
        };
        self.keep_front(log, &whole);
        let Range { start, end } = whole;
        if start > end {
            return;
        }
        let start = start.max(end.saturating_sub(KEPT));
        let mut next = self.first + self.buckets.len() as u64;
        if next < start {
            self.buckets.clear();
            self.latest.clear();
            (self.first, next) = (start, start);
        }
        for number in next..end {
            let over = self.read(log, number, edge(log, number + 1));
            self.push(over.tally, number + LATEST as u64 >= end);
        }
        self.newest = Some(self.read(log, end, log.end()));
    }

    fn keep_front(&mut self, log: &Log, whole: &Range<u64>) {
        let key = Front::key(log, whole);
        if self.front.is_some_and(|front| front.is_at(key)) {
            return;
        }
        self.front = key.map(|(first, number)| Front {
            first,
            number,
            bucket: Bucket::of(log, edge(log, number)..edge(log, number + 1)),
        });
    }

    /// A bucket up to a cursor. That which was the newest is read on only.
    fn read(&mut self, log: &Log, number: u64, end: Cursor) -> Newest {
        let newest = self.newest.take().filter(|newest| newest.number == number);
        let mut newest = newest.unwrap_or_else(|| Newest::of(log, number));
        newest.read_to(log, end);
        newest
    }

    fn push(&mut self, mut tally: Tally, is_late: bool) {
        self.buckets.push_back(tally.bucket());
        if is_late {
            tally.latencies_ms.sort_unstable_by(f32::total_cmp);
            self.latest.push_back(tally.latencies_ms);
        }
        if self.latest.len() > LATEST {
            self.latest.pop_front();
        }
        if self.buckets.len() as u64 > KEPT {
            self.buckets.pop_front();
            self.first += 1;
        }
    }

    /// What may be used of it before a cursor, for buckets of a length.
    #[must_use]
    pub fn over(&self, log: &Log, cursor: Cursor, bucket_ms: Ms) -> Over<'_> {
        let whole = (bucket_ms == BUCKET_MS).then(|| whole(log, cursor));
        let whole = whole.flatten().unwrap_or_default();
        let all_read = |newest: &&Newest| newest.number == whole.end && newest.end == cursor;
        let newest = self.newest.as_ref().filter(all_read);
        let key = Front::key(log, &whole);
        Over {
            past: self,
            front: self.front.filter(|front| front.is_at(key)),
            newest: newest.filter(|_| whole.start <= whole.end),
            whole,
        }
    }
}

/// The remembered buckets of which all entries are here and before the cursor.
#[derive(Debug)]
pub struct Over<'a> {
    past: &'a Past,
    whole: Range<u64>,
    /// The bucket after them, if it was read up to the cursor.
    newest: Option<&'a Newest>,
    /// The bucket before them.
    front: Option<Front>,
}

impl Over<'_> {
    /// The bucket that begins at a moment.
    pub fn get(&self, start_ms: Ms) -> Option<Bucket> {
        let number = start_ms / BUCKET_MS;
        if !start_ms.is_multiple_of(BUCKET_MS) {
            return None;
        }
        if let Some(newest) = self.newest.filter(|newest| newest.number == number) {
            return Some(newest.tally.clone().bucket());
        }
        if let Some(front) = self.front.filter(|front| front.number == number) {
            return Some(front.bucket);
        }
        if !self.whole.contains(&number) {
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
        match self.newest {
            Some(newest) => ends.join(&newest.tally),
            None => ends.add(log, edge(log, numbers.end)..cursor),
        }
        let errors = parts.iter().map(|(bucket, _)| bucket.errors).sum::<u32>();
        Bucket {
            errors: ends.errors + errors,
            p95_ms: p95_of(&parts, ends.latencies_ms),
        }
    }

    /// A bucket and its latencies.
    fn latest(&self, number: u64) -> Option<(Bucket, &[f32])> {
        let bucket = self.get(number * BUCKET_MS)?;
        let end = self.past.first + self.past.buckets.len() as u64;
        let back = usize::try_from(end - number).ok()?;
        let at = self.past.latest.len().checked_sub(back)?;
        Some((bucket, self.past.latest.get(at)?))
    }
}

/// Of all these together. Of each part only the largest can be it, and all that are larger.
fn p95_of(parts: &[(Bucket, &[f32])], mut rest: Vec<f32>) -> Option<f64> {
    let count = rest.len() + parts.iter().map(|(_, part)| part.len()).sum::<usize>();
    let rank = usize::try_from(rank(0.95, count as u64)).ok()?;
    let larger = count.checked_sub(rank)?;
    for (_, part) in parts {
        let from = part.len().saturating_sub(larger + 1);
        rest.extend(part.get(from..).unwrap_or_default());
    }
    let at = rest.len().checked_sub(larger + 1)?;
    let (_, p95, _) = rest.select_nth_unstable_by(at, f32::total_cmp);
    Some(f64::from(*p95))
}

/// Numbers of the buckets of which all entries are here and before a cursor: after the one in which what is here without a hole
/// begins, before the one of the last entry.
fn whole(log: &Log, cursor: Cursor) -> Option<Range<u64>> {
    let begins = log.hole().map_or(log.first(), |hole| hole.to);
    let first_ms = log.first_after(begins)?.axis_ms();
    let last_ms = log.last_before(cursor)?.axis_ms();
    Some(first_ms / BUCKET_MS + 1..last_ms / BUCKET_MS)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::{Window, series, series_over};
    use super::*;
    use crate::model::{EntryId, FieldRef, Mapping};
    use crate::project::Activity;
    use crate::store::{Page, PageBuilder};

    /// Entries at these distances, some of them errors, most with a latency.
    fn page(at_ms: &mut Ms, gaps_ms: &[Ms]) -> Page {
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
        page.finish()
    }

    fn pages(gap_ms: Ms, most: usize) -> impl Strategy<Value = Vec<Vec<Ms>>> {
        prop::collection::vec(prop::collection::vec(0..gap_ms, 1..60), 1..most)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn what_is_remembered_is_what_counting_anew_gives(
            history in pages(40, 12),
            live in pages(900, 12),
            back in 0..400_u64,
            evicts_every in 1..4_usize,
            bucket_ms in prop::sample::select(vec![1_000_u64, 2_000, 5_000]),
        ) {
            let (mut log, mut past) = (Log::default(), Past::default());
            let mut at_ms = 1_700_000_000_000;
            // Each page of history is a chunk of its own and goes as one; a bucket has several.
            let history: Vec<Page> = history.iter().map(|gaps| page(&mut at_ms, gaps)).collect();
            log.append(&page(&mut at_ms, &[0]));
            for page in history.iter().rev() {
                log.prepend(page);
                past.keep_up(&log);
            }
            for (number, gaps_ms) in live.iter().enumerate() {
                log.append(&page(&mut at_ms, gaps_ms));
                if number % evicts_every == 0 {
                    log.evict(log.memory_bytes() - 1);
                }
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
