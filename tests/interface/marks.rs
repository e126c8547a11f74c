//! What outlives the program: bookmarks, a command line that opens the view again, a recording.

use std::fs;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::stage::{COLS, ROWS, SOON, Story, lookback, press};
use crate::support::pty::{Key, Pty};
use crate::support::redis_server::RedisServer;

/// The interface with a state folder of its own.
fn open(folder: &tempfile::TempDir, args: &[&str]) -> Pty {
    let state = folder.path().join("state");
    let env = [("XDG_STATE_HOME", state.to_str().unwrap())];
    lookback(args, &env, COLS, ROWS)
}

fn leave(mut pty: Pty) {
    pty.keys("q");
    assert_eq!(pty.wait_exit(SOON).exit_code(), 0);
}

#[test]
fn a_bookmark_is_there_the_next_time_for_the_same_streams_alone() {
    let (server, folder) = (RedisServer::new(), tempfile::tempdir().unwrap());
    let story = Story::tell(&server, 30, 60_000);
    let url = server.url();
    let mut pty = open(&folder, &["-r", &url]);
    pty.wait_for_text("30 entries", SOON);
    press(&mut pty, &[Key::Left; 9]);
    story.stands_on(&pty, 20);
    pty.keys("mit began here");
    press(&mut pty, &[Key::Enter]);
    pty.wait_for_text("◆ it began here", SOON);
    leave(pty);

    let mut pty = open(&folder, &["-r", &url]);
    pty.wait_for_text("◆ it began here", SOON);
    pty.keys("'");
    pty.wait_for_text("bookmarks", SOON);
    press(&mut pty, &[Key::Enter]);
    story.stands_on(&pty, 20);
    leave(pty);

    let mut pty = open(&folder, &["-r", &url, "-s", "other"]);
    pty.keys("'");
    pty.wait_for_text("no bookmarks yet: m sets one", SOON);
    pty.keys("'");
    leave(pty);
}

#[test]
fn the_copied_command_line_opens_the_same_view() {
    let (server, folder) = (RedisServer::new(), tempfile::tempdir().unwrap());
    let story = Story::tell(&server, 30, 60_000);
    let mut pty = open(&folder, &["-r", &server.url(), "-has:nothing"]);
    pty.wait_for_text("30 of 30 entries", SOON);
    press(&mut pty, &[Key::Left; 9]);
    story.stands_on(&pty, 20);
    pty.keys("Y");
    pty.wait_for_text("copied: lookback watch", SOON);
    let copied = STANDARD.decode(pty.clipboard().pop().unwrap()).unwrap();
    let line = String::from_utf8(copied).unwrap();
    leave(pty);

    // A shell takes the words apart.
    let script = format!("printf '%s\\n' {}", line.strip_prefix("lookback ").unwrap());
    let out = Command::new("sh").args(["-c", &script]).output().unwrap();
    let words = String::from_utf8(out.stdout).unwrap();
    let words: Vec<&str> = words.lines().collect();
    let state = folder.path().to_str().unwrap();
    let pty = Pty::spawn(
        env!("CARGO_BIN_EXE_lookback"),
        &words,
        &[("XDG_STATE_HOME", state)],
        COLS,
        ROWS,
    );
    let screen = story.stands_on(&pty, 20);
    assert!(screen.contains("feed -has:nothing"), "{screen}");
    leave(pty);
}

#[test]
fn a_recorded_session_is_played_without_its_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    let file = path.to_str().unwrap();
    let server = RedisServer::new();
    let story = Story::tell(&server, 30, 60_000);
    let mut pty = open(&folder, &["-r", &server.url(), "--record", file]);
    pty.wait_for_text("30 entries", SOON);
    press(&mut pty, &[Key::Left; 9]);
    story.stands_on(&pty, 20);
    leave(pty);
    drop(server);

    let mut pty = open(&folder, &["watch", "--replay-actions", file]);
    press(&mut pty, &[Key::End]);
    pty.wait_for_text("the recording ends here", SOON);
    story.stands_on(&pty, 20);
    press(&mut pty, &[Key::Left]);
    story.stands_on(&pty, 19);
    leave(pty);

    let before = fs::read(&path).unwrap();
    let again = open(&folder, &["demo", "--record", file]);
    assert_eq!(again.wait_exit(SOON).exit_code(), 2);
    let told = String::from_utf8(again.raw_bytes()).unwrap();
    assert!(told.contains("exists already"), "{told}");
    assert_eq!(fs::read(&path).unwrap(), before);
}
