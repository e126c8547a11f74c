//! Spikes that are raised while it follows: the bell, and a command that is told.

use std::fs::File;
use std::io::Read;
use std::process::Command;
use std::sync::mpsc;

use redis::Connection;
use serde_json::Value;

use crate::stage::{Fields, SOON, add, now_ms, watch};
use crate::support::pty::Pty;
use crate::support::redis_server::RedisServer;

const BUCKET_MS: u64 = 10_000;
const HOUR_MS: u64 = 3_600_000;
const ERROR: Fields<'static> = &[(b"type", b"error.occurred"), (b"error", b"rate limit")];
const MESSAGE: Fields<'static> = &[(b"type", b"message.added"), (b"content", b"calm")];

/// An hour of calm with a burst of errors in the middle, up to a minute ago.
fn calm_with_a_burst(to: &mut Connection, now_ms: u64) {
    for at_ms in (now_ms - HOUR_MS..now_ms - 60_000).step_by(5_000) {
        add(to, &format!("{at_ms}-0"), MESSAGE);
        if (at_ms..at_ms + 5_000).contains(&(now_ms - HOUR_MS / 2)) {
            burst(to, at_ms);
        }
    }
}

fn burst(to: &mut Connection, at_ms: u64) {
    for n in 1..=40 {
        add(to, &format!("{at_ms}-{n}"), ERROR);
    }
}

fn bells(pty: &Pty) -> usize {
    pty.raw_bytes().split(|byte| *byte == 7).count() - 1
}

/// What comes out of a pipe with a name, read on a thread: opening it waits for who writes.
fn lines_of(path: &str) -> mpsc::Receiver<String> {
    let (told, lines) = mpsc::sync_channel(1);
    let path = path.to_owned();
    std::thread::spawn(move || {
        let mut text = String::new();
        File::open(path).unwrap().read_to_string(&mut text).unwrap();
        told.send(text).unwrap();
    });
    lines
}

#[test]
fn a_spike_that_is_raised_rings_once_and_is_told_and_one_of_history_is_not() {
    let (server, folder) = (RedisServer::new(), tempfile::tempdir().unwrap());
    let pipe = folder.path().join("told");
    let pipe = pipe.to_str().unwrap();
    let made = Command::new("mkfifo").arg(pipe).status().unwrap();
    assert!(made.success());
    let lines = lines_of(pipe);
    let mut to = server.connection();
    let start_ms = now_ms();
    calm_with_a_burst(&mut to, start_ms);
    let command = format!("echo LEAK; echo LEAK >&2; cat > {pipe}");
    let mut pty = watch(&server, &["watch", "--bell", "--on-spike", &command]);
    // 708 of calm and 40 errors.
    pty.wait_for_text("748 entries", SOON);
    assert_eq!(bells(&pty), 0);

    // Within one bucket, that is over at present.
    let at_ms = (start_ms / BUCKET_MS - 3) * BUCKET_MS + 1_000;
    burst(&mut to, at_ms);
    add(&mut to, &format!("{}-0", now_ms()), MESSAGE);
    let told = lines.recv_timeout(SOON).unwrap();
    let told: Value = serde_json::from_str(told.trim_end()).unwrap();
    // It is a spike of events too, and of two at once the first is told.
    assert_eq!(told["series"], "events");
    assert_eq!(told["suppressed"], 0);
    assert!(told["peak"].as_f64() > told["expected"].as_f64(), "{told}");
    let keys: Vec<&String> = told.as_object().unwrap().keys().collect();
    let wanted = [
        "series",
        "start",
        "end",
        "peak_at",
        "peak",
        "expected",
        "score",
        "raised",
        "open",
        "suppressed",
    ];
    assert_eq!(keys, wanted);

    pty.wait_for_text("▲ ", SOON);
    pty.keys("w");
    let screen = pty.wait_for_text("Enter goes there", SOON);
    assert!(screen.matches("score").count() >= 2, "{screen}");
    pty.keys("\r");
    pty.wait_for_text("spike: errors", SOON);
    pty.keys("q");
    assert_eq!(pty.wait_exit(SOON).exit_code(), 0);
    assert_eq!(bells(&pty), 1);
    assert!(!pty.wrote("LEAK"));
}
