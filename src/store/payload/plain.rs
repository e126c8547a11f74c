//! Fields of entries, uncompressed.

use super::SEPARATOR;
use super::shapes::{Shape, Shapes};
use crate::store::Symbol;

/// Rows looked at one by one before halving the rest: matches mostly stand close together.
const NEAR_ROWS: usize = 16;

/// Fields as shapes and one text.
#[derive(Clone, Debug, Default)]
pub(super) struct Plain {
    pub(super) shapes: Shapes,
    /// One a row.
    pub(super) shape_of: Vec<u32>,
    pub(super) values: Vec<u8>,
    /// Where each row's text ends.
    pub(super) ends: Vec<usize>,
    /// The names of the entry being added; kept for its room.
    pub(super) names: Vec<Symbol>,
    /// The lengths of its values; likewise.
    pub(super) lengths: Vec<u32>,
}

impl Plain {
    pub(super) fn push<'a>(&mut self, fields: impl Iterator<Item = (Symbol, &'a [u8])>) {
        self.names.clear();
        self.lengths.clear();
        let start = self.values.len();
        for (name, value) in fields {
            let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
            self.names.push(name);
            self.lengths.push(length);
            let value = value.get(..length as usize).unwrap_or(value);
            self.values.extend_from_slice(value);
            self.values.push(SEPARATOR);
        }
        // One look at all values: a separator more than there are values stands within one.
        let text = self.values.get(start..).unwrap_or_default();
        let separators = memchr::memchr_iter(SEPARATOR, text).count();
        let shape = if separators == self.names.len() {
            self.shapes.number(&self.names)
        } else {
            self.shapes.own(&self.names, &self.lengths)
        };
        self.shape_of.push(shape);
        self.ends.push(self.values.len());
    }

    pub(super) fn reserve(&mut self, rows: usize, bytes: usize) {
        self.shape_of.reserve_exact(rows);
        self.ends.reserve_exact(rows);
        self.values.reserve_exact(bytes);
    }

    pub(super) fn extend(&mut self, other: &Self, rename: impl Fn(Symbol) -> Symbol) {
        let start = self.values.len();
        let shapes = other.shapes.all().iter();
        let numbers: Vec<u32> = shapes
            .map(|shape| self.shapes.take(&shape.renamed(&rename)))
            .collect();
        let number = |shape: &u32| numbers.get(*shape as usize).copied().unwrap_or(u32::MAX);
        self.shape_of.extend(other.shape_of.iter().map(number));
        self.values.extend_from_slice(&other.values);
        self.ends.extend(other.ends.iter().map(|end| end + start));
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn shape(&self, row: usize) -> Option<&Shape> {
        self.shapes.get(self.shape_of.get(row).copied()?)
    }

    pub(super) fn text(&self, row: usize) -> &[u8] {
        let Some(end) = self.ends.get(row) else {
            return &[];
        };
        self.values
            .get(start(&self.ends, row)..*end)
            .unwrap_or_default()
    }

    pub(super) fn value_bytes(&self) -> usize {
        self.values.len()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.values.len()
            + self.ends.len() * 8
            + self.shape_of.len() * 4
            + self.shapes.memory_bytes()
    }

    pub(super) fn shrink(&mut self) {
        self.values.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.shape_of.shrink_to_fit();
    }
}

/// Where a row begins, with the ends of all.
pub(super) fn start(ends: &[usize], row: usize) -> usize {
    row.checked_sub(1)
        .and_then(|row| ends.get(row))
        .copied()
        .unwrap_or_default()
}

/// The row, at or after `from`, that ends behind a place.
pub(super) fn row_of(ends: &[usize], place: usize, from: usize) -> usize {
    let ends = ends.get(from..).unwrap_or_default();
    let near = ends.iter().take(NEAR_ROWS).position(|end| *end > place);
    from + near.unwrap_or_else(|| ends.partition_point(|end| *end <= place))
}
