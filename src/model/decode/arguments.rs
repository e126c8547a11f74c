//! What an event was done with, as one number: the same event with the same arguments has the same one, in every page of a run.
//!
//! Invariant: 0 where no argument is text, so that heartbeats and mere lengths are never taken for a repetition.

use super::names::{Slot, plays};
use crate::model::{Class, Event, Part, hash_of};

/// Names that tell how it came out or when, and not what was asked for.
const OUTCOMES: [&[u8]; 12] = [
    b"count",
    b"result",
    b"score",
    b"length",
    b"size",
    b"total",
    b"duration",
    b"latency",
    b"ratio",
    b"bytes",
    b"elapsed",
    b"token",
];

/// The hash of the kind and the arguments; 0 where there are none to tell by. The order of the fields does not count.
/// `can_be` says of each attribute whether one of its name can be an argument.
pub(super) fn arguments(event: &Event<'_>, can_be: impl Iterator<Item = bool>) -> u32 {
    if !matches!(event.class, Class::Message | Class::Search | Class::Other) {
        return 0;
    }
    let parts = Part::ALL.map(|part| event.sources.attribute(part));
    let (mut sum, mut has_text) = (0_u64, false);
    for ((at, (name, value)), can_be) in event.attributes.iter().enumerate().zip(can_be) {
        if !can_be || value.is_empty() || parts.contains(&Some(at)) {
            continue;
        }
        has_text = has_text || is_text(value);
        sum = sum.wrapping_add(hash_of((name.as_ref(), value.as_ref())));
    }
    if !has_text {
        return 0;
    }
    let hash = hash_of((event.kind.as_ref(), event.role.as_deref(), sum));
    #[expect(clippy::cast_possible_truncation, reason = "the low half of a hash")]
    let low = hash as u32;
    low.max(1)
}

/// Whether a field of that name tells how it came out, when, or something else than what it was done with.
pub(super) fn is_no_argument(name: &[u8]) -> bool {
    let ends = [&b"_id"[..], b"Id", b".id", b"_at", b"At", b"_ms", b"Ms"];
    name == b"id"
        || ends.iter().any(|end| name.ends_with(end))
        || OUTCOMES.iter().any(|word| has_word(name, word))
        || plays(name).is_some_and(|plays| plays.slots.iter().any(|(slot, _)| says_else(*slot)))
}

/// A word at the start of a name or behind `_`, `-` or `.`, with or without a plural.
fn has_word(name: &[u8], word: &[u8]) -> bool {
    name.split(|b| matches!(b, b'_' | b'-' | b'.'))
        .any(|piece| {
            piece.strip_suffix(b"s").unwrap_or(piece) == word.strip_suffix(b"s").unwrap_or(word)
        })
}

/// Whether a field of that role tells something else than what the event was done with. A tool's `name` is an argument.
fn says_else(slot: Slot) -> bool {
    !matches!(
        slot,
        Slot::Part(Part::Kind) | Slot::Text | Slot::Wrapper | Slot::InnerWrapper
    )
}

/// Not a number, and not yes, no or nothing.
fn is_text(value: &[u8]) -> bool {
    let told = value.trim_ascii();
    let says_nothing = matches!(told, b"" | b"true" | b"false" | b"null" | b"{}" | b"[]");
    // What begins with a letter is a number only as `inf` and `nan`, and mostly a long text.
    let may_be = |first: &u8| !first.is_ascii_alphabetic() || matches!(first | 32, b'i' | b'n');
    let is_number = told.first().is_some_and(may_be)
        && std::str::from_utf8(told).is_ok_and(|text| text.parse::<f64>().is_ok());
    !says_nothing && !is_number
}

#[cfg(test)]
mod tests {
    use crate::model::{Decoder, EntryId, Mapping};

    fn hash(fields: &[(&str, &str)]) -> u32 {
        let fields: Vec<(&[u8], &[u8])> = fields
            .iter()
            .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
            .collect();
        let mut decoder = Decoder::default();
        decoder
            .decode(b"s", EntryId::new(1, 0), &fields, &Mapping::default())
            .arguments
    }

    #[test]
    fn the_same_search_is_the_same_whatever_was_found_and_when() {
        let one = hash(&[
            ("id", "evt-1"),
            ("type", "search.performed"),
            ("session_id", "s"),
            ("timestamp", "1700000000"),
            ("query", "refunds"),
            ("results_count", "3"),
        ]);
        let again = hash(&[
            ("query", "refunds"),
            ("id", "evt-2"),
            ("type", "search.performed"),
            ("session_id", "s"),
            ("timestamp", "1700000009"),
            ("results_count", "0"),
            ("latency_ms", "88"),
        ]);
        let other = hash(&[("type", "search.performed"), ("query", "returns")]);
        assert_ne!(one, 0);
        assert_eq!(one, again);
        assert_ne!(one, other);
    }

    #[test]
    fn heartbeats_and_lengths_have_no_arguments() {
        assert_eq!(hash(&[("type", "heartbeat"), ("status", "ok")]), 0);
        assert_eq!(
            hash(&[
                ("type", "message.added"),
                ("role", "user"),
                ("length", "42")
            ]),
            0
        );
        assert_eq!(
            hash(&[("type", "worker.tick"), ("load", "0.7"), ("job_id", "a")]),
            0
        );
    }
}
