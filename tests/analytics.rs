//! The read model against a real Redis: whatever is delivered twice, dies or is moved back, every field is what a recount gives.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "consume/binary.rs"]
mod binary;
#[path = "analytics/command.rs"]
mod command;
#[path = "analytics/exactly_once.rs"]
mod exactly_once;
#[path = "analytics/faults.rs"]
mod faults;
#[path = "analytics/recount.rs"]
mod recount;
#[path = "consume/stage.rs"]
mod stage;
