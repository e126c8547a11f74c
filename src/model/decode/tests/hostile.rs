//! Entries that nobody meant well with.

use proptest::prelude::*;

use super::*;
use crate::model::gist;

#[test]
fn names_that_are_no_text_or_no_names_are_faults() {
    let id: FieldRef<'_> = (b"session_id", b"s\xff");
    let event = decode(b"k", AT, &[id, (b"type", b"x")], &Mapping::default());
    assert_eq!(problems(&event), ["invalid UTF-8 in a name or an id"]);
    let long = "x".repeat(10_000);
    let event = self::event(&[("type", &long), ("name", "short")]);
    assert_eq!(event.kind.as_ref(), b"short");
    assert_eq!(problems(&event), ["too long to be a name or an id"]);
}

#[test]
fn hostile_shapes_cost_little() {
    let deep = format!(
        "{{\"data\":{}1{}}}",
        "{\"data\":".repeat(50_000),
        "}".repeat(50_000)
    );
    let event = event(&[("data", &deep)]);
    assert!(event.attributes.len() <= 2);
    let wide = format!("{{{}\"type\":\"x\"}}", "\"a\":1,".repeat(100_000));
    let event = self::event(&[("data", &wide), ("type", "y")]);
    assert!(event.attributes.len() <= json::MAX_MEMBERS + 1);
    assert_eq!(problems(&event), ["too many members"]);
}

/// Names that mean something, with values that almost do.
fn field() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let names = prop::sample::select(vec![
        "type",
        "data",
        "payload",
        "event",
        "message",
        "status",
        "level",
        "session_id",
        "user",
        "ts",
        "latency_ms",
        "duration",
        "tokens",
        "usage",
        "error",
        "code",
        "v",
        "done",
        "id",
        "content",
        "query",
        "duration_minutes",
    ]);
    let values = prop::sample::select(vec![
        "{\"type\":\"a\",\"data\":{\"error\":{\"message\":\"\\u001b\"}}}",
        "{\"\":\"\\ud800\"}",
        "{",
        "\"{\"",
        "data:",
        "data: {\"a\":1}",
        "eyJ",
        "eyJhIjoxfQ==",
        "[1]",
        "-0",
        "1e400",
        "1e17",
        "9223372036854775807",
        "-9223372036854775808",
        "2023-02-29",
        "2023-11-14T22:13:20+99:99",
        "\u{1b}[2J",
        "\u{202e}",
        "true",
        "session.ended",
        "search",
        "summary",
        "session.started",
        "memory.cleared",
    ]);
    let name = prop_oneof![
        3 => names.prop_map(|n| n.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    let value = prop_oneof![
        2 => values.prop_map(|v| v.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    (name, value)
}

proptest! {
    #[test]
    fn every_entry_becomes_an_event_that_can_be_shown(
        stream in prop::collection::vec(any::<u8>(), 0..30),
        ms in any::<u64>(),
        fields in prop::collection::vec(field(), 0..8),
        limit in 0_usize..50,
    ) {
        let refs: Vec<FieldRef<'_>> = fields.iter().map(|(n, v)| (&n[..], &v[..])).collect();
        let event = decode(&stream, EntryId::new(ms, 0), &refs, &Mapping::default());
        prop_assert!(!event.kind.is_empty());
        prop_assert_eq!(event.flags.has(Flags::ERROR), event.class == Class::Error);
        prop_assert_eq!(event.flags.has(Flags::FAULTY), !event.faults.is_empty());
        prop_assert!(event.latency_ms.is_none_or(|l| l.is_finite() && l >= 0.0));
        let gist = gist(&event, limit);
        for part in [gist.lead, gist.text, gist.aside] {
            prop_assert!(part.width() <= limit);
            let hostile = |c: char| c.is_control() || c == '\u{202e}';
            prop_assert!(!part.as_str().contains(hostile));
        }
        let print = crate::model::fingerprint(&event);
        let parts = print.split(|b| *b == crate::model::fingerprint::SEPARATOR);
        prop_assert_eq!(parts.count(), 3);
    }

    #[test]
    fn what_names_meant_before_changes_no_event(
        entries in prop::collection::vec(prop::collection::vec(field(), 0..8), 1..12),
        own in any::<bool>(),
    ) {
        let session = (Part::Session, vec!["user".to_owned(), "content".to_owned()]);
        let overrides = own.then_some(session).into_iter().collect();
        let mapping = Mapping { overrides };
        let mut decoder = Decoder::default();
        for fields in &entries {
            let refs: Vec<FieldRef<'_>> = fields.iter().map(|(n, v)| (&n[..], &v[..])).collect();
            let got = decoder.decode(b"memory:events", AT, &refs, &mapping);
            let numbers: Vec<_> = decoder.name_numbers().take(refs.len()).collect();
            prop_assert_eq!(&got.event, &decode(b"memory:events", AT, &refs, &mapping));
            let alone = Decoder::default().decode(b"memory:events", AT, &refs, &mapping);
            prop_assert_eq!(got.arguments, alone.arguments);
            prop_assert_eq!(numbers.len(), refs.len());
            for ((name, _), number) in refs.iter().zip(&numbers) {
                let same = refs.iter().zip(&numbers).filter(|((other, _), _)| other == name);
                prop_assert!(number.is_some() && same.clone().all(|(_, n)| n == number));
                prop_assert_eq!(same.count(), numbers.iter().filter(|n| *n == number).count());
            }
        }
    }
}
