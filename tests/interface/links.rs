//! Servers that go and come back, streams that are not there, and doors that are closed.

use crate::stage::{SOON, STREAM, counted, length, lookback, say, watch};
use crate::support::pty::Pty;
use crate::support::redis_server::RedisServer;

#[test]
fn nothing_is_lost_or_doubled_when_redis_goes_and_comes_back() {
    let mut server = RedisServer::new();
    let mut to = server.connection();
    for i in 0..50 {
        say(&mut to, &format!("before {i}"));
    }
    let pty = watch(&server, &[]);
    pty.wait_for("the first fifty", SOON, |s| counted(s) == Some(50));
    let mut newest = "before 49".to_owned();
    for round in 1..=2 {
        server.stop();
        pty.wait_for("the banner over what was there", SOON, |s| {
            let banner = s.lines().nth(1).is_some_and(|l| l.contains('✗'));
            banner && s.contains("NO LINK") && s.contains(&newest)
        });
        server.start();
        let mut to = server.connection();
        for i in 0..30 {
            say(&mut to, &format!("after {round} {i}"));
        }
        newest = format!("after {round} 29");
        pty.wait_for("the thirty after it, and no banner", SOON, |s| {
            s.contains("● LIVE")
                && !s.contains('✗')
                && s.contains(&newest)
                && counted(s) == Some(50 + 30 * round)
        });
    }
    assert_eq!(length(&server), 110);
    say(&mut server.connection(), "and live");
    let screen = pty.wait_for_text("and live", SOON);
    assert_eq!(counted(&screen), Some(111), "{screen}");
}

#[test]
fn a_server_that_starts_later_is_found() {
    let mut server = RedisServer::new();
    say(&mut server.connection(), "patience");
    server.stop();
    let pty = watch(&server, &[]);
    let screen = pty.wait_for_text("nothing listens at", SOON);
    assert!(screen.contains("start redis-server there"), "{screen}");
    server.start();
    pty.wait_for("its entry, and no banner", SOON, |s| {
        s.contains("patience") && s.contains("● LIVE") && !s.contains("nothing listens")
    });
}

#[test]
fn a_missing_stream_is_waited_for() {
    let server = RedisServer::new();
    let pty = watch(&server, &[]);
    let screen = pty.wait_for_text("`memory:events` does not exist yet", SOON);
    assert!(screen.contains("WAITING"), "{screen}");
    assert!(screen.contains("waiting for the first XADD"), "{screen}");
    say(&mut server.connection(), "the first");
    pty.wait_for("the first entry", SOON, |s| {
        s.contains("the first") && s.contains("● LIVE") && counted(s) == Some(1)
    });
}

#[test]
fn a_key_that_is_no_stream_is_said_to_be_none() {
    let server = RedisServer::new();
    let () = server.run(&format!("SET {STREAM} text"));
    let pty = watch(&server, &[]);
    let screen = pty.wait_for_text("`memory:events` is not a stream", SOON);
    assert!(screen.contains("--stream"), "{screen}");
    assert!(screen.contains("NO LINK"), "{screen}");
    // Somebody changes it.
    let () = server.run(&format!("DEL {STREAM}"));
    say(&mut server.connection(), "a stream now");
    pty.wait_for_text("a stream now", SOON);
}

fn with_password(url: &str, env: &[(&str, &str)]) -> Pty {
    lookback(&["-r", url], env, 160, 45)
}

const PASSWORD: &str = "Tr0ub4dor-and-3";

#[test]
fn a_password_that_is_missing_or_wrong_is_told_and_never_shown() {
    let server = RedisServer::with(&["--requirepass", PASSWORD]);
    let address = server.url().replace("redis://", "");
    let pty = with_password(&server.url(), &[]);
    let screen = pty.wait_for_text("asks for a password", SOON);
    assert!(screen.contains("REDIS_PASSWORD"), "{screen}");
    let pty = with_password(&format!("redis://:wrong-{PASSWORD}@{address}"), &[]);
    let screen = pty.wait_for_text("does not accept this user and password", SOON);
    assert!(screen.contains("check REDIS_PASSWORD"), "{screen}");
    assert!(!pty.wrote(PASSWORD), "{screen}");
}

#[test]
fn a_right_password_opens_and_is_never_shown() {
    let server = RedisServer::with(&["--requirepass", PASSWORD]);
    let address = server.url().replace("redis://", "");
    let url = format!("redis://:{PASSWORD}@{address}");
    let mut to = redis::Client::open(url.as_str())
        .unwrap()
        .get_connection()
        .unwrap();
    say(&mut to, "behind the door");
    for mut pty in [
        with_password(&url, &[]),
        with_password(&server.url(), &[("REDIS_PASSWORD", PASSWORD)]),
    ] {
        pty.wait_for_text("behind the door", SOON);
        pty.keys("\r");
        pty.wait_for_text("fields · json", SOON);
        pty.keys("vvv?");
        pty.wait_for_text("go to a time or an entry id", SOON);
        assert!(!pty.wrote(PASSWORD), "{}", pty.screen());
        pty.keys("qq");
        pty.wait_exit(SOON);
        assert!(!pty.wrote(PASSWORD), "{}", pty.screen());
    }
}
