//! Which rows of a run match, as bits: of a run of which all or none do, nothing is kept.
//!
//! Invariant: bits at and behind `len` are 0, and a set has words only where some rows are in it and some are not.

use std::ops::Range;
use std::sync::Arc;

/// Rows of a word.
const BLOCK: usize = 64;

/// A set of the rows `0..len` of a run. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowSet {
    len: usize,
    count: usize,
    /// Where all or none are in it, none.
    words: Arc<[u64]>,
}

impl RowSet {
    /// None of so many rows.
    #[must_use]
    pub fn none(len: usize) -> Self {
        Self {
            len,
            ..Self::default()
        }
    }

    /// All of so many rows.
    #[must_use]
    pub fn all(len: usize) -> Self {
        Self {
            len,
            count: len,
            ..Self::default()
        }
    }

    /// From words of 64 rows each, the first row in the lowest bit of the first word. What is missing is not in it.
    #[must_use]
    pub fn from_words(len: usize, mut words: Vec<u64>) -> Self {
        words.resize(len.div_ceil(BLOCK), 0);
        if let Some(last) = words.last_mut()
            && !len.is_multiple_of(BLOCK)
        {
            *last &= (1 << (len % BLOCK)) - 1;
        }
        let count = ones(&words);
        if count == 0 || count == len {
            return Self {
                len,
                count,
                ..Self::default()
            };
        }
        Self {
            len,
            count,
            words: words.into(),
        }
    }

    /// These rows, in any order; those from `len` on are left out.
    #[must_use]
    pub fn of(len: usize, rows: impl IntoIterator<Item = usize>) -> Self {
        let mut words = vec![0; len.div_ceil(BLOCK)];
        for row in rows {
            if let Some(word) = words.get_mut(row / BLOCK) {
                *word |= 1 << (row % BLOCK);
            }
        }
        Self::from_words(len, words)
    }

    /// Rows of the run.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Rows in the set.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Whether no row is in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether every row is in it.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        self.count == self.len
    }

    /// Whether a row is in it.
    #[must_use]
    pub fn has(&self, row: usize) -> bool {
        row < self.len && self.word(row / BLOCK) >> (row % BLOCK) & 1 == 1
    }

    fn word(&self, at: usize) -> u64 {
        if !self.words.is_empty() {
            return self.words.get(at).copied().unwrap_or(0);
        }
        match self.len.saturating_sub(at * BLOCK) {
            _ if self.count == 0 => 0,
            left if left >= BLOCK => u64::MAX,
            left => (1 << left) - 1,
        }
    }

    fn blocks(&self) -> Range<usize> {
        0..self.len.div_ceil(BLOCK)
    }

    fn joined(&self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        let words = self.blocks().map(|at| join(self.word(at), other.word(at)));
        Self::from_words(self.len, words.collect())
    }

    /// The rows in both; both of the same run.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        if self.is_all() || other.is_empty() {
            other.clone()
        } else if self.is_empty() || other.is_all() {
            self.clone()
        } else {
            self.joined(other, |a, b| a & b)
        }
    }

    /// The rows in either; both of the same run.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        if self.is_all() || other.is_empty() {
            self.clone()
        } else if self.is_empty() || other.is_all() {
            other.clone()
        } else {
            self.joined(other, |a, b| a | b)
        }
    }

    /// The rows that are not in the other; both of the same run.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        if other.is_empty() || self.is_empty() {
            self.clone()
        } else if other.is_all() {
            Self::none(self.len)
        } else {
            self.joined(other, |a, b| a & !b)
        }
    }

    /// The first row in it.
    #[must_use]
    pub fn first(&self) -> Option<usize> {
        self.select(0)
    }

    /// The last row in it.
    #[must_use]
    pub fn last(&self) -> Option<usize> {
        self.select(self.count.checked_sub(1)?)
    }

    /// How many of the rows before this one are in it.
    #[must_use]
    pub fn rank(&self, row: usize) -> usize {
        let row = row.min(self.len);
        if self.words.is_empty() {
            return if self.is_empty() { 0 } else { row };
        }
        let whole = self.words.get(..row / BLOCK).unwrap_or_default();
        let below = (1_u64 << (row % BLOCK)) - 1;
        ones(whole) + (self.word(row / BLOCK) & below).count_ones() as usize
    }

    /// The nth row in it, counted from 0.
    #[must_use]
    pub fn select(&self, n: usize) -> Option<usize> {
        if n >= self.count {
            return None;
        }
        if self.words.is_empty() {
            return Some(n);
        }
        let mut left = n;
        for (at, word) in self.words.iter().enumerate() {
            let here = word.count_ones() as usize;
            if left < here {
                return Some(at * BLOCK + place_of(*word, left));
            }
            left -= here;
        }
        None
    }

    /// The rows in it, ascending.
    #[must_use]
    pub fn iter(&self) -> Rows {
        self.between(0, self.count)
    }

    /// From the nth to before the mth row in it, ascending.
    #[must_use]
    pub fn between(&self, from: usize, to: usize) -> Rows {
        let to = to.min(self.count);
        let left = to.saturating_sub(from);
        Rows {
            next: self.select(from).unwrap_or(0),
            back: to.checked_sub(1).and_then(|n| self.select(n)).unwrap_or(0),
            left,
            set: self.clone(),
        }
    }

    /// This and what follows it, as one run.
    #[must_use]
    pub fn followed_by(&self, later: &Self) -> Self {
        let len = self.len + later.len;
        if self.is_all() && later.is_all() {
            return Self::all(len);
        }
        let mut words: Vec<u64> = self.blocks().map(|at| self.word(at)).collect();
        words.resize(len.div_ceil(BLOCK), 0);
        let (block, shift) = (self.len / BLOCK, self.len % BLOCK);
        for at in later.blocks() {
            let word = later.word(at);
            if let Some(low) = words.get_mut(block + at) {
                *low |= word << shift;
            }
            if shift > 0
                && let Some(high) = words.get_mut(block + at + 1)
            {
                *high |= word >> (BLOCK - shift);
            }
        }
        Self::from_words(len, words)
    }

    /// A part of the run, counted from its own start.
    #[must_use]
    pub fn part(&self, rows: Range<usize>) -> Self {
        let to = rows.end.min(self.len);
        let from = rows.start.min(to);
        let (block, shift) = (from / BLOCK, from % BLOCK);
        let len = to - from;
        let words = (0..len.div_ceil(BLOCK)).map(|at| {
            let low = self.word(block + at) >> shift;
            let high = if shift == 0 {
                0
            } else {
                self.word(block + at + 1) << (BLOCK - shift)
            };
            low | high
        });
        Self::from_words(len, words.collect())
    }

    /// Bytes held in memory.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.words.len() * 8
    }
}

impl IntoIterator for &RowSet {
    type Item = usize;
    type IntoIter = Rows;

    fn into_iter(self) -> Rows {
        self.iter()
    }
}

/// The rows of a set, ascending.
#[derive(Clone, Debug)]
pub struct Rows {
    set: RowSet,
    /// The next row from the front and from the back, while any are left.
    next: usize,
    back: usize,
    left: usize,
}

impl Iterator for Rows {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let row = self.next;
        if self.left > 0 {
            self.next = self.set.after(row);
        }
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl DoubleEndedIterator for Rows {
    fn next_back(&mut self) -> Option<usize> {
        self.left = self.left.checked_sub(1)?;
        let row = self.back;
        if self.left > 0 {
            self.back = self.set.before(row);
        }
        Some(row)
    }
}

impl ExactSizeIterator for Rows {}

impl RowSet {
    /// The next row in it after one, which there must be.
    fn after(&self, row: usize) -> usize {
        let mut at = (row + 1) / BLOCK;
        let mut word = self.word(at) & (u64::MAX << ((row + 1) % BLOCK));
        while word == 0 && at * BLOCK < self.len {
            at += 1;
            word = self.word(at);
        }
        at * BLOCK + word.trailing_zeros() as usize
    }

    /// The row in it before one; there must be one.
    fn before(&self, row: usize) -> usize {
        let mut at = row / BLOCK;
        let mut word = self.word(at) & ((1 << (row % BLOCK)) - 1);
        while word == 0 && at > 0 {
            at -= 1;
            word = self.word(at);
        }
        (at * BLOCK + BLOCK - 1).saturating_sub(word.leading_zeros() as usize)
    }
}

fn ones(words: &[u64]) -> usize {
    words.iter().map(|word| word.count_ones() as usize).sum()
}

/// The place of the nth bit that is set, counted from 0.
fn place_of(word: u64, n: usize) -> usize {
    let mut word = word;
    for _ in 0..n {
        word &= word - 1;
    }
    word.trailing_zeros() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn rows(set: &[bool]) -> Vec<usize> {
        (0..set.len()).filter(|row| set[*row]).collect()
    }

    fn set(rows: &[bool]) -> RowSet {
        RowSet::of(rows.len(), self::rows(rows))
    }

    fn bools() -> impl Strategy<Value = Vec<bool>> {
        prop_oneof![
            vec(any::<bool>(), 0..200),
            vec(prop::bool::weighted(0.02), 0..400),
            (any::<bool>(), 0..200_usize).prop_map(|(bit, len)| vec![bit; len]),
        ]
    }

    proptest! {
        #[test]
        fn it_is_the_set_of_its_rows(bits in bools(), at in 0..410_usize, to in 0..410_usize) {
            let (set, rows) = (set(&bits), rows(&bits));
            prop_assert_eq!(set.count(), rows.len());
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), rows.clone());
            prop_assert!(set.iter().rev().eq(rows.iter().rev().copied()));
            prop_assert_eq!(set.first(), rows.first().copied());
            prop_assert_eq!(set.last(), rows.last().copied());
            prop_assert_eq!(set.has(at), bits.get(at).copied().unwrap_or(false));
            prop_assert_eq!(set.rank(at), rows.iter().filter(|row| **row < at).count());
            prop_assert_eq!(set.select(at), rows.get(at).copied());
            let between: Vec<usize> = rows.iter().copied().take(to).skip(at).collect();
            prop_assert_eq!(set.between(at, to).collect::<Vec<_>>(), between);
        }

        #[test]
        fn sets_are_joined_row_by_row(pairs in vec(any::<(bool, bool)>(), 0..300)) {
            let (a, b): (Vec<bool>, Vec<bool>) = pairs.iter().copied().unzip();
            let (a, b) = (set(&a), set(&b));
            let both = |join: fn(bool, bool) -> bool| {
                set(&pairs.iter().map(|(a, b)| join(*a, *b)).collect::<Vec<_>>())
            };
            prop_assert_eq!(a.and(&b), both(|a, b| a && b));
            prop_assert_eq!(a.or(&b), both(|a, b| a || b));
            prop_assert_eq!(a.without(&b), both(|a, b| a && !b));
            let all = RowSet::all(a.len());
            prop_assert_eq!(all.and(&a), a.clone());
            prop_assert_eq!(a.or(&all), all.clone());
            prop_assert_eq!(a.without(&all), RowSet::none(a.len()));
        }

        #[test]
        fn it_is_cut_and_joined_anywhere(a in bools(), b in bools(), from in 0..800_usize, to in 0..800_usize) {
            let joined = set(&a).followed_by(&set(&b));
            let all = [a, b].concat();
            prop_assert_eq!(&joined, &set(&all));
            let to = to.min(all.len());
            let from = from.min(to);
            prop_assert_eq!(joined.part(from..to), set(&all[from..to]));
        }
    }
}
