//! The error screen: from a group to its occurrences, to the session at that moment, and back.

use assert_cmd::Command;
use serde_json::Value;

use crate::stage::{SOON, Story, add, clock_of, marker, now_ms, selected, watch};
use crate::support::pty::{Key, Pty};
use crate::support::redis_server::RedisServer;

const COUNT: usize = 120;

/// The selected row of the occurrences.
fn occurrence(screen: &str) -> Option<&str> {
    let mut below = screen
        .lines()
        .skip_while(|row| !row.contains("occurrences "));
    below.find(|row| row.starts_with('▌'))
}

fn stands_on(story: &Story, pty: &Pty, at: usize) -> String {
    let errors = story.entries[..=at].iter().filter(|t| t.is_error).count();
    let clock = clock_of(story.entries[at].at_ms);
    pty.wait_for(&format!("the occurrence {at}"), SOON, |screen| {
        occurrence(screen).is_some_and(|row| row.contains(&clock) && row.contains(&marker(at)))
            && screen.contains(&format!("errors {errors} in 1 group"))
    })
}

#[test]
fn enter_goes_from_a_group_to_an_occurrence_to_its_session_and_esc_comes_back() {
    let server = RedisServer::new();
    let story = Story::tell(&server, COUNT, 10_000);
    let mut pty = watch(&server, &["watch", "--screen", "3"]);
    pty.wait_for("the groups", SOON, |s| s.contains("━ errors 17 in 1 group"));
    pty.key(Key::Enter);
    pty.wait_for_text("━ occurrences", SOON);
    stands_on(&story, &pty, 115);
    pty.keys("jjk");
    let screen = stands_on(&story, &pty, 108);
    assert!(screen.contains("16 of 17"), "{screen}");
    let found = story.entries[108].session;
    pty.key(Key::Enter);
    pty.wait_for("the session at that moment", SOON, |s| {
        s.contains(&format!("session sess-{found}"))
            && selected(s).is_some_and(|row| row.contains(&marker(108)))
            && s.contains("state at event 37")
    });
    pty.key(Key::Esc);
    pty.wait_for_text("━ occurrences", SOON);
    stands_on(&story, &pty, 108);
    // Narrowing stays on this screen, and the playhead where it is.
    pty.keys("o");
    let of_it = |t: &&crate::stage::Told| t.is_error && t.session == found;
    let errors = story.entries[..=108].iter().filter(of_it).count();
    pty.wait_for_text(
        &format!("errors {errors} in 1 group  session:sess-{found}"),
        SOON,
    );
    pty.keys("o");
    stands_on(&story, &pty, 108);
    pty.key(Key::Esc);
    pty.wait_for_text("━ errors", SOON);
    pty.key(Key::Esc);
    pty.wait_for_text("━ feed", SOON);
}

/// The rows of the groups as numbers: errors, sessions, users.
fn row_of(screen: &str, message: &str) -> Option<[u64; 3]> {
    let row = screen.lines().find(|row| row.contains(message))?;
    let (before, after) = row.split_once(message)?;
    let number = |word: Option<&str>| word?.replace(',', "").parse::<u64>().ok();
    let before = before.trim_start_matches('▌').split_whitespace().next();
    let mut after = after.split_whitespace();
    Some([
        number(before)?,
        number(after.next())?,
        number(after.next())?,
    ])
}

#[test]
fn the_screen_and_the_command_say_the_same() {
    let server = RedisServer::new();
    let mut to = server.connection();
    let start = now_ms() - 100_000;
    let messages = ["the disk is full", "no route to it", "out of patience"];
    for n in 0..300_u64 {
        let message = messages[usize::try_from(n * n % 3 + n % 2).unwrap()];
        let event = format!("evt-{}", n * 5 / 6);
        let (session, user) = (format!("s{}", n % 17), format!("u{}", n % 4));
        let fields: [(&[u8], &[u8]); 5] = [
            (b"id", event.as_bytes()),
            (b"type", b"error.occurred"),
            (b"session_id", session.as_bytes()),
            (b"user_id", user.as_bytes()),
            (b"error", message.as_bytes()),
        ];
        add(&mut to, &format!("{}-0", start + n * 100), &fields);
    }
    let output = Command::cargo_bin("lookback")
        .unwrap()
        .args(["-r", &server.url(), "--config", "/dev/null", "errors"])
        .args(["--format", "json"])
        .output()
        .unwrap();
    let groups: Value = serde_json::from_slice(&output.stdout).unwrap();
    let groups = groups.as_array().unwrap();
    let total: u64 = groups.iter().map(|g| g["count"].as_u64().unwrap()).sum();
    assert_eq!((groups.len(), total), (3, 250));
    let pty = watch(&server, &["watch", "--screen", "3"]);
    pty.wait_for("the same numbers", SOON, |screen| {
        screen.contains("errors 250 in 3 groups")
            && groups.iter().all(|group| {
                let wanted = ["count", "sessions", "users"].map(|key| group[key].as_u64());
                row_of(screen, group["message"].as_str().unwrap()).map(|row| row.map(Some))
                    == Some(wanted)
            })
    });
}
