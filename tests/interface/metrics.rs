//! The metrics screen: its figures are those of the command, for the same entries.

use assert_cmd::Command;
use serde_json::Value;

use crate::stage::{SOON, Story, watch};
use crate::support::redis_server::RedisServer;

const COUNT: usize = 150;

fn stats(server: &RedisServer, words: &[&str]) -> Value {
    let output = Command::cargo_bin("lookback")
        .unwrap()
        .args([
            "stats",
            "--format",
            "json",
            "--config",
            "/dev/null",
            "-r",
            &server.url(),
        ])
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What the screen says of these figures.
fn said(told: &Value) -> Vec<String> {
    let states = &told["sessions"];
    let sessions: u64 = ["open", "ended", "idle", "truncated"]
        .iter()
        .map(|state| states[state].as_u64().unwrap())
        .sum();
    vec![
        format!("events {} ", told["total_events"]),
        format!("errors {} ", told["errors"]),
        format!("sessions {sessions} "),
    ]
}

#[test]
fn the_screen_and_the_command_say_the_same_with_and_without_a_filter() {
    let server = RedisServer::new();
    Story::tell(&server, COUNT, 10_000);
    let mut pty = watch(&server, &["watch", "--screen", "4"]);
    pty.wait_for_text("metrics", SOON);
    pty.keys("WW");
    for filter in ["", "type:message.*"] {
        if !filter.is_empty() {
            pty.keys("/");
            pty.keys(filter);
            pty.key(crate::support::pty::Key::Enter);
            pty.wait_for_text("what the filter shows", SOON);
        }
        let wanted = said(&stats(
            &server,
            filter.split_whitespace().collect::<Vec<_>>().as_slice(),
        ));
        pty.wait_for(&format!("{wanted:?}"), SOON, |screen| {
            wanted.iter().all(|words| screen.contains(words))
        });
    }
    pty.keys("p");
    pty.wait_for_text("what follows what", SOON);
    pty.keys("d");
    pty.wait_for_text("this window against the one before", SOON);
}
