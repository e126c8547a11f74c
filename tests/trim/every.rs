//! `trim --every`: keeps a stream small for as long as it runs.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::{Arc, Mutex};

use super::archive::lines;
use super::{Place, signal, until};

/// Runs it; what it says on stderr comes into the text.
fn running(place: &Place, flags: &str) -> (Child, Arc<Mutex<String>>) {
    let mut command = place.command(env!("CARGO_BIN_EXE_lookback"));
    let mut child = command.arg("trim").args(flags.split(' ')).spawn().unwrap();
    let told = Arc::new(Mutex::new(String::new()));
    let (stderr, to) = (child.stderr.take().unwrap(), Arc::clone(&told));
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            to.lock().unwrap().extend([line.as_str(), "\n"]);
        }
    });
    (child, told)
}

#[test]
fn round_after_round_it_archives_and_trims_and_ends_in_order() {
    let place = Place::new();
    place.fill(1, 100);
    let (mut child, told) = running(
        &place,
        "--max-len 10 --yes --exact --archive a.gz --every 100ms",
    );
    let mut end = 100;
    for _ in 0..4 {
        until("a short stream", || place.length() == 10);
        place.fill(end + 1, end + 30);
        end += 30;
    }
    until("a short stream", || place.length() == 10);
    until("a round without work", || {
        told.lock().unwrap().contains(": 0 removed, 10 stay")
    });
    signal("-TERM", &child);
    assert_eq!(
        child.wait().unwrap().code(),
        Some(0),
        "{}",
        told.lock().unwrap()
    );
    let ids: Vec<u64> = lines(&place.path("a.gz"))
        .iter()
        .map(|(ms, _)| *ms)
        .collect();
    assert_eq!([ids, place.ids()].concat(), (1..=end).collect::<Vec<_>>());
    let told = told.lock().unwrap();
    assert!(
        told.contains("memory:events: 90 removed, 10 stay, archived 90 into a.gz"),
        "{told}"
    );
    assert!(told.ends_with("ended, as asked\n"), "{told}");
}

#[test]
fn it_outlives_a_server_that_is_started_again() {
    let mut place = Place::new();
    place.fill(1, 100);
    let (mut child, told) = running(
        &place,
        "--max-len 10 --yes --exact --archive a.lz4 --every 100ms",
    );
    until("the first round", || place.length() == 10);
    place.server.stop();
    until("a complaint", || told.lock().unwrap().contains("error: "));
    place.server.start();
    until("the data", || place.length() == 10);
    place.fill(101, 200);
    let begun = std::time::Instant::now();
    while place.length() != 10 {
        let told = told.lock().unwrap();
        assert!(
            begun.elapsed().as_secs() < 30,
            "{} left; {told}",
            place.length()
        );
        drop(told);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    signal("-TERM", &child);
    assert_eq!(
        child.wait().unwrap().code(),
        Some(0),
        "{}",
        told.lock().unwrap()
    );
    let ids: Vec<u64> = lines(&place.path("a.lz4"))
        .iter()
        .map(|(ms, _)| *ms)
        .collect();
    assert_eq!([ids, place.ids()].concat(), (1..=200).collect::<Vec<_>>());
}
