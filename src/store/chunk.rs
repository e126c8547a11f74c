//! A chunk: up to [`Chunk::FULL_LEN`] entries of the log, sealed with a summary once it is full.

use std::ops::Range;

use hashbrown::HashMap;

use super::session_sums::{self, SessionSums};
use super::{Column, Columns, Page, Payloads, Symbol};
use crate::model::{EntryId, Flags, Ms};

/// A run of entries. Shared by `Arc`; sealed chunks never change but for the marks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chunk {
    /// The columns, in symbols of the log.
    pub columns: Columns,
    /// The fields as they came.
    pub payloads: Payloads,
    /// Set when the chunk is sealed.
    pub summary: Option<Summary>,
}

/// What a scan may know of a sealed chunk without reading it. Adds up over chunks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// First and last place on the time axis.
    pub axis_ms: (Ms, Ms),
    /// Lowest and highest id, which late entries put outside the time axis.
    pub ids: (EntryId, EntryId),
    /// Entries per kind, by symbol.
    pub kinds: Vec<(Symbol, u32)>,
    /// Distinct sessions, sorted; none is among them where an entry has none.
    pub sessions: Vec<Symbol>,
    /// Sums of the sessions that have many entries here, by session.
    pub session_sums: Vec<SessionSums>,
    /// Distinct users, sorted; none is among them where an entry has none.
    pub users: Vec<Symbol>,
    /// Rows that are errors, ascending.
    pub errors: Vec<u32>,
    /// Whether a session starts here.
    pub starts: bool,
    /// Errors with each fingerprint that repeat no event, by symbol, and the row of the last of them.
    pub fingerprints: Vec<(Symbol, u32, u32)>,
}

impl Chunk {
    /// Entries at which a chunk is sealed.
    pub const FULL_LEN: usize = 16_384;
    /// Value bytes at which a chunk is sealed, so that huge entries do not make huge chunks.
    pub const FULL_BYTES: usize = 16 << 20;

    /// Entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether it holds no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Whether it takes no more entries.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() >= Self::FULL_LEN || self.payloads.value_bytes() >= Self::FULL_BYTES
    }

    /// Adds a page whose symbols `rename` translates.
    pub fn extend(&mut self, page: &Page, rename: impl Fn(Symbol) -> Symbol) {
        self.columns.extend(&page.columns, &rename);
        self.payloads.extend(&page.payloads, &rename);
    }

    /// An empty one, with room for as much as a full one holds: growing step by step would leave behind pieces of memory that
    /// nothing else fits into.
    pub(super) fn as_large_as(full: &Self) -> Self {
        let mut chunk = Self::default();
        if full.is_full() {
            chunk.reserve(full.len(), full.payloads.value_bytes());
        }
        chunk
    }

    /// Makes room for so many entries more, with so many bytes of values.
    pub(super) fn reserve(&mut self, rows: usize, bytes: usize) {
        self.columns.reserve(rows);
        self.payloads.reserve(rows, bytes);
    }

    /// Adds another chunk of the same log.
    pub fn join(&mut self, other: &Self) {
        self.columns.extend(&other.columns, |s| s);
        self.payloads.extend(&other.payloads, |s| s);
    }

    /// Makes the summary and gives back what growth left over.
    pub fn seal(&mut self) {
        self.columns.shrink();
        self.payloads.shrink();
        self.summary = Some(Summary::of(&self.columns));
    }

    /// Sets marks on a row; one that turns out to repeat an event counts no more.
    pub(super) fn mark(&mut self, row: usize, flags: Flags) {
        let Some(marks) = self.columns.flags.values_mut().get_mut(row) else {
            return;
        };
        let was = *marks;
        *marks = was.with(flags);
        let repeats = marks.has(Flags::DUPLICATE) && !was.has(Flags::DUPLICATE);
        let Some(summary) = self.summary.as_mut().filter(|_| repeats) else {
            return;
        };
        if was.has(Flags::ERROR) {
            summary.uncount(&self.columns, row);
        }
        let session = self.columns.session.get(row).unwrap_or_default();
        session_sums::recount(&mut summary.session_sums, &self.columns, session);
    }

    /// Rows that are errors, ascending.
    #[must_use]
    pub fn errors(&self) -> impl DoubleEndedIterator<Item = usize> {
        self.errors_within(0..self.len())
    }

    /// Those among some rows, ascending. Sealed, it does not look at the rows before.
    #[must_use]
    pub fn errors_within(&self, rows: Range<usize>) -> impl DoubleEndedIterator<Item = usize> {
        let (sealed, open) = match &self.summary {
            Some(summary) => (summary.errors_within(rows), 0..0),
            None => (&[][..], rows),
        };
        let first = open.start;
        let words = self.columns.flags.select(open, |f| f.has(Flags::ERROR));
        let open = words.into_iter().enumerate().flat_map(Bits::of_word);
        let open = open.map(move |row| first + row);
        sealed.iter().map(|row| *row as usize).chain(open)
    }

    /// Whether entries of this session may be here (false is certain).
    #[must_use]
    pub fn may_have_session(&self, session: Symbol) -> bool {
        self.summary
            .as_ref()
            .is_none_or(|s| s.sessions.binary_search(&session).is_ok())
    }

    /// What all its entries of a session add up to, where that is kept.
    #[must_use]
    pub fn sums_of(&self, session: Symbol) -> Option<&SessionSums> {
        let sums = &self.summary.as_ref()?.session_sums;
        let at = sums.binary_search_by_key(&session, |sums| sums.session);
        sums.get(at.ok()?)
    }

    /// Whether it has the form for entries that are seldom looked at.
    #[must_use]
    pub fn is_cold(&self) -> bool {
        self.payloads.is_cold()
    }

    /// The same in the form for entries that are seldom looked at.
    #[must_use]
    pub fn frozen(&self) -> Self {
        Self {
            columns: self.columns.packed(),
            payloads: self.payloads.frozen(),
            summary: self.summary.clone(),
        }
    }

    /// The same without what was thawed for a look.
    #[must_use]
    pub fn cooled(&self) -> Self {
        Self {
            columns: self.columns.clone(),
            payloads: self.payloads.cooled(),
            summary: self.summary.clone(),
        }
    }

    /// Bytes held in memory.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let summary = self.summary.as_ref().map_or(0, |s| {
            s.kinds.len() * 8
                + (s.sessions.len() + s.users.len() + s.errors.len()) * 4
                + s.fingerprints.len() * 12
                + s.session_sums.len() * size_of::<SessionSums>()
        }) + size_of::<Self>();
        self.columns.memory_bytes() + self.payloads.memory_bytes() + summary
    }
}

/// The rows of a word of [`Column::select`] that are still to be told.
struct Bits {
    base: usize,
    word: u64,
}

impl Bits {
    fn of_word((at, word): (usize, u64)) -> Self {
        let base = at * u64::BITS as usize;
        Self { base, word }
    }
}

impl Iterator for Bits {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let bit = (self.word != 0).then(|| self.word.trailing_zeros())?;
        self.word &= self.word - 1;
        Some(self.base + bit as usize)
    }
}

impl DoubleEndedIterator for Bits {
    fn next_back(&mut self) -> Option<usize> {
        let bit = self.word.checked_ilog2()?;
        self.word &= !(1 << bit);
        Some(self.base + bit as usize)
    }
}

impl Summary {
    fn of(columns: &Columns) -> Self {
        let errors = (0..columns.len()).filter(|row| columns.has(*row, Flags::ERROR));
        let errors: Vec<u32> = errors.filter_map(|row| u32::try_from(row).ok()).collect();
        let (sessions, session_sums) = session_sums::of_all(columns);
        Self {
            axis_ms: bounds(columns.axis_ms.first(), columns.axis_ms.last()),
            ids: bounds(columns.id.iter().min(), columns.id.iter().max()),
            kinds: counts(&columns.kind),
            sessions,
            session_sums,
            users: distinct(&columns.user),
            starts: (0..columns.len()).any(|row| columns.has(row, Flags::START)),
            fingerprints: groups(columns, &errors),
            errors,
        }
    }

    /// Takes an error out of its group.
    fn uncount(&mut self, columns: &Columns, row: usize) {
        let symbol_of = |row: usize| columns.fingerprint.get(row).unwrap_or_default();
        let symbol = symbol_of(row);
        let Ok(at) = self.fingerprints.binary_search_by_key(&symbol, |f| f.0) else {
            return;
        };
        let others = self.errors.iter().rev().filter(|other| {
            let other = **other as usize;
            symbol_of(other) == symbol && !columns.has(other, Flags::DUPLICATE)
        });
        match (others.copied().next(), self.fingerprints.get_mut(at)) {
            (Some(last), Some((_, count, kept))) => (*count, *kept) = (*count - 1, last),
            _ => {
                self.fingerprints.remove(at);
            }
        }
    }

    /// The errors among some rows.
    fn errors_within(&self, rows: Range<usize>) -> &[u32] {
        let at = |row: usize| self.errors.partition_point(|error| (*error as usize) < row);
        let within = self.errors.get(at(rows.start)..at(rows.end));
        within.unwrap_or_default()
    }
}

fn bounds<T: Default>(low: Option<T>, high: Option<T>) -> (T, T) {
    low.zip(high).unwrap_or_default()
}

fn counts(column: &Column<Symbol>) -> Vec<(Symbol, u32)> {
    let mut counts: HashMap<Symbol, u32> = HashMap::new();
    for symbol in column {
        *counts.entry(symbol).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable();
    counts
}

fn groups(columns: &Columns, errors: &[u32]) -> Vec<(Symbol, u32, u32)> {
    let mut groups: HashMap<Symbol, (u32, u32)> = HashMap::new();
    for row in errors {
        let at = *row as usize;
        if columns.has(at, Flags::DUPLICATE) {
            continue;
        }
        let symbol = columns.fingerprint.get(at).unwrap_or_default();
        let group = groups.entry(symbol).or_default();
        *group = (group.0 + 1, *row);
    }
    let mut groups: Vec<_> = groups
        .into_iter()
        .map(|(symbol, (count, last))| (symbol, count, last))
        .collect();
    groups.sort_unstable();
    groups
}

fn distinct(column: &Column<Symbol>) -> Vec<Symbol> {
    let mut symbols: Vec<Symbol> = column.iter().collect();
    symbols.sort_unstable();
    symbols.dedup();
    symbols.shrink_to_fit();
    symbols
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_rows_of_words_are_told_from_either_end(words in prop::collection::vec(any::<u64>(), 0..4)) {
            let told = || words.iter().copied().enumerate().flat_map(Bits::of_word);
            let is_set = |row: &usize| words[row / 64] >> (row % 64) & 1 == 1;
            let mut rows: Vec<usize> = (0..64 * words.len()).filter(is_set).collect();
            prop_assert_eq!(told().collect::<Vec<_>>(), rows.clone());
            rows.reverse();
            prop_assert_eq!(told().rev().collect::<Vec<_>>(), rows);
        }
    }
}
