//! The consumer groups of streams: how they stand ([`Inspector`]), changing them ([`change`]), and the journal of what was
//! changed ([`journal`]).
//!
//! Invariant: looking only reads. An [`Inspector`] has a connection of its own that cannot write, whatever the user allowed.
//!
//! ```no_run
//! # async fn example() -> Result<(), lookback::stream::StreamError> {
//! use lookback::stream::{Access, RedisSpec, groups::Inspector};
//!
//! let spec = RedisSpec {
//!     url: "localhost:6379".to_owned(),
//!     password: None,
//!     streams: vec!["memory:events".to_owned()],
//!     access: Access::ReadOnly,
//! };
//! let mut inspector = Inspector::open(&spec).await?;
//! for stream in inspector.look().await?.streams {
//!     for group in stream.groups {
//!         println!("{:?} {:?}", group.name, group.lag);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod change;
pub mod journal;
mod lag;
mod lookup;
mod recount;
mod reply;
mod told;
mod watched;

use std::fmt;
use std::time::{Duration, Instant};

use ::redis::RedisError;
use futures_util::future::join_all;

use super::{RedisSpec, StreamError};
use crate::model::consumer_groups::{GroupsSnapshot, StreamStatus};
use crate::model::{Ms, SafeText};
use crate::source::is_glob;
use crate::source::now_ms;
use crate::source::redis::connect::{Connector, Use};
use crate::source::redis::wire::Wire;
use watched::Watched;

pub use change::{Changed, change, change_noted};

/// Streams that are looked at, at most.
const STREAMS: usize = 200;
/// Streams that are asked for at the same time.
const AT_ONCE: usize = 16;
/// How often globs are looked up.
const GLOBS: Duration = Duration::from_secs(15);
/// What is told of a stream while the server that was named answers.
const UNREACHED: &str = "the node of the cluster where it lies does not answer";
/// One look in so many asks for memory too, and counts more.
const THOROUGH_EVERY: u64 = 5;

/// A connection that looks at streams and their groups, kept between looks. After an error the next look connects anew.
pub struct Inspector {
    connector: Connector,
    names: Vec<String>,
    wire: Option<Wire>,
    watched: Vec<Watched>,
    globs_at: Option<Instant>,
    /// What was left out when the streams were looked up last.
    left_out: Vec<String>,
    looks: u64,
}

impl fmt::Debug for Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspector")
            .field("place", &self.place())
            .finish_non_exhaustive()
    }
}

impl Inspector {
    /// Connects. An answer may take up to 30 s.
    ///
    /// # Errors
    /// When the address cannot be read, or no connection can be made.
    pub async fn open(spec: &RedisSpec) -> Result<Self, StreamError> {
        let mut inspector = Self {
            connector: Connector::new(spec).map_err(StreamError::Failed)?,
            names: spec.streams.clone(),
            wire: None,
            watched: Vec::new(),
            globs_at: None,
            left_out: Vec::new(),
            looks: 0,
        };
        inspector.connect().await?;
        Ok(inspector)
    }

    /// Where it connects to, without secrets.
    #[must_use]
    pub fn place(&self) -> &str {
        self.connector.place()
    }

    /// Looks at the streams: at most 200, and of each at most 100 groups with 100 consumers each. What is left out, forbidden
    /// or fails is told in the `faults` of the part that it concerns, and the rest stands. Takes two round trips, and a few
    /// more commands every 15 s where streams are globs.
    ///
    /// # Errors
    /// [`StreamError::NotConnected`] where nothing can be asked.
    pub async fn look(&mut self) -> Result<GroupsSnapshot, StreamError> {
        let (taken_at, began) = (now_ms(), Instant::now());
        let mut commands = self.find_streams().await?;
        let is_thorough = self.looks.is_multiple_of(THOROUGH_EVERY);
        self.looks += 1;
        let place = self.connector.place().to_owned();
        let mut streams: Vec<StreamStatus> = Vec::with_capacity(self.watched.len());
        let mut broken: Vec<(usize, StreamError)> = Vec::new();
        for some in self.watched.chunks_mut(AT_ONCE) {
            let looks = some.iter_mut().map(|one| one.look(&place, is_thorough));
            for look in join_all(looks).await {
                commands += look.commands;
                broken.extend(look.broken.map(|error| (streams.len(), error)));
                streams.push(look.status);
            }
        }
        let unreached: Vec<usize> = broken.iter().map(|(at, _)| *at).collect();
        if let Some((_, error)) = broken.pop() {
            self.after_break(error).await?;
        }
        for at in unreached {
            if let Some(stream) = streams.get_mut(at) {
                stream.faults.push(UNREACHED.to_owned());
            }
        }
        Ok(GroupsSnapshot {
            taken_at,
            streams,
            commands,
            took_ms: Ms::try_from(began.elapsed().as_millis()).unwrap_or(Ms::MAX),
            faults: self.left_out.clone(),
        })
    }

    /// A node of a cluster can be gone while the others answer, and then only its streams are unknown. All is asked over new connections
    /// next time.
    async fn after_break(&mut self, error: StreamError) -> Result<(), StreamError> {
        let answers = match self.wire.take() {
            Some(mut wire) => wire.ping().await.is_ok(),
            None => false,
        };
        self.globs_at = None;
        self.watched.clear();
        if answers { Ok(()) } else { Err(error) }
    }

    /// The connection, made anew where there is none.
    async fn connect(&mut self) -> Result<Wire, StreamError> {
        if let Some(wire) = &self.wire {
            return Ok(wire.clone());
        }
        let wire = Wire::open(&self.connector, Use::Questions).await;
        let wire = wire.map_err(|error| self.explained(&error, b""))?;
        self.wire = Some(wire.clone());
        Ok(wire)
    }

    /// Looks up which streams there are, where that is not known or globs may match new ones. How many commands it took.
    async fn find_streams(&mut self) -> Result<u32, StreamError> {
        let mut wire = self.connect().await?;
        let (globs, plain): (Vec<_>, Vec<_>) = self.names.iter().partition(|name| is_glob(name));
        let is_known = match self.globs_at {
            Some(at) => globs.is_empty() || at.elapsed() < GLOBS,
            None => false,
        };
        if is_known {
            return Ok(0);
        }
        self.left_out.clear();
        let mut keys: Vec<Vec<u8>> = plain.iter().map(|name| name.as_bytes().to_vec()).collect();
        for glob in &globs {
            match wire.scan(glob.as_bytes(), STREAMS + 1).await {
                Ok(found) => keys.extend(found),
                Err(error) => {
                    let error = self.explained(&error, glob.as_bytes());
                    if matches!(error, StreamError::NotConnected(_)) {
                        self.wire = None;
                        return Err(error);
                    }
                    let shown = SafeText::line(glob.as_bytes(), 80);
                    let why = &error.trouble().what;
                    self.left_out.push(format!("what matches `{shown}`: {why}"));
                }
            }
        }
        let commands = u32::try_from(globs.len()).unwrap_or(u32::MAX);
        self.watch(keys, &wire);
        self.globs_at = Some(Instant::now());
        Ok(commands)
    }

    /// Keeps what is known of streams that were watched before.
    fn watch(&mut self, mut keys: Vec<Vec<u8>>, wire: &Wire) {
        let mut seen = hashbrown::HashSet::new();
        keys.retain(|key| seen.insert(key.clone()));
        if keys.len() > STREAMS {
            keys.truncate(STREAMS);
            let told =
                format!("only the first {STREAMS} streams are looked at; name fewer with --stream");
            self.left_out.push(told);
        }
        let mut before = std::mem::take(&mut self.watched);
        for key in keys {
            let known = before.iter().position(|one| one.key == key);
            self.watched.push(match known {
                Some(at) => before.swap_remove(at),
                None => Watched::new(key, wire.clone()),
            });
        }
    }

    fn explained(&self, error: &RedisError, key: &[u8]) -> StreamError {
        StreamError::of(error, self.connector.place(), key)
    }
}
