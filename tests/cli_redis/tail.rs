//! `tail` shows what comes, over a restart of the server too.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Place;

const PATIENCE: Duration = Duration::from_secs(30);

/// A running `tail`; ended when dropped.
struct Tail {
    child: Child,
    lines: Receiver<String>,
}

impl Tail {
    fn start(place: &Place, arguments: &[&str]) -> Self {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("lookback"))
            .arg("tail")
            .args(arguments)
            .env_clear()
            .envs(place.environment())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (lines_in, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if lines_in.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The number of each of the next entries.
    fn next(&self, count: usize) -> Vec<u64> {
        let number = |_| {
            let line = self.lines.recv_timeout(PATIENCE).unwrap();
            let event: Value = serde_json::from_str(&line).unwrap();
            event["fields"]["n"].as_str().unwrap().parse().unwrap()
        };
        (0..count).map(number).collect()
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn add(place: &Place, numbers: std::ops::Range<u64>) {
    for n in numbers {
        let n = n.to_string();
        place.add(
            b"memory:events",
            [("*".to_owned(), vec![(&b"n"[..], n.as_bytes())])],
        );
    }
}

#[test]
fn what_comes_is_shown_once_and_nothing_is_lost_over_a_restart() {
    let mut place = Place::new();
    let tail = Tail::start(&place, &["--format", "jsonl"]);
    // Nothing tells when it listens, so entries come until the first one is shown.
    let began = Instant::now();
    let mut sent = 0;
    let first = loop {
        add(&place, sent..sent + 1);
        sent += 1;
        if let Ok(line) = tail.lines.recv_timeout(Duration::from_millis(200)) {
            let event: Value = serde_json::from_str(&line).unwrap();
            break event["fields"]["n"]
                .as_str()
                .unwrap()
                .parse::<u64>()
                .unwrap();
        }
        assert!(began.elapsed() < PATIENCE);
    };
    let rest: Vec<u64> = (first + 1..sent + 50).collect();
    add(&place, sent..sent + 50);
    assert_eq!(tail.next(rest.len()), rest);

    place.server.stop();
    std::thread::sleep(Duration::from_millis(600));
    place.server.start();
    add(&place, 1_000..1_100);
    assert_eq!(tail.next(100), (1_000..1_100).collect::<Vec<u64>>());
    assert!(tail.lines.recv_timeout(Duration::from_millis(300)).is_err());
}

#[test]
fn it_begins_with_the_newest_entries_and_goes_on_without_a_seam() {
    let place = Place::new();
    add(&place, 0..3_000);
    let tail = Tail::start(&place, &["-n", "2500", "--format", "jsonl"]);
    assert_eq!(tail.next(2_500), (500..3_000).collect::<Vec<u64>>());
    add(&place, 3_000..3_010);
    assert_eq!(tail.next(10), (3_000..3_010).collect::<Vec<u64>>());
}

#[test]
fn a_filter_narrows_it() {
    let place = Place::new();
    add(&place, 0..20);
    let tail = Tail::start(&place, &["-n", "20", "--format", "jsonl", "n>=15"]);
    assert_eq!(tail.next(5), [15, 16, 17, 18, 19]);
}
