//! The write side of the log: what appends to a stream, shares its entries among consumers, copies them and keeps it small.
//!
//! Invariant: every command that changes a server passes through a [`Link`], and a link opens only where the user allowed it
//! ([`Access::ReadWrite`]). Appending is the only way in: nothing here edits an entry.
#![expect(dead_code, reason = "the commands that use the link come next")]

mod companion;
mod error;
mod link;
pub mod log_file;
pub mod trim;

pub use crate::source::{Access, RedisSpec};
pub use error::StreamError;
pub use link::Link;
