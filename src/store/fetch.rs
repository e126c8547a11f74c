//! Asking for a part of history by its address: entry ids, not a place in a conversation, so that any part can be asked
//! for at any time and as often as it was let go of.

use serde::{Deserialize, Serialize};

use super::Trouble;
use crate::model::EntryId;

/// A part of the log by entry id, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// First id.
    pub from: EntryId,
    /// Last id.
    pub to: EntryId,
}

impl IdRange {
    /// Every id.
    pub const ALL: Self = Self {
        from: EntryId::MIN,
        to: EntryId::MAX,
    };

    /// Whether an id lies within.
    #[must_use]
    pub fn contains(&self, id: EntryId) -> bool {
        (self.from..=self.to).contains(&id)
    }
}

/// In which order a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Oldest first.
    Forward,
    /// Newest first: pages come newest first, each page itself is in stream order.
    Reverse,
}

/// A part of history, from one end of `range` on in `direction`, at most `count` entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Comes back with every answer.
    pub ticket: u64,
    /// Where to look. One that ends later than the newest entry told so far holds also what is told by the tail.
    pub range: IdRange,
    /// From which end.
    pub direction: Direction,
    /// Entries at most.
    pub count: u64,
    /// Entries (stream and id) at the ends of the range that are here already and are not sent again: several streams may
    /// share an id. One entry each: a file may hold the same stream and id twice.
    pub except: Vec<(Vec<u8>, EntryId)>,
}

/// What follows a page that was fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Then {
    /// Another answer.
    More,
    /// Nothing: as many entries as were asked for came.
    Enough,
    /// Nothing: the range holds no further entry in this direction.
    Exhausted,
    /// Nothing: the rest could not be read. It may be asked for again.
    Failed(Trouble),
}
