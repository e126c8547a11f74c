//! The entries' fields as they came: names as symbols, values apart in one arena, so that a text search runs over values only.

use std::ops::Range;

use super::{Strings, Symbol};
use crate::model::FieldRef;

/// Stands after every value in the arena. It occurs in no UTF-8 text, so no search crosses from one value into the next.
pub const SEPARATOR: u8 = 0xff;

/// Rows looked at one by one before halving the rest: matches mostly stand close together.
const NEAR_ROWS: usize = 16;

/// The fields of a run of entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payloads {
    heads: Vec<(Symbol, u32)>,
    values: Vec<u8>,
    ends: Vec<(usize, usize)>,
}

impl Payloads {
    /// Adds an entry's fields. Values over 4 GiB are cut (Redis holds at most 512 MiB in one).
    pub fn push<'a>(&mut self, fields: impl Iterator<Item = (Symbol, &'a [u8])>) {
        for (name, value) in fields {
            let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
            self.heads.push((name, length));
            self.values
                .extend_from_slice(value.get(..length as usize).unwrap_or(value));
            self.values.push(SEPARATOR);
        }
        self.ends.push((self.heads.len(), self.values.len()));
    }

    /// Adds all entries of another run; `rename` maps its name symbols to those of this one.
    pub fn extend(&mut self, other: &Self, rename: impl Fn(Symbol) -> Symbol) {
        let (heads, values) = (self.heads.len(), self.values.len());
        self.heads.extend(
            other
                .heads
                .iter()
                .map(|(name, length)| (rename(*name), *length)),
        );
        self.values.extend_from_slice(&other.values);
        self.ends
            .extend(other.ends.iter().map(|(h, v)| (h + heads, v + values)));
    }

    fn span(&self, row: usize) -> Option<((usize, usize), (usize, usize))> {
        let end = *self.ends.get(row)?;
        let start = row
            .checked_sub(1)
            .and_then(|r| self.ends.get(r))
            .copied()
            .unwrap_or_default();
        Some((start, end))
    }

    /// All values of an entry, each followed by [`SEPARATOR`].
    #[must_use]
    pub fn text(&self, row: usize) -> &[u8] {
        self.span(row)
            .and_then(|(start, end)| self.values.get(start.1..end.1))
            .unwrap_or_default()
    }

    /// Entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Where [`Payloads::text`] of a row stands among the text of all rows.
    #[must_use]
    pub fn text_range(&self, row: usize) -> Range<usize> {
        self.span(row).map_or(0..0, |(start, end)| start.1..end.1)
    }

    /// The text of a run of rows, one after another, to be searched in one sweep.
    #[must_use]
    pub fn arena(&self, rows: Range<usize>) -> &[u8] {
        let start = self.text_range(rows.start).start;
        let end = rows
            .end
            .checked_sub(1)
            .map_or(0, |last| self.text_range(last).end);
        self.values.get(start..end).unwrap_or_default()
    }

    /// The row whose text holds this place, at or after the row `from`.
    #[must_use]
    pub fn row_of(&self, place: usize, from: usize) -> usize {
        let ends = self.ends.get(from..).unwrap_or_default();
        let near = ends.iter().take(NEAR_ROWS).position(|end| end.1 > place);
        from + near.unwrap_or_else(|| ends.partition_point(|end| end.1 <= place))
    }

    /// The fields of an entry, in the order in which they came, names as symbols.
    pub fn fields(&self, row: usize) -> impl Iterator<Item = (Symbol, &[u8])> {
        let (start, end) = self.span(row).unwrap_or_default();
        let mut at = start.1;
        self.heads
            .get(start.0..end.0)
            .unwrap_or_default()
            .iter()
            .map(move |(name, length)| {
                let value = self
                    .values
                    .get(at..at + *length as usize)
                    .unwrap_or_default();
                at += *length as usize + 1;
                (*name, value)
            })
    }

    /// The fields of an entry with their names.
    #[must_use]
    pub fn named<'a>(&'a self, row: usize, strings: &'a Strings) -> Vec<FieldRef<'a>> {
        self.fields(row)
            .map(|(name, value)| (strings.get(name), value))
            .collect()
    }

    /// Bytes held in memory.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.values.capacity() + self.heads.capacity() * 8 + self.ends.capacity() * 16
    }

    /// Bytes of all values.
    #[must_use]
    pub fn value_bytes(&self) -> usize {
        self.values.len()
    }

    /// Gives back what growth left over.
    pub fn shrink(&mut self) {
        self.values.shrink_to_fit();
        self.heads.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Interner;

    #[test]
    fn fields_come_back_as_they_went_in_with_repeated_names_and_empty_values() {
        let mut names = Interner::default();
        let entries: [&[(&str, &[u8])]; 3] = [
            &[("a", b"1"), ("a", b""), ("b", b"\xff\xff")],
            &[],
            &[("c", b"x")],
        ];
        let mut payloads = Payloads::default();
        for entry in entries {
            payloads.push(entry.iter().map(|(n, v)| (names.intern(n.as_bytes()), *v)));
        }
        let mut twice = payloads.clone();
        twice.extend(&payloads, |s| s);
        for (row, entry) in entries.iter().chain(&entries).enumerate() {
            let want: Vec<FieldRef<'_>> = entry.iter().map(|(n, v)| (n.as_bytes(), *v)).collect();
            assert_eq!(twice.named(row, names.strings()), want);
        }
        assert_eq!(twice.text(5), b"x\xff");
    }
}
