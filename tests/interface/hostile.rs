//! Events that try to be more than text.

use crate::stage::{SOON, add, counted, press, watch};
use crate::support::pty::{Key, Pty};
use crate::support::redis_server::RedisServer;

/// A sequence that the program itself never writes, in each form that a terminal would obey.
const TITLE: &str = "\x1b]0;owned\x07";
const CLIPBOARD: &str = "\x1b]52;c;b3duZWQ=\x07";
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[31;5m";
const C1: &str = "\u{9b}2J\u{9d}0;owned\u{9c}";
const TURNED: &str = "\u{202e}txet\u{2066}\u{200b}\u{feff}";

fn harmless(pty: &Pty) {
    let raw = pty.raw_bytes();
    let never: [(&str, &[u8]); 12] = [
        ("OSC", b"\x1b]"),
        ("ESC [ 3 J", b"\x1b[3J"),
        ("blinking red", b"\x1b[31;5m"),
        ("BEL", b"\x07"),
        ("NUL", b"\0"),
        ("CSI of one byte", "\u{9b}".as_bytes()),
        ("OSC of one byte", "\u{9d}".as_bytes()),
        ("right to left", "\u{202e}".as_bytes()),
        ("isolate", "\u{2066}".as_bytes()),
        ("zero width", "\u{200b}".as_bytes()),
        ("byte order mark", "\u{feff}".as_bytes()),
        ("a byte that is no text", b"\xff"),
    ];
    for (name, bytes) in never {
        let at = raw.windows(bytes.len()).position(|w| w == bytes);
        assert_eq!(at, None, "{name} reached the terminal:\n{}", pty.screen());
    }
    // The whole of it is text; the last character may still be on its way.
    if let Err(error) = std::str::from_utf8(&raw) {
        assert_eq!(
            error.error_len(),
            None,
            "no text at byte {}",
            error.valid_up_to()
        );
    }
    assert!(pty.clipboard().is_empty());
}

fn hostile(server: &RedisServer, error: bool) {
    let big = [&b"\x1b[3J\0big"[..], &b"x\x1b]52;c;QQ==\x07".repeat(80_000)].concat();
    let kind = format!("{}{CLEAR}{TURNED}", if error { "error." } else { "kind." });
    let session = format!("s{CLIPBOARD}{C1}");
    let user = format!("u{TITLE}{TURNED}");
    let message = format!("oh{CLEAR}{CLIPBOARD}{C1}{TURNED}\0");
    let json = format!("{{\"deep\":\"a{TURNED}\\u001b[3Jb\\u0000\\u202e\",\"n\":[1,2]}}");
    let mut fields: Vec<(&[u8], &[u8])> = vec![
        (b"type", kind.as_bytes()),
        (b"session_id", session.as_bytes()),
        (b"user_id", user.as_bytes()),
        (b"content", message.as_bytes()),
        (
            b"n\x1b[3J\xff\x00\xe2\x80\xaeame",
            b"\xff\xfe\x1b]52;c;QQ==\x07 invalid \x80",
        ),
        (b"json", json.as_bytes()),
        (b"", b""),
        (b"big", &big),
    ];
    if error {
        fields.push((b"error", message.as_bytes()));
    }
    add(&mut server.connection(), "*", &fields);
}

#[test]
fn no_event_can_speak_to_the_terminal_from_any_pane() {
    let server = RedisServer::new();
    hostile(&server, false);
    hostile(&server, true);
    let mut pty = watch(&server, &[]);
    let screen = pty.wait_for("both entries", SOON, |s| counted(s) == Some(2));
    assert!(screen.contains('␛'), "marks show what was there: {screen}");
    assert!(screen.contains("errors 1 in 1 group"), "{screen}");
    harmless(&pty);
    press(&mut pty, &[Key::Tab, Key::Tab, Key::Enter]);
    pty.wait_for_text("event · fields · json · hex", SOON);
    harmless(&pty);
}

#[test]
fn marks_stand_where_controls_were_in_every_form_of_the_detail() {
    let server = RedisServer::new();
    hostile(&server, true);
    let mut pty = watch(&server, &[]);
    pty.wait_for("the entry", SOON, |s| counted(s) == Some(1));
    press(&mut pty, &[Key::Enter, Key::Tab]);
    pty.keys("z");
    for (form, said) in [
        ("event", "‹U+202E›"),
        ("fields", "n␛[3J\\xff␀"),
        ("json", "\"deep\""),
        ("hex", "1b 5d 35 32"),
    ] {
        pty.wait_for(form, SOON, |s| s.contains(said));
        harmless(&pty);
        pty.keys("v");
    }
}

#[test]
fn hostile_names_can_be_filtered_by() {
    let server = RedisServer::new();
    hostile(&server, false);
    hostile(&server, true);
    let mut pty = watch(&server, &[]);
    pty.wait_for("both entries", SOON, |s| counted(s) == Some(2));
    for (key, count) in [("o", 2), ("u", 2), ("t", 1)] {
        pty.keys(key);
        pty.wait_for("the narrowing", SOON, |s| {
            s.contains(&format!("{count} of 2 entries")) && !s.contains("all events")
        });
        pty.keys("/");
        pty.wait_for_text("Esc goes back", SOON);
        harmless(&pty);
        // What the prompt shows is what is kept.
        pty.key(Key::Enter);
        pty.wait_for("the same filter", SOON, |s| {
            s.contains(&format!("{count} of 2 entries")) && !s.contains("Esc goes back")
        });
        pty.keys(key);
        pty.wait_for_text("feed all events", SOON);
        harmless(&pty);
    }
    pty.keys("?");
    pty.wait_for_text("go to a time or an entry id", SOON);
    harmless(&pty);
}

#[test]
fn a_hostile_stream_name_is_only_a_name() {
    let server = RedisServer::new();
    let name = format!("s{CLIPBOARD}{TURNED}");
    let mut command = redis::cmd("XADD");
    command.arg(&name).arg("*").arg("type").arg("note");
    let _: String = command.query(&mut server.connection()).unwrap();
    let mut pty = watch(&server, &["-s", &name]);
    pty.wait_for("the entry", SOON, |s| counted(s) == Some(1));
    harmless(&pty);
    // One that is missing, with a hostile neighbour that is told about.
    let missing = watch(&server, &["-s", "missing"]);
    missing.wait_for_text("does not exist yet", SOON);
    harmless(&missing);
    pty.keys("q");
    pty.wait_exit(SOON);
    harmless(&pty);
}
