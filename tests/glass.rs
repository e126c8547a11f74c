//! What reaches a terminal: the bytes of real frames, and what they show.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "glass/bytes.rs"]
mod bytes;
#[path = "../benches/frame/scene.rs"]
mod scene;
#[path = "glass/scrolled.rs"]
mod scrolled;
#[path = "support/mod.rs"]
mod support;
#[path = "glass/tmux.rs"]
mod tmux;
