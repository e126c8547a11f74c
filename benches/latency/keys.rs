//! From a key to what it does on the glass.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::glass::{Glass, Link};

const SOON: Duration = Duration::from_secs(20);
/// The keys fall anywhere between two frames: pauses that have no common measure with them.
const PAUSES_MS: [u64; 4] = [53, 71, 97, 61];
const LIVE: &str = "● LIVE";

/// Presses `space`, which stops, and `f`, which follows again, so many times in turn; how long each took, shortest first.
pub fn press(glass: &mut Glass, count: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    for turn in 0..count.max(1) {
        let pause = PAUSES_MS[turn % PAUSES_MS.len()];
        for (key, live) in [(" ", false), ("f", true)] {
            glass.pass(Instant::now() + Duration::from_millis(pause));
            let pressed = glass.press(key);
            let seen = glass.wait("the key's effect", SOON, |text| text.contains(LIVE) == live);
            times.push(seen.saturating_duration_since(pressed));
        }
    }
    times.sort_unstable();
    times
}

/// The same with a program that does nothing: the terminal itself writes what is typed. The least that can be measured.
pub fn echo(count: usize) -> Vec<Duration> {
    let mut glass = Glass::open(Path::new("cat"), &[], Link::Local);
    let mut typed = String::new();
    let mut times: Vec<Duration> = (0..count.max(1))
        .map(|turn| {
            typed.push(char::from(b'a' + u8::try_from(turn % 26).unwrap_or(0)));
            let pressed = glass.press(&typed[turn..]);
            let seen = glass.wait("the echo", SOON, |text| text.contains(typed.as_str()));
            seen.saturating_duration_since(pressed)
        })
        .collect();
    times.sort_unstable();
    times
}
