//! From an entry to an event, by the eight rules of DESIGN §3.
//!
//! Invariant: total, and linear in the entry's bytes. What cannot be read becomes a fault, never an error, and flat
//! fields are only borrowed.

mod arguments;
mod clock;
mod decoder;
mod failure;
mod json;
mod kind;
mod layout;
mod names;
mod numbers;
mod stream_key;
#[cfg(test)]
mod tests;
mod unwrap;

use std::borrow::Cow;

pub use self::decoder::{Decoded, Decoder};
use self::layout::Layout;
use self::names::Slot;
pub use self::names::{NameNumber, TIMES as TIME_NAMES};
use super::{Class, EntryId, Event, FieldRef, Flags, Mapping, Part, Source, Sources};

/// The kind of an entry that names none.
pub const UNTYPED: &[u8] = b"(untyped)";
/// Entry id and event time may differ by this much before the clock counts as skewed.
const SKEW_MS: i64 = 5000;

/// Decodes one entry of the stream `stream`. Total: whatever the bytes are, there is an event. [`Decoder`] is for many.
#[must_use]
pub fn decode<'a>(
    stream: &[u8],
    id: EntryId,
    fields: &[FieldRef<'a>],
    mapping: &Mapping,
) -> Event<'a> {
    event(
        stream,
        id,
        Layout::new(fields, mapping, names::plays),
        fields,
    )
}

fn event<'a>(
    stream: &[u8],
    id: EntryId,
    mut layout: Layout<'a, '_>,
    fields: &[FieldRef<'a>],
) -> Event<'a> {
    let mut sources = Sources::default();
    let kind = find_kind(&layout, fields, &mut sources);
    let session = find_session(&layout, stream, &mut sources);
    let user = find(&layout, Part::User, &mut sources).and_then(|u| failure::user_id(&u));
    let event_id = find(&layout, Part::EventId, &mut sources);
    let role = find(&layout, Part::Role, &mut sources);
    let time_ms = find_time(&mut layout, &mut sources);
    let latency_ms = find_latency(&mut layout, &mut sources);
    let tokens = find_tokens(&mut layout, &mut sources);
    let failure = failure::find(&layout, &kind);
    check_version(&mut layout);
    check_text(
        &mut layout,
        &[
            Some(&kind),
            session.as_ref(),
            user.as_ref(),
            event_id.as_ref(),
        ],
    );
    let class = find_class(&kind, &sources, failure.is_some());
    let flags = find_flags(&layout, class, failure.is_some(), id, time_ms);
    let failure = failure.unwrap_or_default();
    if let Some((source, attribute)) = failure.source {
        sources.set(Part::Error, source, Some(attribute));
    }
    let Layout {
        attributes, faults, ..
    } = layout;
    Event {
        kind,
        class,
        session,
        user,
        event_id,
        role,
        time_ms,
        latency_ms,
        tokens,
        error_code: failure.code,
        error_message: failure.message,
        flags,
        faults,
        attributes,
        sources,
    }
}

/// Texts that stand for nothing: what JSON, Python and an empty form field say.
fn is_none(value: &[u8]) -> bool {
    matches!(value, b"" | b"null" | b"None")
}

fn find<'a>(layout: &Layout<'a, '_>, part: Part, sources: &mut Sources) -> Option<Cow<'a, [u8]>> {
    let (source, attribute) = layout.source(Slot::Part(part))?;
    sources.set(part, source, Some(attribute));
    layout.get(Slot::Part(part)).cloned()
}

fn find_kind<'a>(
    layout: &Layout<'a, '_>,
    fields: &[FieldRef<'a>],
    sources: &mut Sources,
) -> Cow<'a, [u8]> {
    if let Some(kind) = find(layout, Part::Kind, sources) {
        return kind;
    }
    match fields {
        [(name, _)] if (1..=256).contains(&name.len()) => {
            sources.set(Part::Kind, Source::OnlyField, None);
            Cow::Borrowed(name)
        }
        _ => Cow::Borrowed(UNTYPED),
    }
}

fn find_session<'a>(
    layout: &Layout<'a, '_>,
    stream: &[u8],
    sources: &mut Sources,
) -> Option<Cow<'a, [u8]>> {
    find(layout, Part::Session, sources).or_else(|| {
        let session = stream_key::session(stream)?;
        sources.set(Part::Session, Source::StreamKey, None);
        Some(Cow::Owned(session.to_vec()))
    })
}

fn find_time(layout: &mut Layout<'_, '_>, sources: &mut Sources) -> Option<i64> {
    sources.set(Part::Time, Source::EntryId, None);
    let (source, attribute) = layout.source(Slot::Part(Part::Time))?;
    let (name, value) = layout.field(Slot::Part(Part::Time))?;
    let Some(ms) = clock::parse(value) else {
        let name = name.clone();
        layout.fault(&name, "not a time");
        return None;
    };
    sources.set(Part::Time, source, Some(attribute));
    Some(ms)
}

fn find_latency(layout: &mut Layout<'_, '_>, sources: &mut Sources) -> Option<f64> {
    let (source, attribute) = layout.source(Slot::Part(Part::Latency))?;
    let latency = numbers::latency(layout)?;
    sources.set(Part::Latency, source, Some(attribute));
    Some(latency)
}

fn find_tokens(layout: &mut Layout<'_, '_>, sources: &mut Sources) -> Option<u64> {
    let (tokens, source, attribute) = numbers::tokens(layout)?;
    sources.set(Part::Tokens, source, Some(attribute));
    Some(tokens)
}

fn find_class(kind: &[u8], sources: &Sources, failed: bool) -> Class {
    if failed {
        return Class::Error;
    }
    let session_field = match sources.of(Part::Session) {
        Some(Source::Field(name)) => name,
        _ => "",
    };
    kind::class(kind, session_field)
}

fn find_flags(
    layout: &Layout<'_, '_>,
    class: Class,
    failed: bool,
    id: EntryId,
    time_ms: Option<i64>,
) -> Flags {
    let done = layout
        .get(Slot::Done)
        .is_some_and(|done| done.eq_ignore_ascii_case(b"true"));
    let skewed = time_ms.is_some_and(|time| is_skewed(id, time));
    [
        (failed, Flags::ERROR),
        (class == Class::Ended || done, Flags::END),
        (class == Class::Started, Flags::START),
        (skewed, Flags::SKEWED),
        (!layout.faults.is_empty(), Flags::FAULTY),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .fold(Flags::default(), |flags, (_, flag)| flags.with(flag))
}

fn is_skewed(id: EntryId, time_ms: i64) -> bool {
    let id_ms = i64::try_from(id.ms).unwrap_or(i64::MAX);
    id_ms.saturating_sub(time_ms).saturating_abs() > SKEW_MS
}

/// Rule 8: an unknown version is shown, and not guessed at.
fn check_version(layout: &mut Layout<'_, '_>) {
    let Some((name, version)) = layout.field(Slot::Version) else {
        return;
    };
    if !matches!(version.as_ref(), b"1" | b"1.0" | b"1.0.0" | b"v1" | b"v1.0") {
        let name = name.clone();
        layout.fault(&name, "unknown schema version");
    }
}

fn check_text(layout: &mut Layout<'_, '_>, parts: &[Option<&Cow<'_, [u8]>>]) {
    let is_text = |part: &Cow<'_, [u8]>| part.is_ascii() || std::str::from_utf8(part).is_ok();
    if !parts.iter().flatten().all(|part| is_text(part)) {
        layout.fault(b"", "invalid UTF-8 in a name or an id");
    }
}
