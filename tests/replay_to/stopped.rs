//! Stopped, refused, cut off: where it goes on.

use std::collections::HashSet;
use std::process::Child;
use std::time::{Duration, Instant};

use super::{Place, said, where_to_go_on};

fn signal(child: &Child, signal: &str) {
    let sent = std::process::Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The milliseconds of the first and the last entry that may be there twice.
fn doubtful(told: &str) -> (u64, u64) {
    let ms = |word: &str| word.strip_suffix("-0")?.parse().ok();
    let line = told
        .lines()
        .find(|line| line.contains("is not known"))
        .unwrap();
    let ids: Vec<u64> = line.split(' ').filter_map(ms).collect();
    (ids[0], ids[ids.len() - 1])
}

fn wanted(ids: impl IntoIterator<Item = u64>) -> Vec<String> {
    ids.into_iter().map(|ms| format!("s/{ms}-0")).collect()
}

#[test]
fn a_signal_stops_it_and_going_on_where_it_says_copies_each_once() {
    let place = Place::new();
    place.fill("s", 1..=4_000);
    // Every id is on both streams, so that a stop between the two would be felt.
    place.fill("t", 1..=4_000);
    for (at, stop) in ["-INT", "-TERM"].into_iter().enumerate() {
        let to = format!("copies:{at}");
        let replay = ["replay", "-s", "s", "-s", "t", "--to", &to];
        let child = place
            .command(&[&replay[..], &["--rate", "4000"]].concat())
            .spawn()
            .unwrap();
        let length = || -> u64 { place.server.run(&format!("XLEN {to}")) };
        wait_until("copies", || length() > 300);
        signal(&child, stop);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        let told = said(&output);
        let copied = length();
        assert!(copied < 8_000 && copied % 2 == 0, "{copied}: {told}");
        let flags = where_to_go_on(&told);
        assert_eq!(flags, ["--since".to_owned(), format!("{}-1", copied / 2)]);
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        place.copy(&[&replay[..], &flags, &["--speed", "max"]].concat());
        let both = (1..=4_000_u64).flat_map(|ms| [format!("s/{ms}-0"), format!("t/{ms}-0")]);
        assert_eq!(place.marks(&to), both.collect::<Vec<_>>());
    }
}

#[test]
fn stopped_before_the_next_is_due_it_says_so_at_once() {
    let place = Place::new();
    place.fill("s", [1_000, 3_600_000]);
    let child = place
        .command(&["replay", "-s", "s", "--to", "c", "--until", "9999999-0"])
        .spawn()
        .unwrap();
    wait_until("the first copy", || place.server.run::<u64>("XLEN c") == 1);
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert_eq!(
        where_to_go_on(&said(&output)),
        ["--since", "1000-1", "--until", "9999999-0"]
    );
}

#[test]
fn a_server_that_is_full_refuses_and_when_it_has_room_it_goes_on_without_a_gap() {
    let place = Place::new();
    let mut pipe = redis::pipe();
    let value = vec![b'x'; 20_000];
    for ms in 1..=500_u64 {
        let command = pipe.cmd("XADD").arg("s").arg(format!("{ms}-0"));
        command.arg("v").arg(&value).ignore();
    }
    pipe.query::<()>(&mut place.server.connection()).unwrap();
    let used: String = place.server.run("INFO memory");
    let used = used
        .lines()
        .find_map(|line| line.strip_prefix("used_memory:"))
        .unwrap();
    let limit = used.trim().parse::<u64>().unwrap() + 4_000_000;
    place
        .server
        .run::<()>(&format!("CONFIG SET maxmemory {limit}"));
    let replay = ["replay", "-s", "s", "--to", "c", "--speed", "max"];
    let output = place.run(&replay);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = said(&output);
    assert!(
        told.contains("out of memory") && !told.contains("may be there twice"),
        "{told}"
    );
    place.server.run::<()>("CONFIG SET maxmemory 0");
    let copied = place.marks("c");
    assert!(!copied.is_empty() && copied.len() < 500, "{}", copied.len());
    let flags = where_to_go_on(&told);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    place.copy(&[&replay[..], &flags].concat());
    assert_eq!(place.marks("c"), wanted(1..=500));
}

#[test]
fn a_key_of_another_type_a_replica_and_a_user_without_rights_are_told_apart() {
    let place = Place::new();
    place.fill("s", 1..=5);
    place.server.run::<()>("SET text x");
    let output = place.run(&["replay", "-s", "s", "--to", "text"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        said(&output).contains("`text` is not a stream"),
        "{output:?}"
    );
    assert_eq!(where_to_go_on(&said(&output)), ["--since", "1-0"]);

    place
        .server
        .run::<()>("ACL SETUSER low on >pw ~* +@read +@connection");
    let url = place.server.url().replace("redis://", "redis://low:pw@");
    let output = place.run(&["replay", "-s", "s", "--to", "c", "--to-redis", &url]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("may not"), "{output:?}");

    let replica = Place::new();
    replica.server.run::<()>("REPLICAOF 127.0.0.1 1");
    let output = place.run(&[
        "replay",
        "-s",
        "s",
        "--to",
        "c",
        "--to-redis",
        &replica.server.url(),
    ]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("replica"), "{output:?}");
    assert_eq!(where_to_go_on(&said(&output)), ["--since", "1-0"]);
}

#[test]
fn a_connection_that_breaks_is_told_with_what_may_be_there_twice() {
    let mut place = Place::new();
    place.fill("s", 1..=2_000);
    let target = Place::new();
    let url = target.server.url();
    let replay = ["replay", "-s", "s", "--to", "c", "--to-redis", &url];
    let child = place
        .command(&[&replay[..], &["--rate", "1000"]].concat())
        .spawn()
        .unwrap();
    wait_until("copies", || target.server.run::<u64>("XLEN c") > 100);
    target
        .server
        .run::<()>("CLIENT KILL TYPE normal SKIPME yes");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let told = said(&output);
    assert!(told.contains("not known"), "{told}");
    let flags = where_to_go_on(&told);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    place.copy(&[&replay[..], &flags, &["--speed", "max"]].concat());
    let marks = target.marks("c");
    let mut seen = HashSet::new();
    let (once, twice): (Vec<String>, Vec<String>) = marks
        .into_iter()
        .partition(|mark| seen.insert(mark.clone()));
    assert_eq!(
        once,
        wanted(1..=2_000),
        "nothing is missing and the order holds"
    );
    // What is there twice are those that it named, or none.
    for mark in twice {
        let id = mark.trim_start_matches("s/").trim_end_matches("-0");
        let (first, last) = doubtful(&told);
        assert!(
            (first..=last).contains(&id.parse().unwrap()),
            "{id}: {told}"
        );
    }

    // The source goes away: what was copied is exact.
    let replay = ["replay", "-s", "s", "--to", "d", "--to-redis", &url];
    place.fill("s", 2_001..=30_000);
    let child = place
        .command(&[&replay[..], &["--rate", "2000"]].concat())
        .spawn()
        .unwrap();
    wait_until("copies", || target.server.run::<u64>("XLEN d") > 100);
    place.server.stop();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let told = said(&output);
    assert!(!told.contains("not known"), "{told}");
    place.server.start();
    let flags = where_to_go_on(&told);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    place.copy(&[&replay[..], &flags, &["--speed", "max"]].concat());
    assert_eq!(target.marks("d"), wanted(1..=30_000));
}
