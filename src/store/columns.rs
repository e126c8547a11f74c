//! What filters and projections ask of every entry, as columns of numbers.

use super::{Payloads, Strings, Symbol};
use crate::model::{Class, EntryId, Flags, Ms};

/// Columns of equal length, one row an entry. Unknown is never 0: see each column for how absence is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Entry ids.
    pub id: Vec<EntryId>,
    /// Where the entry stands on the time axis: `max(previous, id.ms)`, so it never falls; at most 2^53.
    pub axis_ms: Vec<Ms>,
    /// The stream.
    pub stream: Vec<Symbol>,
    /// The event type, as written.
    pub kind: Vec<Symbol>,
    /// What sort of thing the type is.
    pub class: Vec<Class>,
    /// The session, or none.
    pub session: Vec<Symbol>,
    /// The user, or none.
    pub user: Vec<Symbol>,
    /// The speaker of a message, or none.
    pub role: Vec<Symbol>,
    /// `kind \x1f code \x1f masked message` of a failure, or none.
    pub fingerprint: Vec<Symbol>,
    /// Event time, ms since the epoch; `i64::MIN` where unknown.
    pub time_ms: Vec<i64>,
    /// Latency in ms; negative where unknown.
    pub latency_ms: Vec<f32>,
    /// Tokens; `u32::MAX` where unknown.
    pub tokens: Vec<u32>,
    /// Hash of the producer's event id; 0 where it has none.
    pub event_id: Vec<u64>,
    /// Hash of the kind and the arguments; 0 where there are none to tell by.
    pub arguments: Vec<u32>,
    /// Marks.
    pub flags: Vec<Flags>,
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
        self.id.extend_from_slice(&other.id);
        self.axis_ms.extend_from_slice(&other.axis_ms);
        self.stream.extend(other.stream.iter().map(|s| rename(*s)));
        self.kind.extend(other.kind.iter().map(|s| rename(*s)));
        self.class.extend_from_slice(&other.class);
        self.session
            .extend(other.session.iter().map(|s| rename(*s)));
        self.user.extend(other.user.iter().map(|s| rename(*s)));
        self.role.extend(other.role.iter().map(|s| rename(*s)));
        self.fingerprint
            .extend(other.fingerprint.iter().map(|s| rename(*s)));
        self.time_ms.extend_from_slice(&other.time_ms);
        self.latency_ms.extend_from_slice(&other.latency_ms);
        self.tokens.extend_from_slice(&other.tokens);
        self.event_id.extend_from_slice(&other.event_id);
        self.arguments.extend_from_slice(&other.arguments);
        self.flags.extend_from_slice(&other.flags);
    }

    /// Gives back what growth left over.
    pub fn shrink(&mut self) {
        self.id.shrink_to_fit();
        self.axis_ms.shrink_to_fit();
        self.stream.shrink_to_fit();
        self.kind.shrink_to_fit();
        self.class.shrink_to_fit();
        self.session.shrink_to_fit();
        self.user.shrink_to_fit();
        self.role.shrink_to_fit();
        self.fingerprint.shrink_to_fit();
        self.time_ms.shrink_to_fit();
        self.latency_ms.shrink_to_fit();
        self.tokens.shrink_to_fit();
        self.event_id.shrink_to_fit();
        self.arguments.shrink_to_fit();
        self.flags.shrink_to_fit();
    }

    /// Bytes a row takes.
    #[must_use]
    pub const fn row_bytes() -> usize {
        16 + 8 + 6 * 4 + 1 + 8 + 4 + 4 + 8 + 4 + 2
    }

    /// The latency of a row, ms.
    #[must_use]
    pub fn latency(&self, row: usize) -> Option<f64> {
        self.latency_ms
            .get(row)
            .filter(|l| **l >= 0.0)
            .map(|l| f64::from(*l))
    }

    /// The tokens of a row.
    #[must_use]
    pub fn tokens(&self, row: usize) -> Option<u64> {
        self.tokens
            .get(row)
            .filter(|t| **t != u32::MAX)
            .map(|t| u64::from(*t))
    }

    /// The event time of a row, ms since the epoch.
    #[must_use]
    pub fn time(&self, row: usize) -> Option<i64> {
        self.time_ms.get(row).copied().filter(|t| *t != i64::MIN)
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
