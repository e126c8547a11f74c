//! Entries with a number on them, written to Redis as they come from agents, about 415 B each on the wire.
//!
//! The bytes are made here and not by a client library: what writes must not take the processor from what is measured.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub const STREAM: &str = "memory:events";

const SAID: [&str; 4] = [
    "please look at the next step of the plan: the answer depends on what the tool said before",
    "the setting lives in notes/2026.md; I changed it and ran the check again, as you had asked",
    "yes, and keep the old name for now; whoever reads the file later will be thankful for it",
    "let me break this into steps: first the export, then the invoice, then the mail to them",
];
/// One entry in so many is an error.
const ERROR_EVERY: u64 = 40;
/// So many sessions are open at once, and each has so many entries.
const OPEN: u64 = 200;
const ENTRIES_EACH: u64 = 60;
/// So many commands go out in one piece where the server sets the pace.
const PIPELINE: usize = 500;
/// The traffic goes out in steps of this.
const STEP: Duration = Duration::from_millis(1);

/// The number as it stands in the entry's text: ten digits and two letters that follow from them, so that half of a number
/// that is being overwritten is not taken for another one.
pub fn marker(n: u64) -> String {
    format!("={n:010}{}=", check(n))
}

/// All whole numbers in a text.
pub fn markers(text: &str) -> impl Iterator<Item = u64> + '_ {
    text.match_indices('=').filter_map(|(at, _)| {
        let (digits, letters) = text.get(at + 1..at + 13)?.split_at_checked(10)?;
        let n = digits.parse().ok()?;
        (letters == check(n) && text.get(at + 13..at + 14)? == "=").then_some(n)
    })
}

fn check(n: u64) -> String {
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let letter = |value: u64| char::from(b'a' + u8::try_from(value % 26).unwrap_or(0));
    [letter(mixed), letter(mixed / 26)].iter().collect()
}

/// The fields of an entry.
fn fields(n: u64, now_ms: u64) -> [(&'static str, String); 8] {
    // Spread, and the same in every run.
    let chance = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let slot = chance % OPEN;
    let said = SAID[usize::try_from(chance / OPEN % 4).unwrap_or(0)];
    let text = format!("{} {said}", marker(n));
    let (kind, role, says) = if (chance / 800).is_multiple_of(ERROR_EVERY) {
        ("error.occurred", ("code", "tool_error"), "error")
    } else {
        ("message.added", ("role", "assistant"), "content")
    };
    [
        ("id", format!("evt-{}", now_ms * 1_000_000 + n % 1_000_000)),
        ("type", kind.to_owned()),
        (
            "session_id",
            format!("sess-{slot}-{}", n / OPEN / ENTRIES_EACH),
        ),
        ("user_id", format!("user-{}", slot % 70)),
        ("timestamp", (now_ms / 1_000).to_string()),
        (role.0, role.1.to_owned()),
        ("latency_ms", (chance % 4_000 + 80).to_string()),
        (says, text),
    ]
}

/// The same as a line of JSON, for programs that read files.
pub fn line(n: u64, now_ms: u64) -> String {
    let fields = fields(n, now_ms).map(|(name, value)| format!("\"{name}\":\"{value}\""));
    format!("{{{}}}\n", fields.join(","))
}

/// The command that appends it; `id` may be `*`.
fn push(out: &mut Vec<u8>, id: &str, n: u64, now_ms: u64) {
    let fields = fields(n, now_ms);
    let words = 3 + 2 * fields.len();
    out.extend_from_slice(format!("*{words}\r\n").as_bytes());
    for word in ["XADD", STREAM, id] {
        bulk(out, word);
    }
    for (name, value) in &fields {
        bulk(out, name);
        bulk(out, value);
    }
}

fn bulk(out: &mut Vec<u8>, word: &str) {
    let _ = write!(out, "${}\r\n{word}\r\n", word.len());
}

/// Appends these entries as fast as the server takes them, each written at the millisecond that `ms` tells; gives back when
/// all are there.
///
/// # Panics
/// When the server refuses one.
pub fn fill(url: &str, entries: Range<u64>, ms: impl Fn(u64) -> u64) {
    let mut stream = connect(url);
    let replies = stream.try_clone().expect("a second handle");
    let reader = thread::spawn(move || read_until_pong(replies));
    let mut out = Vec::new();
    let end = entries.end;
    for n in entries {
        let at = ms(n);
        push(&mut out, &format!("{at}-{n}"), n, at);
        if n % PIPELINE as u64 == 0 || n + 1 == end {
            stream.write_all(&out).expect("redis takes it");
            out.clear();
        }
    }
    stream
        .write_all(b"*1\r\n$4\r\nPING\r\n")
        .expect("redis takes it");
    reader.join().expect("every entry was taken");
}

fn read_until_pong(mut replies: TcpStream) {
    let mut chunk = vec![0; 1 << 16];
    let mut tail = Vec::new();
    while !tail.ends_with(b"+PONG\r\n") {
        let count = replies.read(&mut chunk).expect("redis answers");
        assert!(count > 0, "redis has closed the connection");
        tail.drain(..tail.len().saturating_sub(8));
        tail.extend_from_slice(&chunk[..count]);
        let refused = tail
            .windows(4)
            .position(|bytes| bytes == b"\r\n-E" || bytes == b"\r\n-O");
        assert!(refused.is_none(), "redis refuses: {}", tail.escape_ascii());
    }
}

fn connect(url: &str) -> TcpStream {
    let address = url.trim_start_matches("redis://");
    let stream = TcpStream::connect(address).expect("redis listens");
    stream.set_nodelay(true).expect("a socket's option");
    stream
}

/// When the entries were written: the first number of each piece, and the time just before it was handed over.
#[derive(Clone, Debug, Default)]
pub struct Sent(Arc<Mutex<Vec<(u64, Instant)>>>);

impl Sent {
    fn lock(&self) -> MutexGuard<'_, Vec<(u64, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When this one was; none if it was not.
    pub fn at(&self, n: u64) -> Option<Instant> {
        let pieces = self.lock();
        let after = pieces.partition_point(|(first, _)| *first <= n);
        after.checked_sub(1).map(|piece| pieces[piece].1)
    }
}

/// Writes at a rate until it is stopped.
pub struct Traffic {
    pub sent: Sent,
    stop: Arc<AtomicBool>,
    writer: JoinHandle<u64>,
}

impl Traffic {
    /// Numbers from `first` on, so many a second, on a connection of its own.
    pub fn start(url: &str, first: u64, per_second: u32) -> Self {
        let mut stream = connect(url);
        let mut replies = stream.try_clone().expect("a second handle");
        // Ends with the connection.
        thread::spawn(move || io::copy(&mut replies, &mut io::sink()));
        let mut out = Vec::new();
        Self::run(first, per_second, move |numbers, now_ms, mark| {
            out.clear();
            for n in numbers {
                push(&mut out, "*", n, now_ms);
            }
            mark();
            stream.write_all(&out).expect("redis takes it");
        })
    }

    /// The same as lines of JSON at the end of a file.
    pub fn into_file(mut file: std::fs::File, per_second: u32) -> Self {
        Self::run(0, per_second, move |numbers, now_ms, mark| {
            let lines: String = numbers.map(|n| line(n, now_ms)).collect();
            mark();
            file.write_all(lines.as_bytes()).expect("the file takes it");
        })
    }

    fn run(
        first: u64,
        per_second: u32,
        mut write: impl FnMut(Range<u64>, u64, &dyn Fn()) + Send + 'static,
    ) -> Self {
        let (sent, stop) = (Sent::default(), Arc::new(AtomicBool::new(false)));
        let writer = thread::spawn({
            let (sent, stop) = (sent.clone(), Arc::clone(&stop));
            move || {
                let (start, mut next) = (Instant::now(), first);
                while !stop.load(Ordering::Relaxed) {
                    let due = start.elapsed().as_micros() * u128::from(per_second) / 1_000_000;
                    let due = first + u64::try_from(due).unwrap_or(u64::MAX);
                    if due > next {
                        let mark = || sent.lock().push((next, Instant::now()));
                        write(next..due, now_ms(), &mark);
                        next = due;
                    }
                    thread::sleep(STEP);
                }
                next
            }
        });
        Self { sent, stop, writer }
    }

    /// Ends it; the number that would have been next.
    pub fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.writer.join().expect("the writer ends")
    }
}

pub fn now_ms() -> u64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
