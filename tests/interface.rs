//! The real binary in a real terminal, against a real Redis: what a person at the keys would see.
//!
//! Nothing here sleeps to be right. Each test has its own server and its own terminal.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "interface/stage.rs"]
mod stage;

#[path = "interface/alarm.rs"]
mod alarm;
#[path = "interface/endings.rs"]
mod endings;
#[path = "interface/errors.rs"]
mod errors;
#[path = "interface/filter.rs"]
mod filter;
#[path = "interface/groups.rs"]
mod groups;
#[path = "interface/hostile.rs"]
mod hostile;
#[path = "interface/jumps.rs"]
mod jumps;
#[path = "interface/links.rs"]
mod links;
#[path = "interface/live.rs"]
mod live;
#[path = "interface/looks.rs"]
mod looks;
#[path = "interface/marks.rs"]
mod marks;
#[path = "interface/metrics.rs"]
mod metrics;
#[path = "interface/past.rs"]
mod past;
#[path = "interface/quiet.rs"]
mod quiet;
#[path = "interface/session.rs"]
mod session;
