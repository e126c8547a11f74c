//! What a server says of its streams and their consumer groups, at one moment. Unknown is `None`, never 0.
//!
//! Sources: <https://redis.io/docs/latest/commands/xinfo-groups/>, `xinfo-consumers`, `xinfo-stream`, `xpending`.

use serde::{Deserialize, Serialize};

pub use super::group_change::{GroupChange, GroupStart};
use super::{EntryId, Ms, text_or_base64};

/// One look at some streams.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupsSnapshot {
    /// When, by this machine's clock.
    pub taken_at: Ms,
    /// The streams, in the order in which they are followed.
    pub streams: Vec<StreamStatus>,
    /// How many commands the look took, and how long.
    pub commands: u32,
    /// Milliseconds from the first command to the last answer.
    pub took_ms: Ms,
    /// What was left out of the whole, and why, for the user.
    pub faults: Vec<String>,
}

/// What lies under a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyKind {
    /// It may not be asked.
    #[default]
    Unknown,
    /// A stream.
    Stream,
    /// Nothing.
    Missing,
    /// Something else.
    Other,
}

/// A stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamStatus {
    /// The key.
    #[serde(with = "text_or_base64")]
    pub key: Vec<u8>,
    /// Whether it is one.
    pub kind: KeyKind,
    /// Entries now; `None` where the key is not there or it may not be asked.
    pub length: Option<u64>,
    /// Bytes (`MEMORY USAGE`, sampled).
    pub memory_bytes: Option<u64>,
    /// The oldest entry.
    pub first: Option<EntryId>,
    /// The last id ever given.
    pub last: Option<EntryId>,
    /// Entries ever added (7.0).
    pub added: Option<u64>,
    /// Entries deleted so far, by trimming or `XDEL`: added less length (7.0).
    pub trimmed: Option<u64>,
    /// Its groups, by name.
    pub groups: Vec<GroupStatus>,
    /// Whether those are all: false where they may not be asked for, or are too many.
    pub knows_all_groups: bool,
    /// What could not be asked, and why, for the user; the rest stands.
    pub faults: Vec<String>,
}

/// A consumer group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupStatus {
    /// Its name.
    #[serde(with = "text_or_base64")]
    pub name: Vec<u8>,
    /// Delivered and not acknowledged.
    pub pending: Option<u64>,
    /// The oldest pending entry.
    pub first_pending: Option<EntryId>,
    /// Where new deliveries go on.
    pub last_delivered: Option<EntryId>,
    /// Entries ever delivered or passed over, where the server knows (7.0).
    pub entries_read: Option<u64>,
    /// What was added and not delivered.
    pub lag: Lag,
    /// How far the last delivered entry lies behind the newest, by their ids.
    pub behind_ms: Option<Ms>,
    /// How many consumers it has.
    pub consumer_count: Option<u64>,
    /// Its consumers, by name; `None` where they may not be asked for, or are too many.
    pub consumers: Option<Vec<ConsumerStatus>>,
    /// What could not be asked, and why, for the user.
    pub faults: Vec<String>,
}

/// What a group has not been given. The server's own `lag` counts entries that are gone too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    /// As the server says it; `None` is its `n/a`.
    pub total: Option<u64>,
    /// Still in the stream, so that it will be delivered.
    pub deliverable: Option<u64>,
    /// Trimmed or deleted before it was delivered: what lies after the last delivered entry, and what the server still counts as
    /// not read (before 7.2.6 it goes on counting entries over which reading has passed since).
    pub lost: Option<u64>,
}

/// A consumer of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerStatus {
    /// Its name.
    #[serde(with = "text_or_base64")]
    pub name: Vec<u8>,
    /// Delivered to it and not acknowledged.
    pub pending: u64,
    /// Since it last asked for anything.
    pub idle_ms: Option<Ms>,
    /// Since it was last given anything (7.2); `None` also where it never was.
    pub inactive_ms: Option<Ms>,
}

/// An entry that was delivered and not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingEntry {
    /// Its id.
    pub id: EntryId,
    /// The consumer that has it.
    #[serde(with = "text_or_base64")]
    pub consumer: Vec<u8>,
    /// Since it was delivered last.
    pub idle_ms: Ms,
    /// How often it was delivered.
    pub deliveries: u64,
    /// The entry itself.
    pub entry: PendingPayload,
}

/// Whether a pending entry is still in the stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PendingPayload {
    /// It was not looked up.
    #[default]
    Unknown,
    /// It was deleted or trimmed: nothing can be done with it but acknowledging.
    Deleted,
    /// Its fields, in order.
    Present(#[serde(with = "text_or_base64::pairs")] Vec<(Vec<u8>, Vec<u8>)>),
}
