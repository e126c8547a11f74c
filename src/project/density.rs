//! A part of the log as columns of time: how much happened, how much of it failed, where nothing happened.

use std::ops::Range;

use super::errors::count_errors;
use crate::model::Ms;
use crate::store::{Cursor, Log};

/// Entries and errors per column of equal time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Density {
    /// The moment at the left edge.
    pub start_ms: Ms,
    /// The moment at the right edge.
    pub end_ms: Ms,
    /// Entries per column.
    pub events: Vec<u32>,
    /// Errors per column.
    pub errors: Vec<u32>,
}

impl Density {
    /// The column that holds a moment, clamped to the ends.
    #[must_use]
    pub fn column_of(&self, ms: Ms) -> usize {
        let span = self.end_ms.saturating_sub(self.start_ms).max(1);
        let into = ms.clamp(self.start_ms, self.end_ms) - self.start_ms;
        let columns = self.events.len();
        usize::try_from(u128::from(into) * columns as u128 / u128::from(span))
            .unwrap_or(columns)
            .min(columns.saturating_sub(1))
    }

    /// The first moment of a column.
    #[must_use]
    pub fn start_of(&self, column: usize) -> Ms {
        let span = u128::from(self.end_ms - self.start_ms);
        let into = (span * column as u128).div_ceil(self.events.len().max(1) as u128);
        self.start_ms + Ms::try_from(into).unwrap_or(Ms::MAX)
    }
}

/// Counts the entries of a stretch of time into `columns` columns.
#[must_use]
pub fn density(log: &Log, span: Range<Ms>, columns: usize) -> Density {
    let mut out = Density {
        start_ms: span.start,
        end_ms: span.end.max(span.start),
        events: vec![0; columns],
        errors: vec![0; columns],
    };
    let edges: Vec<Cursor> = (0..=columns).map(|c| left_edge(log, &out, c)).collect();
    for (count, edge) in out.events.iter_mut().zip(edges.windows(2)) {
        *count = u32::try_from(log.count(edge[0]..edge[1])).unwrap_or(u32::MAX);
    }
    for (count, edge) in out.errors.iter_mut().zip(edges.windows(2)) {
        *count = u32::try_from(count_errors(log, edge[0]..edge[1])).unwrap_or(u32::MAX);
    }
    out
}

fn left_edge(log: &Log, density: &Density, column: usize) -> Cursor {
    match density.start_of(column).checked_sub(1) {
        Some(before) => log.cursor_at(before),
        None => log.first(),
    }
}
