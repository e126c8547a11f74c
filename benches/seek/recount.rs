//! The peer: everything before a moment counted anew, entry by entry, with no summary, no index and no search.

use std::collections::HashMap;

use lookback::model::{Flags, Ms};
use lookback::store::{Log, Symbol};

const COLUMNS: usize = 198;

/// Entries and errors of each column, entries of each session, errors of each group, and the latency of all.
pub type Recount = (
    Vec<[u64; 2]>,
    HashMap<Symbol, u64>,
    HashMap<Symbol, u64>,
    f64,
);

/// Counts.
pub fn recount(log: &Log, until_ms: Ms) -> Recount {
    let mut columns = vec![[0; 2]; COLUMNS];
    let (mut sessions, mut groups) = (HashMap::new(), HashMap::new());
    let mut latency_ms = 0.0;
    let (first, last) = log.axis_range().unwrap_or_default();
    for (_, chunk, rows) in log.chunks(log.first()..log.end()) {
        let entries = &chunk.columns;
        for row in rows {
            let ms = entries.axis_ms.get(row).unwrap_or_default();
            if ms > until_ms {
                return (columns, sessions, groups, latency_ms);
            }
            let column = (ms - first) * COLUMNS as u64 / (last - first + 1);
            let column = &mut columns[usize::try_from(column).unwrap_or(0)];
            column[0] += 1;
            *sessions
                .entry(entries.session.get(row).unwrap_or_default())
                .or_default() += 1;
            latency_ms += entries.latency(row).unwrap_or_default();
            if entries.has(row, Flags::ERROR) {
                column[1] += 1;
                *groups
                    .entry(entries.fingerprint.get(row).unwrap_or_default())
                    .or_default() += 1;
            }
        }
    }
    (columns, sessions, groups, latency_ms)
}

/// The limit of all that counts anew: one column of everything before a moment, read once.
pub fn pass(log: &Log, until_ms: Ms) -> u64 {
    let chunks = log.chunks(log.first()..log.cursor_at(until_ms));
    let sums = chunks.map(|(_, chunk, rows)| {
        let symbols = chunk.columns.session.range(rows);
        symbols.fold(0_u64, |sum, symbol| sum.wrapping_add(u64::from(symbol.0)))
    });
    sums.sum()
}
