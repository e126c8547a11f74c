//! From an entry to an event.

use std::borrow::Cow;

use super::{Class, EntryId, Event, FieldRef, Flags, Mapping};

/// Decodes one entry of the stream `stream`. Total: whatever the bytes are, there is an event.
#[must_use]
pub fn decode<'a>(
    _stream: &[u8],
    _id: EntryId,
    fields: &[FieldRef<'a>],
    _mapping: &Mapping,
) -> Event<'a> {
    let get = |name: &[u8]| {
        fields
            .iter()
            .find(|(n, v)| *n == name && !v.is_empty())
            .map(|(_, v)| Cow::Borrowed(*v))
    };
    let number = |name: &[u8]| {
        get(name).and_then(|v| {
            std::str::from_utf8(&v)
                .ok()
                .and_then(|t| t.parse::<f64>().ok())
        })
    };
    let kind = get(b"type").unwrap_or(Cow::Borrowed(b"(untyped)"));
    let class = match kind.as_ref() {
        b"session.started" => Class::Started,
        b"message.added" => Class::Message,
        b"search.performed" => Class::Search,
        b"summary.created" => Class::Summary,
        b"memory.cleared" => Class::Cleared,
        b"error.occurred" => Class::Error,
        b"session.ended" => Class::Ended,
        _ => Class::Other,
    };
    let flags = match class {
        Class::Error => Flags::ERROR,
        Class::Ended => Flags::END,
        Class::Started => Flags::START,
        _ => Flags::default(),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "first version"
    )]
    Event {
        kind,
        class,
        session: get(b"session_id"),
        user: get(b"user_id"),
        event_id: get(b"id"),
        role: get(b"role"),
        time_ms: number(b"timestamp").map(|s| (s * 1000.0) as i64),
        latency_ms: number(b"latency_ms"),
        tokens: number(b"tokens").map(|t| t as u64),
        error_code: get(b"code"),
        error_message: get(b"error"),
        flags,
        faults: Vec::new(),
        attributes: fields
            .iter()
            .map(|(n, v)| (Cow::Borrowed(*n), Cow::Borrowed(*v)))
            .collect(),
    }
}
