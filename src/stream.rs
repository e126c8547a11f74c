//! The write side of the log: what appends to a stream, shares its entries among consumers, copies them and keeps it small.
//!
//! Invariant: every command that changes a server passes through a [`Link`], and a link opens only where the user allowed it
//! ([`Access::ReadWrite`]). Appending is the only way in: nothing here edits an entry.

pub mod analytics;
pub mod audit;
mod companion;
pub mod consume;
mod error;
mod fields;
mod file_lock;
pub mod groups;
pub mod import;
mod link;
pub mod log_file;
pub mod publish;
pub mod replay;
mod script;
pub mod trim;

use crate::source::now_ms;

pub use crate::source::{Access, RedisSpec};
pub use analytics::{Analytics, ReadModel};
pub use audit::{
    Against, Appended, AuditFile, Auditor, Chain, ChainFault, FaultKind, Hash, Opened, Sealed,
    hold_against, verify_chain,
};
pub use consume::{Batch, Begin, Consumer, Delivery, Failed, Subscription};
pub use error::StreamError;
pub use import::{Entry, ImportOptions, Importer};
pub use link::Link;
pub use publish::{Draft, Fate, MaxLen, PublishOptions, Publisher, Receipt, Retry, Unfinished};
pub use replay::{Copier, GoOn};
