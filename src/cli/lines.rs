//! Lines of files and of standard input for commands that write, read on a thread of their own as they come: a line that was typed is
//! there at once, whatever follows.
//!
//! Invariant: a few batches in memory, however long the input.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;

use tokio::sync::mpsc;

use super::failure::{Failure, Status};
use crate::source::{LINE_BYTES, open_file};

/// Bytes read at once.
const BLOCK_BYTES: usize = 1 << 18;
/// Lines handed over at once, at most.
const BATCH: usize = 512;
/// Batches under way, at most.
const BATCHES: usize = 4;

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Which of the inputs.
    pub input: usize,
    /// Which line of it, from 1 on.
    pub line: u64,
}

/// Lines that came at once: where each stands and what was made of it.
pub type Batch<T> = Vec<(Place, T)>;
/// What reading gives.
pub type Lines<T> = mpsc::Receiver<Result<Batch<T>, Failure>>;

/// Reads the inputs one after another and makes something of each line that is not blank, without its newline. `None` passes a line over.
pub fn read<T: Send + 'static>(
    inputs: Vec<PathBuf>,
    make: impl FnMut(&[u8]) -> Option<T> + Send + 'static,
) -> Lines<T> {
    let (batches_in, batches) = mpsc::channel(BATCHES);
    let mut reading = Reading {
        make,
        to: batches_in,
        place: Place::default(),
        ready: Vec::new(),
    };
    thread::spawn(move || {
        for (input, path) in inputs.iter().enumerate() {
            reading.place = Place { input, line: 0 };
            let read = open_file(path).and_then(|mut bytes| reading.drain(bytes.as_mut()));
            match read {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    // A reader that has gone does not want to know.
                    drop(reading.to.blocking_send(Err(unreadable(path, &error))));
                    return;
                }
            }
        }
    });
    batches
}

/// What an input is called in a message.
#[must_use]
pub fn name(path: &Path) -> String {
    if path.as_os_str() == "-" {
        return "standard input".to_owned();
    }
    path.display().to_string()
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let shown = name(path);
    let (what, hint) = match error.kind() {
        io::ErrorKind::NotFound => (format!("{shown} does not exist"), "check the path"),
        io::ErrorKind::UnexpectedEof => (
            format!("{shown} ends in the middle"),
            "it was cut off; what came before that was read",
        ),
        _ => (format!("{shown} cannot be read: {error}"), "check the path"),
    };
    Failure::new(Status::Failed, what, hint)
}

struct Reading<T, F> {
    make: F,
    to: mpsc::Sender<Result<Batch<T>, Failure>>,
    place: Place,
    ready: Batch<T>,
}

impl<T, F: FnMut(&[u8]) -> Option<T>> Reading<T, F> {
    /// Reads one input; whether there is still somebody who takes its lines.
    fn drain(&mut self, bytes: &mut dyn Read) -> io::Result<bool> {
        let mut block = vec![0; BLOCK_BYTES];
        let mut torn = Vec::new();
        loop {
            let count = match bytes.read(&mut block) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if count == 0 {
                self.line(&torn);
                return Ok(self.hand_over());
            }
            self.split(block.get(..count).unwrap_or_default(), &mut torn)?;
            if !self.hand_over() {
                return Ok(false);
            }
        }
    }

    fn split(&mut self, block: &[u8], torn: &mut Vec<u8>) -> io::Result<()> {
        let mut rest = block;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end);
            if torn.is_empty() {
                self.line(line);
            } else {
                torn.extend_from_slice(line);
                self.line(&std::mem::take(torn));
            }
            rest = after.get(1..).unwrap_or_default();
        }
        torn.extend_from_slice(rest);
        if torn.len() > LINE_BYTES {
            let line = self.place.line + 1;
            return Err(io::Error::other(format!(
                "line {line} is longer than 64 MiB"
            )));
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8]) {
        self.place.line += 1;
        if !line.trim_ascii().is_empty()
            && let Some(made) = (self.make)(line)
        {
            self.ready.push((self.place, made));
        }
    }

    fn hand_over(&mut self) -> bool {
        let mut ready = std::mem::take(&mut self.ready);
        while !ready.is_empty() {
            let later = ready.split_off(ready.len().min(BATCH));
            if self.to.blocking_send(Ok(ready)).is_err() {
                return false;
            }
            ready = later;
        }
        true
    }
}
