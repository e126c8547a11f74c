//! What the metrics screen measures: a window that ends at the playhead, in buckets of time, under the filter.
//!
//! Invariant: all of it is what the log, the filter, the playhead and the choices say, whichever way led there. Buckets that lie
//! wholly within the window are counted once and kept; only those at its ends are counted anew when it moves.

mod buckets;
mod choice;

use std::ops::Range;
use std::sync::Arc;

use self::buckets::{Buckets, Key};
pub use self::choice::{Below, Choice, Length};
use crate::model::Ms;
use crate::project::Tally;
use crate::project::tally::{Axis, Figures, How, figures};
use crate::query::Matches;
use crate::store::{Cursor, Log};

/// The metrics screen.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    /// What was chosen.
    pub choice: Choice,
    /// What was measured, while the screen is open.
    pub measured: Option<Box<Measured>>,
}

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The log.
    pub log: &'a Log,
    /// The entries that the filter lets through; all where there is none.
    pub matches: Option<&'a Matches>,
    /// Which filter, and whether its answer is complete.
    pub filter: (u64, bool),
    /// What has happened.
    pub cursor: Cursor,
    /// This machine's time, ms since the epoch.
    pub now_ms: Ms,
    /// The window, ms since the epoch; its start is excluded.
    pub window: (Ms, Ms),
    /// The window's length, where it is fixed.
    pub length_ms: Option<Ms>,
    /// The window before is wanted too.
    pub compares: bool,
    /// How entries are counted.
    pub how: How,
    /// Buckets at most.
    pub most_buckets: usize,
}

impl Subject<'_> {
    /// Counts a part of the log.
    fn tally(&self, range: Range<Cursor>) -> Tally {
        let mut tally = Tally::default();
        let strings = self.log.strings();
        for (base, chunk, rows) in self.log.chunks(range) {
            let columns = &chunk.columns;
            match self.matches {
                None => tally.add(columns, rows, strings, self.how),
                Some(matches) => {
                    let rows = matches.rows_of(base, &rows);
                    tally.add(columns, rows, strings, self.how);
                }
            }
        }
        tally
    }

    /// The boundary before what happened at or after a moment.
    fn before(&self, ms: Ms) -> Cursor {
        let cursor = match ms.checked_sub(1) {
            Some(ms) => self.log.cursor_at(ms),
            None => self.log.first(),
        };
        cursor.min(self.cursor)
    }
}

/// What of a subject does not change as time goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    length_ms: Option<Ms>,
    filter: (u64, bool),
    first: Cursor,
    reshaped: u64,
    compares: bool,
    how: How,
    most_buckets: usize,
}

impl Shape {
    fn of(subject: &Subject<'_>) -> Self {
        Self {
            length_ms: subject.length_ms,
            filter: subject.filter,
            first: subject.log.first(),
            reshaped: subject.log.reshaped(),
            compares: subject.compares,
            how: subject.how,
            most_buckets: subject.most_buckets,
        }
    }
}

/// Lengths that a bucket may have.
const BUCKETS_MS: [Ms; 22] = [
    1_000, 2_000, 3_000, 5_000, 10_000, 15_000, 20_000, 30_000, 60_000, 90_000, 120_000, 180_000,
    300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000,
    86_400_000,
];

/// A bucket of time, with what charts ask of it again and again.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// Its sums.
    pub tally: Tally,
    /// p50, p95 and p99 of the latencies, ms.
    pub quantiles: [Option<f64>; 3],
    /// How many latencies lie in each part of a factor of ten, from 1 ms on; see [`Bucket::PARTS`].
    pub heat: Vec<u32>,
}

impl Bucket {
    /// Parts of a factor of ten, each the same factor.
    pub const PARTS: u32 = 12;
    /// Factors of ten from 1 ms on.
    const DECADES: u32 = 11;

    fn of(tally: Tally) -> Self {
        let mut heat = vec![0; (Self::PARTS * Self::DECADES) as usize];
        let last = heat.len() - 1;
        for (ms, count) in tally.latency.values() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "not negative, and clamped to the parts"
            )]
            let part = (ms.max(1.0).log10() * f64::from(Self::PARTS)) as usize;
            if let Some(sum) = heat.get_mut(part.min(last)) {
                *sum += count;
            }
        }
        Self {
            quantiles: tally.latency.quantiles([0.5, 0.95, 0.99]),
            heat,
            tally,
        }
    }
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The window, ms since the epoch; its start is excluded.
    pub window: (Ms, Ms),
    /// Length of a bucket.
    pub bucket_ms: Ms,
    /// The moment at which the first bucket begins, on a grid from the epoch.
    pub start_ms: Ms,
    /// The sums of each bucket, oldest first, without gaps.
    pub buckets: Vec<Arc<Bucket>>,
    /// The sums of the window.
    pub total: Tally,
    /// Its figures.
    pub figures: Figures,
    /// The sums of the window before, where they are wanted.
    pub before: Option<Tally>,
    shape: Option<Shape>,
    at_ms: Ms,
    kept: Buckets,
}

impl Measured {
    /// Measures.
    #[must_use]
    pub fn new(subject: &Subject<'_>) -> Self {
        let mut measured = Self {
            window: (0, 0),
            bucket_ms: 1,
            start_ms: 0,
            buckets: Vec::new(),
            total: Tally::default(),
            figures: Figures::default(),
            before: None,
            shape: None,
            at_ms: 0,
            kept: Buckets::default(),
        };
        measured.refresh(subject);
        measured
    }

    /// Whether it was measured less than so long ago, of the same.
    #[must_use]
    pub fn is_recent(&self, subject: &Subject<'_>, rest_ms: Ms) -> bool {
        let rested_ms = subject.now_ms.saturating_sub(self.at_ms);
        rested_ms < rest_ms && self.shape == Some(Shape::of(subject))
    }

    /// Brings it up to date.
    pub fn refresh(&mut self, subject: &Subject<'_>) {
        self.shape = Some(Shape::of(subject));
        self.at_ms = subject.now_ms;
        let (from, to) = subject.window;
        self.window = subject.window;
        self.bucket_ms = bucket_ms(to.saturating_sub(from), subject.most_buckets);
        self.start_ms = (from + 1) / self.bucket_ms * self.bucket_ms;
        self.kept.fit(Key::of(subject, self.bucket_ms), subject.log);
        match subject.how.axis {
            Axis::Id => self.count_by_place(subject),
            Axis::Event => self.count_by_event_time(subject),
        }
        self.before = subject.compares.then(|| {
            let length = to.saturating_sub(from);
            let start = subject.before(from.saturating_sub(length) + 1);
            subject.tally(start..subject.before(from + 1))
        });
        self.figures = figures(&self.total, self.window);
    }

    fn count_by_place(&mut self, subject: &Subject<'_>) {
        let (from, to) = self.window;
        let range = subject.before(from + 1)..subject.cursor;
        let count = (to.max(self.start_ms) - self.start_ms) / self.bucket_ms + 1;
        let grid = self.start_ms / self.bucket_ms;
        let grid = grid..grid + count;
        (self.buckets, self.total) = self.kept.sums(subject, grid, self.bucket_ms, &range);
    }

    /// Events may lie anywhere in the window: all are looked at each time.
    fn count_by_event_time(&mut self, subject: &Subject<'_>) {
        let (from, to) = self.window;
        let range = subject.before(from + 1)..subject.cursor;
        let count = (to.max(self.start_ms) - self.start_ms) / self.bucket_ms + 1;
        self.total = subject.tally(range.clone());
        self.buckets = buckets::by_event_time(subject, range, self.start_ms, self.bucket_ms, count);
    }

    /// The buckets as a window of series.
    #[must_use]
    pub fn grid(&self) -> crate::project::Window {
        let count = self.buckets.len();
        crate::project::Window {
            end_ms: self.start_ms + self.bucket_ms * count as u64,
            bucket_ms: self.bucket_ms,
            count,
        }
    }
}

/// The shortest length of which there are not too many.
fn bucket_ms(length_ms: Ms, most: usize) -> Ms {
    let most = (most.max(2) - 1) as u64;
    let fits = |bucket: &Ms| length_ms.div_ceil(*bucket) <= most;
    let longest = BUCKETS_MS[BUCKETS_MS.len() - 1];
    let found = BUCKETS_MS.into_iter().find(fits);
    found.unwrap_or_else(|| length_ms.div_ceil(most).div_ceil(longest) * longest)
}
