//! Threads that read stretches of a file at the same time. What they read comes back in the order in which it was asked for.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::lines::{Lines, Reading, Stretch};

/// More threads would wait for the one that takes the entries into the log.
const MOST: usize = 4;

/// One for each processor, as far as that helps.
pub fn threads() -> usize {
    thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MOST)
}

/// A stretch to read, and where to send it.
type Job = (Range<u64>, Sender<io::Result<Stretch>>);

/// The threads; they end when this is dropped.
#[derive(Debug)]
pub struct Crew {
    jobs: Sender<Job>,
    under_way: VecDeque<(Range<u64>, Receiver<io::Result<Stretch>>)>,
    threads: usize,
}

impl Crew {
    /// So many threads.
    pub fn new(lines: &Arc<Lines>, threads: usize) -> Self {
        let (jobs, waiting) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let (lines, waiting) = (Arc::clone(lines), Arc::clone(&waiting));
            thread::spawn(move || work(&lines, &waiting));
        }
        Self {
            jobs,
            under_way: VecDeque::new(),
            threads,
        }
    }

    /// Whether enough is asked for to keep the threads busy. No more is: what was read waits in memory.
    pub fn is_busy(&self) -> bool {
        self.under_way.len() > self.threads
    }

    /// Asks for a stretch.
    pub fn ask(&mut self, range: Range<u64>) {
        let (sender, answer) = channel();
        // Without a thread to take it, the answer tells.
        drop(self.jobs.send((range.clone(), sender)));
        self.under_way.push_back((range, answer));
    }

    /// The first stretch that was asked for and not taken yet.
    pub fn take(&mut self) -> Option<(Range<u64>, io::Result<Stretch>)> {
        let (range, answer) = self.under_way.pop_front()?;
        let died = |_| Err(io::Error::other("the thread that read it has ended"));
        Some((range, answer.recv().unwrap_or_else(died)))
    }
}

fn work(lines: &Lines, waiting: &Mutex<Receiver<Job>>) {
    let mut reading = Reading::new(&lines.mapping);
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok((range, sender)) = next else { return };
        // Who does not wait any more needs no answer.
        drop(sender.send(reading.read(lines, &range, lines.fallback)));
    }
}
