//! Errors grouped by fingerprint, as of a cursor.

use hashbrown::HashMap;

use super::Window;
use crate::model::{Flags, fingerprint};
use crate::store::{Cursor, Log, Seq, Symbol};

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
        let mut parts = log
            .strings()
            .get(self.fingerprint)
            .splitn(3, |b| *b == fingerprint::SEPARATOR);
        std::array::from_fn(|_| parts.next().unwrap_or_default())
    }
}

/// All groups of errors before `cursor`, the largest first; sealed chunks answer from their summary.
#[must_use]
pub fn error_groups(log: &Log, cursor: Cursor) -> Vec<ErrorGroup> {
    let mut groups = Groups::default();
    for (base, chunk, rows) in log.chunks(log.first()..cursor) {
        match &chunk.summary {
            Some(summary) if rows.len() == chunk.len() => {
                for (symbol, count, last) in &summary.fingerprints {
                    groups.add(*symbol, u64::from(*count), base.plus(u64::from(*last)));
                }
            }
            _ => {
                for row in chunk.errors().take_while(|row| *row < rows.end) {
                    let symbol = chunk
                        .columns
                        .fingerprint
                        .get(row)
                        .copied()
                        .unwrap_or_default();
                    groups.add(symbol, 1, base.plus(row as u64));
                }
            }
        }
    }
    groups.sorted()
}

/// The groups of the errors among these entries, which are ascending; those at or after `cursor` do not count.
#[must_use]
pub fn error_groups_among(
    log: &Log,
    seqs: impl Iterator<Item = Seq>,
    cursor: Cursor,
) -> Vec<ErrorGroup> {
    let mut groups = Groups::default();
    let before = seqs.take_while(|seq| cursor.includes(*seq));
    for entry in before
        .filter_map(|seq| log.get(seq))
        .filter(|e| e.flags().has(Flags::ERROR))
    {
        groups.add(entry.fingerprint(), 1, entry.seq);
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
            .errors()
            .skip_while(|row| *row < rows.start)
            .take_while(|row| *row < rows.end)
        {
            let symbol = chunk
                .columns
                .fingerprint
                .get(row)
                .copied()
                .unwrap_or_default();
            let ms = chunk.columns.axis_ms.get(row).copied().unwrap_or_default();
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

/// Errors within a part of the log; sealed chunks answer by binary search.
#[must_use]
pub fn count_errors(log: &Log, range: std::ops::Range<Cursor>) -> u64 {
    let within = |(_, chunk, rows): (
        Seq,
        &std::sync::Arc<crate::store::Chunk>,
        std::ops::Range<usize>,
    )| match &chunk.summary {
        Some(summary) => {
            let before = |end: usize| summary.errors.partition_point(|row| (*row as usize) < end);
            before(rows.end) - before(rows.start)
        }
        None => rows
            .filter(|row| chunk.columns.has(*row, Flags::ERROR))
            .count(),
    };
    log.chunks(range).map(within).sum::<usize>() as u64
}
