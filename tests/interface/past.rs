//! Going back: every pane at the same entry, and the past does not move.

use crate::stage::{SOON, Story, counted, now_ms, press, say, watch};
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
fn every_pane_goes_where_the_keys_go() {
    let (_server, story, mut pty) = stage();
    pty.keys(" ");
    story.stands_on(&pty, 119);
    pty.key(Key::Left);
    story.stands_on(&pty, 118);
    press(&mut pty, &[Key::Left, Key::Left, Key::Right]);
    story.stands_on(&pty, 117);
    pty.key(Key::ShiftLeft);
    story.stands_on(&pty, 116);
    press(&mut pty, &[Key::ShiftLeft, Key::ShiftLeft, Key::ShiftRight]);
    story.stands_on(&pty, 115);
    pty.key(Key::AltLeft);
    story.stands_on(&pty, 55);
    pty.key(Key::AltRight);
    story.stands_on(&pty, 115);
    pty.keys("E");
    story.stands_on(&pty, 108);
    pty.keys("e");
    story.stands_on(&pty, 115);
    pty.keys("{");
    story.stands_on(&pty, 1);
    pty.keys("}");
    story.stands_on(&pty, 118);
    pty.keys("g");
    story.stands_on(&pty, 0);
    pty.key(Key::Left);
    story.stands_on(&pty, 0);
    let id = format!("@{}-0\r", story.entries[64].at_ms);
    pty.keys(&id);
    story.stands_on(&pty, 64);
    pty.keys("f");
    pty.wait_for_text("● LIVE", SOON);
}

#[test]
fn every_pane_goes_where_the_mouse_goes() {
    let (_server, story, mut pty) = stage();
    let screen = pty.screen();
    let (row, at) = (0_u16..)
        .zip(screen.lines())
        .filter_map(|(y, row)| Some((y, story.in_row(row)?)))
        .nth(5)
        .unwrap();
    pty.click(40, row);
    story.stands_on(&pty, at);
    pty.wheel_up(40, row);
    story.stands_on(&pty, at - 3);
    // The scrubber is the three rows over the keys, of which a blank one stands between.
    let bars = u16::try_from(screen.lines().count()).unwrap() - 4;
    pty.drag((150, bars), (40, bars));
    let dragged = pty.wait_for("an entry far back", SOON, |s| {
        story.agreed(s).is_some_and(|at| at < 60)
    });
    let at = story.agreed(&dragged).unwrap();
    assert!((20..50).contains(&at), "{at}: {dragged}");
    pty.click(120, bars);
    pty.wait_for("an entry further on", SOON, |s| {
        story.agreed(s).is_some_and(|at| at > 70)
    });
    pty.keys("f");
    pty.wait_for_text("● LIVE", SOON);
}

#[test]
fn the_wheel_zooms_the_scrubber_and_a_click_goes_into_what_it_shows() {
    let (_server, story, mut pty) = stage();
    let bars = u16::try_from(pty.screen().lines().count()).unwrap() - 4;
    for _ in 0..3 {
        pty.wheel_up(80, bars);
    }
    // The scrubber reaches from the first entry to the present, 130 s; while it follows it grows.
    let zoomed = pty.wait_for_text("zoomed to 1", SOON);
    assert!(zoomed.contains(", Esc shows all"), "{zoomed}");
    pty.click(20, bars);
    let near = |at: usize| (50..75).contains(&at);
    let clicked = pty.wait_for("an entry near the middle", SOON, |s| {
        story.agreed(s).is_some_and(near)
    });
    let left = story.agreed(&clicked).unwrap();
    pty.click(140, bars);
    pty.wait_for("an entry a few seconds on", SOON, |s| {
        story.agreed(s).is_some_and(|at| left < at && near(at))
    });
    pty.key(Key::Esc);
    pty.wait_for("all of it", SOON, |s| !s.contains("zoomed to"));
    pty.keys("f");
    pty.wait_for_text("● LIVE", SOON);
}

/// Without what may change while the playhead stands in the past: the badge, the distance to the present, the log's size,
/// and the scrubber.
fn still(screen: &str) -> Vec<String> {
    let mut rows: Vec<String> = screen.lines().map(str::to_owned).collect();
    let header = rows.remove(0);
    let pill = header.split(" memory:events").next().unwrap().to_owned();
    let rates = header.split("   ").map(str::trim).filter(|part| {
        part.ends_with("ev/s") || part.starts_with("err") || part.ends_with("active")
    });
    let rates: Vec<String> = rates.map(str::to_owned).collect();
    let scrubber = rows.len() - 5;
    rows.drain(scrubber..scrubber + 3);
    rows.push(pill);
    rows.extend(rates);
    rows
}

#[test]
fn the_past_does_not_move_when_entries_arrive() {
    let (server, story, mut pty) = stage();
    press(&mut pty, &[Key::Left, Key::Left, Key::ShiftLeft]);
    let before = story.stands_on(&pty, 116);
    let behind = COUNT - 117;
    let mut to = server.connection();
    for round in 1..=5 {
        for _ in 0..20 {
            say(&mut to, "arriving");
        }
        let newer = format!("+{} newer", behind + round * 20);
        let after = pty.wait_for(&newer, SOON, |s| s.contains(&newer));
        assert!(!after.contains("arriving"), "{after}");
        let (was, is) = (still(&before), still(&after));
        assert_eq!(was, is, "\nbefore:\n{before}\nafter:\n{after}");
        assert_eq!(story.agreed(&after), Some(116));
    }
    pty.keys("f");
    pty.wait_for("the newest", SOON, |s| {
        s.contains("● LIVE")
            && s.contains("arriving")
            && !s.contains(" newer")
            && counted(s) == Some(COUNT as u64 + 100)
    });
}

#[test]
fn playing_walks_through_time_and_ends_at_the_newest() {
    let (_server, story, mut pty) = stage();
    let id = format!("@{}-0\r", story.entries[100].at_ms);
    pty.keys(&id);
    story.stands_on(&pty, 100);
    pty.keys("++++ ");
    pty.wait_for_text("▸ ", SOON);
    let live = pty.wait_for_text("● LIVE", SOON);
    assert!(live.contains(&crate::stage::marker(119)), "{live}");
}

#[test]
fn it_opens_where_the_command_line_says() {
    let server = RedisServer::new();
    let story = Story::tell(&server, COUNT, 10_000);
    let at = format!("{}-0", story.entries[50].at_ms);
    let pty = watch(&server, &["watch", "--at", &at]);
    story.stands_on(&pty, 50);
    let pty = watch(&server, &["watch", "--session", "sess-2", "type:message.*"]);
    let screen = pty.wait_for_text("of 120 entries", SOON);
    assert!(screen.contains("session:sess-2"), "{screen}");
    assert!(now_ms() > story.entries[0].at_ms);
}
