//! Filtering, narrowing, and the detail.

use crate::stage::{SOON, Story, add, counted, marker, say, selected, watch};
use crate::support::pty::{Key, Pty};
use crate::support::redis_server::RedisServer;

/// Ten entries: user-3 has one error and two others.
fn stage() -> (RedisServer, Pty) {
    let server = RedisServer::new();
    let mut to = server.connection();
    let kinds = ["message.added", "error.occurred", "search.performed"];
    for i in 0..10_usize {
        let user = format!("user-{}", i % 4);
        let session = format!("sess-{}", i % 2);
        let text = format!("words {i}");
        add(
            &mut to,
            "*",
            &[
                (b"type", kinds[i % 3].as_bytes()),
                (b"user_id", user.as_bytes()),
                (b"session_id", session.as_bytes()),
                (b"content", text.as_bytes()),
            ],
        );
    }
    let pty = watch(&server, &[]);
    pty.wait_for("ten entries", SOON, |s| counted(s) == Some(10));
    (server, pty)
}

/// Rows of the feed that hold an entry of the stage.
fn rows(screen: &str) -> usize {
    let feed = screen.split(" session ").next().unwrap_or(screen);
    feed.lines()
        .filter(|l| l.contains("user-"))
        .filter(|l| !l.contains("feed"))
        .count()
}

#[test]
fn a_filter_narrows_while_it_is_typed() {
    let (_server, mut pty) = stage();
    pty.keys("/");
    pty.wait_for_text("10 entries", SOON);
    pty.keys("type:error.*");
    pty.wait_for("the errors", SOON, |s| {
        s.contains("3 matches") && s.contains("3 of 10 entries")
    });
    pty.keys(" user:user-3");
    let screen = pty.wait_for_text("1 match", SOON);
    assert!(screen.contains("type:error.* user:user-3"), "{screen}");
    pty.wait_for("one row", SOON, |s| rows(s) == 1);
    pty.key(Key::Enter);
    let screen = pty.wait_for("the prompt gone", SOON, |s| !s.contains("Esc goes back"));
    assert!(screen.contains("feed type:error.* user:user-3"), "{screen}");
    assert_eq!(rows(&screen), 1, "{screen}");
    pty.key(Key::Esc);
    pty.wait_for_text("feed all events", SOON);
}

#[test]
fn a_filter_keeps_up_with_what_arrives() {
    let (server, mut pty) = stage();
    pty.keys("/type:error.*");
    pty.key(Key::Enter);
    pty.wait_for_text("3 of 10 entries", SOON);
    let mut to = server.connection();
    say(&mut to, "not wanted");
    add(
        &mut to,
        "*",
        &[(b"type", b"error.timeout"), (b"user_id", b"user-9")],
    );
    let screen = pty.wait_for_text("4 of 12 entries", SOON);
    assert!(screen.contains("user-9"), "{screen}");
}

#[test]
fn escape_takes_a_filter_back_that_was_only_tried() {
    let (_server, mut pty) = stage();
    pty.keys("/is:error");
    pty.key(Key::Enter);
    pty.wait_for_text("3 of 10 entries", SOON);
    pty.keys("/");
    pty.key(Key::Ctrl('u'));
    pty.keys("user:user-3");
    pty.wait_for_text("2 of 10 entries", SOON);
    pty.key(Key::Esc);
    pty.wait_for("the filter of before", SOON, |s| {
        s.contains("feed is:error") && s.contains("3 of 10 entries")
    });
}

#[test]
fn a_wrong_filter_is_shown_where_it_is_wrong() {
    let (_server, mut pty) = stage();
    pty.keys("/user:user-3 latency>fast");
    // Columns are characters: all of it is ASCII.
    pty.wait_for("a caret under what is wrong", SOON, |s| {
        let (above, below): (Vec<&str>, Vec<&str>) =
            (s.lines().collect(), s.lines().skip(1).collect());
        above.iter().zip(below).any(|(input, message)| {
            let wrong = input.find("latency>fast").map(|at| at + "latency>".len());
            wrong.is_some() && message.find("^ latency is a number") == wrong
        })
    });
    // What is wrong is not kept.
    pty.key(Key::Enter);
    pty.keys("\x15is:error");
    pty.wait_for_text("3 of 10 entries", SOON);
}

#[test]
fn the_detail_shows_the_entry_in_each_form() {
    let (_server, mut pty) = stage();
    pty.key(Key::Enter);
    let screen = pty.wait_for_text("event · fields · json · hex", SOON);
    for said in ["words 9", "user-1", "sess-1", "message.added"] {
        let detail = screen.split("entry ").nth(1).unwrap();
        assert!(detail.contains(said), "{said}: {screen}");
    }
    pty.keys("v");
    pty.wait_for_text("user_id", SOON);
    pty.keys("v");
    pty.wait_for_text("\"words 9\"", SOON);
    pty.keys("v");
    pty.wait_for_text("77 6f 72 64 73", SOON);
    pty.keys("v");
    pty.wait_for("the event again", SOON, |s| !s.contains("77 6f 72 64 73"));
    pty.key(Key::Enter);
    pty.wait_for("it closed", SOON, |s| !s.contains("fields · json"));
}

#[test]
fn one_key_narrows_to_what_the_row_has_and_widens_again() {
    let (_server, mut pty) = stage();
    for (key, filter, count) in [
        ("o", "session:sess-1", 5),
        ("u", "user:user-1", 3),
        ("t", "type:message.added", 4),
    ] {
        pty.keys(key);
        pty.wait_for(filter, SOON, |s| {
            s.contains(&format!("feed {filter} ")) && s.contains(&format!("{count} of 10 entries"))
        });
        pty.keys(key);
        pty.wait_for_text("feed all events", SOON);
    }
}

#[test]
fn narrowings_add_up_and_keep_the_row() {
    let server = RedisServer::new();
    let story = Story::tell(&server, 60, 10_000);
    let mut pty = watch(&server, &[]);
    pty.wait_for("the story", SOON, |s| counted(s) == Some(60));
    pty.keys(" ");
    story.stands_on(&pty, 59);
    pty.keys("kk");
    story.stands_on(&pty, 57);
    let stays = |s: &str| selected(s).is_some_and(|row| row.contains(&marker(57)));
    pty.keys("o");
    let screen = pty.wait_for("its session", SOON, |s| {
        stays(s) && s.contains("20 of 60 entries")
    });
    assert!(
        screen.contains("errors 3 in 1 group"),
        "under the filter: {screen}"
    );
    pty.keys("t");
    pty.wait_for("and its type", SOON, |s| {
        stays(s) && s.contains("session:sess-0 type:message.added")
    });
    pty.keys("ot");
    pty.wait_for_text("feed all events", SOON);
    story.stands_on(&pty, 57);
}

#[test]
fn pasted_text_goes_into_the_prompt_harmlessly() {
    let (_server, mut pty) = stage();
    pty.keys("/");
    pty.wait_for_text("Esc goes back", SOON);
    pty.paste("user:user-3\nis:error\t\x1b[2Kq\x03\u{202e}x");
    let screen = pty.wait_for_text("user:user-3 is:error", SOON);
    assert!(
        screen.contains("Esc goes back"),
        "the prompt stays: {screen}"
    );
    assert!(!pty.wrote("\u{202e}"));
    pty.key(Key::Ctrl('u'));
    pty.keys("is:error");
    pty.wait_for_text("3 of 10 entries", SOON);
}

#[test]
fn pasting_without_a_prompt_presses_no_keys() {
    let (_server, mut pty) = stage();
    pty.paste("q?o\n/");
    pty.keys("/");
    let screen = pty.wait_for_text("Esc goes back", SOON);
    assert!(screen.contains("feed all events"), "{screen}");
}
