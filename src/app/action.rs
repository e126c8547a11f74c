//! Everything that can happen to the interface, as plain data that can be logged and played again.

pub mod codec;

use std::ops::Range;
use std::sync::Arc;

use super::bookmarks::{Kept, Save};
use super::input::{Key, Mouse};
use super::layout::Size;
use crate::model::Ms;
use crate::query::{Plan, Scan};
use crate::store::{Arrival, Cursor, Fetch, Snapshot};

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
    /// A part of a scan's answer.
    Scanned {
        /// Which scan.
        generation: u64,
        /// The part.
        scan: Scan,
    },
    /// Bookmarks were read or written.
    Bookmarks(Kept),
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
    /// Ask the source for a part of history.
    Fetch(Fetch),
    /// Put this into the clipboard.
    Copy(String),
    /// Keep the bookmarks.
    SaveBookmarks(Save),
}
