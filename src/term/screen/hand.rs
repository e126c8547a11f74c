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
/// A row for which the pen is changed less often is drawn as it stands.
const FEW_SELECTS: usize = 3;

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
    /// How often the pen was changed.
    selects: usize,
}

/// What drawing a row changes beside the bytes, to be taken back.
#[derive(Clone, Copy, Debug)]
struct State {
    cells: usize,
    pen: Option<Pen>,
    at: Option<(usize, usize)>,
    selects: usize,
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

    /// Makes row `y` of the glass, which shows `old`, show `new`: from left to right, or where that is shorter one pen after the other.
    pub fn row(&mut self, y: usize, old: &[Cell], new: &[Cell]) {
        let (start, before) = (self.bytes.len(), self.state());
        let mut leaves_edge = self.left_to_right(y, old, new);
        if self.selects - before.selects >= FEW_SELECTS {
            let (after, bytes) = (self.state(), self.bytes.split_off(start));
            self.restore(before);
            let other_leaves_edge = self.pen_by_pen(y, old, new);
            if self.bytes.len() - start < bytes.len() {
                leaves_edge = other_leaves_edge;
            } else {
                self.bytes.truncate(start);
                self.bytes.extend_from_slice(&bytes);
                self.restore(after);
            }
        }
        if leaves_edge {
            self.edges.push(y);
        }
    }

    fn state(&self) -> State {
        State {
            cells: self.cells,
            pen: self.pen,
            at: self.at,
            selects: self.selects,
        }
    }

    fn restore(&mut self, state: State) {
        (self.cells, self.selects) = (state.cells, state.selects);
        (self.pen, self.at) = (state.pen, state.at);
    }

    /// Whether the last cell is left over, for want of its pen.
    fn left_to_right(&mut self, y: usize, old: &[Cell], new: &[Cell]) -> bool {
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
            if x + 1 == new.len() && !self.suits(cell) {
                return true;
            }
            self.move_to(x, y, new);
            x += self.put(cell, x, y, new);
        }
        false
    }

    /// What the pen in force suits, then what the pen of the first cell that was left over suits, and so on; likewise.
    fn pen_by_pen(&mut self, y: usize, old: &[Cell], new: &[Cell]) -> bool {
        let pairs = old.iter().zip(new);
        let stale = pairs.map(|(shown, cell)| !same(shown, cell) && !cell.symbol().is_empty());
        let mut stale: Vec<bool> = stale.collect();
        while let Some(left) = self.with_this_pen(y, old, new, &mut stale) {
            if left + 1 == new.len() {
                return true;
            }
            self.select(new.get(left).map_or(Pen::PLAIN, Pen::of));
        }
        false
    }

    /// Draws the stale cells that the pen suits; the first that it does not.
    fn with_this_pen(
        &mut self,
        y: usize,
        old: &[Cell],
        new: &[Cell],
        stale: &mut [bool],
    ) -> Option<usize> {
        let (mut x, mut left) = (0, None);
        while let (Some(is_stale), Some(cell)) = (stale.get(x).copied(), new.get(x)) {
            if !is_stale {
                x += 1;
                continue;
            }
            if !self.suits(cell) {
                left = left.or(Some(x));
                x += 1;
                continue;
            }
            let is_blank = same(cell, &Cell::EMPTY);
            let erased = is_blank.then(|| self.erase(x, y, old, new)).flatten();
            let done = erased.unwrap_or_else(|| {
                self.move_to(x, y, new);
                self.put(cell, x, y, new)
            });
            stale
                .iter_mut()
                .skip(x)
                .take(done)
                .for_each(|cell| *cell = false);
            x += done;
        }
        left
    }

    fn suits(&self, cell: &Cell) -> bool {
        self.pen.is_some_and(|pen| pen.suits(cell))
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
        if !self.suits(&Cell::EMPTY) {
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
        if !self.suits(cell) {
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
                let same = |cell: &Cell| cell.symbol().len() == 1 && self.suits(cell);
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
            Some((_, line)) if line == y => write!(self.bytes, "\x1b[{}G", x + 1),
            Some((_, line)) if line + 1 == y && x <= 1 => {
                let ahead: &[u8] = if x == 0 { b"" } else { b"\x1b[C" };
                self.bytes.extend_from_slice(b"\r\n");
                self.bytes.write_all(ahead)
            }
            _ if x == 0 && y == 0 => self.bytes.write_all(b"\x1b[H"),
            _ if x == 0 => write!(self.bytes, "\x1b[{}H", y + 1),
            _ => write!(self.bytes, "\x1b[{};{}H", y + 1, x + 1),
        };
    }

    fn select(&mut self, pen: Pen) {
        pen.select(self.pen, &mut self.bytes);
        self.pen = Some(pen);
        self.selects += 1;
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
