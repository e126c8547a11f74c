//! The program itself in a terminal, over a stream of a size.

use std::time::{Duration, Instant};

use crate::agents::{self, Chance};
use crate::figures::share;
use crate::glass::{Glass, Link};
use crate::process;
use crate::redis_server::RedisServer;
use crate::traffic::markers;

/// What it took.
pub struct Program {
    /// From its start until the newest entry stood on the glass.
    pub first_rows: Duration,
    /// From its start until all entries were in the log.
    pub loaded: Duration,
    /// Bytes in memory a moment later.
    pub resident: u64,
    /// From a key to the glass, for seeks to random entries: p50 and p99.
    pub seeks: [Duration; 2],
}

const LONGEST: Duration = Duration::from_secs(300);
/// What is only needed to load is given back by then.
const CALM: Duration = Duration::from_secs(3);
const SEEKS: u64 = 100;
/// Until nothing is under way any more.
const PAUSE: Duration = Duration::from_millis(30);

/// Bytes in memory with an empty stream.
pub fn empty(server: &RedisServer) -> u64 {
    let mut glass = Glass::lookback(&["-r", &server.url()], Link::Local);
    glass.wait("an empty screen", LONGEST, |text| {
        text.contains("waiting for the first XADD")
    });
    glass.pass(Instant::now() + CALM);
    process::resident(glass.pid)
}

/// Loads all of the stream, which holds so many entries.
pub fn load(server: &RedisServer, entries: u64) -> Program {
    let count = entries.to_string();
    let args = [
        "-r",
        &server.url(),
        "--history",
        &count,
        "--memory",
        "64GiB",
    ];
    let start = Instant::now();
    let mut glass = Glass::lookback(&args, Link::Local);
    let newest = |text: &str| markers(text).max() == Some(entries - 1);
    let first_rows = glass.wait("the newest rows", LONGEST, newest) - start;
    let loaded = glass.wait("all entries", LONGEST, |text| {
        counted(text) == Some(entries)
    }) - start;
    glass.pass(Instant::now() + CALM);
    let resident = process::resident(glass.pid);
    let mut chance = Chance(entries);
    let mut seeks: Vec<Duration> = (0..SEEKS)
        .map(|_| seek(&mut glass, chance.below(entries)))
        .collect();
    seeks.sort_unstable();
    Program {
        first_rows,
        loaded,
        resident,
        seeks: [50, 99].map(|percent| share(&seeks, percent)),
    }
}

/// How long it takes from the last key until the entry stands on the glass.
fn seek(glass: &mut Glass, n: u64) -> Duration {
    let id = format!("{}-{n}", agents::ms(n));
    glass.press(&format!("@{id}"));
    glass.wait("what was typed", LONGEST, |text| text.contains(&id));
    glass.pass(Instant::now() + PAUSE);
    let pressed = glass.press("\r");
    let seen = glass.wait("the entry", LONGEST, |text| markers(text).any(|m| m == n));
    seen.saturating_duration_since(pressed)
}

/// The number before `entries` in the rule of the feed.
fn counted(text: &str) -> Option<u64> {
    let before = text.split(" entries").next()?;
    let digits = before.rsplit(' ').next()?;
    digits.replace(',', "").parse().ok()
}
