//! How far a long command has come, in one line of the terminal that is written over and gone at the end. Where standard error is no
//! terminal nothing is written.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often the line is written.
const EVERY: Duration = Duration::from_millis(200);

/// The line.
#[derive(Debug)]
pub struct Progress {
    terminal: bool,
    began: Instant,
    written: Option<Instant>,
    doing: &'static str,
}

impl Progress {
    /// Of a command that is `doing` something (`published`, `read`).
    #[must_use]
    pub fn new(doing: &'static str) -> Self {
        Self {
            terminal: io::stderr().is_terminal(),
            began: Instant::now(),
            written: None,
            doing,
        }
    }

    /// So many so far.
    pub fn show(&mut self, count: u64) {
        let last = self.written.unwrap_or(self.began);
        if self.terminal && last.elapsed() >= EVERY {
            self.written = Some(Instant::now());
            let rate = self.rate(count);
            let (count, rate) = (grouped(count), grouped(rate));
            let line = format!("\r\x1b[K{} {count}, {rate}/s", self.doing);
            // Nobody misses a line of progress that could not be written.
            drop(io::stderr().write_all(line.as_bytes()));
        }
    }

    /// Takes the line away, for what is said next.
    pub fn clear(&mut self) {
        if self.written.take().is_some() {
            drop(io::stderr().write_all(b"\r\x1b[K"));
        }
    }

    /// So many a second since it began.
    #[must_use]
    pub fn rate(&self, count: u64) -> u64 {
        let ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        count.saturating_mul(1_000) / ms.max(1)
    }
}

/// `98,331`.
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 event`, `98,331 events`.
#[must_use]
pub fn counted(n: u64, thing: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{} {thing}{ending}", grouped(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_a_person_writes_them() {
        assert_eq!(counted(1, "event"), "1 event");
        assert_eq!(counted(1_234_567, "event"), "1,234,567 events");
        assert_eq!(grouped(999), "999");
    }
}
