//! Text that means harm: it never reaches a terminal as control, and data output keeps its bytes.

use std::process::Stdio;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Place, shown};

/// Clears the screen, sets the clipboard and the title, turns text around, ends strings, and is no UTF-8 at the end.
const NASTY: &[u8] =
    b"evil\x1b[2J\x1b]52;c;aGk=\x07\x1b]0;t\x07\0\xe2\x80\xae\xe2\x80\x8b\xc2\x9b31m\x7f\xc2\x85\r\n\x9b\xff";
/// The same as UTF-8.
const TEXT: &str =
    "evil\u{1b}[2J\u{1b}]52;c;aGk=\u{7}\0\u{202e}\u{200b}\u{9b}31m\u{7f}\u{85}\r\nend";
const STREAM: &[u8] = b"bad\x1b]52;c;aGk=\x07\xe2\x80\xae\xff";

fn huge() -> Vec<u8> {
    [NASTY, b"x".repeat(1 << 20).as_slice(), NASTY].concat()
}

/// Everything that can be hostile is.
fn place() -> Place {
    let place = Place::new();
    let huge = huge();
    let all = |bytes: &'static [u8]| -> Vec<(&[u8], &[u8])> {
        vec![
            (b"id", bytes),
            (b"type", bytes),
            (b"session_id", bytes),
            (b"user_id", bytes),
            (b"role", bytes),
            (b"query", bytes),
            (b"tokens", bytes),
            (b"error", bytes),
            (bytes, bytes),
        ]
    };
    let mut big = all(TEXT.as_bytes());
    big.push((b"content", &huge));
    let entries = [
        ("1-1".to_owned(), all(NASTY)),
        ("1-2".to_owned(), all(TEXT.as_bytes())),
        ("1-3".to_owned(), big),
    ];
    place.add(STREAM, entries);
    place
}

fn harmless(told: &str, what: &[&str]) {
    let bad = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if let Some(at) = told.find(bad) {
        let near: String = told
            .get(at.saturating_sub(20)..)
            .unwrap_or(told)
            .chars()
            .take(60)
            .collect();
        panic!("{what:?}: {near:?}");
    }
}

#[test]
fn no_text_output_and_no_message_has_a_control_character() {
    let place = place();
    let stream = format!("{}*", "bad");
    for arguments in [
        &["query"][..],
        &["query", "--reverse"],
        &["query", "--format", "jsonl"],
        &["query", "--format", "json"],
        &["sessions"],
        &["sessions", "--format", "json"],
        &["doctor"],
        &["doctor", "--format", "json"],
        &["session", "evil"],
        &["session", "evil", "--state"],
        &["session", "evil\u{1b}[2J\u{9b}\u{202e}"],
        &["query", "type:\u{1b}[2J\u{202e}:("],
        &["query", "--since", "\u{1b}[2J\u{202e}"],
        &["query", "--nope\u{1b}[2J"],
        &["query", "--limit", "\u{1b}[2J"],
        &["\u{1b}[2J\u{202e}"],
        &["session", "x", "-s", "none\u{1b}[2J\u{202e}"],
        &["query", "-f", "none\u{1b}[2J\u{202e}.jsonl"],
        &["query", "--config", "none\u{1b}[2J\u{202e}"],
        &["query", "-r", "\u{1b}[2J\u{202e}"],
        &["doctor", "-r", "127.0.0.1:1/\u{1b}[2J\u{202e}"],
        &["doctor", "-s", "none\u{1b}[2J\u{202e}"],
        &["query", "-s", "b*\u{1b}[2J\u{202e}"],
    ] {
        let mut all = vec!["-s", stream.as_str()];
        if arguments.iter().any(|a| matches!(*a, "-f" | "-s")) {
            all.clear();
        }
        all.extend(arguments);
        harmless(&shown(&place.run(&all)), &all);
    }
    // Names nearby come from the server.
    let near = place.run(&["query", "-s", "none"]);
    assert!(shown(&near).contains("bad"), "{near:?}");
    harmless(&shown(&near), &["query", "-s", "none"]);
    for arguments in [&["session", TEXT_ID][..], &["session", TEXT_ID, "--state"]] {
        let place = with_id();
        let output = place.run(arguments);
        assert!(output.status.success(), "{output:?}");
        harmless(&shown(&output), arguments);
    }
}

/// No argument can hold a NUL.
const TEXT_ID: &str = "evil\u{1b}[2J\u{202e}\u{9b}";

fn with_id() -> Place {
    let place = Place::new();
    let fields: Vec<(&[u8], &[u8])> = vec![
        (b"session_id", TEXT_ID.as_bytes()),
        (b"user_id", NASTY),
        (b"type", NASTY),
        (b"query", NASTY),
        (b"role", NASTY),
    ];
    place.add(b"memory:events", [("1-1".to_owned(), fields)]);
    place
}

#[test]
fn following_shows_no_control_character() {
    let place = place();
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("lookback"))
        .args(["tail", "-s", "bad*", "-n", "3"])
        .env_clear()
        .envs(place.environment())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(2));
    drop(child.kill());
    let output = child.wait_with_output().unwrap();
    let told = shown(&output);
    assert_eq!(told.lines().count(), 3, "{told:?}");
    harmless(&told, &["tail"]);
}

/// The documented writing of bytes.
fn written(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

#[test]
fn json_lines_keep_the_bytes_exactly() {
    let place = place();
    let lines = place.json_lines(&["query", "-s", "bad*"]);
    assert_eq!(lines.len(), 3);
    for (line, bytes) in lines.iter().zip([NASTY, TEXT.as_bytes(), TEXT.as_bytes()]) {
        assert_eq!(line["stream"], written(STREAM));
        for key in ["type", "session", "user"] {
            assert_eq!(line[key], written(bytes), "{key}");
        }
        assert_eq!(line["fields"]["role"], written(bytes));
        let name = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => format!("base64:{}", STANDARD.encode(bytes)),
        };
        assert_eq!(line["fields"][&name], written(bytes));
    }
    assert_eq!(lines[2]["fields"]["content"], written(&huge()));
}

#[test]
fn csv_into_a_pipe_keeps_the_bytes() {
    let place = place();
    let csv = place.print(&["query", "-s", "bad*", "--format", "csv"]);
    let quoted = [b"\"".as_slice(), NASTY, b"\""].concat();
    let found = csv.windows(quoted.len()).filter(|w| *w == quoted).count();
    // Kind, session and user of the first entry.
    assert_eq!(found, 3);
    let sessions = place.print(&["sessions", "-s", "bad*", "--format", "csv"]);
    assert!(sessions.windows(NASTY.len()).any(|w| w == NASTY));
}
