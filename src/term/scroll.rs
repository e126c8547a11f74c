//! Seeing that rows moved, so that the terminal can move them itself: a feed that goes up by one row is then one new
//! row and not a screen full of changed cells.
//!
//! Invariant: only ever a saving. A wrong guess costs bytes, never a wrong picture, because the rows believed to be on
//! the glass are moved in the same way.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};

use super::same::{same, same_row};

/// Cells at both ends of a row that may change while its text moves: selection bar, scrollbar.
const EDGE: usize = 2;
/// What the sequences cost, in cells.
const OVERHEAD: usize = 24;

/// Rows that move together; what they leave behind becomes blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scroll {
    /// All rows that take part, also those left blank.
    pub rows: Range<usize>,
    /// How far.
    pub by: usize,
    /// Where to.
    pub direction: Direction,
}

/// Which way the text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// As when a line is added at the bottom.
    Up,
    /// As when a line is added at the top.
    Down,
}

impl Scroll {
    /// The scroll that saves the most cells on the way from `front` to `back`, which have the same size.
    #[must_use]
    pub fn find(front: &Buffer, back: &Buffer) -> Option<Self> {
        let width = usize::from(back.area.width);
        if width <= 2 * EDGE {
            return None;
        }
        let mut pairs = front
            .content
            .chunks(width)
            .zip(back.content.chunks(width))
            .map(|(old, new)| same_row(old, new));
        let first = pairs.by_ref().position(|same| !same)?;
        let end = first + 1 + pairs.rposition(|same| !same).map_or(0, |last| last + 1);
        // Two rows are cheaper redrawn.
        if end - first < 3 {
            return None;
        }
        let marks = |buffer: &Buffer| -> Vec<Option<u64>> {
            let rows = buffer.content.chunks(width).enumerate();
            let within = first..end;
            rows.map(|(y, row)| within.contains(&y).then(|| mark(row)).flatten())
                .collect()
        };
        let (old, new) = (marks(front), marks(back));
        let mut best: Option<(usize, Self)> = None;
        for by in 1..end - first {
            for direction in [Direction::Up, Direction::Down] {
                let Some(run) = longest_run(&old, &new, first..end, by, direction) else {
                    continue;
                };
                let rows = match direction {
                    Direction::Up => run.start..run.end + by,
                    Direction::Down => run.start - by..run.end,
                };
                // Rows save at most the cells that they have; for those left blank alone nothing is scrolled.
                if run.len() * width <= best.as_ref().map_or(OVERHEAD, |(most, _)| *most) {
                    continue;
                }
                let scroll = Self {
                    rows,
                    by,
                    direction,
                };
                let saving = scroll.saving(front, back);
                if saving > best.as_ref().map_or(OVERHEAD, |(most, _)| *most) {
                    best = Some((saving, scroll));
                }
            }
        }
        best.map(|(_, scroll)| scroll)
    }

    /// Moves the rows of `buffer`.
    pub fn apply(&self, buffer: &mut Buffer) {
        let width = usize::from(buffer.area.width);
        let cells = self.rows.start * width..self.rows.end * width;
        let shift = self.by * width;
        let Some(cells) = buffer.content.get_mut(cells) else {
            return;
        };
        let bared = match self.direction {
            Direction::Up => {
                cells.rotate_left(shift);
                let kept = cells.len() - shift;
                cells.get_mut(kept..)
            }
            Direction::Down => {
                cells.rotate_right(shift);
                cells.get_mut(..shift)
            }
        };
        if let Some(bared) = bared {
            bared.fill(Cell::EMPTY);
        }
    }

    /// Cells that need not be written if this is done first.
    fn saving(&self, front: &Buffer, back: &Buffer) -> usize {
        let width = usize::from(back.area.width);
        let row =
            |buffer: &'_ Buffer, y: usize| y * width..(y * width + width).min(buffer.content.len());
        let differing = |from: usize, to: usize| -> usize {
            let old = front.content.get(row(front, from)).unwrap_or_default();
            let new = back.content.get(row(back, to)).unwrap_or_default();
            let pairs = old.iter().zip(new);
            pairs.filter(|(old, new)| !same(old, new)).count()
        };
        let (mut changed, mut redrawn) = (0, 0);
        for y in self.rows.clone() {
            changed += differing(y, y);
            let from = match self.direction {
                Direction::Up => Some(y + self.by).filter(|from| *from < self.rows.end),
                Direction::Down => y
                    .checked_sub(self.by)
                    .filter(|from| *from >= self.rows.start),
            };
            redrawn += if let Some(from) = from {
                differing(from, y)
            } else {
                let new = back.content.get(row(back, y)).unwrap_or_default();
                new.iter().filter(|cell| !same(cell, &Cell::EMPTY)).count()
            };
        }
        changed.saturating_sub(redrawn)
    }
}

/// A number for the text of a row; None when there is none. Styles do not count: a selected row moves too.
fn mark(row: &[Cell]) -> Option<u64> {
    let middle = row.get(EDGE..row.len().saturating_sub(EDGE))?;
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut blank = true;
    for cell in middle {
        let symbol = cell.symbol();
        blank &= symbol == " ";
        for byte in symbol.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    (!blank).then_some(hash)
}

/// The longest stretch of rows within `span` whose text stood `by` rows lower (going up) or higher (going down).
fn longest_run(
    old: &[Option<u64>],
    new: &[Option<u64>],
    span: Range<usize>,
    by: usize,
    direction: Direction,
) -> Option<Range<usize>> {
    let rows = match direction {
        Direction::Up => span.start..span.end.checked_sub(by)?,
        Direction::Down => span.start + by..span.end,
    };
    let mut best: Option<Range<usize>> = None;
    let mut run: Option<Range<usize>> = None;
    for y in rows {
        let from = match direction {
            Direction::Up => y + by,
            Direction::Down => y - by,
        };
        let moved = new.get(y).is_some_and(Option::is_some) && old.get(from) == new.get(y);
        run = match run {
            Some(run) if moved => Some(run.start..y + 1),
            _ if moved => Some(y..y + 1),
            _ => None,
        };
        if let Some(run) = &run
            && best.as_ref().is_none_or(|best| best.len() < run.len())
        {
            best = Some(run.clone());
        }
    }
    best.filter(|best| best.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rows: &[&str]) -> Buffer {
        Buffer::with_lines(rows.iter().map(|row| format!("  {row:<30}  ")))
    }

    const BEFORE: [&str; 7] = [
        "title",
        "one line of text",
        "two more of them",
        "three of those lines",
        "four and then",
        "five at the end",
        "keys",
    ];

    #[test]
    fn text_that_went_up_is_found() {
        let after = picture(&[
            "title",
            "two more of them",
            "three of those lines",
            "four and then",
            "five at the end",
            "six is new",
            "keys",
        ]);
        let scroll = Scroll::find(&picture(&BEFORE), &after).expect("a scroll");
        assert_eq!(
            scroll,
            Scroll {
                rows: 1..6,
                by: 1,
                direction: Direction::Up
            }
        );
        let mut moved = picture(&BEFORE);
        scroll.apply(&mut moved);
        assert_eq!(moved.content[..5 * 34], after.content[..5 * 34]);
        assert!(
            moved.content[5 * 34..6 * 34]
                .iter()
                .all(|cell| *cell == Cell::EMPTY)
        );
        assert_eq!(moved.content[6 * 34..], after.content[6 * 34..]);
    }

    #[test]
    fn text_that_went_down_is_found() {
        let after = picture(&[
            "title",
            "minus one",
            "zero",
            "one line of text",
            "two more of them",
            "three of those lines",
            "keys",
        ]);
        let scroll = Scroll::find(&picture(&BEFORE), &after).expect("a scroll");
        assert_eq!(
            scroll,
            Scroll {
                rows: 1..6,
                by: 2,
                direction: Direction::Down
            }
        );
    }

    #[test]
    fn one_changed_row_is_no_scroll() {
        let mut after = BEFORE;
        after[3] = "something else altogether";
        assert_eq!(Scroll::find(&picture(&BEFORE), &picture(&after)), None);
        assert_eq!(Scroll::find(&picture(&BEFORE), &picture(&BEFORE)), None);
    }

    #[test]
    fn no_size_panics() {
        for (width, height) in [(0, 0), (1, 9), (9, 1), (5, 3)] {
            let area = ratatui::layout::Rect::new(0, 0, width, height);
            assert_eq!(
                Scroll::find(&Buffer::empty(area), &Buffer::filled(area, Cell::new("x"))),
                None
            );
        }
    }
}
