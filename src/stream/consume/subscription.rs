//! What a consumer is made from.

use crate::model::{EntryId, Ms};
use crate::source::RedisSpec;

/// Where a group that has to be created begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Begin {
    /// At the oldest entry of the stream, so that nothing is left out.
    #[default]
    Start,
    /// With what comes after the group was created.
    Now,
    /// After this id.
    After(EntryId),
}

/// What a consumer takes, from where, and how. The times are in milliseconds.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// The server; its access has to be [`crate::stream::Access::ReadWrite`]. Its list of streams is not looked at.
    pub spec: RedisSpec,
    /// The stream.
    pub stream: Vec<u8>,
    /// The consumer group.
    pub group: Vec<u8>,
    /// The name of this consumer. Two that run at once under one name can be given the same entries.
    pub consumer: Vec<u8>,
    /// Entries of one batch at most; at least 1.
    pub batch: usize,
    /// How long [`super::Consumer::next`] waits for entries before it returns none; at least 1.
    pub block_ms: Ms,
    /// What was delivered so long ago and not acknowledged is taken over.
    pub min_idle_ms: Ms,
    /// What was delivered so often and not acknowledged goes to the dead letters; 0: never.
    pub max_deliveries: u64,
    /// Where the group begins if it has to be created.
    pub begin: Begin,
    /// Whether the next batch is asked for while one is worked on. Faster, and at most one batch more is pending: for work that
    /// takes far less than `min_idle_ms`.
    pub ahead: bool,
    /// Take over by `XPENDING` and `XCLAIM` also where the server has `XAUTOCLAIM` (6.2).
    pub by_hand: bool,
}

impl Subscription {
    /// A subscription with the defaults of the command line: this host and process as the consumer, batches of 64, 2 s, taken
    /// over after 60 s, 5 deliveries, from the start.
    #[must_use]
    pub fn new(spec: RedisSpec, stream: &[u8], group: &[u8]) -> Self {
        Self {
            spec,
            stream: stream.to_vec(),
            group: group.to_vec(),
            consumer: own_name().into_bytes(),
            batch: 64,
            block_ms: 2_000,
            min_idle_ms: 60_000,
            max_deliveries: 5,
            begin: Begin::Start,
            ahead: false,
            by_hand: false,
        }
    }

    /// Entries of one batch, as the commands want it.
    pub(super) fn count(&self) -> usize {
        self.batch.clamp(1, 100_000)
    }
}

/// A name that no other consumer has: the host and the process.
#[must_use]
pub fn own_name() -> String {
    let names = rustix::system::uname();
    let host = names.nodename().to_string_lossy();
    format!("{host}-{}", std::process::id())
}
