//! The fields of a session's state by name: the one table that text, JSON, the screen and the comparison read.

use std::collections::BTreeMap;

use super::session_state::{LastError, SessionState, SessionStatus, SummaryMade};

/// A session's state, and where the session stands with it.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// What its events add up to.
    pub state: &'a SessionState,
    /// `None` before its first event.
    pub status: Option<SessionStatus>,
}

/// A field.
#[derive(Debug)]
pub struct Field {
    /// In JSON.
    pub key: &'static str,
    /// For people.
    pub label: &'static str,
    read: for<'a> fn(Standing<'a>) -> Value<'a>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Unknown, or not yet.
    Absent,
    /// A name one can filter by.
    Name(&'a [u8]),
    /// Words.
    Text(&'a [u8]),
    /// Where the session stands.
    Status(SessionStatus),
    /// Ms since the epoch.
    Moment(i64),
    /// A number of things.
    Count(u64),
    /// A number of things of each name.
    Counts(&'a BTreeMap<Vec<u8>, u64>),
    /// Summaries in their order.
    Summaries(&'a [SummaryMade]),
    /// A failure.
    Failure(&'a LastError),
}

/// Every field, in the order in which all outputs have them.
pub static FIELDS: [Field; 14] = [
    field("user", "user", |s| name(s.state.user.as_ref())),
    field("status", "status", |s| {
        s.status.map_or(Value::Absent, Value::Status)
    }),
    field("started_at", "started", |s| moment(s.state.started_at)),
    field("ended_at", "ended", |s| moment(s.state.ended_at)),
    field("messages", "messages", |s| Value::Counts(&s.state.messages)),
    field("tokens", "tokens", |s| {
        s.state.tokens.map_or(Value::Absent, Value::Count)
    }),
    field("searches", "searches", |s| Value::Count(s.state.searches)),
    field("last_query", "last query", |s| {
        text(s.state.last_query.as_ref())
    }),
    field("summaries", "summaries", |s| {
        Value::Summaries(&s.state.summaries)
    }),
    field("errors", "errors", |s| Value::Count(s.state.errors)),
    field("last_error", "last error", |s| {
        let last = s.state.last_error.as_ref();
        last.map_or(Value::Absent, Value::Failure)
    }),
    field("memory_cleared", "memory cleared", |s| {
        Value::Count(s.state.memory_cleared)
    }),
    field("last_activity", "last activity", |s| {
        moment(s.state.last_activity)
    }),
    field("other_types", "other types", |s| {
        Value::Counts(&s.state.other_types)
    }),
];

const fn field(
    key: &'static str,
    label: &'static str,
    read: for<'a> fn(Standing<'a>) -> Value<'a>,
) -> Field {
    Field { key, label, read }
}

fn name(bytes: Option<&Vec<u8>>) -> Value<'_> {
    bytes.map_or(Value::Absent, |b| Value::Name(b))
}

fn text(bytes: Option<&Vec<u8>>) -> Value<'_> {
    bytes.map_or(Value::Absent, |b| Value::Text(b))
}

fn moment(ms: Option<i64>) -> Value<'static> {
    ms.map_or(Value::Absent, Value::Moment)
}

impl Field {
    /// What it holds in a state.
    #[must_use]
    pub fn of<'a>(&self, standing: Standing<'a>) -> Value<'a> {
        (self.read)(standing)
    }
}

impl Value<'_> {
    /// Whether there is nothing of it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Absent | Self::Count(0) => true,
            Self::Counts(counts) => counts.is_empty(),
            Self::Summaries(made) => made.is_empty(),
            _ => false,
        }
    }
}

/// How a field differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// There was nothing of it.
    Added,
    /// It was another.
    Changed,
    /// There is nothing of it any more.
    Gone,
}

impl ChangeKind {
    /// The word for it, in every output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Gone => "gone",
        }
    }
}

/// A field that differs between two states.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Which.
    pub field: &'static Field,
    /// In the one state.
    pub before: Value<'a>,
    /// In the other.
    pub after: Value<'a>,
}

impl Change<'_> {
    /// How it differs.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        match (self.before.is_nothing(), self.after.is_nothing()) {
            (true, _) => ChangeKind::Added,
            (false, true) => ChangeKind::Gone,
            (false, false) => ChangeKind::Changed,
        }
    }
}

/// The fields that differ, in the order of the table.
#[must_use]
pub fn diff<'a>(before: Standing<'a>, after: Standing<'a>) -> Vec<Change<'a>> {
    let changes = FIELDS.iter().map(|field| Change {
        field,
        before: field.of(before),
        after: field.of(after),
    });
    changes.filter(|c| c.before != c.after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(state: &SessionState) -> Standing<'_> {
        let status = Some(SessionStatus::Open);
        Standing { state, status }
    }

    fn told(before: &SessionState, after: &SessionState) -> Vec<(&'static str, ChangeKind)> {
        let changes = diff(standing(before), standing(after));
        changes.iter().map(|c| (c.field.key, c.kind())).collect()
    }

    #[test]
    fn a_state_does_not_differ_from_itself() {
        let state = SessionState::default();
        assert!(told(&state, &state).is_empty());
    }

    #[test]
    fn fields_are_added_changed_and_gone() {
        let before = SessionState {
            ended_at: Some(5),
            errors: 1,
            ..SessionState::default()
        };
        let after = SessionState {
            tokens: Some(0),
            errors: 2,
            messages: [(b"user".to_vec(), 1)].into(),
            ..SessionState::default()
        };
        let wanted = [
            ("ended_at", ChangeKind::Gone),
            ("messages", ChangeKind::Added),
            ("tokens", ChangeKind::Added),
            ("errors", ChangeKind::Changed),
        ];
        assert_eq!(told(&before, &after), wanted);
    }

    #[test]
    fn no_two_fields_have_the_same_name() {
        let keys: std::collections::HashSet<_> = FIELDS.iter().map(|f| f.key).collect();
        assert_eq!(keys.len(), FIELDS.len());
    }
}
