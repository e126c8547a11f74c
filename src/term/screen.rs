//! What is on the glass, and the fewest bytes that make it what it should be.
//!
//! Invariants: a frame is at most one write; a frame that changes nothing is none. After a draw the glass shows
//! exactly the buffer (as [`sanitize`] leaves it), whatever was there before.

mod hand;

use std::io::{self, Write};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::hand::Hand;
use super::same::same_row;
use super::sanitize::sanitize;
use super::scroll::Scroll;

/// A frame of more bytes than this is bracketed as synchronized output. Small ones are not: tmux repaints the whole
/// pane at the end of each bracket (tmux#5612).
const SYNC_OVER_BYTES: usize = 1024;

const SYNC_BEGIN: &[u8] = b"\x1b[?2026h";
const SYNC_END: &[u8] = b"\x1b[?2026l";

/// What a frame cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Bytes written.
    pub bytes: usize,
    /// Cells drawn or erased; those that the terminal scrolled do not count.
    pub cells: usize,
}

/// Draws frames to a terminal. Nobody else may write to it in between, or must call [`Screen::invalidate`] after.
#[derive(Debug)]
pub struct Screen<W> {
    out: W,
    /// What the glass shows, if `known`.
    front: Buffer,
    back: Buffer,
    known: bool,
    synchronized: bool,
    /// Where the cursor shall be in the next frame.
    cursor: Option<Position>,
    hand: Hand,
}

impl<W: Write> Screen<W> {
    /// A screen of which nothing is known yet.
    pub fn new(out: W, width: u16, height: u16) -> Self {
        let area = Rect::new(0, 0, width, height);
        Self {
            out,
            front: Buffer::empty(area),
            back: Buffer::empty(area),
            known: false,
            synchronized: false,
            cursor: None,
            hand: Hand::default(),
        }
    }

    /// Whether large frames are bracketed as synchronized output (DEC mode 2026). Off at first. Terminals that do not
    /// know it ignore it.
    pub fn set_synchronized(&mut self, on: bool) {
        self.synchronized = on;
    }

    /// Where the frames go.
    pub fn out(&self) -> &W {
        &self.out
    }

    /// The whole screen.
    #[must_use]
    pub fn area(&self) -> Rect {
        self.back.area
    }

    /// The terminal's size has changed: the next frame is drawn in full. Also where it is the same again: a terminal that
    /// was small for a moment has lost what did not fit.
    pub fn resize(&mut self, width: u16, height: u16) {
        let area = Rect::new(0, 0, width, height);
        if area != self.area() {
            self.front = Buffer::empty(area);
            self.back = Buffer::empty(area);
        }
        self.invalidate();
    }

    /// Something else may have written to the terminal: the next frame is drawn in full.
    pub fn invalidate(&mut self) {
        self.known = false;
    }

    /// Where the cursor stands from the next frame on; None hides it.
    pub fn set_cursor(&mut self, cursor: Option<Position>) {
        self.cursor = cursor;
    }

    /// Renders into an empty buffer and brings the glass up to it.
    ///
    /// # Errors
    ///
    /// When writing fails; the next frame is then drawn in full.
    pub fn draw(&mut self, render: impl FnOnce(&mut Buffer)) -> io::Result<Drawn> {
        let cursor = self.cursor;
        self.draw_with_cursor(|buffer| {
            render(buffer);
            cursor
        })
    }

    /// The same, where the cell of the cursor is known only after rendering; none hides it.
    ///
    /// # Errors
    ///
    /// When writing fails; the next frame is then drawn in full.
    pub fn draw_with_cursor(
        &mut self,
        render: impl FnOnce(&mut Buffer) -> Option<Position>,
    ) -> io::Result<Drawn> {
        self.back.reset();
        self.cursor = render(&mut self.back);
        sanitize(&mut self.back);
        if self.known {
            if let Some(scroll) = Scroll::find(&self.front, &self.back) {
                self.hand.scroll(&scroll);
                scroll.apply(&mut self.front);
            }
        } else {
            self.hand.clear();
            self.front.reset();
        }
        let width = usize::from(self.back.area.width).max(1);
        let rows = self
            .front
            .content
            .chunks(width)
            .zip(self.back.content.chunks(width));
        for (y, (old, new)) in rows.enumerate() {
            if !same_row(old, new) {
                self.hand.row(y, old, new);
            }
        }
        for y in std::mem::take(&mut self.hand.edges) {
            let row = self.back.content.chunks(width).nth(y).unwrap_or_default();
            if let Some(cell) = row.last() {
                self.hand.move_to(width - 1, y, row);
                self.hand.put(cell, width - 1, y, row);
            }
        }
        self.hand
            .place_cursor(self.cursor.filter(|at| self.back.area.contains(*at)));
        std::mem::swap(&mut self.front, &mut self.back);
        self.send()
    }

    /// Writes a sequence that changes nothing on the glass, such as [`super::osc52`], between frames.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn pass(&mut self, sequence: &str) -> io::Result<()> {
        self.out.write_all(sequence.as_bytes())?;
        self.out.flush()
    }

    fn send(&mut self) -> io::Result<Drawn> {
        let mut bytes = std::mem::take(&mut self.hand.bytes);
        let cells = std::mem::take(&mut self.hand.cells);
        if self.synchronized && bytes.len() > SYNC_OVER_BYTES {
            bytes.splice(0..0, SYNC_BEGIN.iter().copied());
            bytes.extend_from_slice(SYNC_END);
        }
        let drawn = Drawn {
            bytes: bytes.len(),
            cells,
        };
        if !bytes.is_empty() {
            // Until it is all out, the glass may show half of it.
            self.known = false;
            self.out.write_all(&bytes)?;
            self.out.flush()?;
        }
        self.known = true;
        bytes.clear();
        // The next frame reuses the allocation.
        self.hand.bytes = bytes;
        Ok(drawn)
    }
}

#[cfg(test)]
mod tests;
