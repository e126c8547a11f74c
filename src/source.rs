//! Where entries come from: Redis, JSONL files or stdin, the demo. All send the same [`Arrival`]s.
//!
//! Invariant: reading never writes. No source sends a command that changes the server.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::model::{EntryId, Mapping};
use crate::store::{Arrival, Page, Trouble};

/// Where to read from.
#[derive(Clone, Debug)]
pub enum Spec {
    /// Streams of a Redis server.
    Redis(RedisSpec),
    /// JSONL files; `-` is stdin.
    Files(FileSpec),
    /// Simulated agents.
    Demo(DemoSpec),
}

/// Streams of a Redis server. `Debug` and labels never show the password.
#[derive(Clone, Debug)]
pub struct RedisSpec {
    /// As given: a URL, `host:port` or a socket path.
    pub url: String,
    /// Overrides the URL's password.
    pub password: Option<String>,
    /// Keys, or globs that follow new keys too.
    pub streams: Vec<String>,
}

/// JSONL files, plain, `.gz` or `.lz4`.
#[derive(Clone, Debug)]
pub struct FileSpec {
    /// The files; `-` is stdin.
    pub paths: Vec<PathBuf>,
}

/// Simulated agents.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoSpec {
    /// Events a second in the mean.
    pub rate: f64,
    /// Sessions open at once.
    pub sessions: usize,
    /// Same seed, same agents.
    pub seed: u64,
}

/// A followed source.
#[derive(Debug)]
pub struct Feed {
    /// What the source tells.
    pub arrivals: mpsc::Receiver<Arrival>,
    /// What it is asked for.
    pub requests: mpsc::Sender<Request>,
}

/// What a followed source can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Load that many more entries of history.
    Older {
        /// Entries.
        count: u64,
    },
}

/// Where following begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The newest so many entries, then live.
    History(u64),
    /// Only what comes from now on.
    Now,
}

/// In which order a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Forward,
    /// Newest first: pages come newest first, each page itself is in stream order.
    Reverse,
}

/// A part of the log by entry id, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// First id.
    pub from: EntryId,
    /// Last id.
    pub to: EntryId,
}

/// Why a source could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// No connection could be made, or it broke (exit status 3).
    #[error("{}", .0.what)]
    NotConnected(Trouble),
    /// Anything else (exit status 1).
    #[error("{}", .0.what)]
    Failed(Trouble),
}

/// Reads a range page by page and ends; never holds more than a page.
#[derive(Debug)]
pub struct Reader;

impl Reader {
    /// The next page; `None` at the end of the range.
    ///
    /// # Errors
    /// When the source cannot be read (any more).
    pub async fn next(&mut self) -> Result<Option<Page>, SourceError> {
        std::future::ready(Ok(None)).await
    }
}

impl Spec {
    /// Follows the source: newest history first, then live, older history streaming in behind. Needs a tokio runtime.
    #[must_use]
    pub fn follow(self, _start: Start, _mapping: Arc<Mapping>) -> Feed {
        let (_, arrivals) = mpsc::channel(64);
        let (requests, _) = mpsc::channel(8);
        Feed { arrivals, requests }
    }

    /// Reads a range and ends.
    ///
    /// # Errors
    /// When the source cannot be opened.
    pub async fn read(
        &self,
        _range: IdRange,
        _direction: Direction,
        _mapping: Arc<Mapping>,
    ) -> Result<Reader, SourceError> {
        std::future::ready(Ok(Reader)).await
    }

    /// Where it is and what is read there, for the header (`localhost:6379`, `memory:events`); without secrets.
    #[must_use]
    pub fn label(&self) -> (String, String) {
        (String::new(), String::new())
    }
}
