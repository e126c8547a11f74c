//! The write side of the log: what appends to a stream, shares its entries among consumers, copies them and keeps it small.
//!
//! Invariant: every command that changes a server passes through a [`Link`], and a link opens only where the user allowed it
//! ([`Access::ReadWrite`]). Appending is the only way in: nothing here edits an entry.
#![expect(dead_code, reason = "the commands that use all of the link come next")]

mod companion;
mod error;
mod fields;
pub mod import;
mod link;
pub mod log_file;
pub mod publish;
pub mod trim;

pub use crate::source::{Access, RedisSpec};
pub use error::StreamError;
pub use import::{Entry, ImportOptions, Importer};
pub use link::Link;
pub use publish::{Draft, Fate, MaxLen, PublishOptions, Publisher, Receipt, Retry, Unfinished};
