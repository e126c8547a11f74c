//! Passwords from the environment, a file and a command, against a server that wants one.

use std::time::{Duration, Instant};

use super::support::redis_server::RedisServer;
use super::{Home, shown};

const PASSWORD: &str = "hunter2 swordfish";

/// A server that wants the password, and has one entry.
fn server() -> RedisServer {
    let server = RedisServer::with(&["--requirepass", PASSWORD]);
    let client = redis::Client::open(format!("unix://{}", server.socket().display())).unwrap();
    let info = client.get_connection_info().clone();
    let settings = info.redis_settings().clone().set_password(PASSWORD);
    let client = redis::Client::open(info.set_redis_settings(settings)).unwrap();
    let mut add = redis::cmd("XADD");
    add.arg(&["memory:events", "1-1", "type", "x", "session_id", "sess-1"]);
    add.exec(&mut client.get_connection().unwrap()).unwrap();
    server
}

/// A home whose configuration names the server and has these lines.
fn home(server: &RedisServer, lines: &str) -> Home {
    Home::with(&format!("redis = '{}'\n{lines}\n", server.url()))
}

#[track_caller]
fn opens(home: &Home, arguments: &[&str]) {
    let output = home.run(&[&["query"], arguments].concat());
    let told = shown(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("sess-1"), "{told}");
}

#[track_caller]
fn fails(home: &Home, status: i32, words: &[&str]) {
    let told = home.refused(&["query"], status);
    assert!(words.iter().all(|word| told.contains(word)), "{told}");
    assert!(!told.contains("swordfish"), "{told}");
}

#[test]
fn a_file_that_only_its_owner_may_read_holds_one() {
    let server = server();
    let home = home(&server, "password_file = 'pw'");
    let line = format!("{PASSWORD}\n");
    home.write("lookback/pw", &line, 0o600);
    opens(&home, &[]);
    home.write("lookback/pw", &format!("{PASSWORD}\r\n"), 0o400);
    opens(&home, &[]);

    for (mode, shown) in [(0o644, "644"), (0o640, "640"), (0o604, "604")] {
        home.write("lookback/pw", "", 0o600);
        home.write("lookback/pw", &line, mode);
        fails(&home, 2, &["open to others", shown, "chmod 600", ":2"]);
    }
    for text in ["", "\n", "one\ntwo swordfish\n"] {
        home.write("lookback/pw", text, 0o600);
        fails(&home, 2, &["one line of text"]);
    }
    home.write("lookback/pw", "no such swordfish", 0o600);
    fails(&home, 3, &[]);
    std::fs::remove_file(home.path("lookback/pw")).unwrap();
    fails(&home, 2, &["cannot be read", "config.toml:2"]);
    std::fs::create_dir(home.path("lookback/pw")).unwrap();
    fails(&home, 2, &["no regular file"]);
}

#[test]
fn a_command_prints_one() {
    let server = server();
    for command in [
        format!("echo '{PASSWORD}'"),
        format!("echo noise >&2; printf '{PASSWORD}\\nmore\\n'"),
        format!("cat; echo '{PASSWORD}'; sleep 600 &"),
    ] {
        opens(
            &home(&server, &format!("password_command = {command:?}")),
            &[],
        );
    }
    fails(
        &home(&server, "password_command = 'echo wrong swordfish'"),
        3,
        &[],
    );
}

#[test]
fn a_command_that_fails_is_told_by_its_last_line_of_errors() {
    let server = server();
    let lines =
        "[profile.p]\npassword_command = 'echo swordfish; echo one >&2; echo locked >&2; exit 4'";
    let home = home(&server, lines);
    let told = home.refused(&["query", "--profile", "p"], 3);
    for word in [
        "password_command",
        "profile p (",
        "config.toml:3)",
        "locked",
        "4",
    ] {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(
        !told.contains("one") && !told.contains("swordfish"),
        "{told}"
    );
}

#[test]
fn a_command_that_prints_none_or_hangs_is_told() {
    let server = server();
    fails(
        &home(&server, "password_command = 'true'"),
        3,
        &["first line"],
    );
    let hanging = home(&server, "password_command = 'echo swordfish; sleep 600'");
    let begun = Instant::now();
    fails(&hanging, 3, &["not done after 10 s"]);
    assert!(begun.elapsed() < Duration::from_secs(40));
}

#[test]
fn the_environment_wins_then_the_profile_then_the_file_then_the_address() {
    let server = server();
    let wrong = server.url().replace("redis://", "redis://:wrong@");
    let right = format!("'echo {PASSWORD}'");
    let home = Home::with(&format!(
        "redis = '{wrong}'\n[profile.p]\npassword_command = {right}\n[profile.q]\npassword_command = 'false'\n"
    ));
    fails(&home, 3, &[]);
    opens(&home, &["--profile", "p"]);
    let mut command = home.command(&["query", "--profile", "q"]);
    let output = command.env("REDIS_PASSWORD", PASSWORD).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");

    let text = format!(
        "redis = '{wrong}'\npassword_command = 'false'\n[profile.p]\npassword_file = 'pw'\n[profile.q]\n"
    );
    let home = Home::with(&text);
    home.write("lookback/pw", PASSWORD, 0o600);
    opens(&home, &["--profile", "p"]);
    let told = home.refused(&["query", "--profile", "q"], 3);
    assert!(told.contains("password_command"), "{told}");
}

#[test]
fn an_address_with_a_password_in_the_file_works_and_is_warned_of() {
    let server = RedisServer::with(&["--requirepass", "swordfish"]);
    let url = server.url().replace("redis://", "redis://:swordfish@");
    let home = Home::with(&format!("utc = true\nredis = '{url}'\n"));
    let output = home.run(&["doctor"]);
    let told = shown(&output);
    assert!(told.contains("connected"), "{told}");
    assert!(
        told.contains("warning") && told.contains("config.toml:2"),
        "{told}"
    );
    assert!(!told.contains("swordfish"), "{told}");
    // The same address from the environment is nobody's fault.
    let bare = Home::new();
    let mut command = bare.command(&["doctor"]);
    let output = command.env("REDIS_URL", &url).output().unwrap();
    assert!(!shown(&output).contains("warning"), "{output:?}");
    let told = shown(&bare.run(&["doctor", "-r", &url]));
    assert!(told.contains("arguments of a program"), "{told}");
    assert!(!told.contains("swordfish"), "{told}");
}

#[test]
fn what_connects_to_nothing_asks_for_no_password() {
    let home = Home::with("redis = '127.0.0.1:1'\npassword_command = 'touch ran; echo x'\n");
    home.write("log.jsonl", r#"{"id":"1-0","fields":{"type":"x"}}"#, 0o644);
    for arguments in [
        &["config", "show"][..],
        &["config", "show", "--all", "--format", "json"],
        &["config", "check"],
        &["config", "path"],
        &["query", "-f", "log.jsonl"],
        &["doctor", "-f", "log.jsonl"],
        &["demo"],
        &["export", "--verify", "log.jsonl", "--file-only"],
        &["watch", "--replay-actions", "log.jsonl"],
    ] {
        home.run(arguments);
        assert!(!home.path("ran").exists(), "{arguments:?}");
    }
    home.refused(&["query"], 3);
    assert!(home.path("ran").exists());
}

#[test]
fn what_is_configured_for_one_server_is_not_sent_to_another() {
    let (server, other) = (server(), RedisServer::new());
    let home = home(
        &server,
        "password_command = 'touch ran; echo hunter2 swordfish'",
    );
    let there = other.url();
    other.run::<String>("XADD memory:events * type other");
    let output = home.run(&["query", "-r", &there]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(!home.path("ran").exists());
    // The same server in another way of writing.
    let same = server.url().trim_start_matches("redis://").to_owned();
    opens(&home, &["-r", &format!("{same}/0")]);
}
