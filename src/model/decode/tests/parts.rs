//! Rules 1 to 4: where the parts are found.

use super::*;

#[test]
fn the_reference_producer_is_read_whole_and_only_borrowed() {
    let event = event(&[
        ("id", "evt-1700000000123456789"),
        ("type", "message.added"),
        ("session_id", "s-1"),
        ("user_id", "u-7"),
        ("timestamp", "1700000000"),
        ("role", "assistant"),
        ("tokens", "42"),
        ("latency_ms", "812.5"),
    ]);
    assert_eq!(event.kind.as_ref(), b"message.added");
    assert_eq!(event.class, Class::Message);
    assert_eq!(text(event.session.as_ref()), "s-1");
    assert_eq!(text(event.user.as_ref()), "u-7");
    assert_eq!(text(event.role.as_ref()), "assistant");
    assert_eq!(text(event.event_id.as_ref()), "evt-1700000000123456789");
    assert_eq!(event.time_ms, Some(1_700_000_000_000));
    assert_eq!(event.tokens, Some(42));
    assert_eq!(event.latency_ms, Some(812.5));
    assert_eq!(event.flags, Flags::default());
    assert!(event.faults.is_empty());
    let borrowed = |part: &Cow<'_, [u8]>| matches!(part, Cow::Borrowed(_));
    assert!(
        event
            .attributes
            .iter()
            .all(|(n, v)| borrowed(n) && borrowed(v))
    );
}

#[test]
fn rule_1_the_event_is_found_in_its_wrapping() {
    for (fields, want) in [
        // A graph runner: all in one field.
        (
            &[(
                "data",
                r#"{"event":"on_tool_start","run_id":"r1","n":{"a":[1]}}"#,
            )][..],
            "event=on_tool_start run_id=r1 n={\"a\":[1]}",
        ),
        // CloudEvents: the envelope's id and type win over the payload's.
        (
            &[
                ("id", "ce-1"),
                ("type", "order.made"),
                (
                    "data",
                    r#"{"id":"o-9","type":"book","total":12.50,"paid":true}"#,
                ),
            ],
            "id=ce-1 type=order.made total=12.50 paid=true",
        ),
        // JSON-RPC in an only field of any name, its params one level down.
        (
            &[(
                "rpc",
                r#"{"method":"tools/call","params":{"name":"grep","arguments":{"q":1}}}"#,
            )],
            "method=tools/call name=grep arguments={\"q\":1}",
        ),
        // Encoded twice, and one level more.
        (
            &[
                ("v", "1"),
                (
                    "payload",
                    r#"{"data":"{\"type\":\"a\",\"data\":{\"b\":1}}"}"#,
                ),
            ],
            "v=1 type=a data={\"b\":1}",
        ),
        // Server-sent events.
        (
            &[
                ("seq", "4"),
                (
                    "message",
                    "event: token\ndata: {\"text\":\"he\\u0079\"}\n\n",
                ),
            ],
            "seq=4 event=token text=hey",
        ),
        // base64 of {"type":"ping","n":1}.
        (
            &[("body", "eyJ0eXBlIjoicGluZyIsIm4iOjF9"), ("k", "v")],
            "k=v type=ping n=1",
        ),
        // Nothing is unwrapped that does not wrap.
        (
            &[
                ("type", "message.added"),
                ("message", "{hi} there"),
                ("args", r#"{"a":1}"#),
            ],
            "type=message.added message={hi} there args={\"a\":1}",
        ),
        (&[("data", "{}"), ("type", "x")], "type=x"),
    ] {
        let event = event(fields);
        assert_eq!(flat(&event), want);
        assert_eq!(problems(&event), [""; 0], "{want}");
    }
    let broken = event(&[("type", "x"), ("payload", r#"{"a": 1"#)]);
    assert_eq!(problems(&broken), ["broken JSON"]);
    assert!(broken.flags.has(Flags::FAULTY));
    assert_eq!(broken.attribute("payload"), Some(&br#"{"a": 1"#[..]));
}

#[test]
fn rule_2_the_kind_is_the_first_name_that_says_one() {
    for (fields, want) in [
        (&[("event_type", "b"), ("type", "a")][..], "a"),
        (&[("eventType", "b"), ("name", "c")], "b"),
        (&[("type", ""), ("action", "deploy")], "deploy"),
        (&[("type", "null"), ("operation", "get")], "get"),
        (&[("level", "info"), ("msg", "hi")], "info"),
        (
            &[("status", "ok"), ("data", r#"{"type":"tool.called"}"#)],
            "tool.called",
        ),
        (
            &[("event", "message"), ("data", r#"{"type":"delta"}"#)],
            "message",
        ),
        (
            &[("event", r#"{"kind":"run.created"}"#), ("x", "y")],
            "run.created",
        ),
        (&[("tool.called", r#"{"q":1}"#)], "tool.called"),
        (&[("heartbeat", "1")], "heartbeat"),
        (&[("a", "1"), ("b", "2")], "(untyped)"),
        (&[], "(untyped)"),
    ] {
        assert_eq!(
            String::from_utf8_lossy(&event(fields).kind),
            want,
            "{fields:?}"
        );
    }
}

#[test]
fn rule_3_session_and_user_come_from_fields_and_last_from_the_key() {
    for (stream, fields, session, user) in [
        (
            "events",
            &[("sessionId", "s"), ("trace_id", "t"), ("userId", "u")][..],
            "s",
            "u",
        ),
        (
            "events",
            &[("agent", "planner"), ("task_id", "t9"), ("actor", "bob")],
            "t9",
            "bob",
        ),
        (
            "events",
            &[("trace_id", "t"), ("data", r#"{"threadId":"th"}"#)],
            "th",
            "-",
        ),
        (
            "events",
            &[("jobId", "17"), ("user", r#"{"name":"Al","id":"u1"}"#)],
            "17",
            "u1",
        ),
        (
            "agent:{run-7}:events",
            &[("type", "x"), ("owner", "")],
            "run-7",
            "-",
        ),
        (
            "agent:{run-7}:events",
            &[("session_id", "s"), ("user_id", "None")],
            "s",
            "-",
        ),
        (
            "memory:events",
            &[("type", "x"), ("session_id", "")],
            "-",
            "-",
        ),
    ] {
        let event = decode_on(stream, fields);
        let got = (text(event.session.as_ref()), text(event.user.as_ref()));
        assert_eq!(got, (session.to_owned(), user.to_owned()), "{fields:?}");
    }
    let event = decode_on("session:9", &[("type", "x"), ("y", "z")]);
    assert_eq!(event.sources.of(Part::Session), Some(Source::StreamKey));
    assert_eq!(event.sources.of(Part::Time), Some(Source::EntryId));
}

#[test]
fn rule_4_times_are_read_and_skew_is_marked() {
    for (fields, time, skewed) in [
        (
            &[("ts", "1700000000"), ("x", "")][..],
            Some(1_700_000_000_000),
            false,
        ),
        (
            &[("time", "2023-11-14T22:13:20Z"), ("x", "")],
            Some(1_700_000_000_000),
            false,
        ),
        (
            &[("@timestamp", "2023-11-14T22:13:10.000Z"), ("x", "")],
            Some(1_699_999_990_000),
            true,
        ),
        (
            &[("event_time_us", "1700000010000000"), ("x", "")],
            Some(1_700_000_010_000),
            true,
        ),
        (
            &[("created_at", "1700000005.5"), ("x", "")],
            Some(1_700_000_005_500),
            false,
        ),
        (&[("type", "x"), ("y", "")], None, false),
    ] {
        let event = event(fields);
        assert_eq!(event.time_ms, time, "{fields:?}");
        assert_eq!(event.flags.has(Flags::SKEWED), skewed, "{fields:?}");
    }
    let event = event(&[("timestamp", "yesterday"), ("type", "x")]);
    assert_eq!(
        (event.time_ms, problems(&event)),
        (None, vec!["not a time"])
    );
}
