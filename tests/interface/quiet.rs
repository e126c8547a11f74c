//! Nothing happens: nothing is written.

use std::thread;
use std::time::{Duration, Instant};

use crate::stage::{SOON, Story, counted, lookback, watch};
use crate::support::pty::Pty;
use crate::support::redis_server::RedisServer;

/// How much is written in three seconds, once it has been still for one.
fn bytes_at_rest(pty: &Pty) -> usize {
    let deadline = Instant::now() + SOON;
    let mut last = (pty.byte_count(), Instant::now());
    while last.1.elapsed() < Duration::from_secs(1) {
        assert!(Instant::now() < deadline, "never still:\n{}", pty.screen());
        thread::sleep(Duration::from_millis(20));
        if pty.byte_count() != last.0 {
            last = (pty.byte_count(), Instant::now());
        }
    }
    // The measurement itself.
    thread::sleep(Duration::from_secs(3));
    pty.byte_count() - last.0
}

#[test]
fn an_empty_stream_costs_no_byte() {
    let server = RedisServer::new();
    let () = server.run("XGROUP CREATE memory:events group $ MKSTREAM");
    let pty = watch(&server, &[]);
    pty.wait_for_text("LIVE", SOON);
    assert_eq!(bytes_at_rest(&pty), 0, "{}", pty.screen());
}

#[test]
fn a_missing_stream_costs_no_byte() {
    let server = RedisServer::new();
    let pty = watch(&server, &[]);
    pty.wait_for_text("WAITING", SOON);
    assert_eq!(bytes_at_rest(&pty), 0, "{}", pty.screen());
}

#[test]
fn a_quiet_stream_costs_no_byte() {
    let server = RedisServer::new();
    // A minute changes half a minute after the measurement.
    Story::tell(&server, 100, 150_000);
    let pty = watch(&server, &[]);
    pty.wait_for("the story", SOON, |s| {
        counted(s) == Some(100) && s.contains("last entry 2m ago")
    });
    assert_eq!(bytes_at_rest(&pty), 0, "{}", pty.screen());
}

#[test]
fn still_groups_cost_no_byte_though_they_are_looked_at() {
    let server = RedisServer::new();
    Story::tell(&server, 100, 150_000);
    for group in ["workers", "audit"] {
        let () = server.run(&format!("XGROUP CREATE memory:events {group} 0"));
    }
    let pty = watch(&server, &["watch", "--screen", "5"]);
    pty.wait_for_text("last entry 2m ago", SOON);
    pty.wait_for_text("groups 2", SOON);
    // How much a look costs is known after some of them, and is told where it changes.
    let deadline = Instant::now() + SOON;
    while bytes_at_rest(&pty) > 0 {
        assert!(Instant::now() < deadline, "{}", pty.screen());
    }
}

#[test]
fn a_paused_screen_costs_no_byte() {
    let server = RedisServer::new();
    let story = Story::tell(&server, 100, 150_000);
    let mut pty = watch(&server, &[]);
    pty.wait_for("the story", SOON, |s| counted(s) == Some(100));
    pty.keys(" ");
    story.stands_on(&pty, 99);
    assert_eq!(bytes_at_rest(&pty), 0, "{}", pty.screen());
}

#[test]
fn the_end_of_a_file_costs_no_byte() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events.jsonl");
    let line = r#"{"id":"1700000000000-0","fields":{"type":"note","text":"alone"}}"#;
    std::fs::write(&path, format!("{line}\n")).unwrap();
    let pty = lookback(&["-f", path.to_str().unwrap()], &[], 160, 45);
    pty.wait_for_text("alone", SOON);
    assert_eq!(bytes_at_rest(&pty), 0, "{}", pty.screen());
}
