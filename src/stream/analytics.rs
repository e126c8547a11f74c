//! A read model of a stream, kept by a consumer group: counts, rates and times in the hash `<stream>:metrics`, so that others
//! read a few fields and not the log.
//!
//! Invariant: each entry is counted once, however often it is delivered and whoever dies: counting and acknowledging are one step
//! on the server, which knows what was counted (see `count.lua`). Every field is then what a recount of the stream would give.
//!
//! What was acknowledged by others in the same group, or passed over by moving the group forward, counts as settled: moving the
//! group back does not count it.
//!
//! ```no_run
//! # async fn example(spec: lookback::stream::RedisSpec) -> Result<(), lookback::stream::StreamError> {
//! use lookback::stream::{Analytics, ReadModel, Subscription};
//!
//! let subscription = Subscription::new(spec.clone(), b"memory:events", b"analytics-group");
//! let mut analytics = Analytics::open(subscription, std::sync::Arc::default()).await?;
//! while analytics.step().await?.entries > 0 {}
//! if let Some(model) = ReadModel::read(&spec, b"memory:events").await? {
//!     println!("{} events, {} errors", model.total_events, model.errors);
//! }
//! # Ok(())
//! # }
//! ```

mod buckets;
mod read_model;
mod row;

use std::sync::Arc;

use ::redis::Value;

use super::companion::companion;
use super::consume::{Batch, Consumer, Subscription, Tally};
use super::script::Script;
use super::{StreamError, now_ms};
use crate::model::{EntryId, Mapping, SafeText};
use crate::source::redis::parse;
use crate::store::Trouble;

pub use read_model::ReadModel;

const SCRIPT: &str = include_str!("analytics/count.lua");
/// Kinds with a field of their own; all others are counted as `(other)`.
pub const MOST_KINDS: u64 = 100;
/// Entries counted in one step at most: the server does nothing else meanwhile.
const MOST_ENTRIES: usize = 1_000;

/// Keys of a read model.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Keys {
    metrics: Vec<u8>,
    counted: Vec<u8>,
    sessions: Vec<u8>,
}

impl Keys {
    fn of(stream: &[u8], clustered: bool) -> Self {
        let key = |what| companion(stream, what, clustered);
        Self {
            metrics: key("metrics"),
            counted: key("metrics:counted"),
            sessions: key("metrics:sessions"),
        }
    }
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Entries that were delivered; 0 where none came within `block_ms`.
    pub entries: u64,
    /// Of these, how many were counted now. The others had been before.
    pub counted: u64,
    /// Entries that were deleted before they were counted.
    pub lost: u64,
}

/// Keeps a read model.
#[derive(Debug)]
pub struct Analytics {
    consumer: Consumer,
    keys: Keys,
    script: Script,
    mapping: Arc<Mapping>,
    /// Delivered, and not known to be counted.
    in_hand: Batch,
}

impl Analytics {
    /// Connects as a consumer. Batches are cut to 1,000 entries, and nothing goes to the dead letters: every entry can be counted.
    ///
    /// # Errors
    /// As [`Consumer::open`].
    pub async fn open(
        subscription: Subscription,
        mapping: Arc<Mapping>,
    ) -> Result<Self, StreamError> {
        let subscription = Subscription {
            batch: subscription.batch.min(MOST_ENTRIES),
            max_deliveries: 0,
            ..subscription
        };
        let consumer = Consumer::open(subscription).await?;
        let keys = Keys::of(&consumer.subscription().stream, consumer.is_clustered());
        Ok(Self {
            consumer,
            keys,
            script: Script::new(SCRIPT),
            mapping,
            in_hand: Batch::default(),
        })
    }

    /// Takes the next entries and counts them. It may be dropped while it waits: what is in hand is counted by the next call.
    ///
    /// # Errors
    /// As [`Consumer::next`]; after an error that may pass the next call goes on. A key of the read model that holds something
    /// else.
    pub async fn step(&mut self) -> Result<Step, StreamError> {
        if self.in_hand.deliveries.is_empty() {
            self.in_hand = self.consumer.next().await?;
        }
        self.count().await
    }

    /// Counts what the server gave and was not counted yet, and asks for nothing new: for the end.
    ///
    /// # Errors
    /// As [`Analytics::step`].
    pub async fn rest(&mut self) -> Result<Step, StreamError> {
        let in_hand = self.count().await?;
        self.in_hand = self.consumer.rest().await?;
        let rest = self.count().await?;
        Ok(Step {
            entries: in_hand.entries + rest.entries,
            counted: in_hand.counted + rest.counted,
            lost: in_hand.lost + rest.lost,
        })
    }

    async fn count(&mut self) -> Result<Step, StreamError> {
        let mut step = Step {
            lost: self.in_hand.lost.len() as u64,
            ..Step::default()
        };
        if !self.in_hand.deliveries.is_empty() {
            step.entries = self.in_hand.deliveries.len() as u64;
            step.counted = self.count_in_hand().await?;
        }
        self.in_hand = Batch::default();
        Ok(step)
    }

    async fn count_in_hand(&mut self) -> Result<u64, StreamError> {
        let subscription = self.consumer.subscription();
        let mut arguments = vec![
            subscription.group.clone(),
            now_ms().to_string().into_bytes(),
            MOST_KINDS.to_string().into_bytes(),
        ];
        for delivery in &self.in_hand.deliveries {
            row::write(
                &mut arguments,
                &subscription.stream,
                delivery,
                &self.mapping,
            );
        }
        let stream = subscription.stream.clone();
        let keys = [
            &stream,
            &self.keys.metrics,
            &self.keys.counted,
            &self.keys.sessions,
        ];
        let ids: Vec<EntryId> = self.in_hand.ids().collect();
        let reply = self
            .consumer
            .acknowledge_by(&mut self.script, &keys.map(Vec::as_slice), &arguments, &ids)
            .await?;
        counted(reply, &self.keys.metrics)
    }

    /// Whether entries were delivered to this consumer and are not counted.
    ///
    /// # Errors
    /// As [`Consumer::has_pending`].
    pub async fn has_pending(&mut self) -> Result<bool, StreamError> {
        self.consumer.has_pending().await
    }

    /// What its consumer did so far.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.consumer.tally()
    }

    /// The consumer, for [`Consumer::leave`].
    #[must_use]
    pub fn into_consumer(self) -> Consumer {
        self.consumer
    }
}

/// What the script answers: how many it counted, or what is in its way.
fn counted(reply: Value, metrics: &[u8]) -> Result<u64, StreamError> {
    let parts = parse::items(reply);
    let (first, second) = (parts.first(), parts.get(1));
    let shown = |bytes: &[u8]| SafeText::line(bytes, 80);
    let named = shown(second.and_then(parse::bytes).unwrap_or_default());
    match first {
        Some(Value::Int(-1)) => Err(StreamError::Failed(Trouble::new(
            format!("`{named}` holds something else than this read model"),
            "move it away, or keep the model of another stream",
        ))),
        Some(Value::Int(-2)) => Err(StreamError::Failed(Trouble::new(
            format!(
                "the field `{named}` of `{}` is no whole number",
                shown(metrics)
            ),
            "somebody else has changed it: correct it, or delete the key and what begins with it and move the group back to 0",
        ))),
        _ => Ok(second.and_then(parse::number).unwrap_or_default()),
    }
}
