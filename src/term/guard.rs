//! Taking the terminal over, and giving it back as it was.
//!
//! Invariant: every mode that was entered is left, in reverse order, exactly once, whoever asks first: the guard's end,
//! a panic or a signal.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use thiserror::Error;

/// Whether there is anything to restore. The one who turns it off does it.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether mouse reports are part of that.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Alternate screen, no wrapping at the right edge, no cursor.
const ENTER: &str = "\x1b[?1049h\x1b[?7l\x1b[?25l";
/// Button presses, motion while a button is down, coordinates as numbers. Not 1003: it would report every motion, and
/// over a slow link each one costs.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const PASTE_ON: &str = "\x1b[?2004h";

/// What a frame cut in two may have left on: synchronized output, a scroll region, colors.
const END_FRAME: &str = "\x1b[?2026l\x1b[r\x1b[m";
const PASTE_OFF: &str = "\x1b[?2004l";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";
const LEAVE: &str = "\x1b[?25h\x1b[?7h\x1b[?1049l";

/// Why the interface cannot have the terminal.
#[derive(Debug, Error)]
pub enum TermError {
    /// Output goes to a file or a pipe.
    #[error(
        "the interface needs a terminal, and standard output is not one; to write to a file or a pipe use `lookback \
         tail` or `lookback query`"
    )]
    NotATerminal,
    /// The terminal driver refused.
    #[error(
        "cannot set up the terminal: {0}; if this is not an interactive session, use `lookback tail`"
    )]
    Io(#[from] io::Error),
}

/// How to take the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Ask for mouse reports. Without them the terminal's own selection works as usual.
    pub mouse: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { mouse: true }
    }
}

/// The terminal is ours as long as this lives.
#[derive(Debug)]
#[must_use = "the terminal is given back when the guard is dropped"]
pub struct TerminalGuard(());

impl TerminalGuard {
    /// Raw mode, the alternate screen without cursor or wrapping, bracketed paste and, if wanted, the mouse.
    ///
    /// # Errors
    ///
    /// [`TermError::NotATerminal`] when standard output is none; [`TermError::Io`] when the driver refuses, with
    /// everything undone that had been done.
    pub fn enter(options: Options) -> Result<Self, TermError> {
        if !io::stdout().is_terminal() {
            return Err(TermError::NotATerminal);
        }
        // From here on an early return gives back what was taken.
        let guard = Self(());
        take(options)?;
        Ok(guard)
    }
}

/// Takes the terminal again, after [`restore`] gave it back for a while; the guard of the first time still stands for it.
///
/// # Errors
///
/// When the driver refuses.
pub fn take(options: Options) -> io::Result<()> {
    let mut out = output()?;
    MOUSE.store(options.mouse, Ordering::SeqCst);
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    let mut bytes = String::from(ENTER);
    if options.mouse {
        bytes.push_str(MOUSE_ON);
    }
    bytes.push_str(PASTE_ON);
    out.write_all(bytes.as_bytes())
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, if it is taken; else does nothing. From any thread, any number of times. It can block as
/// long as the terminal itself does not take the few bytes; [`restore_within`] does not.
pub fn restore() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut bytes = String::from(END_FRAME);
    bytes.push_str(PASTE_OFF);
    if MOUSE.load(Ordering::SeqCst) {
        bytes.push_str(MOUSE_OFF);
    }
    bytes.push_str(LEAVE);
    // A terminal that is gone takes nothing back, and there is nobody left to tell.
    if let Ok(mut out) = output() {
        let _ = out.write_all(bytes.as_bytes());
    }
    let _ = disable_raw_mode();
}

/// [`restore`], for a program that must end even when its terminal takes no bytes any more: waits that long at most. Raw
/// mode, which is the driver's and needs no bytes, is left in any case.
pub fn restore_within(patience: Duration) {
    let (done, wait) = mpsc::sync_channel(1);
    thread::spawn(move || {
        restore();
        // Nobody waits any more.
        let _ = done.send(());
    });
    if wait.recv_timeout(patience).is_err() {
        let _ = disable_raw_mode();
    }
}

/// Standard output without the lock and the line buffer of [`io::stdout`]: a frame leaves in one write, and a thread
/// that restores the terminal never waits for one that draws.
///
/// # Errors
///
/// When the file descriptor cannot be duplicated.
pub fn output() -> io::Result<File> {
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modes(sequence: &str, end: char) -> Vec<&str> {
        sequence
            .split("\x1b[?")
            .filter_map(|part| part.strip_suffix(end))
            .collect()
    }

    #[test]
    fn what_is_entered_is_left_in_reverse_order() {
        let entered = [ENTER, MOUSE_ON, PASTE_ON]
            .concat()
            .replace("7l", "7h")
            .replace("25l", "25h");
        let left = [PASTE_OFF, MOUSE_OFF, LEAVE]
            .concat()
            .replace("7h", "7l")
            .replace("25h", "25l");
        let mut reversed = modes(&left, 'l');
        reversed.reverse();
        assert_eq!(modes(&entered, 'h'), reversed);
        assert_eq!(reversed.len(), 7);
    }

    #[test]
    fn restoring_what_was_not_taken_does_nothing() {
        restore();
        restore();
        assert!(!TAKEN.load(Ordering::SeqCst));
    }

    #[test]
    fn the_refusal_says_what_to_use_instead() {
        let message = TermError::NotATerminal.to_string();
        assert!(message.contains("lookback tail"), "{message}");
    }
}
