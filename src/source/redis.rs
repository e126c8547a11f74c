//! Redis Streams: one connection for the tail, one for the first history, one kept for what is fetched later; all read-only.

mod access;
mod ahead;
mod archive;
mod asker;
mod backfill;
mod board;
mod bulk;
pub(crate) mod connect;
pub(crate) mod fault;
mod follow;
mod merge;
mod paging;
pub(crate) mod parse;
mod probe;
mod range;
mod resp;
mod roster;
mod socket;
pub(crate) mod streams;
mod tail;
mod track;
pub(crate) mod wire;

pub use access::{Access, READING_COMMANDS, WRITING_COMMANDS};
pub use archive::Archive;
pub(super) use asker::Asker;
pub(crate) use bulk::Entry;
pub use connect::check_address;
pub(super) use connect::{identity, place, server_of};
pub(super) use fault::shown;
pub(super) use follow::follow;
pub(super) use merge::{PAGE_BYTES, Pace, beyond};
pub(super) use probe::probe;
pub use probe::{Permission, Probe, StreamProbe};
pub use range::{RangeReader, read};
#[cfg(fuzzing)]
pub use resp::check::check as check_resp;
pub(super) use roster::{Life, Lives, Standing};
pub use streams::is_glob;
pub(super) use wire::Window;
