//! The write side of the log: what appends to a stream, shares its entries among consumers, copies them and keeps it small.
//!
//! Invariant: every command that changes a server passes through a [`Link`], and a link opens only where the user allowed it
//! ([`Access::ReadWrite`]). Appending is the only way in: nothing here edits an entry.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::Ms;

pub mod analytics;
mod audit;
mod companion;
pub mod consume;
mod error;
mod link;
mod replay;

pub use crate::source::{Access, RedisSpec};
pub use analytics::{Analytics, ReadModel};
pub use audit::{
    Against, Appended, AuditFile, Auditor, Chain, ChainFault, FaultKind, Hash, Opened, Sealed,
    hold_against, verify_chain,
};
pub use consume::{Batch, Begin, Consumer, Delivery, Failed, Subscription};
pub use error::StreamError;
pub use link::Link;
pub use replay::{Copier, GoOn, MARK, is_read, origin_of};

/// This machine's time, ms since the epoch.
fn now_ms() -> Ms {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |d| Ms::try_from(d.as_millis()).unwrap_or(Ms::MAX))
}
