//! What became of events that were published.

use crate::model::EntryId;
use crate::store::Trouble;
use crate::stream::StreamError;

/// An event that stands in the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The id of its entry.
    pub entry: EntryId,
    /// The event's own id, where it has one.
    pub event_id: Option<Vec<u8>>,
    /// It was published before, as that entry, and was not written again.
    pub duplicate: bool,
}

/// What became of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stands in the stream.
    Written(Receipt),
    /// It was not written: refused, or not sent after another one was.
    NotWritten,
    /// It was sent, and no answer came.
    Unknown,
}

/// Publishing ended early.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct Unfinished {
    /// Of every event of the call, in their order. Behind one that was refused others may be written: they were under way.
    pub fates: Vec<Fate>,
    /// Why.
    #[source]
    pub error: StreamError,
}

impl Unfinished {
    /// What happened, and what the user can do.
    #[must_use]
    pub fn trouble(&self) -> &Trouble {
        self.error.trouble()
    }

    /// The events that stand in the stream.
    pub fn written(&self) -> impl Iterator<Item = &Receipt> {
        self.fates.iter().filter_map(|fate| match fate {
            Fate::Written(receipt) => Some(receipt),
            _ => None,
        })
    }

    /// The place of the first event that is not known to be written.
    #[must_use]
    pub fn first_open(&self) -> Option<usize> {
        let is_open = |fate: &Fate| !matches!(fate, Fate::Written(_));
        self.fates.iter().position(is_open)
    }
}
