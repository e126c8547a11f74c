//! `publish` on a terminal.

use std::time::Duration;

use super::place::Place;
use super::support::pty::Pty;

const SOON: Duration = Duration::from_secs(30);

fn start(place: &Place, arguments: &[&str]) -> Pty {
    let home = place.home.path().display().to_string();
    let url = place.server.url();
    let environment = [
        ("HOME", home.as_str()),
        ("XDG_CONFIG_HOME", &home),
        ("REDIS_URL", &url),
    ];
    Pty::spawn(
        env!("CARGO_BIN_EXE_lookback"),
        arguments,
        &environment,
        120,
        20,
    )
}

#[test]
fn nothing_is_read_from_a_terminal_unless_that_is_asked_for() {
    let place = Place::new();
    let pty = start(&place, &["publish"]);
    pty.wait_for_text("there is nothing to publish", SOON);
    assert_eq!(pty.wait_exit(SOON).exit_code(), 2);
}

#[test]
fn what_is_typed_is_published_where_it_is_asked_for() {
    let place = Place::new();
    let mut pty = start(&place, &["publish", "-f", "-"]);
    pty.keys("{\"type\":\"typed\"}\r");
    pty.wait_for("an id", SOON, |screen| {
        screen.lines().any(|line| line.trim().ends_with("-0"))
    });
    assert_eq!(place.values("memory:events", "type"), ["typed"]);
    // The end of what is typed.
    pty.send(b"\x04");
    pty.wait_for_text("done: published 1 event to memory:events", SOON);
    assert_eq!(pty.wait_exit(SOON).exit_code(), 0);
}
