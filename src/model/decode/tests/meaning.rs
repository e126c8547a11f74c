//! Rules 5 to 8: what they tell of.

use super::*;

#[test]
fn rule_5_failures_are_known_by_kind_status_level_or_error() {
    for (fields, code, message) in [
        (
            &[
                ("type", "error.occurred"),
                ("code", "E7"),
                ("error", "no route"),
            ][..],
            "E7",
            "no route",
        ),
        // A job queue.
        (
            &[
                ("event", "failed"),
                ("jobId", "1"),
                ("failedReason", "out of memory"),
            ],
            "-",
            "out of memory",
        ),
        // A worker that reports its state.
        (
            &[
                ("type", "task"),
                ("status", "FAILURE"),
                ("exc_type", "KeyError"),
                ("message", "'x'"),
            ],
            "KeyError",
            "'x'",
        ),
        // Structured logs.
        (
            &[("level", "ERROR"), ("msg", "disk full"), ("logger", "a.b")],
            "-",
            "disk full",
        ),
        (
            &[("level", "50"), ("msg", "disk full"), ("name", "api")],
            "-",
            "disk full",
        ),
        (
            &[
                ("type", "tool"),
                ("error", "tool_error"),
                ("error_message", "bad args"),
            ],
            "tool_error",
            "bad args",
        ),
        (
            &[
                ("type", "llm"),
                ("error", r#"{"type":"overloaded","message":"try later"}"#),
            ],
            "overloaded",
            "try later",
        ),
        (
            &[("type", "llm"), ("error", "true"), ("message", "gone")],
            "-",
            "gone",
        ),
        (
            &[
                ("name", "span"),
                ("exception.type", "IOError"),
                ("exception.message", "eof"),
            ],
            "IOError",
            "eof",
        ),
        (&[("type", "tool_timeout"), ("x", "y")], "-", "-"),
    ] {
        let event = event(fields);
        assert!(event.flags.has(Flags::ERROR), "{fields:?}");
        assert_eq!(event.class, Class::Error);
        let got = (
            text(event.error_code.as_ref()),
            text(event.error_message.as_ref()),
        );
        assert_eq!(got, (code.to_owned(), message.to_owned()), "{fields:?}");
    }
    for value in ["", "null", "None", "false", "{}", "[]", "0"] {
        let event = event(&[
            ("type", "x"),
            ("error", value),
            ("status", "ok"),
            ("level", "30"),
        ]);
        assert!(!event.flags.has(Flags::ERROR), "{value}");
        assert_eq!(event.error_message, None);
    }
}

#[test]
fn rule_6_a_session_ends_by_its_kind_or_by_its_word() {
    for (fields, ends) in [
        (&[("type", "session.ended"), ("x", "")][..], true),
        (&[("event", "completed"), ("jobId", "1")], true),
        (&[("kind", "run.cancelled"), ("x", "")], true),
        (&[("type", "task.done"), ("task_id", "t")], true),
        (&[("type", "task.done"), ("session_id", "s")], false),
        (&[("type", "token"), ("done", "true")], true),
        (&[("data", r#"{"type":"chunk","complete":true}"#)], true),
        (&[("type", "token"), ("done", "false")], false),
        (&[("type", "tool.completed"), ("x", "")], false),
    ] {
        assert_eq!(event(fields).flags.has(Flags::END), ends, "{fields:?}");
    }
    assert!(
        event(&[("type", "session.started")])
            .flags
            .has(Flags::START)
    );
}

#[test]
fn rule_7_numbers_are_read_and_what_is_none_is_a_fault() {
    for (fields, latency, tokens) in [
        (
            &[("duration", "1.5"), ("total_tokens", "12")][..],
            Some(1500.0),
            Some(12),
        ),
        (
            &[
                ("durationMs", "7"),
                ("prompt_tokens", "5"),
                ("completion_tokens", "6"),
            ],
            Some(7.0),
            Some(11),
        ),
        (
            &[("latency_ms", "250ms"), ("output_tokens", "6.0")],
            Some(250.0),
            Some(6),
        ),
        (
            &[("duration", "250ms"), ("summary_tokens", "214")],
            Some(250.0),
            Some(214),
        ),
        (
            &[
                ("usage", r#"{"input_tokens":3,"output_tokens":4}"#),
                ("a", ""),
            ],
            None,
            Some(7),
        ),
        (
            &[
                ("usage", r#"{"total_tokens":9,"prompt_tokens":1}"#),
                ("a", ""),
            ],
            None,
            Some(9),
        ),
        (&[("latency_ms", ""), ("tokens", "null")], None, None),
        (&[("latency_ms", "0"), ("tokens", "0")], Some(0.0), Some(0)),
    ] {
        let event = event(fields);
        assert_eq!(
            (event.latency_ms, event.tokens),
            (latency, tokens),
            "{fields:?}"
        );
        assert_eq!(problems(&event), [""; 0], "{fields:?}");
    }
    for (value, latency, tokens) in [
        ("many", "not a number", "not a number"),
        ("NaN", "not a finite number", "not a finite number"),
        ("-inf", "not a finite number", "not a finite number"),
        ("-3", "negative", "negative"),
        (
            "1e30",
            "too large to be a latency",
            "too large to be a token count",
        ),
    ] {
        let event = event(&[("latency_ms", value), ("tokens", value)]);
        assert_eq!((event.latency_ms, event.tokens), (None, None));
        assert_eq!(problems(&event), [latency, tokens], "{value}");
    }
}

#[test]
fn rule_8_ids_are_the_envelopes_and_unknown_versions_are_shown() {
    for (fields, id) in [
        (&[("id", "evt-1"), ("type", "x")][..], "evt-1"),
        (&[("data", r#"{"id":"evt-2","type":"x"}"#)], "evt-2"),
        (&[("data", r#"{"id":"order-1"}"#), ("type", "x")], "-"),
        (&[("data", r#"{"event_id":"e3"}"#), ("type", "x")], "e3"),
    ] {
        assert_eq!(text(event(fields).event_id.as_ref()), id, "{fields:?}");
    }
    for (version, known) in [
        ("1", true),
        ("1.0", true),
        ("", true),
        ("2", false),
        ("beta", false),
    ] {
        let event = event(&[("type", "x"), ("schema_version", version)]);
        assert_eq!(!event.flags.has(Flags::FAULTY), known, "{version}");
        assert_eq!(event.kind.as_ref(), b"x");
    }
}
