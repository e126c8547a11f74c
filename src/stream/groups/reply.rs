//! What `XINFO` and `XPENDING` answer, as far as it is used. Replies grow fields from version to version, so they are read by
//! name, and what is not said is `None`.

use ::redis::{RedisResult, Value};

use crate::model::EntryId;
use crate::model::consumer_groups::{ConsumerStatus, PendingEntry, PendingPayload};
use crate::source::redis::parse::{bytes, items, number, pairs};

/// What `XINFO STREAM` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamFacts {
    /// Entries now.
    pub length: u64,
    /// The oldest entry; `None` where there is none.
    pub first: Option<EntryId>,
    /// The newest entry that is there; `None` where there is none.
    pub newest: Option<EntryId>,
    /// The last id ever given.
    pub last: EntryId,
    /// Entries ever added (7.0).
    pub added: Option<u64>,
    /// The highest id that `XDEL` ever took (7.0); trimming leaves it as it is.
    pub max_deleted: Option<EntryId>,
}

/// What `XINFO GROUPS` says of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupFacts {
    /// Its name.
    pub name: Vec<u8>,
    /// Its consumers.
    pub consumers: Option<u64>,
    /// Delivered and not acknowledged.
    pub pending: Option<u64>,
    /// Where deliveries go on.
    pub last_delivered: EntryId,
    /// The server's count of what was read (7.0).
    pub read: Option<u64>,
    /// The server's lag (7.0).
    pub lag: Option<u64>,
}

/// The reply of `XINFO STREAM`.
pub fn stream(value: Value) -> StreamFacts {
    let mut facts = StreamFacts::default();
    for (key, value) in pairs(value) {
        match bytes(&key).unwrap_or_default() {
            b"length" => facts.length = number(&value).unwrap_or_default(),
            b"last-generated-id" => facts.last = id(&value).unwrap_or_default(),
            b"entries-added" => facts.added = number(&value),
            b"max-deleted-entry-id" => facts.max_deleted = id(&value),
            b"first-entry" => facts.first = items(value).first().and_then(id),
            b"last-entry" => facts.newest = items(value).first().and_then(id),
            _ => {}
        }
    }
    facts
}

/// The reply of `XINFO GROUPS`.
pub fn groups(value: Value) -> Vec<GroupFacts> {
    items(value).into_iter().map(group).collect()
}

fn group(value: Value) -> GroupFacts {
    let mut facts = GroupFacts::default();
    for (key, value) in pairs(value) {
        match bytes(&key).unwrap_or_default() {
            b"name" => facts.name = bytes(&value).unwrap_or_default().to_vec(),
            b"consumers" => facts.consumers = number(&value),
            b"pending" => facts.pending = number(&value),
            b"last-delivered-id" => facts.last_delivered = id(&value).unwrap_or_default(),
            b"entries-read" => facts.read = number(&value),
            b"lag" => facts.lag = number(&value),
            _ => {}
        }
    }
    facts
}

/// The reply of `XINFO CONSUMERS`.
pub fn consumers(value: Value) -> Vec<ConsumerStatus> {
    items(value).into_iter().map(consumer).collect()
}

fn consumer(value: Value) -> ConsumerStatus {
    let mut status = ConsumerStatus::default();
    for (key, value) in pairs(value) {
        match bytes(&key).unwrap_or_default() {
            b"name" => status.name = bytes(&value).unwrap_or_default().to_vec(),
            b"pending" => status.pending = number(&value).unwrap_or_default(),
            b"idle" => status.idle_ms = number(&value),
            b"inactive" => status.inactive_ms = number(&value),
            _ => {}
        }
    }
    status
}

/// Of the summary of `XPENDING`: how many there are, and the oldest.
pub fn pending_summary(value: Value) -> (Option<u64>, Option<EntryId>) {
    let mut parts = items(value).into_iter();
    let count = parts.next().as_ref().and_then(number);
    (count, parts.next().as_ref().and_then(id))
}

/// The reply of `XPENDING` with a range.
pub fn pending(value: Value) -> Vec<PendingEntry> {
    items(value).into_iter().filter_map(pending_entry).collect()
}

/// An entry that was given back (8.8, `XNACK`) has no consumer, a negative age and a count beyond all counts.
fn pending_entry(value: Value) -> Option<PendingEntry> {
    let mut parts = items(value).into_iter();
    Some(PendingEntry {
        id: id(&parts.next()?)?,
        consumer: bytes(&parts.next()?)?.to_vec(),
        idle_ms: parts.next().as_ref().and_then(number).unwrap_or(0),
        deliveries: parts.next().as_ref().and_then(number).unwrap_or_default(),
        entry: PendingPayload::Unknown,
    })
}

/// The ids of a range of entries, deleted ones left out.
pub fn ids(value: Value) -> Vec<EntryId> {
    let entry = |entry| items(entry).first().and_then(id);
    items(value).into_iter().filter_map(entry).collect()
}

/// What looking up one entry found.
pub fn payload(answer: RedisResult<Value>) -> PendingPayload {
    let Ok(found) = answer else {
        return PendingPayload::Unknown;
    };
    let Some(entry) = items(found).into_iter().next() else {
        return PendingPayload::Deleted;
    };
    let fields = items(entry).into_iter().nth(1);
    let fields = pairs(fields.unwrap_or(Value::Nil)).into_iter();
    let field = |(name, value)| Some((bytes(&name)?.to_vec(), bytes(&value)?.to_vec()));
    PendingPayload::Present(fields.filter_map(field).collect())
}

/// An entry id.
pub fn id(value: &Value) -> Option<EntryId> {
    EntryId::from_bytes(bytes(value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    #[test]
    fn fields_are_read_by_name_whichever_there_are() {
        let seven = Value::Array(vec![
            text("name"),
            text("g"),
            text("lag"),
            Value::Nil,
            text("something-new"),
            Value::Array(vec![]),
            text("entries-read"),
            Value::Int(3),
            text("last-delivered-id"),
            text("5-1"),
        ]);
        let facts = group(seven);
        assert_eq!((facts.lag, facts.read), (None, Some(3)));
        assert_eq!(facts.last_delivered, EntryId::new(5, 1));
        assert_eq!(facts.pending, None);
    }

    #[test]
    fn an_entry_that_was_given_back_is_still_listed() {
        let row = Value::Array(vec![
            text("5-0"),
            text(""),
            Value::Int(-1),
            Value::Int(i64::MAX),
        ]);
        let listed = pending(Value::Array(vec![row]));
        assert_eq!(listed.len(), 1);
        assert!(
            listed
                .iter()
                .all(|one| one.consumer.is_empty() && one.idle_ms == 0)
        );
    }
}
