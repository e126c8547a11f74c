//! Which field plays which part: the built-in candidates of DESIGN §3, with the user's own names before them,
//! and the evidence of what was found.

use std::collections::BTreeMap;

use super::{Event, FieldRef};

/// A part of an event that a field can play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The event type.
    Kind,
    /// The session id.
    Session,
    /// The user id.
    User,
    /// The event time.
    Time,
    /// The latency.
    Latency,
    /// The token count.
    Tokens,
    /// The failure's message.
    Error,
    /// The producer's event id.
    EventId,
    /// The speaker of a message.
    Role,
}

/// Field names per part, in the order in which they are tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Names from the user's configuration, tried before the built-in ones.
    pub overrides: BTreeMap<Part, Vec<String>>,
}

/// How often each field played each part, over the entries decoded so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Entries looked at.
    pub entries: u64,
    /// (part, where it came from) → entries. The source is a field name, `(stream key)`, `(entry id)` or `(only field)`.
    pub found: BTreeMap<(Part, String), u64>,
    /// Problem → entries that had it.
    pub faults: BTreeMap<String, u64>,
}

impl Evidence {
    /// Counts one decoded entry.
    pub fn note(&mut self, _event: &Event<'_>, _fields: &[FieldRef<'_>], _mapping: &Mapping) {
        self.entries += 1;
    }

    /// Adds another tally to this one.
    pub fn add(&mut self, other: &Self) {
        self.entries += other.entries;
        for (key, n) in &other.found {
            *self.found.entry(key.clone()).or_default() += n;
        }
        for (key, n) in &other.faults {
            *self.faults.entry(key.clone()).or_default() += n;
        }
    }
}
