//! The least that following a stream can cost: a thread that reads XREAD's answers, finds where each entry begins and ends, and
//! keeps nothing.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::traffic::{STREAM, Sent, markers};

/// What it found.
pub struct Bare {
    /// Of a core.
    pub cpu: f64,
    /// From just before XADD until the entry was read, shortest first.
    pub latencies: Vec<Duration>,
}

/// Follows the stream for so long.
pub fn follow(url: &str, sent: &Sent, time: Duration) -> Bare {
    let (url, sent) = (url.to_owned(), sent.clone());
    let reader = thread::spawn(move || {
        let mut reader = Reader::connect(&url);
        let (start, cpu, mut latencies) = (Instant::now(), thread_cpu(), Vec::new());
        while start.elapsed() < time {
            let numbers = reader.read();
            let at = Instant::now();
            let latencies_of = numbers.into_iter().filter_map(|n| sent.at(n));
            latencies.extend(latencies_of.map(|since| at.saturating_duration_since(since)));
        }
        let cpu = thread_cpu().saturating_sub(cpu);
        latencies.sort_unstable();
        Bare {
            cpu: cpu.as_secs_f64() / start.elapsed().as_secs_f64(),
            latencies,
        }
    });
    reader.join().expect("redis answers")
}

/// The first number: nanoseconds on a processor. <https://docs.kernel.org/scheduler/sched-stats.html>
fn thread_cpu() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split(' ').next().and_then(|n| n.parse().ok());
    Duration::from_nanos(first.unwrap_or_default())
}

struct Reader {
    from: BufReader<TcpStream>,
    to: TcpStream,
    last: Vec<u8>,
    word: Vec<u8>,
}

impl Reader {
    fn connect(url: &str) -> Self {
        let stream = TcpStream::connect(url.trim_start_matches("redis://")).expect("redis listens");
        stream.set_nodelay(true).expect("a socket's option");
        Self {
            from: BufReader::with_capacity(1 << 17, stream.try_clone().expect("a second handle")),
            to: stream,
            last: b"$".to_vec(),
            word: Vec::new(),
        }
    }

    /// The numbers of what has come since.
    fn read(&mut self) -> Vec<u64> {
        let mut command = format!(
            "*8\r\n$5\r\nXREAD\r\n$5\r\nCOUNT\r\n$4\r\n1000\r\n$5\r\nBLOCK\r\n$3\r\n500\r\n$7\r\nSTREAMS\r\n${}\r\n{STREAM}\r\n${}\r\n",
            STREAM.len(),
            self.last.len()
        )
        .into_bytes();
        command.extend_from_slice(&self.last);
        command.extend_from_slice(b"\r\n");
        self.to.write_all(&command).expect("redis takes it");
        if self.head() < 1 {
            return Vec::new();
        }
        // [[stream, [[id, [name, value, …]], …]]]
        self.head();
        self.bulk();
        let entries = self.head();
        (0..entries).filter_map(|_| self.entry()).collect()
    }

    fn entry(&mut self) -> Option<u64> {
        self.head();
        self.bulk();
        std::mem::swap(&mut self.last, &mut self.word);
        for _ in 0..self.head() {
            self.bulk();
        }
        // The text is the last of the values.
        std::str::from_utf8(&self.word)
            .ok()
            .and_then(|text| markers(text).next())
    }

    /// The number in a line such as `*12`; -1 where there is nothing.
    fn head(&mut self) -> i64 {
        self.word.clear();
        self.from
            .read_until(b'\n', &mut self.word)
            .expect("redis answers");
        let digits = self
            .word
            .get(1..self.word.len().saturating_sub(2))
            .unwrap_or_default();
        let number = std::str::from_utf8(digits)
            .ok()
            .and_then(|text| text.parse().ok());
        number.unwrap_or_else(|| panic!("redis says {}", self.word.escape_ascii()))
    }

    fn bulk(&mut self) {
        let length = usize::try_from(self.head()).expect("a text");
        self.word.resize(length + 2, 0);
        self.from.read_exact(&mut self.word).expect("redis answers");
        self.word.truncate(length);
    }
}
