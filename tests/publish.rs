//! `publish` against a real Redis, by the real binary: what is written is what was given, once where that is asked for, and every
//! failure says what was written and how to go on.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "publish/cluster.rs"]
mod cluster;
#[path = "publish/events.rs"]
mod events;
#[path = "publish/faults.rs"]
mod faults;
#[path = "publish/library.rs"]
mod library;
#[path = "publish/lines.rs"]
mod lines;
#[path = "publish/once.rs"]
mod once;
#[path = "publish/place.rs"]
mod place;
#[path = "publish/restart.rs"]
mod restart;
#[path = "publish/terminal.rs"]
mod terminal;
