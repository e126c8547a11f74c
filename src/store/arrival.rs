//! What a source tells: entries at either end, the state of the link, and what it noticed on the way.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Page, Then};
use crate::model::{EntryId, Ms};

/// One message from a source. Bounded channels carry these; when the receiver is slow the source stops reading.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrival {
    /// New entries at the live end.
    Newer {
        /// The entries, in order.
        page: Arc<Page>,
        /// When they were received, by this machine's clock.
        received_at: Ms,
    },
    /// Entries of the history that is loaded at the start, just before the oldest ones of it delivered so far.
    Older {
        /// The entries, in order.
        page: Arc<Page>,
    },
    /// An answer to a [`super::Fetch`]. Each fetch ends with exactly one whose `then` is not [`Then::More`].
    Fetched {
        /// Which fetch.
        ticket: u64,
        /// The entries, in order; may be empty.
        page: Arc<Page>,
        /// What follows.
        then: Then,
    },
    /// How far loading history has come.
    History(History),
    /// The source let go of its oldest entries.
    Held(Held),
    /// The link's state changed.
    Link(Link),
    /// Something to tell that is no change of the link (a reset stream, entries trimmed before they were read, a rotated file).
    Notice(Trouble),
}

/// How far loading history has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Entries loaded of what was asked for.
    pub loaded: u64,
    /// Entries asked for; `None` where the source cannot know yet.
    pub wanted: Option<u64>,
    /// Entries that the source holds in all, where it knows.
    pub total: Option<u64>,
    /// Nothing older is left in the source.
    pub at_start: bool,
    /// No loading is under way.
    pub idle: bool,
    /// The oldest id that the source holds, where it knows.
    pub first_id: Option<EntryId>,
}

/// What a source still holds, told when its oldest entries are gone (trimmed by their count, their age or memory).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Entries now, of all streams, where it may be asked.
    pub total: Option<u64>,
    /// The oldest entry of all streams; `None` where no stream holds any.
    pub first_id: Option<EntryId>,
    /// Each stream that lost entries since this was told last, and the first id that it can still hold: the id of its first
    /// entry, or the one after its last where it is empty. Older entries of that stream are no longer there.
    pub moved: Vec<(Vec<u8>, EntryId)>,
    /// Of these streams the source has entries up to this id all the same, in another place than the one that let go of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<(Vec<u8>, EntryId)>,
}

/// The state of the link to a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Link {
    /// Not connected yet.
    #[default]
    Connecting,
    /// Connected, but there is nothing to read yet (the key is missing, the file does not exist).
    Waiting(Trouble),
    /// Connected and following.
    Live,
    /// The link broke and is tried again.
    Lost {
        /// What happened.
        trouble: Trouble,
        /// Tries since it broke.
        attempt: u32,
        /// Until the next try.
        retry_in_ms: Ms,
    },
    /// It cannot work until somebody changes something; tried again slowly all the same.
    Refused(Trouble),
    /// The source has come to its end (a pipe was closed).
    Ended,
}

/// Something that went wrong, and what to do about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What happened, in one line, without secrets.
    pub what: String,
    /// What the user can do, in one line; may be empty.
    pub hint: String,
}

impl Trouble {
    /// Joins the two lines.
    #[must_use]
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
        }
    }

    /// What happened and what to do, in one line.
    #[must_use]
    pub fn one_line(&self) -> String {
        if self.hint.is_empty() {
            return self.what.clone();
        }
        format!("{} — {}", self.what, self.hint)
    }
}
