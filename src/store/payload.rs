//! The entries' fields as they came: names as symbols, values apart in one arena, so that a text search runs over values only.

use super::{Strings, Symbol};
use crate::model::FieldRef;

/// Stands after every value in the arena. It occurs in no UTF-8 text, so no search crosses from one value into the next.
pub const SEPARATOR: u8 = 0xff;

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
