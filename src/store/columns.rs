//! What filters and projections ask of every entry, as columns of numbers.

use std::ops::Range;

use super::{Column, Ids, Payloads, Strings, Symbol};
use crate::model::{Class, Flags, Ms};

/// Columns of equal length, one row an entry. Unknown is never 0: see each column for how absence is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Entry ids.
    pub id: Ids,
    /// Where the entry stands on the time axis: `max(previous, id.ms)`, so it never falls; at most 2^53.
    pub axis_ms: Column<Ms>,
    /// The stream.
    pub stream: Column<Symbol>,
    /// The event type, as written.
    pub kind: Column<Symbol>,
    /// What sort of thing the type is.
    pub class: Column<Class>,
    /// The session, or none.
    pub session: Column<Symbol>,
    /// The user, or none.
    pub user: Column<Symbol>,
    /// The speaker of a message, or none.
    pub role: Column<Symbol>,
    /// `kind \x1f code \x1f masked message` of a failure, or none.
    pub fingerprint: Column<Symbol>,
    /// Event time, ms since the epoch; `i64::MIN` where unknown.
    pub time_ms: Column<i64>,
    /// Latency in ms; negative where unknown.
    pub latency_ms: Column<f32>,
    /// Tokens; `u32::MAX` where unknown.
    pub tokens: Column<u32>,
    /// Hash of the producer's event id; 0 where it has none.
    pub event_id: Column<u64>,
    /// Hash of the kind and the arguments; 0 where there are none to tell by.
    pub arguments: Column<u32>,
    /// Marks.
    pub flags: Column<Flags>,
}

impl Columns {
    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// Adds all rows of another set of columns; `rename` maps its symbols to those of this one.
    pub fn extend(&mut self, other: &Self, rename: impl Fn(Symbol) -> Symbol) {
        self.id.extend(&other.id);
        self.axis_ms.extend(&other.axis_ms);
        self.stream.extend_with(&other.stream, &rename);
        self.kind.extend_with(&other.kind, &rename);
        self.class.extend(&other.class);
        self.session.extend_with(&other.session, &rename);
        self.user.extend_with(&other.user, &rename);
        self.role.extend_with(&other.role, &rename);
        self.fingerprint.extend_with(&other.fingerprint, &rename);
        self.time_ms.extend(&other.time_ms);
        self.latency_ms.extend(&other.latency_ms);
        self.tokens.extend(&other.tokens);
        self.event_id.extend(&other.event_id);
        self.arguments.extend(&other.arguments);
        self.flags.extend(&other.flags);
    }

    /// Makes room for so many rows more.
    pub fn reserve(&mut self, rows: usize) {
        self.id.reserve(rows);
        self.axis_ms.reserve(rows);
        self.stream.reserve(rows);
        self.kind.reserve(rows);
        self.class.reserve(rows);
        self.session.reserve(rows);
        self.user.reserve(rows);
        self.role.reserve(rows);
        self.fingerprint.reserve(rows);
        self.time_ms.reserve(rows);
        self.latency_ms.reserve(rows);
        self.tokens.reserve(rows);
        self.event_id.reserve(rows);
        self.arguments.reserve(rows);
        self.flags.reserve(rows);
    }

    /// Gives back what growth left over.
    pub fn shrink(&mut self) {
        self.id.shrink();
        self.axis_ms.shrink();
        self.stream.shrink();
        self.kind.shrink();
        self.class.shrink();
        self.session.shrink();
        self.user.shrink();
        self.role.shrink();
        self.fingerprint.shrink();
        self.time_ms.shrink();
        self.latency_ms.shrink();
        self.tokens.shrink();
        self.event_id.shrink();
        self.arguments.shrink();
        self.flags.shrink();
    }

    /// The same rows in less room.
    #[must_use]
    pub fn packed(&self) -> Self {
        let id = self.id.packed();
        // In one stream without clock jumps the axis is the id's milliseconds: one column serves both.
        let axis_ms = if self.axis_ms == self.id.ms {
            id.ms.clone()
        } else {
            self.axis_ms.packed()
        };
        Self {
            id,
            axis_ms,
            stream: self.stream.packed(),
            kind: self.kind.packed(),
            class: self.class.packed(),
            session: self.session.packed(),
            user: self.user.packed(),
            role: self.role.packed(),
            fingerprint: self.fingerprint.packed(),
            time_ms: self.time_ms.packed(),
            latency_ms: self.latency_ms.packed(),
            tokens: self.tokens.packed(),
            event_id: self.event_id.packed(),
            arguments: self.arguments.packed(),
            flags: self.flags.packed(),
        }
    }

    /// Bytes held in memory.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let axis = if self.axis_ms.shares(&self.id.ms) {
            0
        } else {
            self.axis_ms.memory_bytes()
        };
        let symbols = [
            &self.stream,
            &self.kind,
            &self.session,
            &self.user,
            &self.role,
            &self.fingerprint,
        ];
        axis + self.id.memory_bytes()
            + symbols.map(Column::memory_bytes).iter().sum::<usize>()
            + self.class.memory_bytes()
            + self.time_ms.memory_bytes()
            + self.latency_ms.memory_bytes()
            + self.tokens.memory_bytes()
            + self.event_id.memory_bytes()
            + self.arguments.memory_bytes()
            + self.flags.memory_bytes()
    }

    /// The latency of a row, ms.
    #[must_use]
    pub fn latency(&self, row: usize) -> Option<f64> {
        let latency = self.latency_ms.get(row)?;
        (latency >= 0.0).then(|| f64::from(latency))
    }

    /// The known latencies of some rows, ms, in their order.
    pub fn latencies(&self, rows: Range<usize>) -> impl Iterator<Item = f32> {
        self.latency_ms.range(rows).filter(|ms| *ms >= 0.0)
    }

    /// The tokens of a row.
    #[must_use]
    pub fn tokens(&self, row: usize) -> Option<u64> {
        let tokens = self.tokens.get(row)?;
        (tokens != u32::MAX).then(|| u64::from(tokens))
    }

    /// The event time of a row, ms since the epoch.
    #[must_use]
    pub fn time(&self, row: usize) -> Option<i64> {
        self.time_ms.get(row).filter(|time| *time != i64::MIN)
    }

    /// Whether a row has all these marks.
    #[must_use]
    pub fn has(&self, row: usize, flags: Flags) -> bool {
        self.flags.get(row).is_some_and(|f| f.has(flags))
    }
}

/// A run of entries with what is needed to read them: a page or a chunk, alike.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The columns.
    pub columns: &'a Columns,
    /// The fields.
    pub payloads: &'a Payloads,
    /// The strings behind the symbols of both.
    pub strings: &'a Strings,
}
