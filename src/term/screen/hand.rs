//! The bytes that change what is on the glass, cell by cell, and the state in which they leave the terminal.

use std::io::Write;

use ratatui::buffer::Cell;
use ratatui::layout::Position;

use crate::term::pen::Pen;
use crate::term::same::same;
use crate::term::scroll::{Direction, Scroll};

/// Unchanged cells up to this many are written again rather than jumped over: a jump costs four bytes.
const REWRITE_CELLS: usize = 3;
/// From this many cells on, erasing to the end of the row is shorter than writing blanks.
const ERASE_ROW_CELLS: usize = 4;
/// From this many cells on, erasing and jumping over them is.
const ERASE_CELLS: usize = 12;

const CURSOR_SHOW: &[u8] = b"\x1b[?25h";
const CURSOR_HIDE: &[u8] = b"\x1b[?25l";

/// The bytes of one frame, and the state the terminal is in after them.
#[derive(Debug, Default)]
pub struct Hand {
    pub bytes: Vec<u8>,
    pub cells: usize,
    /// None: unknown.
    pen: Option<Pen>,
    /// Column and row of the cursor. A column past the last means that the last has just been written; terminals differ
    /// in where the cursor is then. None: unknown.
    at: Option<(usize, usize)>,
    /// Rows of which the last cell is drawn after all others: it is the scrollbar's as a rule, and one change of the pen is enough
    /// for all of it.
    pub edges: Vec<usize>,
    /// Whether the cursor can be seen. None: unknown.
    shown: Option<bool>,
}

impl Hand {
    /// Everything blank, and the terminal's state known again.
    pub fn clear(&mut self) {
        *self = Self {
            bytes: std::mem::take(&mut self.bytes),
            ..Self::default()
        };
        self.select(Pen::PLAIN);
        self.bytes.extend_from_slice(b"\x1b[2J");
    }

    pub fn scroll(&mut self, scroll: &Scroll) {
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
    pub fn row(&mut self, y: usize, old: &[Cell], new: &[Cell]) {
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
    pub fn put(&mut self, cell: &Cell, x: usize, y: usize, row: &[Cell]) -> usize {
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
    pub fn move_to(&mut self, x: usize, y: usize, row: &[Cell]) {
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

    pub fn place_cursor(&mut self, cursor: Option<Position>) {
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
