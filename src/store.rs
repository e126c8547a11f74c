//! The log: all entries known here, append-only, in order, in chunks of columns.
//!
//! Invariant: entries keep their [`Seq`] for as long as they are here, whatever is appended, prepended or evicted around them.

pub mod arrival;
pub mod chunk;
pub mod column;
pub mod columns;
pub mod cursor;
pub mod entry;
mod event_ids;
pub mod fetch;
pub mod interner;
pub mod log;
mod marks;
pub mod page;
pub mod payload;
pub mod session_sums;
pub mod snapshot;

pub use arrival::{Arrival, Held, History, Link, Trouble};
pub use chunk::{Chunk, Summary};
pub use column::{Column, Ids};
pub use columns::{Columns, Rows};
pub use cursor::{Cursor, Seq};
pub use entry::EntryRef;
pub use fetch::{Direction, Fetch, IdRange, Then};
pub use interner::{Interner, Strings, Symbol};
pub use log::{Hole, Log};
pub use page::{Page, PageBuilder};
pub use payload::Payloads;
pub use session_sums::SessionSums;
pub use snapshot::Snapshot;
