//! Sizes and colors.

use crate::stage::{SOON, Story, counted, lookback, watch, watch_in};
use crate::support::redis_server::RedisServer;

#[test]
fn a_storm_of_sizes_is_survived_and_the_last_one_is_right() {
    let server = RedisServer::new();
    let story = Story::tell(&server, 200, 300_000);
    let mut pty = watch(&server, &[]);
    pty.wait_for("the story", SOON, |s| counted(s) == Some(200));
    pty.keys(" ");
    let before = story.stands_on(&pty, 199);
    let sizes = [
        (240, 60),
        (1, 1),
        (80, 24),
        (2, 40),
        (240, 1),
        (1, 60),
        (99, 29),
        (100, 30),
        (3, 3),
        (40, 12),
        (17, 17),
    ];
    for round in 0..3_u16 {
        for (cols, rows) in sizes {
            pty.resize(cols + round, rows);
        }
        for side in (1..60_u16).rev() {
            pty.resize(side * 4, side);
        }
    }
    pty.resize(160, 45);
    pty.wait_for("the screen of before", SOON, |s| {
        s.lines().skip(1).eq(before.lines().skip(1)) && story.agreed(s) == Some(199)
    });
    for (cols, rows) in sizes {
        pty.resize(cols, rows);
        // Help and away, a filter tried and taken back, the detail through its forms, and zoomed.
        pty.keys("??/x\x07\r\tvvzjkz\r");
    }
    pty.resize(160, 45);
    pty.keys("f");
    pty.wait_for("it still follows the keys", SOON, |s| {
        s.contains("feed all events") && s.contains("● LIVE")
    });
    pty.keys("q");
    assert!(pty.wait_exit(SOON).success());
}

#[test]
fn the_usual_terminal_has_room_for_what_matters() {
    let server = RedisServer::new();
    Story::tell(&server, 50, 5_000);
    let pty = watch_in(&server, &[], 80, 24);
    let screen = pty.wait_for("the story", SOON, |s| {
        counted(s) == Some(50) && s.contains("LIVE")
    });
    let rows: Vec<&str> = screen.lines().collect();
    assert_eq!(rows.len(), 24);
    assert!(
        rows[0].contains("lookback") && rows[0].contains("LIVE"),
        "{screen}"
    );
    assert!(screen.contains("feed all events"), "{screen}");
    assert!(screen.contains(&crate::stage::marker(49)), "{screen}");
    assert!(screen.contains("session sess-"), "{screen}");
    assert!(rows[23].contains("pause"), "keys: {screen}");
    assert!(rows[20].contains("──"), "the scrubber's rule: {screen}");
}

/// Parameters of every SGR sequence that was written.
fn styles(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let sequences = text.split("\x1b[").skip(1).filter_map(|s| {
        let end = s.find(|c: char| !(c.is_ascii_digit() || c == ';' || c == ':'))?;
        s[end..].starts_with('m').then(|| s[..end].to_owned())
    });
    sequences.collect()
}

fn colors(raw: &[u8]) -> Vec<String> {
    let colored = |style: &String| {
        style.split([';', ':']).any(|p| {
            p.parse::<u8>()
                .is_ok_and(|n| matches!(n, 30..=38 | 40..=48 | 90..=97 | 100..=107))
        })
    };
    styles(raw).into_iter().filter(colored).collect()
}

#[test]
fn colors_are_left_out_when_asked() {
    for (args, env) in [
        (&["demo", "--color", "never"][..], &[][..]),
        (&["demo"], &[("NO_COLOR", "1")]),
    ] {
        let mut pty = lookback(args, env, 160, 45);
        pty.wait_for("entries", SOON, |s| {
            s.contains("LIVE") && counted(s) > Some(200)
        });
        pty.keys("\r");
        pty.wait_for_text("fields · json", SOON);
        pty.keys("?");
        pty.wait_for_text("go to a time or an entry id", SOON);
        assert_eq!(colors(&pty.raw_bytes()), [""; 0], "{args:?} {env:?}");
        assert!(!styles(&pty.raw_bytes()).is_empty(), "bold still tells");
    }
    let pty = lookback(&["demo"], &[], 160, 45);
    pty.wait_for("entries", SOON, |s| {
        s.contains("LIVE") && counted(s) > Some(200)
    });
    assert!(!colors(&pty.raw_bytes()).is_empty());
}

#[test]
fn ascii_means_ascii() {
    let server = RedisServer::new();
    Story::tell(&server, 30, 5_000);
    let mut to = server.connection();
    crate::stage::say(&mut to, "日本語 \x1b[31m é 👩‍💻");
    let mut pty = watch(&server, &["--ascii"]);
    pty.wait_for("the story", SOON, |s| counted(s) == Some(31));
    pty.keys("\r");
    pty.wait_for_text("fields . json", SOON);
    pty.keys("v?");
    pty.wait_for_text("go to a time or an entry id", SOON);
    pty.keys("?/latency>fast");
    pty.wait_for_text("^", SOON);
    let raw = pty.raw_bytes();
    let at = raw.iter().position(|b| !b.is_ascii());
    assert_eq!(
        at,
        None,
        "{}",
        String::from_utf8_lossy(&raw[at.unwrap_or(0)..][..40.min(raw.len())])
    );
}
