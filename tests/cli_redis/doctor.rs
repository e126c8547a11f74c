//! `doctor` tells what it can, line by line, whatever the user may do.

use serde_json::Value;

use super::{Place, shown};

fn filled() -> Place {
    let place = Place::new();
    let fields: Vec<(&[u8], &[u8])> = vec![
        (b"type", b"message.added"),
        (b"session_id", b"sess-1"),
        (b"tokens", b"many"),
    ];
    let entries = (1..=2_000).map(|n| (format!("{n}-0"), fields.clone()));
    place.add(b"memory:events", entries);
    place
}

#[test]
fn server_streams_mapping_and_faults_are_told() {
    let place = filled();
    let _: u64 = place.server.run("XTRIM memory:events MAXLEN 1500");
    let _: () = place.server.run("XGROUP CREATE memory:events g 0");
    let report = place.json(&["doctor"]);
    assert_eq!(report["connected"], true);
    assert!(report["server"]["version"].is_string() && report["server"]["ping_us"].is_u64());
    assert_eq!(report["server"]["mode"], "standalone");
    let permissions = report["permissions"].as_array().unwrap();
    assert!(permissions.len() >= 8 && permissions.iter().all(|p| p["allowed"] == true));
    let stream = &report["streams"][0];
    for (key, wanted) in [
        ("exists", Value::from(true)),
        ("type", "stream".into()),
        ("length", 1_500.into()),
        ("first", "501-0".into()),
        ("last", "2000-0".into()),
        ("added", 2_000.into()),
        ("deleted", 500.into()),
        ("groups", 1.into()),
        ("looked_at", 1_000.into()),
    ] {
        assert_eq!(stream[key], wanted, "{key}");
    }
    assert_eq!(report["faults"][0]["field"], "tokens");
    let text = String::from_utf8(place.print(&["doctor"])).unwrap();
    for told in [
        "session from `session_id`, 1000 of 1000 entries",
        "all allowed: PING",
        "2000, 500 trimmed or deleted",
        "Will not work",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
}

#[test]
fn a_narrow_user_gets_a_report_with_unknowns() {
    let place = filled();
    let _: () = place
        .server
        .run("ACL SETUSER narrow on >pw ~memory:events +xrange +xrevrange");
    let url = place.server.url().replace("redis://", "redis://narrow@");
    let run = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env("REDIS_URL", &url).env("REDIS_PASSWORD", "pw");
        command.output().unwrap()
    };
    let output = run(&["doctor", "--format", "json"]);
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let stream = &report["streams"][0];
    for key in ["exists", "type", "length", "added", "deleted", "groups"] {
        assert!(stream[key].is_null(), "{key} in {stream}");
    }
    assert!(report["server"]["ping_us"].is_null());
    assert_eq!(report["mapping"]["session"][0]["entries"], 1_000);
    let xread = report["permissions"].as_array().unwrap().iter();
    let xread = xread.clone().find(|p| p["command"] == "XREAD").unwrap();
    assert_eq!(xread["allowed"], false);
    let text = shown(&run(&["doctor"]));
    assert!(text.contains("XREAD is not allowed to this user"), "{text}");

    // Not even this key: everything fails but the report.
    let output = run(&["doctor", "-s", "other"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        shown(&output).contains("no entries can be read"),
        "{output:?}"
    );
}

#[test]
fn a_server_that_is_not_there_is_a_report_too() {
    let place = Place::new();
    let output = place.run(&["-r", "127.0.0.1:1", "doctor", "--format", "json"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["connected"], false);
    assert!(report["server"].is_null());
    assert_eq!(report["streams"], Value::Array(Vec::new()));
}

#[test]
fn key_types_and_missing_keys_are_named() {
    let place = Place::new();
    let _: () = place.server.run("SET text x");
    let output = place.run(&["doctor", "-s", "text", "-s", "none", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |name: &str| {
        let streams = report["streams"].as_array().unwrap().iter();
        streams
            .clone()
            .find(|s| s["stream"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(
        (&of("text")["type"], &of("text")["exists"]),
        (&"string".into(), &true.into())
    );
    assert_eq!(
        (&of("none")["type"], &of("none")["exists"]),
        (&Value::Null, &false.into())
    );
}
