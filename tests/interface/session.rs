//! The session screen: it stays with its session, steps over its events, and tells its state.

use crate::stage::{
    SOON, Story, add, clock_of, counted, marker, now_ms, press, say, selected, watch,
};
use crate::support::pty::{Key, Pty};
use crate::support::redis_server::RedisServer;

const COUNT: usize = 120;

/// The story with the session screen open on its last entry, which is of the third session.
fn stage() -> (RedisServer, Story, Pty) {
    let server = RedisServer::new();
    let story = Story::tell(&server, COUNT, 10_000);
    let mut pty = watch(&server, &[]);
    pty.wait_for("the story", SOON, |s| {
        counted(s) == Some(COUNT as u64) && s.contains("● LIVE")
    });
    pty.keys(" 2");
    (server, story, pty)
}

/// Waits until timeline, state, entry and header all stand on this entry of the session.
fn stands_on(story: &Story, pty: &Pty, at: usize) -> String {
    let session = story.entries[at].session;
    let of_it = |n: &usize| story.entries[*n].session == session;
    let number = (0..=at).filter(of_it).count();
    let all = (0..COUNT).filter(of_it).count();
    let failed = |n: &usize| story.entries[*n].is_error;
    let errors = (0..=at).filter(of_it).filter(failed).count();
    let clock = clock_of(story.entries[at].at_ms);
    let entry = format!("entry {}-0", story.entries[at].at_ms);
    pty.wait_for(
        &format!("the session screen on entry {at}"),
        SOON,
        |screen| {
            let state = screen.split("state at event ").nth(1).unwrap_or_default();
            let told = |label: &str| {
                let row = state.split(label).nth(1)?;
                row.split_whitespace().next()?.parse::<usize>().ok()
            };
            screen
                .lines()
                .next()
                .is_some_and(|header| header.contains(&clock))
                && screen.contains(&format!("session sess-{session}"))
                && screen.contains(&format!("event {number} of {all}"))
                && selected(screen).is_some_and(|row| row.contains(&marker(at)))
                && told("errors ") == Some(errors)
                && told("messages ") == Some(number - errors)
                && screen.contains(&entry)
        },
    )
}

#[test]
fn keys_go_over_the_events_of_the_session() {
    let (_server, story, mut pty) = stage();
    let screen = stands_on(&story, &pty, 119);
    assert!(
        screen.lines().next().unwrap().contains("2 session"),
        "{screen}"
    );
    pty.key(Key::Left);
    stands_on(&story, &pty, 116);
    pty.keys("kkj");
    stands_on(&story, &pty, 113);
    pty.keys("E");
    let screen = stands_on(&story, &pty, 101);
    assert!(screen.contains("changed by it"), "{screen}");
    pty.keys("e");
    pty.wait_for_text("no error of this session after this event", SOON);
    pty.keys("{");
    stands_on(&story, &pty, 2);
    press(&mut pty, &[Key::PageDown, Key::Right]);
    pty.keys("}g");
    stands_on(&story, &pty, 2);
    // Every click is on a row of the screen as it stands.
    pty.keys("}");
    let screen = stands_on(&story, &pty, 119);
    let row = screen
        .lines()
        .position(|l| l.contains(&marker(116)))
        .unwrap();
    pty.click(30, u16::try_from(row).unwrap());
    stands_on(&story, &pty, 116);
    pty.key(Key::Esc);
    story.stands_on(&pty, 116);
}

#[test]
fn the_past_does_not_move_and_the_live_end_stays_with_its_session() {
    let (server, story, mut pty) = stage();
    let mut to = server.connection();
    let before = stands_on(&story, &pty, 119);
    say(&mut to, "of another session");
    let after = pty.wait_for_text("+1 newer", SOON);
    let body = |screen: &str| {
        screen
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(body(&after), body(&before));
    pty.keys("f");
    pty.wait_for_text("● LIVE", SOON);
    say(&mut to, "of another session again");
    let id = format!("{}-0", now_ms() + 1_000);
    let fields: [(&[u8], &[u8]); 4] = [
        (b"type", b"cache.warmed"),
        (b"session_id", b"sess-2"),
        (b"user_id", b"user-2"),
        (b"text", b"of this one"),
    ];
    add(&mut to, &id, &fields);
    let screen = pty.wait_for_text("event 41 of 41", SOON);
    assert!(screen.contains("session sess-2"), "{screen}");
    assert!(screen.contains("cache.warmed 1"), "{screen}");
    assert!(!screen.contains("of another session"), "{screen}");
}

#[test]
fn a_comparison_begins_and_ends_with_the_same_key() {
    let (_server, story, mut pty) = stage();
    pty.keys("{d");
    pty.wait_for_text("against event 1,", SOON);
    pty.key(Key::Right);
    pty.wait_for("one message more", SOON, |s| {
        s.contains("state at event 2") && s.contains("was 1  user 2")
    });
    pty.keys("d");
    pty.wait_for_text("changed by it", SOON);
    stands_on(&story, &pty, 5);
}
