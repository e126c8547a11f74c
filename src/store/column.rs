//! One column: plain while it grows, packed once its chunk is cold.
//!
//! Invariant: what a reader sees does not depend on which of the two it is.

mod iter;
mod packed;
mod select;
mod word;

use std::ops::Range;
use std::sync::Arc;

pub use self::iter::Iter;
use self::packed::Packed;
pub use self::word::Word;
use crate::model::{EntryId, Ms};

/// A column of values, one a row.
#[derive(Clone, Debug)]
pub struct Column<T>(Form<T>);

#[derive(Clone, Debug)]
enum Form<T> {
    Plain(Vec<T>),
    Packed(Arc<Packed>),
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self(Form::Plain(Vec::new()))
    }
}

impl<T: Word> PartialEq for Column<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Word> From<Vec<T>> for Column<T> {
    fn from(values: Vec<T>) -> Self {
        Self(Form::Plain(values))
    }
}

impl<T: Word> Column<T> {
    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Plain(values) => values.len(),
            Form::Packed(packed) => packed.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a row.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> Option<T> {
        match &self.0 {
            Form::Plain(values) => values.get(row).copied(),
            Form::Packed(packed) => packed.get(row).map(T::from_word),
        }
    }

    /// The value of the first row.
    #[must_use]
    pub fn first(&self) -> Option<T> {
        self.get(0)
    }

    /// The value of the last row.
    #[must_use]
    pub fn last(&self) -> Option<T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All values. Those who go through many take `for_each`, `fold` and what rests on them: it looks once how the column is
    /// stored, not at every row.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        self.range(0..self.len())
    }

    /// The values of some rows; of those there are.
    #[must_use]
    pub fn range(&self, rows: Range<usize>) -> Iter<'_, T> {
        let to = rows.end.min(self.len());
        let rows = rows.start.min(to)..to;
        match &self.0 {
            Form::Plain(values) => Iter::plain(values.get(rows).unwrap_or_default()),
            Form::Packed(packed) => Iter::packed(packed, rows),
        }
    }

    /// The values one after another in memory, where they stand so.
    #[must_use]
    pub fn as_slice(&self) -> Option<&[T]> {
        match &self.0 {
            Form::Plain(values) => Some(values),
            Form::Packed(_) => None,
        }
    }

    /// The first row for which `before` does not hold. It must hold for a first part of the rows and for no other.
    #[must_use]
    pub fn partition_point(&self, before: impl Fn(T) -> bool) -> usize {
        if let Some(values) = self.as_slice() {
            return values.partition_point(|value| before(*value));
        }
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(&before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Adds a row.
    #[inline]
    pub fn push(&mut self, value: T) {
        match &mut self.0 {
            Form::Plain(values) => values.push(value),
            Form::Packed(_) => self.values_mut().push(value),
        }
    }

    /// Adds all rows of another column.
    pub fn extend(&mut self, other: &Self) {
        match other.as_slice() {
            Some(values) => self.values_mut().extend_from_slice(values),
            None => self.extend_with(other, |value| value),
        }
    }

    /// Adds all rows of another column, each changed by `rename`.
    pub fn extend_with(&mut self, other: &Self, rename: impl Fn(T) -> T) {
        let into = self.values_mut();
        match other.as_slice() {
            Some(values) => into.extend(values.iter().map(|value| rename(*value))),
            None => into.extend(other.iter().map(rename)),
        }
    }

    /// Makes room for so many rows more.
    pub fn reserve(&mut self, rows: usize) {
        self.values_mut().reserve_exact(rows);
    }

    /// The values, to be changed; a packed column becomes a plain one.
    pub fn values_mut(&mut self) -> &mut Vec<T> {
        if let Form::Packed(packed) = &self.0 {
            let mut values = Vec::with_capacity(packed.len());
            Iter::packed(packed, 0..packed.len()).for_each(|value| values.push(value));
            self.0 = Form::Plain(values);
        }
        match &mut self.0 {
            Form::Plain(values) => values,
            Form::Packed(_) => unreachable!("it was made plain just before"),
        }
    }

    /// Gives back what growth left over.
    pub fn shrink(&mut self) {
        if let Form::Plain(values) = &mut self.0 {
            values.shrink_to_fit();
        }
    }

    /// The same values in as little room as reading them row by row allows.
    #[must_use]
    pub fn packed(&self) -> Self {
        match &self.0 {
            Form::Plain(values) => Self(Form::Packed(Arc::new(Packed::of(values)))),
            Form::Packed(_) => self.clone(),
        }
    }

    /// Whether the two are one in memory.
    #[must_use]
    pub fn shares(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Form::Packed(one), Form::Packed(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Bytes held in memory; room that nothing was written into takes none.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        match &self.0 {
            Form::Plain(values) => values.len() * size_of::<T>(),
            Form::Packed(packed) => packed.memory_bytes(),
        }
    }
}

impl<T: Word> FromIterator<T> for Column<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(Form::Plain(values.into_iter().collect()))
    }
}

impl<'a, T: Word> IntoIterator for &'a Column<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

/// Entry ids, as two columns, since their halves pack differently.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ids {
    /// The milliseconds.
    pub ms: Column<Ms>,
    /// The number within the millisecond.
    pub seq: Column<u64>,
}

impl Ids {
    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ms.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ms.is_empty()
    }

    /// The id of a row.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> Option<EntryId> {
        Some(EntryId::new(self.ms.get(row)?, self.seq.get(row)?))
    }

    /// The id of the first row.
    #[must_use]
    pub fn first(&self) -> Option<EntryId> {
        self.get(0)
    }

    /// The id of the last row.
    #[must_use]
    pub fn last(&self) -> Option<EntryId> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All ids.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = EntryId> + ExactSizeIterator {
        self.range(0..self.len())
    }

    /// The ids of some rows; of those there are.
    #[must_use]
    pub fn range(
        &self,
        rows: Range<usize>,
    ) -> impl DoubleEndedIterator<Item = EntryId> + ExactSizeIterator {
        let halves = self.ms.range(rows.clone()).zip(self.seq.range(rows));
        halves.map(|(ms, seq)| EntryId::new(ms, seq))
    }

    /// Adds a row.
    pub fn push(&mut self, id: EntryId) {
        self.ms.push(id.ms);
        self.seq.push(id.seq);
    }

    /// Adds all rows of another column.
    pub fn extend(&mut self, other: &Self) {
        self.ms.extend(&other.ms);
        self.seq.extend(&other.seq);
    }

    /// Makes room for so many rows more.
    pub fn reserve(&mut self, rows: usize) {
        self.ms.reserve(rows);
        self.seq.reserve(rows);
    }

    /// Gives back what growth left over.
    pub fn shrink(&mut self) {
        self.ms.shrink();
        self.seq.shrink();
    }

    /// The same ids in less room.
    #[must_use]
    pub fn packed(&self) -> Self {
        Self {
            ms: self.ms.packed(),
            seq: self.seq.packed(),
        }
    }

    /// Bytes held in memory.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.ms.memory_bytes() + self.seq.memory_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Class, Flags};
    use crate::store::Symbol;
    use proptest::prelude::*;

    fn check<T: Word + std::fmt::Debug>(values: &[T], from: usize, to: usize) {
        let plain = Column::from(values.to_vec());
        let packed = plain.packed();
        assert_eq!(packed.len(), values.len());
        assert_eq!(packed, plain);
        for (row, value) in values.iter().enumerate() {
            assert!(packed.get(row) == Some(*value));
        }
        assert!(packed.get(values.len()).is_none());
        let mut seen = Vec::new();
        packed.range(from..to).for_each(|value| seen.push(value));
        assert!(Column::from(seen) == plain.range(from..to).collect::<Vec<_>>().into());
        assert!(packed.range(from..to).rev().eq(plain.range(from..to).rev()));
        assert!(packed.range(from..to).nth(2) == plain.range(from..to).nth(2));
        let mut again = packed.clone();
        assert!(Column::from(again.values_mut().clone()) == plain);
    }

    fn mapped<T>(words: &[u64], value: impl Fn(u64) -> T) -> Vec<T> {
        words.iter().map(|word| value(*word)).collect()
    }

    fn word() -> impl Strategy<Value = u64> {
        prop_oneof![
            Just(0),
            Just(u64::MAX),
            Just(u64::from(u32::MAX)),
            0..3_u64,
            0..100_000_u64,
            (0..200_u64).prop_map(|n| 1_700_000_000_000 + n * 1_000),
            any::<u64>(),
        ]
    }

    proptest! {
        #[test]
        fn a_packed_column_holds_what_the_plain_one_held(
            words in prop_oneof![
                proptest::collection::vec(word(), 0..60),
                (word(), 0..60_usize).prop_map(|(word, n)| vec![word; n]),
                (word(), proptest::collection::vec(0..70_000_u64, 0..60), 1..2_000_u64)
                    .prop_map(|(base, steps, scale)| steps.into_iter().map(|n| base.wrapping_add(n * scale)).collect()),
            ],
            from in 0..70_usize,
            to in 0..70_usize,
        ) {
            check(&words, from, to);
            check(&mapped(&words, i64::from_word), from, to);
            check(&mapped(&words, u32::from_word), from, to);
            check(&mapped(&words, Symbol::from_word), from, to);
            check(&mapped(&words, Flags::from_word), from, to);
            check(&mapped(&words, |word| f32::from_word(word & 0x4fff_ffff)), from, to);
        }
    }

    #[test]
    fn many_rows_of_few_values_take_a_byte_each_and_one_value_takes_none() {
        let few: Column<u64> = (0..16_384_u64)
            .map(|n| (n % 200) << 50)
            .collect::<Vec<_>>()
            .into();
        assert!(few.packed().memory_bytes() < 16_384 + 200 * 8 + 200);
        let one: Column<Symbol> = vec![Symbol(7); 16_384].into();
        assert!(one.packed().memory_bytes() < 100);
        let seconds: Column<i64> = (0..16_384_i64)
            .map(|n| {
                if n % 9 == 0 {
                    i64::MIN
                } else {
                    1_700_000_000_000 + n * 3_000
                }
            })
            .collect::<Vec<_>>()
            .into();
        assert!(seconds.packed().memory_bytes() < 2 * 16_384 + 200);
    }

    #[test]
    fn every_class_comes_back() {
        let classes = vec![
            Class::Started,
            Class::Message,
            Class::Search,
            Class::Summary,
            Class::Cleared,
            Class::Error,
            Class::Ended,
            Class::Other,
        ];
        check(&classes, 0, 8);
    }

    #[test]
    fn a_place_in_a_sorted_column_is_found_in_either_form() {
        let plain: Column<u64> = vec![1, 1, 4, 9, 9, 9, 30].into();
        for wanted in [0, 1, 2, 9, 30, 31] {
            let places = [&plain, &plain.packed()].map(|c| c.partition_point(|v| v < wanted));
            assert_eq!(places[0], places[1]);
        }
    }
}
