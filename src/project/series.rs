//! The four series of the metric strip over a window of time that ends at a moment.

mod bucket;
mod past;

use self::bucket::Bucket;
use self::past::Over;
use super::Activity;
use super::tally::spread::rank;
use crate::model::Ms;
use crate::store::{Cursor, Log};

pub use self::past::Past;

/// Equal buckets of time, the last of which ends at `end_ms` (excluded).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// End of the last bucket.
    pub end_ms: Ms,
    /// Length of a bucket.
    pub bucket_ms: Ms,
    /// Buckets.
    pub count: usize,
}

/// Lengths that a bucket may have.
const BUCKETS_MS: [Ms; 14] = [
    1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000,
    7_200_000, 21_600_000, 86_400_000,
];
/// The rate that decides the length of a bucket is taken over this time before the moment.
const RATE_SPAN_MS: Ms = 15 * 60 * 1000;
/// Current values (`events/s`, `p95`) look back this far, or one bucket where that is longer.
const CURRENT_MS: Ms = 10_000;

impl Window {
    /// The window that ends with the bucket that holds `at_ms`: buckets long enough to hold a few events each.
    #[must_use]
    pub fn ending_at(log: &Log, cursor: Cursor, at_ms: Ms, count: usize) -> Self {
        let recent = log
            .count(log.cursor_at(at_ms.saturating_sub(RATE_SPAN_MS))..cursor)
            .max(1);
        let wanted = 3 * RATE_SPAN_MS / recent;
        let bucket_ms = BUCKETS_MS
            .iter()
            .copied()
            .find(|b| *b >= wanted.max(2_000))
            .unwrap_or(86_400_000);
        Self {
            end_ms: (at_ms / bucket_ms + 1) * bucket_ms,
            bucket_ms,
            count,
        }
    }

    /// Start of the first bucket.
    #[must_use]
    pub fn start_ms(&self) -> Ms {
        self.end_ms
            .saturating_sub(self.bucket_ms * self.count as u64)
    }

    /// The bucket that holds a moment.
    #[must_use]
    pub fn bucket_of(&self, ms: Ms) -> Option<usize> {
        let index =
            usize::try_from(ms.checked_sub(self.start_ms())? / self.bucket_ms.max(1)).ok()?;
        (index < self.count).then_some(index)
    }
}

/// What the strip shows, as of a cursor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Entries per bucket.
    pub events: Vec<u32>,
    /// Errors per bucket.
    pub errors: Vec<u32>,
    /// 95th percentile of the known latencies per bucket, ms; `None` where no event told one.
    pub p95_ms: Vec<Option<f64>>,
    /// Sessions open and not idle at the end of each bucket.
    pub active: Vec<u32>,
    /// Whether all of a bucket is here: not in a hole, nor before what was loaded. Where it is not, counts are no counts.
    pub known: Vec<bool>,
    /// Current values.
    pub current: Current,
}

/// The values at the end of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Current {
    /// Entries per second.
    pub events_per_s: f64,
    /// Errors per second.
    pub errors_per_s: f64,
    /// Errors among the entries, 0–1; `None` without entries.
    pub error_share: Option<f64>,
    /// 95th percentile of the known latencies, ms.
    pub p95_ms: Option<f64>,
    /// Sessions open and not idle.
    pub active: u32,
}

/// Counts entries before `cursor` into the window; `at_ms` is the moment of the cursor.
#[must_use]
pub fn series(log: &Log, activity: &Activity, cursor: Cursor, at_ms: Ms, window: Window) -> Series {
    series_over(&Past::default(), log, activity, cursor, at_ms, window)
}

/// The same, with what is known of buckets that are over: their entries are not read again.
#[must_use]
pub fn series_over(
    past: &Past,
    log: &Log,
    activity: &Activity,
    cursor: Cursor,
    at_ms: Ms,
    window: Window,
) -> Series {
    let current_ms = CURRENT_MS.max(window.bucket_ms);
    let current_from = at_ms.saturating_sub(current_ms);
    let mut out = Series {
        events: event_counts(log, cursor, window),
        known: known(log, window),
        active: active_counts(activity, cursor, at_ms, window),
        ..Series::default()
    };
    let over = past.over(log, cursor, window.bucket_ms);
    for bucket in buckets(&over, log, cursor, window) {
        out.errors.push(bucket.errors);
        out.p95_ms.push(bucket.p95_ms);
    }
    let recent = log.count(log.cursor_at(current_from)..cursor);
    let tail = over.since(log, current_from, cursor);
    out.current = Current {
        events_per_s: per_second(recent, current_ms),
        errors_per_s: per_second(u64::from(tail.errors), current_ms),
        error_share: (recent > 0).then(|| f64::from(tail.errors) / as_f64(recent)),
        p95_ms: tail.p95_ms,
        active: out.active.last().copied().unwrap_or_default(),
    };
    out
}

fn buckets(over: &Over<'_>, log: &Log, cursor: Cursor, window: Window) -> Vec<Bucket> {
    let edge = |ms: Ms| log.cursor_at(ms.saturating_sub(1)).min(cursor);
    (0..window.count as u64)
        .map(|i| {
            let start_ms = window.start_ms() + i * window.bucket_ms;
            over.get(start_ms).unwrap_or_else(|| {
                Bucket::of(log, edge(start_ms)..edge(start_ms + window.bucket_ms))
            })
        })
        .collect()
}

/// By binary search on the time axis: no entry is read.
fn event_counts(log: &Log, cursor: Cursor, window: Window) -> Vec<u32> {
    let before = |ms: Ms| log.cursor_at(ms.saturating_sub(1)).min(cursor);
    let edges: Vec<Cursor> = (0..=window.count as u64)
        .map(|i| before(window.start_ms() + i * window.bucket_ms))
        .collect();
    edges
        .windows(2)
        .map(|edge| u32::try_from(log.count(edge[0]..edge[1])).unwrap_or(u32::MAX))
        .collect()
}

/// Buckets that touch the time of an open hole are not known.
#[must_use]
pub fn known(log: &Log, window: Window) -> Vec<bool> {
    let hole = log.hole().map(|hole| {
        let from = log.last_before(hole.from).map_or(0, |e| e.axis_ms());
        let to = log.get(hole.to.next()).map_or(from, |e| e.axis_ms());
        from..to
    });
    let bucket = |i: u64| window.start_ms() + i * window.bucket_ms;
    (0..window.count as u64)
        .map(|i| {
            let touches = |h: &std::ops::Range<Ms>| h.start < bucket(i) && bucket(i) < h.end;
            !hole.as_ref().is_some_and(touches)
        })
        .collect()
}

/// The last bucket is not over: it shows the moment itself.
fn active_counts(activity: &Activity, cursor: Cursor, at_ms: Ms, window: Window) -> Vec<u32> {
    let mut counts = activity.active(cursor, window.end_ms, window.bucket_ms, window.count);
    if let (Some(last), Some(now)) = (
        counts.last_mut(),
        activity.active(cursor, at_ms, 1, 1).first(),
    ) {
        *last = *now;
    }
    counts
}

/// Exact, by selection.
fn quantile(values: &mut [f32], q: f64) -> Option<f64> {
    let rank = usize::try_from(rank(q, values.len() as u64)).ok()?;
    if values.is_empty() {
        return None;
    }
    let (_, value, _) = values.select_nth_unstable_by(rank - 1, f32::total_cmp);
    Some(f64::from(*value))
}

fn per_second(count: u64, ms: Ms) -> f64 {
    as_f64(count) * 1000.0 / as_f64(ms.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "counts shown with four digits")]
fn as_f64(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_is_the_nearest_rank() {
        assert_eq!(quantile(&mut [], 0.95), None);
        assert_eq!(quantile(&mut [7.0], 0.95), Some(7.0));
        let mut hundred: Vec<f32> = (1..=100_u8).rev().map(f32::from).collect();
        assert_eq!(quantile(&mut hundred, 0.95), Some(95.0));
    }
}
