//! The terminal: into it and out of it again, and the bytes in between.
//!
//! Invariants: whatever way the program ends, the terminal is as it was ([`TerminalGuard`], [`restore`]). Nothing is
//! written that the glass already shows ([`Screen`]). No control character of a cell ever leaves ([`sanitize`]).
//! Imports nothing of ours.

pub mod clipboard;
pub mod guard;
pub mod outlet;
pub mod panic;
pub mod pen;
mod same;
pub mod sanitize;
pub mod screen;
pub mod scroll;

pub use clipboard::{CLIPBOARD_MAX_BYTES, osc52};
pub use guard::{Options, TermError, TerminalGuard, output, restore, restore_within, take};
pub use outlet::Outlet;
pub use panic::restore_on_panic;
pub use screen::{Drawn, Screen};
