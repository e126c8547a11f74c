//! A consumer of a group: entries shared with the other consumers, each handled at least once.
//!
//! Invariants: nothing is acknowledged that the caller did not say was done; what was delivered and is not acknowledged comes
//! again, to this consumer or, when it has been silent for `min_idle_ms`, to another; an entry that was delivered more than
//! `max_deliveries` times goes to `<stream>:dead` and to nobody else.
//!
//! ```no_run
//! # async fn example() -> Result<(), lookback::stream::StreamError> {
//! use lookback::stream::{Access, Consumer, RedisSpec, Subscription};
//!
//! let spec = RedisSpec {
//!     url: "localhost:6379".to_owned(),
//!     password: None,
//!     streams: vec!["memory:events".to_owned()],
//!     access: Access::ReadWrite,
//! };
//! let mut consumer = Consumer::open(Subscription::new(spec, b"memory:events", b"my-group")).await?;
//! loop {
//!     let batch = match consumer.next().await {
//!         Ok(batch) => batch,
//!         // The server is away or takes no writes now: the next call waits a little and connects anew.
//!         Err(error) if error.may_pass() => {
//!             eprintln!("{error}");
//!             continue;
//!         }
//!         Err(error) => return Err(error),
//!     };
//!     for delivery in &batch.deliveries {
//!         println!("{} for the {}. time: {:?}", delivery.id, delivery.deliveries, delivery.fields());
//!     }
//!     let done: Vec<_> = batch.ids().collect();
//!     if let Err(error) = consumer.acknowledge(&done).await {
//!         // What is done is remembered: the next call acknowledges it.
//!         if !error.may_pass() {
//!             return Err(error);
//!         }
//!     }
//! }
//! # }
//! ```

mod batch;
mod bury;
mod claim;
mod fetch;
mod group;
mod link;
mod pending;
mod subscription;

use std::collections::{BTreeMap, BTreeSet};

use ::redis::{RedisResult, Value, cmd};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::companion::companion;
use super::script::Script;
use super::{Link, StreamError};
use crate::model::EntryId;

pub use batch::{Batch, Buried, Delivery};
pub use subscription::{Begin, Subscription, own_name};

/// Ids of entries that were handed out and not acknowledged, remembered at most; older ones may be handed out again early.
const REMEMBERED: usize = 1 << 20;
/// Reasons of failures remembered at most.
const REASONS: usize = 10_000;

/// What a consumer did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Handed out; an entry that was handed out twice counts twice.
    pub delivered: u64,
    /// Acknowledged by this consumer.
    pub acknowledged: u64,
    /// Of those delivered: had been delivered to another consumer, or to this one, and left.
    pub again: u64,
    /// Moved to the dead letters.
    pub buried: u64,
    /// Deleted before they were handled; acknowledged, because nothing can be done with them.
    pub lost: u64,
}

/// What became of a failed entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It stays pending and is delivered again after `min_idle_ms`.
    Kept,
    /// It was its last delivery: it was moved to the dead letters.
    Buried,
}

/// A consumer of a group. Make one with [`Consumer::open`].
///
/// After an error for which [`StreamError::may_pass`] holds it can be used on: the next call waits (longer each time, up to
/// 5 s), connects anew and goes on. After any other error it has ended.
#[derive(Debug)]
pub struct Consumer {
    subscription: Subscription,
    dead: Vec<u8>,
    clustered: bool,
    /// Everything that answers at once.
    asking: Link,
    /// Reads that wait.
    waiting: Link,
    health: link::Health,
    /// Own pending entries are read first, those after this id.
    recovering: Option<EntryId>,
    /// The highest id that was read as new.
    newest: EntryId,
    sweep: claim::Sweep,
    ahead: Option<JoinHandle<RedisResult<Value>>>,
    /// Done, and not known to be acknowledged.
    owed: BTreeSet<EntryId>,
    /// Handed out in this run, and not done.
    handed: BTreeSet<EntryId>,
    reasons: BTreeMap<EntryId, String>,
    burial: Script,
    tally: Tally,
}

impl Consumer {
    /// Connects, and creates the group (and the stream) where it is missing.
    ///
    /// # Errors
    /// Where the user allowed only reading; no connection; the key is no stream; no rights.
    pub async fn open(subscription: Subscription) -> Result<Self, StreamError> {
        let mut asking = Link::open(&subscription.spec).await?;
        let waiting = Link::blocking(&subscription.spec).await?;
        group::create(&mut asking, &subscription).await?;
        let clustered = asking.is_clustered().await?;
        Ok(Self {
            dead: companion(&subscription.stream, "dead", clustered),
            clustered,
            sweep: claim::Sweep::new(Instant::now()),
            subscription,
            asking,
            waiting,
            health: link::Health::default(),
            recovering: Some(EntryId::MIN),
            newest: EntryId::MIN,
            ahead: None,
            owed: BTreeSet::new(),
            handed: BTreeSet::new(),
            reasons: BTreeMap::new(),
            burial: Script::new(bury::SCRIPT),
            tally: Tally::default(),
        })
    }

    /// The next entries: first what this consumer was given before and has not acknowledged, then what others have left for
    /// `min_idle_ms`, then new ones. Empty where none came within `block_ms`.
    ///
    /// Call it again only when the entries of the last batch are done or given up: what was handed out and neither acknowledged
    /// nor said to have failed comes again after `min_idle_ms`. It may be dropped while it waits: what the server was just about
    /// to give is read by the next call.
    ///
    /// # Errors
    /// See [`Consumer`]. [`StreamError::NoGroup`] where the group or the stream has gone: it is not created again, because
    /// everything would be delivered again.
    pub async fn next(&mut self) -> Result<Batch, StreamError> {
        self.mend().await?;
        let step = self.step().await;
        self.watched(step)
    }

    async fn step(&mut self) -> Result<Batch, StreamError> {
        self.settle().await?;
        while let Some(after) = self.recovering {
            let batch = self.recover(after).await?;
            if !batch.is_empty() {
                return Ok(batch);
            }
        }
        let left = self.sweep_once().await?;
        if !left.is_empty() {
            return Ok(left);
        }
        self.read_new().await
    }

    /// What the server gave and was not handed out yet, because it was read ahead or a call of [`Consumer::next`] was dropped.
    /// For the end: nothing new is asked for.
    ///
    /// # Errors
    /// See [`Consumer`]. What could not be read stays pending.
    pub async fn rest(&mut self) -> Result<Batch, StreamError> {
        let dropped = self.health.reading;
        self.mend().await?;
        let read = if dropped {
            self.recover(self.newest).await
        } else {
            self.read_ahead().await
        };
        self.watched(read)
    }

    /// From now on at most so many entries come at once.
    pub fn set_batch(&mut self, entries: usize) {
        self.subscription.batch = entries;
    }

    /// Takes the name of this consumer off the group, if nothing is pending of it: for names that are not used again.
    ///
    /// # Errors
    /// See [`Consumer`]. The name stays then, and does no harm.
    pub async fn leave(mut self) -> Result<bool, StreamError> {
        if self.has_pending().await? {
            return Ok(false);
        }
        let subscription = &self.subscription;
        let mut command = cmd("XGROUP");
        command
            .arg("DELCONSUMER")
            .arg(subscription.stream.as_slice())
            .arg(subscription.group.as_slice())
            .arg(subscription.consumer.as_slice());
        let key = subscription.stream.clone();
        let left = self.asking.ask(&key, &command).await;
        self.watched(left).map(|_| true)
    }

    /// How many entries are done, and not known to be acknowledged.
    #[must_use]
    pub fn owed(&self) -> usize {
        self.owed.len()
    }

    /// Says that these entries are done. They are remembered: where the server cannot be told now, the next call tells it.
    /// How many it took off the pending ones: fewer where another consumer was faster.
    ///
    /// # Errors
    /// See [`Consumer`].
    pub async fn acknowledge(&mut self, ids: &[EntryId]) -> Result<u64, StreamError> {
        for id in ids {
            self.handed.remove(id);
            self.reasons.remove(id);
        }
        self.owed.extend(ids);
        self.mend().await?;
        let settled = self.settle().await;
        self.watched(settled)
    }

    /// Lets a script do the work and acknowledge these entries in one step. Where it is not known whether it ran it may be called
    /// again with the same entries, if it is made for that.
    pub(super) async fn acknowledge_by(
        &mut self,
        script: &mut Script,
        keys: &[&[u8]],
        arguments: &[Vec<u8>],
        ids: &[EntryId],
    ) -> Result<Value, StreamError> {
        self.mend().await?;
        let called = script.call(&mut self.asking, keys, arguments).await;
        let key = keys.first().copied().unwrap_or_default();
        let called = called.map_err(|e| StreamError::of(&e, self.asking.place(), key));
        let reply = self.watched(called)?;
        for id in ids {
            self.handed.remove(id);
        }
        self.tally.acknowledged += ids.len() as u64;
        Ok(reply)
    }

    /// Whether the server is a node of a cluster.
    pub(super) const fn is_clustered(&self) -> bool {
        self.clustered
    }

    /// Says that an entry could not be handled, and why. It stays pending and comes again after `min_idle_ms`; after
    /// `max_deliveries` it goes to the dead letters with this reason.
    ///
    /// # Errors
    /// See [`Consumer`]. It stays pending then.
    pub async fn fail(&mut self, delivery: &Delivery, reason: &str) -> Result<Failed, StreamError> {
        let last = self.subscription.max_deliveries;
        if last > 0 && delivery.deliveries >= last && self.bury(delivery, reason).await? {
            return Ok(Failed::Buried);
        }
        while self.reasons.len() >= REASONS {
            self.reasons.pop_first();
        }
        self.reasons.insert(delivery.id, reason.to_owned());
        Ok(Failed::Kept)
    }

    /// What it did so far.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    /// What it was made from.
    #[must_use]
    pub const fn subscription(&self) -> &Subscription {
        &self.subscription
    }

    /// The key of the dead letters.
    #[must_use]
    pub fn dead_key(&self) -> &[u8] {
        &self.dead
    }

    /// Where it is connected to, without secrets.
    #[must_use]
    pub fn place(&self) -> &str {
        self.asking.place()
    }
}
