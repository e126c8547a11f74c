//! Reads the fields of many entries one after another, whatever form they are in, with room for one block.

use std::ops::Range;

use super::plain::{row_of, start};
use super::{Form, Payloads};
use crate::store::Symbol;

/// Reads entries of one run; cheapest in order.
#[derive(Debug)]
pub struct Reader<'a> {
    payloads: &'a Payloads,
    /// The rows thawed last.
    rows: Range<usize>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// The text of consecutive rows, to be searched in one sweep.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    first: usize,
    /// Where the text begins, as `ends` count.
    start: usize,
    text: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Reader<'a> {
    pub(super) fn new(payloads: &'a Payloads) -> Self {
        Self {
            payloads,
            rows: 0..0,
            text: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// All values of an entry, each followed by [`SEPARATOR`](super::SEPARATOR).
    pub fn text(&mut self, row: usize) -> &[u8] {
        if let Form::Plain(plain) = &self.payloads.0 {
            return plain.text(row);
        }
        self.thaw(row);
        let Some(at) = row.checked_sub(self.rows.start) else {
            return &[];
        };
        let end = self.ends.get(at).copied().unwrap_or_default();
        self.text
            .get(start(&self.ends, at)..end)
            .unwrap_or_default()
    }

    /// The fields of an entry, in the order in which they came, names as symbols.
    pub fn fields(&mut self, row: usize) -> impl Iterator<Item = (Symbol, &[u8])> {
        let shape = match &self.payloads.0 {
            Form::Plain(plain) => plain.shape(row),
            Form::Cold(cold) => cold.shape(row),
        };
        let text = self.text(row);
        shape.into_iter().flat_map(move |shape| shape.split(text))
    }

    /// The text of the first of these rows, which there must be, and of those after it that stand with it.
    pub fn piece(&mut self, rows: Range<usize>) -> Piece<'_> {
        let (first, ends, text) = match &self.payloads.0 {
            Form::Plain(plain) => (0, &plain.ends, &plain.values),
            Form::Cold(_) => {
                self.thaw(rows.start);
                (self.rows.start, &self.ends, &self.text)
            }
        };
        let from = rows.start - first;
        let to = (rows.end - first).min(ends.len());
        let ends_here = ends.get(from..to).unwrap_or_default();
        let start = start(ends, from);
        let end = ends_here.last().copied().unwrap_or(start);
        Piece {
            first: rows.start,
            start,
            text: text.get(start..end).unwrap_or_default(),
            ends: ends_here,
        }
    }

    fn thaw(&mut self, row: usize) {
        if self.rows.contains(&row) {
            return;
        }
        if let Form::Cold(cold) = &self.payloads.0 {
            self.rows = cold.block(row, &mut self.text, &mut self.ends);
        }
    }
}

impl Piece<'_> {
    /// The rows.
    #[must_use]
    pub fn rows(&self) -> Range<usize> {
        self.first..self.first + self.ends.len()
    }

    /// Their text, one after another.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.text
    }

    /// Where a row stands in the text.
    #[must_use]
    pub fn range(&self, row: usize) -> Range<usize> {
        let at = row - self.first;
        let end = self.ends.get(at).copied().unwrap_or(self.start);
        start(self.ends, at).max(self.start) - self.start..end - self.start
    }

    /// The row whose text holds a place, at or after the row `from`.
    #[must_use]
    pub fn row_of(&self, place: usize, from: usize) -> usize {
        self.first + row_of(self.ends, place + self.start, from - self.first)
    }
}
