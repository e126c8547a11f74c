//! Redis Streams: one connection for the tail, another for history, both read-only.

mod backfill;
mod board;
mod connect;
mod fault;
mod follow;
mod merge;
mod parse;
mod probe;
mod range;
mod streams;
mod tail;
mod track;
mod wire;

pub(super) use connect::{identity, place};
pub(super) use follow::follow;
pub(super) use probe::probe;
pub use probe::{Permission, Probe, StreamProbe};
pub(super) use range::RangeReader;
pub use wire::READING_COMMANDS;
