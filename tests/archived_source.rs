//! Archive files and streams as one log: what was trimmed out of a stream into an archive stays its history, entry by entry,
//! whichever way it is read, however the trim left the two, and also while it is trimmed further.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "archived_source/commands.rs"]
mod commands;
#[path = "archived_source/follow.rs"]
mod follow;
#[path = "archived_source/interface.rs"]
mod interface;
#[path = "archived_source/read.rs"]
mod read;
#[path = "archived_source/stage.rs"]
mod stage;
#[path = "archived_source/trim.rs"]
mod trim;
