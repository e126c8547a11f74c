//! The audit file: every change of it is found, and with a real Redis nothing is acknowledged that is not in it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "audit/chain.rs"]
mod chain;
