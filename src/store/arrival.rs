//! What a source tells: entries at either end, the state of the link, and what it noticed on the way.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Page;
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
    /// Entries of history, just before the oldest ones delivered so far.
    Older {
        /// The entries, in order.
        page: Arc<Page>,
    },
    /// How far loading history has come.
    History(History),
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
