//! Redis Streams: one connection for the tail, one for the first history, one kept for what is fetched later; all read-only.

mod archive;
mod backfill;
mod board;
mod connect;
mod fault;
mod follow;
mod merge;
mod parse;
mod probe;
mod range;
mod roster;
mod streams;
mod tail;
mod track;
mod wire;

pub use archive::Archive;
pub(super) use connect::{identity, place};
pub(super) use follow::follow;
pub(super) use probe::probe;
pub use probe::{Permission, Probe, StreamProbe};
pub use range::{RangeReader, read};
pub use wire::READING_COMMANDS;
