//! Keeping a stream small: what is too old or too much goes, after it was archived.
//!
//! Invariant: nothing goes that a consumer group still has pending or undelivered, unless by force; and with an archive nothing
//! goes that was not written there, put on the disk, read again and held against the stream.
//!
//! ```no_run
//! use lookback::stream::trim::{Archive, Look, Order, Trimmer};
//! use lookback::stream::{Access, RedisSpec};
//!
//! # async fn example() -> Result<(), lookback::stream::StreamError> {
//! let spec = RedisSpec {
//!     url: "localhost:6379".to_owned(),
//!     password: None,
//!     streams: vec!["memory:events".to_owned()],
//!     access: Access::ReadWrite,
//! };
//! let order = Order { max_len: Some(100_000), ..Order::default() };
//! let mut trimmer = Trimmer::writing(&spec).await?;
//! let plan = trimmer.plan(b"memory:events", &order, Look::Beyond, &|| false).await?;
//! println!("{} entries would go", plan.would_remove);
//! let mut archive = Archive::new("events.jsonl.gz", b"memory:events");
//! let outcome = trimmer.trim(&plan, &order, Some(&mut archive), &|| false).await?;
//! println!("{} entries went", outcome.removed);
//! # Ok(())
//! # }
//! ```

mod archive;
mod cut;
mod groups;
mod plan;
mod walk;

use std::fmt;

use super::{Link, RedisSpec, StreamError};
use crate::model::{EntryId, Ms};
use crate::source::redis::connect::{Connector, Use};
use crate::source::redis::streams;
use crate::source::redis::wire::Wire;
use crate::store::Trouble;
pub use archive::{Archive, Archived};
pub use plan::{Hold, Look, Loss, Need, Plan};

/// Asked between two steps: whether to end.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Send + Sync);

/// What shall go. An entry goes that either limit lets go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// All but the newest so many.
    pub max_len: Option<u64>,
    /// Those whose id lies before this moment, ms since the epoch.
    pub before_ms: Option<Ms>,
    /// To the entry; else whole nodes of the stream only, which is cheaper and leaves up to about a hundred entries more.
    pub exact: bool,
    /// Also what consumer groups have pending or undelivered.
    pub force: bool,
}

impl Order {
    fn before(&self) -> EntryId {
        self.before_ms
            .map_or(EntryId::MIN, |ms| EntryId::new(ms, 0))
    }
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Entries that went.
    pub removed: u64,
    /// What was archived before; `None` without an archive, or where nothing was to go.
    pub archived: Option<Archived>,
    /// Whether the groups were looked at in the same step in which entries went. It is not for users without rights for scripts.
    pub in_one_step: bool,
}

/// A connection that trims, or only looks.
pub struct Trimmer {
    place: String,
    hand: Hand,
}

enum Hand {
    Looks(Box<Wire>),
    Writes(Box<Link>),
}

impl fmt::Debug for Trimmer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trimmer")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl Trimmer {
    /// A connection that can only look, whatever the user allowed.
    ///
    /// # Errors
    /// When no connection can be made.
    pub async fn looking(spec: &RedisSpec) -> Result<Self, StreamError> {
        let connector = Connector::new(spec).map_err(StreamError::Input)?;
        let place = connector.place().to_owned();
        let wire = Wire::open(&connector, Use::Questions).await;
        let wire = wire.map_err(|error| StreamError::of(&error, &place, b""))?;
        Ok(Self {
            place,
            hand: Hand::Looks(Box::new(wire)),
        })
    }

    /// A connection that can trim.
    ///
    /// # Errors
    /// Where the user allowed only reading, and when no connection can be made.
    pub async fn writing(spec: &RedisSpec) -> Result<Self, StreamError> {
        let link = Link::open(spec).await?;
        Ok(Self {
            place: link.place().to_owned(),
            hand: Hand::Writes(Box::new(link)),
        })
    }

    /// The streams of these names: as given, globs looked up now.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn streams(&mut self, names: &[String]) -> Result<Vec<Vec<u8>>, StreamError> {
        let found = streams::find(self.wire(), names).await;
        found.map_err(|error| StreamError::of(&error, &self.place, names.join(" ").as_bytes()))
    }

    /// Looks at what would go. Reads the ids of all of it; sends nothing that writes.
    ///
    /// # Errors
    /// When the server does not answer, the key is no stream, or its groups may not be asked.
    pub async fn plan(
        &mut self,
        key: &[u8],
        order: &Order,
        look: Look,
        stop: Stop<'_>,
    ) -> Result<Plan, StreamError> {
        let plan = plan::plan(self.wire(), key, order, look, stop).await;
        plan.map_err(|error| StreamError::of(&error, &self.place, key))
    }

    /// Does it: archives, verifies, removes. Nothing is removed where anything before that fails. When it is asked to end it does
    /// so between two steps; what went by then was archived.
    ///
    /// # Errors
    /// When this connection only looks; when the archive cannot be written or does not hold; when the stream or its groups are
    /// no longer what the plan saw; when the server refuses.
    pub async fn trim(
        &mut self,
        plan: &Plan,
        order: &Order,
        archive: Option<&mut Archive>,
        stop: Stop<'_>,
    ) -> Result<Outcome, StreamError> {
        let mut outcome = Outcome {
            removed: 0,
            archived: None,
            in_one_step: true,
        };
        let Hand::Writes(link) = &mut self.hand else {
            return Err(StreamError::ReadOnly(Trouble::new(
                format!("this connection to {} only looks", self.place),
                "trim over one that may write",
            )));
        };
        if plan.would_remove == 0 || stop() {
            return Ok(outcome);
        }
        if let Some(archive) = archive {
            let archived = archive.take(link.wire(), &self.place, plan, stop).await;
            outcome.archived = archived.map_err(|error| error.adding("; nothing was deleted"))?;
            if outcome.archived.is_none() {
                return Ok(outcome);
            }
        }
        let removed = cut::Cut::new(link, plan, order)
            .run(order.exact, stop)
            .await?;
        outcome.removed = removed.entries;
        outcome.in_one_step = removed.in_one_step;
        Ok(outcome)
    }

    fn wire(&mut self) -> &mut Wire {
        match &mut self.hand {
            Hand::Looks(wire) => wire,
            Hand::Writes(link) => link.wire(),
        }
    }
}
