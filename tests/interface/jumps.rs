//! Jumps: markers, running until a filter matches, here and in the source, and the list of commands.

use crate::stage::{COLS, ROWS, SOON, Story, clock_of, counted, marker, watch, watch_in};
use crate::support::pty::{Key, Pty};
use crate::support::redis_server::RedisServer;

const COUNT: usize = 120;

fn stage() -> (RedisServer, Story, Pty) {
    let server = RedisServer::new();
    let story = Story::tell(&server, COUNT, 10_000);
    let pty = watch(&server, &[]);
    pty.wait_for("the story", SOON, |s| {
        counted(s) == Some(COUNT as u64) && s.contains("● LIVE")
    });
    (server, story, pty)
}

#[test]
fn run_until_goes_to_matches_both_ways_and_repeats() {
    let (_server, story, mut pty) = stage();
    pty.keys("b");
    let prompt = pty.wait_for_text("behind", SOON);
    assert!(prompt.contains("run until is:error"), "{prompt}");
    assert!(prompt.contains("0 ahead   17 behind"), "{prompt}");
    pty.key(Key::Enter);
    story.stands_on(&pty, 115);
    pty.keys("NN");
    story.stands_on(&pty, 101);
    pty.keys("n");
    story.stands_on(&pty, 108);
    pty.keys("b");
    pty.wait_for_text("1 ahead   15 behind", SOON);
    pty.key(Key::Ctrl('u'));
    pty.keys("\"number 0042\"");
    pty.wait_for_text("0 ahead   1 behind", SOON);
    pty.key(Key::Up);
    story.stands_on(&pty, 42);
    pty.keys("n");
    pty.wait_for_text("no match after this one", SOON);
    story.stands_on(&pty, 42);
}

#[test]
fn markers_are_passed_one_by_one() {
    let (_server, story, mut pty) = stage();
    pty.keys("[");
    pty.wait_for_text("last event here of this session", SOON);
    story.stands_on(&pty, 119);
    pty.keys("[");
    story.stands_on(&pty, 115);
    pty.wait_for_text(" error", SOON);
    pty.keys("[");
    story.stands_on(&pty, 108);
    pty.keys("]");
    story.stands_on(&pty, 115);
    pty.keys("g");
    story.stands_on(&pty, 0);
    pty.keys("]");
    story.stands_on(&pty, 3);
    pty.keys("s");
    pty.wait_for_text("no spike after this one", SOON);
}

#[test]
fn the_list_of_commands_runs_what_is_chosen() {
    let (_server, story, mut pty) = stage();
    pty.keys(" :");
    let list = pty.wait_for_text("━ commands", SOON);
    assert!(list.contains("pause, or play from here"), "{list}");
    pty.keys("erbef");
    pty.wait_for_text("▌error before", SOON);
    pty.key(Key::Enter);
    story.stands_on(&pty, 115);
    pty.keys(":");
    pty.wait_for_text("━ commands", SOON);
    pty.key(Key::Esc);
    pty.wait_for("the screen alone", SOON, |s| !s.contains("━ commands"));
    story.stands_on(&pty, 115);
}

#[test]
fn what_is_not_here_is_searched_in_the_source() {
    let server = RedisServer::new();
    let story = Story::tell(&server, 5_000, 10_000);
    let pty = &mut watch_in(&server, &["--history", "300"], COLS, ROWS);
    pty.wait_for("the newest", SOON, |s| {
        s.contains("● LIVE") && s.contains("300")
    });
    pty.keys("b");
    pty.key(Key::Ctrl('u'));
    pty.keys("\"number 0050\"");
    pty.wait_for_text("no match here", SOON);
    pty.key(Key::Enter);
    pty.wait_for_text("event 51 of 5,000", SOON);
    let clock = clock_of(story.entries[50].at_ms);
    pty.wait_for_text(&clock, SOON);
}

#[test]
fn what_nobody_wrote_is_found_nowhere_and_escape_leaves_all_as_it_was() {
    let server = RedisServer::new();
    Story::tell(&server, 5_000, 10_000);
    let pty = &mut watch_in(&server, &["--history", "300"], COLS, ROWS);
    pty.wait_for("the newest", SOON, |s| {
        s.contains("● LIVE") && s.contains("300")
    });
    pty.keys(" ");
    pty.wait_for_text(&marker(4_999), SOON);
    pty.keys("b");
    pty.key(Key::Ctrl('u'));
    pty.keys("nowhere");
    pty.key(Key::Up);
    pty.wait_for_text("no match before this one", SOON);
    pty.keys("b");
    pty.wait_for_text("run until nowhere", SOON);
    pty.key(Key::Esc);
    pty.wait_for_text(&marker(4_999), SOON);
}

#[test]
fn the_list_of_sessions_opens_one() {
    let (_server, _story, mut pty) = stage();
    pty.keys("l");
    let list = pty.wait_for_text("Enter opens", SOON);
    assert!(list.contains("sessions"), "{list}");
    pty.keys("j");
    pty.key(Key::Enter);
    pty.wait_for_text("2 session", SOON);
    pty.wait_for("the session screen", SOON, |s| s.contains("state at event"));
}
