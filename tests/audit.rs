//! The audit file: every change of it is found, and with a real Redis nothing is acknowledged that is not in it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "audit/chain.rs"]
mod chain;
#[path = "audit/faults.rs"]
mod faults;
#[path = "audit/stage.rs"]
mod stage;
#[path = "audit/written.rs"]
mod written;
