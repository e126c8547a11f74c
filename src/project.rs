//! What the log means at a cursor: active sessions, error groups, series, a session's timeline.
//!
//! Invariant: an answer depends only on entries before the cursor. Counting first: sums of sealed chunks plus one partial
//! chunk; nothing is folded that can be counted.

pub mod activity;
pub mod backlog;
pub mod density;
pub mod errors;
pub mod findings;
pub mod folded;
pub mod series;
pub mod session_fields;
pub mod session_state;
pub mod spikes;
pub mod tally;
pub mod timeline;
pub mod turns;

pub use activity::{Activity, Part};
pub use backlog::Backlog;
pub use density::{Density, density};
pub use errors::{ErrorGroup, error_groups};
pub use findings::{Finding, Found};
pub use folded::Folded;
pub use series::{Series, Window, series};
pub use spikes::{Counts, Spike, spikes};
pub use tally::Tally;
pub use timeline::{Timeline, timeline};
