//! Everything that can happen to the interface, as plain data that can be logged and played again.

pub mod codec;

use std::ops::Range;
use std::sync::Arc;

use super::bookmarks::{Kept, Save};
use super::consumer_groups::{Deleted, Edited, GroupName, Look, Outcome, Proposal, Watch};
use super::cost::Cost;
use super::input::{Key, Mouse};
use super::layout::Size;
use super::search::{Answer, Question};
use crate::model::Ms;
use crate::project::Spike;
use crate::query::{Plan, Scan};
use crate::store::{Arrival, Chunk, Cursor, Fetch, Seq, Snapshot};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// A source told something.
    Arrived(Arrival),
    /// Time went by.
    Tick {
        /// Since the last tick.
        elapsed_ms: Ms,
    },
    /// A key was pressed.
    Key(Key),
    /// The mouse moved or clicked.
    Mouse(Mouse),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this size now.
    Resize(Size),
    /// The whole program takes that much memory, bytes.
    Resident(usize),
    /// Chunks were frozen.
    Frozen(Vec<Frozen>),
    /// A part of a scan's answer.
    Scanned {
        /// Which scan.
        generation: u64,
        /// The part.
        scan: Scan,
    },
    /// What drawing cost was measured.
    Measured(Cost),
    /// Bookmarks were read or written.
    Bookmarks(Kept),
    /// The consumer groups were looked at.
    Looked(Look),
    /// Pending entries that were deleted were looked for.
    FoundDeleted(Deleted),
    /// The entries over which a group is to be moved were counted; `None` where they could not be.
    CountedMoved(Option<u64>),
    /// A change of a consumer group ended.
    GroupChanged(Outcome),
    /// An entry was edited.
    Edited(Edited),
    /// A search was answered, or tells how far it is.
    Searched {
        /// Which search.
        generation: u64,
        /// What it says.
        answer: Answer,
    },
}

/// A chunk that was frozen.
#[derive(Clone, Debug, PartialEq)]
pub struct Frozen {
    /// The place of its first row.
    pub base: Seq,
    /// What was frozen, and what came of it; `None` where that is to be done again (a recording holds the place alone).
    pub made: Option<(Arc<Chunk>, Arc<Chunk>)>,
}

/// Something that the shell has to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Look through the log on another task; a scan of an older generation is cancelled.
    Scan {
        /// Which scan.
        generation: u64,
        /// The filter.
        plan: Arc<Plan>,
        /// The log.
        log: Snapshot,
        /// The part to look through.
        range: Range<Cursor>,
    },
    /// Freeze these chunks on another task, and tell.
    Freeze(Vec<(Seq, Arc<Chunk>)>),
    /// Ask the source for a part of history.
    Fetch(Fetch),
    /// Look for the first match on another task; a search of an older generation is cancelled.
    Search {
        /// Which search.
        generation: u64,
        /// The filter.
        plan: Arc<Plan>,
        /// Where to look.
        question: Question,
    },
    /// Cancel the search under way.
    StopSearch,
    /// Put this into the clipboard.
    Copy(String),
    /// Keep the bookmarks.
    SaveBookmarks(Save),
    /// Look at the consumer groups again and again, at once for the first time; `None` stops.
    WatchGroups(Option<Watch>),
    /// Look for pending entries of this group that were deleted.
    FindDeleted(GroupName),
    /// Count the entries over which this moves a group.
    CountMoved(Proposal),
    /// Carry out a change that was confirmed, and write it into the journal; then look again at once.
    ChangeGroup(Proposal),
    /// Let the user edit this text, and tell what came of it.
    Edit(String),
    /// Tell those who do not look that a spike was raised just now.
    Spike(Spike),
}
