//! From replies, in the shapes of RESP2 and RESP3, to what they say. Entries that are read in bulk do not come this way (`resp`).

use ::redis::Value;

use crate::model::{EntryId, FieldRef};

/// One entry that a consumer was given; the fields are still the reply's own values.
#[derive(Debug, PartialEq)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    fields: Vec<Value>,
}

/// What `XINFO STREAM` says; what a server does not say is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamState {
    /// Entries now.
    pub length: u64,
    /// The last id ever given.
    pub last: EntryId,
    /// The first entry's id; `None` where there is no entry.
    pub first: Option<EntryId>,
    /// Entries ever added (7.0).
    pub added: Option<u64>,
    /// Consumer groups.
    pub groups: Option<u64>,
}

impl Entry {
    /// Its fields, put into `into`.
    pub fn fields<'a>(&'a self, into: &mut Vec<FieldRef<'a>>) {
        into.clear();
        let pairs = self.fields.chunks_exact(2);
        into.extend(pairs.filter_map(|pair| Some((bytes(pair.first()?)?, bytes(pair.get(1)?)?))));
    }
}

/// The bytes of a string reply of either kind.
pub fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Some(text.as_bytes()),
        Value::Okay => Some(b"OK"),
        _ => None,
    }
}

/// A number, written as such or as text.
pub fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Int(n) => u64::try_from(*n).ok(),
        other => std::str::from_utf8(bytes(other)?).ok()?.parse().ok(),
    }
}

/// The items of an array reply.
pub fn items(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) | Value::Set(items) => items,
        _ => Vec::new(),
    }
}

/// The pairs of a map reply: a map in RESP3, a flat array in RESP2.
pub fn pairs(value: Value) -> Vec<(Value, Value)> {
    match value {
        Value::Map(pairs) => pairs,
        other => {
            let mut flat = items(other).into_iter();
            std::iter::from_fn(|| Some((flat.next()?, flat.next()?))).collect()
        }
    }
}

/// What a consumer was given.
#[derive(Debug, Default, PartialEq)]
pub struct Delivered {
    /// The entries that are there.
    pub entries: Vec<Entry>,
    /// Ids whose entries were deleted.
    pub gone: Vec<EntryId>,
    /// Deleted entries of which not even the id is told (`XCLAIM` and `XAUTOCLAIM` before 7.0).
    pub nameless: usize,
}

/// The list in a reply of `XREADGROUP`, `XCLAIM` or `XAUTOCLAIM`.
pub fn delivered(value: Value) -> Delivered {
    let mut found = Delivered::default();
    for item in items(value) {
        let mut parts = items(item).into_iter();
        let id = parts.next().and_then(|id| EntryId::from_bytes(bytes(&id)?));
        match (id, parts.next().and_then(field_list)) {
            (Some(id), Some(fields)) => found.entries.push(Entry { id, fields }),
            (Some(id), None) => found.gone.push(id),
            (None, _) => found.nameless += 1,
        }
    }
    found
}

/// The ids in a list.
pub fn ids(value: Value) -> Vec<EntryId> {
    let listed = items(value).into_iter();
    listed
        .filter_map(|id| EntryId::from_bytes(bytes(&id)?))
        .collect()
}

/// The list of the only stream in a reply of `XREADGROUP`; `Nil` where there is none.
pub fn only_stream(value: Value) -> Value {
    match value {
        Value::Map(pairs) => pairs
            .into_iter()
            .next()
            .map_or(Value::Nil, |(_, list)| list),
        other => {
            let stream = items(other).into_iter().next().map(items);
            let mut parts = stream.unwrap_or_default().into_iter();
            parts.nth(1).unwrap_or(Value::Nil)
        }
    }
}

fn field_list(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(fields) => Some(fields),
        Value::Map(pairs) => Some(pairs.into_iter().flat_map(|(n, v)| [n, v]).collect()),
        _ => None,
    }
}

/// The reply of `XINFO STREAM`. Unknown keys are passed over: servers grow new ones.
pub fn stream_state(value: Value) -> StreamState {
    let mut state = StreamState::default();
    for (key, value) in pairs(value) {
        match bytes(&key).unwrap_or_default() {
            b"length" => state.length = number(&value).unwrap_or_default(),
            b"last-generated-id" => {
                state.last = bytes(&value)
                    .and_then(EntryId::from_bytes)
                    .unwrap_or_default();
            }
            b"entries-added" => state.added = number(&value),
            b"groups" => state.groups = number(&value),
            b"first-entry" => state.first = first_id(value),
            _ => {}
        }
    }
    state
}

fn first_id(entry: Value) -> Option<EntryId> {
    EntryId::from_bytes(bytes(items(entry).first()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    fn list() -> Value {
        let fields = ["a", "1", "a", "2"].map(text).to_vec();
        Value::Array(vec![Value::Array(vec![text("7-1"), Value::Array(fields)])])
    }

    #[test]
    fn repeated_names_stay_in_order() {
        let found = delivered(list());
        let mut fields = Vec::new();
        if let Some(entry) = found.entries.first() {
            entry.fields(&mut fields);
        }
        assert_eq!(fields, [(&b"a"[..], &b"1"[..]), (b"a", b"2")]);
    }

    #[test]
    fn what_was_deleted_is_told_apart_from_what_is_there() {
        let there = items(list()).remove(0);
        let gone = Value::Array(vec![text("8-0"), Value::Nil]);
        let reply = || Value::Array(vec![there.clone(), gone.clone(), Value::Nil]);
        let found = delivered(reply());
        assert_eq!(
            found.entries.iter().map(|e| e.id.ms).collect::<Vec<_>>(),
            [7]
        );
        assert_eq!((found.gone, found.nameless), (vec![EntryId::new(8, 0)], 1));
        let resp2 = Value::Array(vec![Value::Array(vec![text("s"), reply()])]);
        let resp3 = Value::Map(vec![(text("s"), reply())]);
        assert_eq!((only_stream(resp2), only_stream(resp3)), (reply(), reply()));
        assert_eq!(only_stream(Value::Nil), Value::Nil);
    }

    #[test]
    fn what_a_server_does_not_say_is_unknown() {
        let old = Value::Array(vec![
            text("length"),
            Value::Int(3),
            text("first-entry"),
            Value::Nil,
        ]);
        let state = stream_state(old);
        assert_eq!((state.length, state.added, state.first), (3, None, None));
    }
}
