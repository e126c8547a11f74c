//! Errors grouped by fingerprint, as of a cursor.
//!
//! Invariant: an entry that repeats an event id counts nowhere here, however the groups are reached.

pub mod grouping;
pub mod index;

use std::ops::Range;

use hashbrown::HashMap;

use super::Window;
use crate::model::{Flags, fingerprint};
pub use grouping::{Distinct, Grouping, Totals};
pub use index::{ErrorIndex, Fault};

use crate::store::{Chunk, Cursor, Log, Seq, Summary, Symbol};

/// Errors that say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorGroup {
    /// `kind \x1f code \x1f masked message`.
    pub fingerprint: Symbol,
    /// Errors in the group.
    pub count: u64,
    /// The newest of them.
    pub last: Seq,
}

impl ErrorGroup {
    /// Kind, code and masked message, of which the last two may be empty.
    #[must_use]
    pub fn parts<'a>(&self, log: &'a Log) -> [&'a [u8]; 3] {
        fingerprint::parts(log.strings().get(self.fingerprint))
    }
}

/// All groups of errors before `cursor`, the largest first; sealed chunks answer from their summary.
#[must_use]
pub fn error_groups(log: &Log, cursor: Cursor) -> Vec<ErrorGroup> {
    let mut groups = Groups::default();
    for (base, chunk, rows) in log.chunks(log.first()..cursor) {
        match &chunk.summary {
            Some(summary) if rows.len() == chunk.len() => groups.add_all(base, summary),
            _ => {
                for row in chunk.errors_within(rows) {
                    groups.add_row(base, chunk, row);
                }
            }
        }
    }
    groups.sorted()
}

/// The same of the errors that are let through; each is asked for once, in the log's order.
#[must_use]
pub fn error_groups_among(
    log: &Log,
    mut is_among: impl FnMut(Seq) -> bool,
    cursor: Cursor,
) -> Vec<ErrorGroup> {
    let mut groups = Groups::default();
    let mut found = Vec::new();
    for (base, chunk, rows) in log.chunks(log.first()..cursor) {
        let errors = chunk.errors_within(rows);
        found.clear();
        found.extend(errors.filter(|row| is_among(base.plus(*row as u64))));
        match &chunk.summary {
            // Also where the cursor is within the chunk: no error stands behind it then.
            Some(summary) if summary.errors.len() == found.len() => groups.add_all(base, summary),
            _ => {
                for row in &found {
                    groups.add_row(base, chunk, *row);
                }
            }
        }
    }
    groups.sorted()
}

/// When the errors of each group happened: counts per bucket of `window`, before `cursor`.
#[must_use]
pub fn trends(log: &Log, cursor: Cursor, window: Window) -> HashMap<Symbol, Vec<u32>> {
    let mut trends: HashMap<Symbol, Vec<u32>> = HashMap::new();
    let start = log.cursor_at(window.start_ms().saturating_sub(1));
    for (_, chunk, rows) in log.chunks(start..cursor) {
        for row in chunk
            .errors_within(rows)
            .filter(|row| !chunk.columns.has(*row, Flags::DUPLICATE))
        {
            let symbol = chunk.columns.fingerprint.get(row).unwrap_or_default();
            let ms = chunk.columns.axis_ms.get(row).unwrap_or_default();
            let bucket = window.bucket_of(ms);
            let counts = trends
                .entry(symbol)
                .or_insert_with(|| vec![0; window.count]);
            if let Some(count) = bucket.and_then(|b| counts.get_mut(b)) {
                *count += 1;
            }
        }
    }
    trends
}

#[derive(Default)]
struct Groups(HashMap<Symbol, (u64, Seq)>);

impl Groups {
    /// All errors of a sealed chunk.
    fn add_all(&mut self, base: Seq, summary: &Summary) {
        for (symbol, count, last) in &summary.fingerprints {
            self.add(*symbol, u64::from(*count), base.plus(u64::from(*last)));
        }
    }

    fn add_row(&mut self, base: Seq, chunk: &Chunk, row: usize) {
        if chunk.columns.has(row, Flags::DUPLICATE) {
            return;
        }
        let symbol = chunk.columns.fingerprint.get(row);
        self.add(symbol.unwrap_or_default(), 1, base.plus(row as u64));
    }

    fn add(&mut self, symbol: Symbol, count: u64, last: Seq) {
        let group = self.0.entry(symbol).or_insert((0, last));
        *group = (group.0 + count, group.1.max(last));
    }

    /// Of equally large groups the one that failed last stands first, so that no two are equal and none changes places unless it grows.
    fn sorted(self) -> Vec<ErrorGroup> {
        let groups = self.0.into_iter();
        let mut groups: Vec<_> = groups
            .map(|(fingerprint, (count, last))| ErrorGroup {
                fingerprint,
                count,
                last,
            })
            .collect();
        groups.sort_unstable_by_key(|group| std::cmp::Reverse((group.count, group.last)));
        groups
    }
}

/// Entries that are errors within a part of the log, repeated ones too; sealed chunks answer by binary search.
#[must_use]
pub fn count_errors(log: &Log, range: Range<Cursor>) -> u64 {
    let chunks = log.chunks(range);
    let counts = chunks.map(|(_, chunk, rows)| chunk.errors_within(rows).count());
    counts.sum::<usize>() as u64
}

/// The same of those that are let through; each is asked for once, in the log's order.
#[must_use]
pub fn count_errors_among(
    log: &Log,
    mut is_among: impl FnMut(Seq) -> bool,
    range: Range<Cursor>,
) -> u64 {
    let mut count = 0;
    for (base, chunk, rows) in log.chunks(range) {
        let errors = chunk.errors_within(rows);
        count += errors
            .filter(|row| is_among(base.plus(*row as u64)))
            .count() as u64;
    }
    count
}
