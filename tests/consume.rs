//! Consumer groups against a real Redis: in the library and by the real binary. Nothing acknowledged that was not done, nothing
//! lost, whatever dies.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "consume/binary.rs"]
mod binary;
#[path = "consume/handed_over.rs"]
mod handed_over;
#[path = "consume/library.rs"]
mod library;
#[path = "consume/printed.rs"]
mod printed;
#[path = "consume/stage.rs"]
mod stage;
