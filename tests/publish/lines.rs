//! What is published, from flags and from lines.

use std::io::{BufRead, BufReader, Write};

use super::events::lines_of;
use super::place::{Place, said};

fn fields(place: &Place, stream: &str) -> Vec<Vec<String>> {
    let entries: Vec<(String, Vec<String>)> = place.server.run(&format!("XRANGE {stream} - +"));
    entries.into_iter().map(|(_, fields)| fields).collect()
}

#[test]
fn an_event_from_flags_has_the_fields_of_the_wire_format() {
    let place = Place::new();
    let data = r#"{"role":"user","tokens":14,"tool":{"name":"grep"}}"#;
    let arguments = [
        "publish",
        "--type",
        "message.added",
        "--session",
        "s1",
        "--user",
        "u1",
        "--data",
        data,
    ];
    let printed = place.print(&arguments);
    let entry: Vec<(String, Vec<String>)> = place.server.run("XRANGE memory:events - +");
    assert_eq!(printed.trim(), entry[0].0);
    let names: Vec<&str> = entry[0].1.iter().step_by(2).map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "id",
            "type",
            "session_id",
            "user_id",
            "timestamp",
            "schema_version",
            "role",
            "tokens",
            "tool"
        ]
    );
    let values: Vec<&str> = entry[0]
        .1
        .iter()
        .skip(1)
        .step_by(2)
        .map(String::as_str)
        .collect();
    assert!(values[0].starts_with("evt-"), "{values:?}");
    let seconds: i64 = values[4].parse().unwrap();
    assert!((chrono::Utc::now().timestamp() - seconds).abs() < 60);
    assert_eq!(values[1..4], ["message.added", "s1", "u1"]);
    assert_eq!(values[5..], ["1", "user", "14", r#"{"name":"grep"}"#]);
}

#[test]
fn what_query_prints_is_published_as_it_is() {
    let place = Place::new();
    let mut add = redis::cmd("XADD");
    add.arg("from").arg("5-1");
    for (name, value) in [
        (&b"a"[..], &b"\xff\x00"[..]),
        (b"a", b""),
        (b"type", b"x"),
        (b"base64:", b"y"),
        (b"\xfe", b"{\"base64\":\"eA==\"}"),
    ] {
        add.arg(name).arg(value);
    }
    add.query::<String>(&mut place.server.connection()).unwrap();
    let lines = place.print(&["query", "-s", "from", "--format", "jsonl"]);
    let output = place.feed(&["publish", "-s", "to", "--quiet"], lines.as_bytes());
    assert!(output.status.success(), "{}", said(&output));
    assert!(output.stdout.is_empty());
    let read = |stream: &str| -> Vec<(String, Vec<Vec<u8>>)> {
        place.server.run(&format!("XRANGE {stream} - +"))
    };
    assert_eq!(read("to")[0].1, read("from")[0].1);
}

#[test]
fn a_broken_line_ends_it_with_its_number_and_the_count_before_it() {
    let place = Place::new();
    for (broken, why) in [
        (&b"{\"a\":"[..], "it is no JSON"),
        (b"[1,2]", "it is no JSON object"),
        (b"{\"a\":\"\xff\"}", "it is not UTF-8"),
        (b"{}", "it has no fields"),
    ] {
        let input = [
            &b"{\"type\":\"a\"}\n\n{\"type\":\"b\"}\n"[..],
            broken,
            b"\n{\"type\":\"c\"}\n",
        ]
        .concat();
        let output = place.feed(&["publish"], &input);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("line 4: ") && text.contains(why), "{text}");
        assert!(text.contains("2 events were published before it"), "{text}");
        assert_eq!(lines_of(&output.stdout).len(), 2);
        let output = place.feed(&["publish", "--skip-invalid", "--quiet"], &input);
        let text = said(&output);
        assert!(output.status.success(), "{text}");
        assert!(
            text.contains("published 3 events") && text.contains("1 broken line passed over"),
            "{text}"
        );
    }
    assert_eq!(place.length("memory:events"), 4 * 5);
}

#[test]
fn a_line_that_is_written_into_a_pipe_is_published_at_once() {
    let place = Place::new();
    let mut child = place.start(&["publish", "--format", "jsonl"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for n in 1..=3 {
        stdin
            .write_all(format!("{{\"type\":\"a\",\"id\":\"e{n}\"}}\n").as_bytes())
            .unwrap();
        // The next one is written only when this one is answered.
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(told["event_id"], format!("e{n}"));
        assert_eq!(told["duplicate"], false);
        assert_eq!(told["stream"], "memory:events");
        assert_eq!(place.length("memory:events"), n);
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn many_lines_keep_their_order_and_ids_are_printed_for_each() {
    let place = Place::new();
    let path = place.home.path().join("events.jsonl");
    std::fs::write(&path, super::events::events(3_000)).unwrap();
    let printed = place.print(&["publish", "-f", path.to_str().unwrap(), "-s", "many"]);
    assert_eq!(printed.lines().count(), 3_000);
    let order: Vec<String> = (0..3_000).map(|n| n.to_string()).collect();
    assert_eq!(place.values("many", "n"), order);
    // The last line needs no newline.
    let output = place.feed(&["publish", "-s", "one"], b"{\"type\":\"a\"}");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(place.length("one"), 1);
}

#[test]
fn made_ids_differ_within_a_batch() {
    let place = Place::new();
    let output = place.feed(&["publish"], "{\"type\":\"a\"}\n".repeat(1_000).as_bytes());
    assert!(output.status.success(), "{}", said(&output));
    let mut ids = place.values("memory:events", "id");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 1_000);
}

#[test]
fn a_bound_lets_the_oldest_go() {
    let place = Place::new();
    let input = super::events::events(1_000);
    let arguments = ["publish", "--max-len", "10", "--exact", "--quiet"];
    assert!(place.feed(&arguments, input.as_bytes()).status.success());
    assert_eq!(place.length("memory:events"), 10);
    let about = ["publish", "-s", "about", "--max-len", "10", "--quiet"];
    assert!(place.feed(&about, input.as_bytes()).status.success());
    let left = place.length("about");
    assert!((10..1_000).contains(&left), "{left}");
}

#[test]
fn a_reader_of_the_ids_that_goes_away_does_not_end_the_publishing() {
    let place = Place::new();
    let mut child = place.start(&["publish"]);
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(super::events::events(2_000).as_bytes())
        .unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
    assert_eq!(place.length("memory:events"), 2_000);
}

#[test]
fn what_cannot_be_meant_is_a_usage_error_and_nothing_is_written() {
    let place = Place::new();
    for (arguments, why) in [
        (&["publish", "--data", "{\"a\":1}"][..], "no type"),
        (
            &["publish", "--type", "a", "--data", "[1]"],
            "--data is no JSON object",
        ),
        (&["publish", "--type", "a", "-f", "x.jsonl"], "take one"),
        (
            &["publish", "--type", "a", "-s", "a", "-s", "b"],
            "one stream",
        ),
        (&["publish", "--type", "a", "-s", "a*"], "several streams"),
        (
            &["publish", "--type", "a", "--once"],
            "without an id of its own",
        ),
        (&["publish", "--type", "a", "--exact"], "--max-len"),
        (&["publish", "--type", "a", "--max-len", "0"], "0"),
        (
            &[
                "publish",
                "--type",
                "a",
                "--id",
                "1",
                "--once",
                "--once-for",
                "10ms",
            ],
            "at least a second",
        ),
    ] {
        let output = place.run(arguments);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains(why), "{arguments:?}: {text}");
    }
    let keys: Vec<String> = place.server.run("KEYS *");
    assert_eq!(keys, Vec::<String>::new());
    let output = place.run(&["publish", "-f", "missing.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("missing.jsonl does not exist"));
    assert_eq!(fields(&place, "memory:events"), Vec::<Vec<String>>::new());
}
