//! What is on the glass, and the fewest bytes that make it what it should be.
//!
//! Invariants: a frame is at most one write; a frame that changes nothing is none. After a draw the glass shows
//! exactly the buffer (as [`sanitize`] leaves it), whatever was there before.

use std::io::{self, Write};

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};

use super::pen::Pen;
use super::same::{same, same_row};
use super::sanitize::sanitize;
use super::scroll::{Direction, Scroll};

/// A frame of more bytes than this is bracketed as synchronized output. Small ones are not: tmux repaints the whole
/// pane at the end of each bracket (tmux#5612).
const SYNC_OVER_BYTES: usize = 1024;
/// Unchanged cells up to this many are written again rather than jumped over: a jump costs four bytes.
const REWRITE_CELLS: usize = 3;
/// From this many cells on, erasing to the end of the row is shorter than writing blanks.
const ERASE_ROW_CELLS: usize = 4;
/// From this many cells on, erasing and jumping over them is.
const ERASE_CELLS: usize = 12;

const SYNC_BEGIN: &[u8] = b"\x1b[?2026h";
const SYNC_END: &[u8] = b"\x1b[?2026l";
const CURSOR_SHOW: &[u8] = b"\x1b[?25h";
const CURSOR_HIDE: &[u8] = b"\x1b[?25l";

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

/// The bytes of one frame, and the state the terminal is in after them.
#[derive(Debug, Default)]
struct Hand {
    bytes: Vec<u8>,
    cells: usize,
    /// None: unknown.
    pen: Option<Pen>,
    /// Column and row of the cursor. A column past the last means that the last has just been written; terminals differ
    /// in where the cursor is then. None: unknown.
    at: Option<(usize, usize)>,
    /// Rows of which the last cell is drawn after all others: it is the scrollbar's as a rule, and one change of the pen is enough
    /// for all of it.
    edges: Vec<usize>,
    /// Whether the cursor can be seen. None: unknown.
    shown: Option<bool>,
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

impl Hand {
    /// Everything blank, and the terminal's state known again.
    fn clear(&mut self) {
        *self = Self {
            bytes: std::mem::take(&mut self.bytes),
            ..Self::default()
        };
        self.select(Pen::PLAIN);
        self.bytes.extend_from_slice(b"\x1b[2J");
    }

    fn scroll(&mut self, scroll: &Scroll) {
        // Blank rows come in with the pen's background.
        self.select(Pen::PLAIN);
        let (top, bottom) = (scroll.rows.start + 1, scroll.rows.end);
        let direction = match scroll.direction {
            Direction::Up => 'S',
            Direction::Down => 'T',
        };
        let _ = write!(
            self.bytes,
            "\x1b[{top};{bottom}r\x1b[{}{direction}\x1b[r",
            scroll.by
        );
        self.at = None;
    }

    /// Makes row `y` of the glass, which shows `old`, show `new`.
    fn row(&mut self, y: usize, old: &[Cell], new: &[Cell]) {
        let mut x = 0;
        while let (Some(shown), Some(cell)) = (old.get(x), new.get(x)) {
            // A cell under the wide symbol before it is drawn by that one.
            if same(shown, cell) || cell.symbol().is_empty() {
                x += 1;
                continue;
            }
            if same(cell, &Cell::EMPTY)
                && let Some(erased) = self.erase(x, y, old, new)
            {
                x += erased;
                continue;
            }
            if x + 1 == new.len() && !self.pen.is_some_and(|pen| pen.suits(cell)) {
                self.edges.push(y);
                return;
            }
            self.move_to(x, y, new);
            x += self.put(cell, x, y, new);
        }
    }

    /// Erases the blanks from `x` on, if that is shorter than writing them. Only those without a background: what
    /// erasing leaves under a colored pen depends on the terminal. Returns how many.
    fn erase(&mut self, x: usize, y: usize, old: &[Cell], new: &[Cell]) -> Option<usize> {
        let blanks = new
            .iter()
            .skip(x)
            .take_while(|cell| same(cell, &Cell::EMPTY))
            .count();
        let to_the_end = x + blanks == new.len();
        let stale = old
            .iter()
            .skip(x)
            .take(blanks)
            .filter(|cell| !same(cell, &Cell::EMPTY))
            .count();
        let enough = if to_the_end {
            ERASE_ROW_CELLS
        } else {
            ERASE_CELLS
        };
        if stale < enough {
            return None;
        }
        self.move_to(x, y, new);
        if !self.pen.is_some_and(|pen| pen.suits(&Cell::EMPTY)) {
            self.select(Pen::PLAIN);
        }
        let _ = if to_the_end {
            self.bytes.write_all(b"\x1b[K")
        } else {
            write!(self.bytes, "\x1b[{blanks}X")
        };
        self.cells += stale;
        Some(blanks)
    }

    /// Draws one cell where the cursor is, and returns its width.
    fn put(&mut self, cell: &Cell, x: usize, y: usize, row: &[Cell]) -> usize {
        if !self.pen.is_some_and(|pen| pen.suits(cell)) {
            self.select(Pen::of(cell));
        }
        self.bytes.extend_from_slice(cell.symbol().as_bytes());
        let covered = row
            .iter()
            .skip(x + 1)
            .take_while(|cell| cell.symbol().is_empty())
            .count();
        let width = 1 + covered;
        self.cells += width;
        // Behind a symbol of several characters, not every terminal is where it should be.
        let certain = cell.symbol().chars().nth(1).is_none();
        self.at = certain.then_some((x + width, y));
        width
    }

    /// Moves the cursor by the shortest sequence, or by writing again what stands in between, where `row` is given.
    fn move_to(&mut self, x: usize, y: usize, row: &[Cell]) {
        let at = self.at.replace((x, y));
        if at == Some((x, y)) {
            return;
        }
        let _ = match at {
            Some((from, line)) if line == y && from < x => {
                let between = row.get(from..x).unwrap_or_default();
                let same = |cell: &Cell| {
                    cell.symbol().len() == 1 && self.pen.is_some_and(|pen| pen.suits(cell))
                };
                let known = between.len() == x - from;
                if known && between.len() <= REWRITE_CELLS && between.iter().all(same) {
                    between
                        .iter()
                        .try_for_each(|cell| self.bytes.write_all(cell.symbol().as_bytes()))
                } else if x - from == 1 {
                    self.bytes.write_all(b"\x1b[C")
                } else {
                    write!(self.bytes, "\x1b[{}C", x - from)
                }
            }
            Some((_, line)) if x == 0 && line == y => self.bytes.write_all(b"\r"),
            Some((_, line)) if x == 0 && line + 1 == y => self.bytes.write_all(b"\r\n"),
            _ if x == 0 && y == 0 => self.bytes.write_all(b"\x1b[H"),
            _ if x == 0 => write!(self.bytes, "\x1b[{}H", y + 1),
            _ => write!(self.bytes, "\x1b[{};{}H", y + 1, x + 1),
        };
    }

    fn select(&mut self, pen: Pen) {
        pen.select(self.pen, &mut self.bytes);
        self.pen = Some(pen);
    }

    fn place_cursor(&mut self, cursor: Option<Position>) {
        if let Some(Position { x, y }) = cursor {
            self.move_to(usize::from(x), usize::from(y), &[]);
        }
        let show = cursor.is_some();
        if self.shown != Some(show) {
            self.bytes
                .extend_from_slice(if show { CURSOR_SHOW } else { CURSOR_HIDE });
            self.shown = Some(show);
        }
    }
}

#[cfg(test)]
mod tests;
