//! A server that is killed and comes back while lines are on their way.

use std::io::Write;
use std::thread;

use super::events::{events, lines_of};
use super::place::{Place, eventually, said};

const EVENTS: usize = 6_000;

#[test]
fn with_once_a_lost_connection_costs_nothing_and_doubles_nothing() {
    let mut place = Place::new();
    let mut child = place.start(&["publish", "--once"]);
    let mut stdin = child.stdin.take().unwrap();
    let input = events(EVENTS);
    let feeder = thread::spawn(move || {
        for part in input.as_bytes().chunks(20_000) {
            stdin.write_all(part).unwrap();
        }
    });
    for part in [1, 3] {
        eventually("some are written", || {
            place.length("memory:events") >= EVENTS * part / 5
        });
        place.server.stop();
        place.server.start();
    }
    feeder.join().unwrap();
    let output = child.wait_with_output().unwrap();
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert_eq!(lines_of(&output.stdout).len(), EVENTS);
    let order: Vec<String> = (0..EVENTS).map(|n| n.to_string()).collect();
    assert!(place.values("memory:events", "n") == order, "another order");
}

#[test]
fn a_connection_that_died_in_its_sleep_puts_no_event_in_doubt() {
    let place = Place::new();
    let mut child = place.start(&["publish"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"type\":\"a\"}\n").unwrap();
    eventually("the first is written", || {
        place.length("memory:events") == 1
    });
    let () = place.server.run("CONFIG SET timeout 1");
    let mut connection = place.server.connection();
    eventually("the server has closed the idle connection", || {
        let list: String = redis::cmd("CLIENT")
            .arg("LIST")
            .query(&mut connection)
            .unwrap();
        list.lines().count() == 1
    });
    stdin.write_all(b"{\"type\":\"b\"}\n").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(place.values("memory:events", "type"), ["a", "b"]);
}

#[test]
fn an_interrupted_run_says_behind_which_line() {
    let place = Place::new();
    let mut child = place.start(&["publish", "-q"]);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(events(100).as_bytes()).unwrap();
    eventually("all are written", || place.length("memory:events") == 100);
    let killed = std::process::Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert!(
        said(&output)
            .contains("published 100 events to memory:events; interrupted behind line 100"),
        "{}",
        said(&output)
    );
    drop(stdin);
}

#[test]
fn without_once_it_says_which_events_are_in_doubt() {
    let mut place = Place::new();
    let mut child = place.start(&["publish"]);
    let mut stdin = child.stdin.take().unwrap();
    let input = events(100_000);
    let feeder = thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    eventually("some are written", || {
        place.length("memory:events") >= 1_000
    });
    place.server.stop();
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{text}");
    let (first, last) = in_doubt(&text);
    assert!(text.contains("--once"), "{text}");
    let told = lines_of(&output.stdout).len();
    assert_eq!(first, told + 1, "{text}");
    place.server.start();
    let there = place.length("memory:events");
    assert!(
        (told..=last).contains(&there),
        "{told} told, {there} there, up to {last} in doubt"
    );
}

/// `the events from line 3 to line 514 may or may not have been written`.
fn in_doubt(text: &str) -> (usize, usize) {
    let part = text.split("the events from line ").nth(1).unwrap();
    let (first, rest) = part.split_once(" to line ").unwrap();
    let (last, _) = rest.split_once(" may or may not").unwrap();
    (first.parse().unwrap(), last.parse().unwrap())
}
