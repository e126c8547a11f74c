//! Where entries come from: Redis, JSONL files or stdin, the demo. All send the same [`Arrival`]s.
//!
//! Invariant: reading never writes. No source sends a command that changes the server (`redis::access` holds the closed list and
//! stands before every connection).

mod archived;
mod beat;
mod demo;
mod fetch;
mod file;
pub use crate::model::line;
pub(crate) mod redis;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;

use crate::model::{Mapping, Ms};
use crate::store::{Arrival, Page, Trouble};
use fetch::{Archive, Part};

pub use crate::store::{Direction, Fetch, IdRange};
pub use archived::ArchivedSpec;
pub use beat::Beat;
pub use demo::{SimulatedEvent, Simulation};
pub use file::FileProbe;
pub(crate) use file::{LINE_BYTES, Members, Packing, Piece, open_file};
#[cfg(fuzzing)]
pub use redis::check_resp;
pub use redis::{
    Access, Permission, Probe, READING_COMMANDS, StreamProbe, WRITING_COMMANDS, check_address,
    is_glob,
};

/// Messages under way to a receiver. Each may be a page of about a megabyte.
const ARRIVALS: usize = 16;
/// Requests under way to a source.
const REQUESTS: usize = 32;
/// Entries of a page, where nobody asks for smaller ones.
const PAGE: usize = 1_000;

/// Where to read from.
#[derive(Clone, Debug)]
pub enum Spec {
    /// Streams of a Redis server.
    Redis(RedisSpec),
    /// JSONL files; `-` is stdin.
    Files(FileSpec),
    /// Archive files for the past, and streams of a Redis server for what is there now, as one log.
    Archived(Box<ArchivedSpec>),
    /// Simulated agents.
    Demo(DemoSpec),
}

/// Streams of a Redis server. `Debug` and labels never show the password.
#[derive(Clone)]
pub struct RedisSpec {
    /// As given: a URL, `host:port` or a socket path.
    pub url: String,
    /// Overrides the URL's password.
    pub password: Option<String>,
    /// Keys, or globs that follow new keys too.
    pub streams: Vec<String>,
    /// What may be done there besides reading.
    pub access: Access,
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
    /// Sessions open at once, in the mean.
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
    /// A part of history; answered by [`Arrival::Fetched`].
    Fetch(Fetch),
}

/// Where following begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The newest so many entries, then live.
    History(u64),
    /// Only what comes from now on.
    Now,
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

/// Reads a range page by page and ends; never holds more than a page of each stream.
#[derive(Debug)]
pub struct Reader {
    pages: Pages,
    notices: Notices,
}

/// What is noticed while a range is read, and does not end the reading.
#[derive(Clone, Debug, Default)]
struct Notices(Arc<Mutex<Vec<Trouble>>>);

impl Notices {
    fn tell(&self, trouble: Trouble) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.push(trouble);
    }
}

#[derive(Debug)]
enum Pages {
    Redis(Box<redis::RangeReader>),
    Sent(mpsc::Receiver<Result<Page, SourceError>>),
}

impl Reader {
    /// Pages that come over a channel.
    fn sent(pages: mpsc::Receiver<Result<Page, SourceError>>, notices: Notices) -> Self {
        Self {
            pages: Pages::Sent(pages),
            notices,
        }
    }

    /// What was noticed so far and not asked for yet: a file that ends too soon, an archive of other streams.
    #[must_use]
    pub fn notices(&self) -> Vec<Trouble> {
        let told = self.notices.0.lock();
        std::mem::take(&mut *told.unwrap_or_else(PoisonError::into_inner))
    }

    /// The next page; `None` at the end of the range.
    ///
    /// # Errors
    /// When the source cannot be read (any more).
    pub async fn next(&mut self) -> Result<Option<Page>, SourceError> {
        self.page(PAGE).await
    }

    /// The same with at most `limit` entries, where the source can tell how many it reads.
    async fn page(&mut self, limit: usize) -> Result<Option<Page>, SourceError> {
        match &mut self.pages {
            Pages::Redis(reader) => reader.page(limit).await,
            Pages::Sent(pages) => pages.recv().await.transpose(),
        }
    }
}

impl Spec {
    /// Follows the source: newest history first, then live, older history streaming in behind. Needs a tokio runtime.
    #[must_use]
    pub fn follow(self, start: Start, mapping: Arc<Mapping>) -> Feed {
        self.follow_in_beats(start, mapping, &Beat::default())
    }

    /// The same for somebody who looks in beats: a server that sends one entry after the other is asked once, just before the
    /// next look, for all that came since. What comes after a silence is told at once.
    #[must_use]
    pub fn follow_in_beats(self, start: Start, mapping: Arc<Mapping>, beat: &Beat) -> Feed {
        let (arrivals_in, arrivals) = mpsc::channel(ARRIVALS);
        let (requests, requests_out) = mpsc::channel(REQUESTS);
        let (to, how) = (arrivals_in.clone(), Arc::clone(&mapping));
        let archive = match self {
            Self::Redis(spec) => Archive::Redis(redis::follow(spec, start, beat.clone(), how, to)),
            Self::Files(spec) => Archive::Files(file::follow(&spec, start, how, to)),
            Self::Archived(spec) => {
                Archive::Archived(archived::follow(*spec, start, beat.clone(), how, to))
            }
            Self::Demo(spec) => Archive::Demo(demo::follow(spec, start, how, to)),
        };
        tokio::spawn(fetch::serve(archive, mapping, requests_out, arrivals_in));
        Feed { arrivals, requests }
    }

    /// Reads a range and ends. Where the range is open at its newer end it ends with what the source holds now.
    ///
    /// # Errors
    /// When the source cannot be opened.
    pub async fn read(
        &self,
        range: IdRange,
        direction: Direction,
        mapping: Arc<Mapping>,
    ) -> Result<Reader, SourceError> {
        let part = Part {
            range,
            direction,
            most: u64::MAX,
        };
        match self {
            Self::Redis(spec) => redis::read(spec, part, mapping).await,
            Self::Files(spec) => file::read(spec, part, mapping),
            Self::Archived(spec) => archived::read(spec, part, mapping).await,
            Self::Demo(spec) => Ok(demo::read(spec, part, mapping)),
        }
    }

    /// The server of it, where it has one.
    #[must_use]
    pub fn redis(&self) -> Option<&RedisSpec> {
        match self {
            Self::Redis(spec) => Some(spec),
            Self::Archived(spec) => Some(&spec.redis),
            Self::Files(_) | Self::Demo(_) => None,
        }
    }

    /// The same, to be changed.
    pub fn redis_mut(&mut self) -> Option<&mut RedisSpec> {
        match self {
            Self::Redis(spec) => Some(spec),
            Self::Archived(spec) => Some(&mut spec.redis),
            Self::Files(_) | Self::Demo(_) => None,
        }
    }

    /// Whether reading it leaves what is there for the next reader; a pipe is read once.
    #[must_use]
    pub fn can_be_read_again(&self) -> bool {
        match self {
            Self::Files(spec) => !file::reads_stdin(spec),
            Self::Redis(_) | Self::Archived(_) | Self::Demo(_) => true,
        }
    }

    /// Where it is and what is read there, for the header (`localhost:6379`, `memory:events`); without secrets.
    #[must_use]
    pub fn label(&self) -> (String, String) {
        match self {
            Self::Redis(spec) => (redis::place(spec), spec.streams.join(", ")),
            Self::Files(spec) => (file::place(spec), file::streams(spec)),
            Self::Archived(spec) => archived::label(spec),
            Self::Demo(_) => ("demo".to_owned(), demo::STREAM.to_owned()),
        }
    }

    /// What tells this source from others between runs, without secrets; `None` for one that cannot be opened again.
    #[must_use]
    pub fn identity(&self) -> Option<String> {
        match self {
            Self::Redis(spec) => Some(redis::identity(spec)),
            Self::Files(spec) => file::identity(spec),
            Self::Archived(spec) => archived::identity(spec),
            Self::Demo(_) => None,
        }
    }
}

impl std::fmt::Debug for RedisSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisSpec")
            .field("url", &redis::place(self))
            .field("streams", &self.streams)
            .finish_non_exhaustive()
    }
}

/// Looks at a Redis server for `doctor`: what it is, what may be read there, and its streams.
///
/// # Errors
/// When no connection can be made.
pub async fn probe(spec: &RedisSpec) -> Result<Probe, SourceError> {
    redis::probe(spec).await
}

/// Looks at files for `doctor`. Counting lines reads each file once.
#[must_use]
pub fn probe_files(spec: &FileSpec) -> Vec<FileProbe> {
    file::probe(spec)
}

/// Host and port, or the path of the socket, that an address names, without account, database or secrets.
#[must_use]
pub fn server_of(address: &str) -> String {
    redis::server_of(address)
}

/// Chooses the provider of TLS; to be called before the first `rediss://` connection. More than once is no mistake.
pub fn install_tls() {
    // An error only says that one is installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// This machine's time, ms since the epoch.
#[must_use]
pub fn now_ms() -> Ms {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(Ms::MAX))
}
