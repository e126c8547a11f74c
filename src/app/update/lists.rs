//! Keys that do the same in every list over everything.

use crate::app::keymap::Command;

/// Rows of a list that a page key moves.
const PAGE: isize = 10;

/// How many rows a command moves the selection.
pub fn rows(command: Command) -> Option<isize> {
    match command {
        Command::Down => Some(1),
        Command::Up => Some(-1),
        Command::PageDown => Some(PAGE),
        Command::PageUp => Some(-PAGE),
        Command::First => Some(isize::MIN),
        Command::Last => Some(isize::MAX),
        _ => None,
    }
}
