//! Following.

use crate::stage::{SOON, add, counted, length, lookback, say, watch};
use crate::support::redis_server::RedisServer;

#[test]
fn an_added_entry_appears_on_the_glass() {
    let server = RedisServer::new();
    let mut to = server.connection();
    say(&mut to, "there before");
    let pty = watch(&server, &[]);
    let screen = pty.wait_for_text("there before", SOON);
    assert_eq!(counted(&screen), Some(1), "{screen}");
    say(&mut to, "while it watches");
    let screen = pty.wait_for("the second entry", SOON, |s| {
        s.contains("while it watches") && counted(s) == Some(2)
    });
    let header = screen.lines().next().unwrap();
    assert!(header.contains("● LIVE"), "{header}");
    assert!(header.contains("memory:events"), "{header}");
    for _ in 0..300 {
        say(&mut to, "one of many");
    }
    let screen = pty.wait_for("all of them counted", SOON, |s| {
        counted(s) == Some(length(&server))
    });
    assert!(screen.contains("one of many"), "{screen}");
}

#[test]
fn the_newest_rows_are_there_while_history_loads_and_keys_answer() {
    let server = RedisServer::new();
    let mut to = server.connection();
    for block in 0..50 {
        let mut pipe = redis::pipe();
        for i in 0..1_000 {
            let id = format!("{}-0", 1_700_000_000_000_u64 + block * 1_000 + i);
            pipe.cmd("XADD").arg(crate::stage::STREAM).arg(id);
            pipe.arg("type").arg("message.added");
            pipe.arg("session_id").arg(format!("sess-{}", i % 40));
            pipe.arg("content").arg(format!("old {block} {i}")).ignore();
        }
        let () = pipe.query(&mut to).unwrap();
    }
    let mut pty = watch(&server, &[]);
    // Before anything is drawn: a key is not lost.
    pty.keys("?");
    pty.wait_for_text("go to a time or an entry id", SOON);
    pty.keys("?");
    // What was drawn at any time, since the load may be over when the screen is looked at.
    pty.wait_for_bytes("progress", SOON, |raw| {
        raw.windows(8).any(|w| w == b" loading") || raw.windows(6).any(|w| w == b"50,000")
    });
    pty.keys(" ");
    let screen = pty.wait_for_text("‖", SOON);
    assert!(screen.contains("old 49 999"), "{screen}");
    let screen = pty.wait_for("all of it", SOON, |s| counted(s) == Some(50_000));
    assert!(!screen.contains("loading"), "{screen}");
    assert!(screen.contains("old 49 999"), "{screen}");
    assert!(pty.wrote("loading"), "progress was never shown");
}

#[test]
fn the_demo_runs_without_redis_and_moves() {
    let pty = lookback(&["demo", "--rate", "50"], &[], 160, 45);
    let first = pty.wait_for("entries", SOON, |s| {
        counted(s).is_some_and(|n| n > 100) && s.contains("● LIVE") && !s.contains("loading")
    });
    let then = counted(&first);
    pty.wait_for("more entries", SOON, |s| counted(s) > then);
}

#[test]
fn a_copied_entry_arrives_in_the_clipboard_as_json() {
    let server = RedisServer::new();
    let mut to = server.connection();
    let id = add(
        &mut to,
        "*",
        &[(b"type", b"note"), (b"text", b"a \"quote\" and \x1b[31m")],
    );
    let mut pty = watch(&server, &[]);
    pty.wait_for_text("note", SOON);
    pty.keys("y");
    pty.wait_for_text(&format!("copied {id} as JSON"), SOON);
    let copied = pty.clipboard();
    let [copied] = copied.as_slice() else {
        panic!("copied {} times", copied.len());
    };
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, copied).unwrap();
    let entry: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(entry["id"], id);
    assert_eq!(entry["stream"], "memory:events");
    assert_eq!(entry["fields"]["text"], "a \"quote\" and \u{1b}[31m");
}

#[test]
fn what_is_too_long_to_copy_is_not_said_to_be_copied() {
    let server = RedisServer::new();
    let long = vec![b'x'; 100_000];
    let id = add(
        &mut server.connection(),
        "*",
        &[(b"type", b"note"), (b"text", &long)],
    );
    let mut pty = watch(&server, &[]);
    pty.wait_for_text("note", SOON);
    pty.keys("y");
    pty.wait_for_text(&format!("copied its id, {id}"), SOON);
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, id);
    assert_eq!(pty.clipboard(), [encoded]);
}
