//! Asking a source for a part of history.

use super::Trouble;
use crate::model::EntryId;

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

/// A part of history, from one end of a range on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Comes back with every answer.
    pub ticket: u64,
    /// What may come.
    pub range: IdRange,
    /// From which end.
    pub direction: Direction,
    /// Entries at most.
    pub count: u64,
    /// Entries at the ends of the range that are here already and are not sent again, by stream.
    pub except: Vec<(Vec<u8>, EntryId)>,
}

/// What comes after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// More of the same fetch.
    More,
    /// Nothing: as many as were asked for came.
    Enough,
    /// Nothing: the range holds no more in this direction.
    Exhausted,
    /// Nothing: it failed.
    Failed(Trouble),
}
