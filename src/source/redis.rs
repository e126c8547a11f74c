//! Redis Streams: one connection for the tail, one for the first history, one kept for what is fetched later; all read-only.

mod access;
mod archive;
mod backfill;
mod board;
pub(crate) mod connect;
pub(crate) mod fault;
mod follow;
mod merge;
pub(crate) mod parse;
mod probe;
mod range;
mod roster;
pub(crate) mod streams;
mod tail;
mod track;
pub(crate) mod wire;

pub use access::{Access, READING_COMMANDS, WRITING_COMMANDS};
pub use archive::Archive;
pub(super) use connect::{identity, place};
pub(super) use follow::follow;
pub(super) use probe::probe;
pub use probe::{Permission, Probe, StreamProbe};
pub use range::{RangeReader, read};
pub use streams::is_glob;
