//! Names as numbers: kinds, sessions, users and field names are stored once and compared as `u32`.
//!
//! The strings stand in sealed segments shared by `Arc`, so that a scan on another task reads them without a lock.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

const SEGMENT_BITS: u32 = 10;
const SEGMENT_LEN: usize = 1 << SEGMENT_BITS;

/// An interned string. [`Symbol::NONE`] stands for "absent".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

impl Symbol {
    /// No string: the part is absent.
    pub const NONE: Self = Self(0);

    /// Whether there is a string.
    #[must_use]
    pub const fn is_some(self) -> bool {
        self.0 != 0
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Segment {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Segment {
    fn get(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)? as usize;
        let start = index
            .checked_sub(1)
            .and_then(|i| self.ends.get(i))
            .map_or(0, |e| *e as usize);
        self.bytes.get(start..end)
    }
}

/// The strings behind symbols; cheap to clone, as a snapshot for another task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strings {
    segments: Vec<Arc<Segment>>,
}

impl Strings {
    /// The bytes of a symbol; empty for [`Symbol::NONE`] and for symbols that are younger than this snapshot.
    #[must_use]
    pub fn get(&self, symbol: Symbol) -> &[u8] {
        let Some(index) = (symbol.0 as usize).checked_sub(1) else {
            return &[];
        };
        let segment = self.segments.get(index >> SEGMENT_BITS);
        segment
            .and_then(|s| s.get(index & (SEGMENT_LEN - 1)))
            .unwrap_or_default()
    }

    /// How many strings there are; their symbols are `1..=len`.
    #[must_use]
    pub fn len(&self) -> usize {
        match self.segments.split_last() {
            Some((last, full)) => full.len() * SEGMENT_LEN + last.ends.len(),
            None => 0,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// All symbols with their bytes, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &[u8])> {
        (1..=u32::try_from(self.len()).unwrap_or(u32::MAX))
            .map(|n| (Symbol(n), self.get(Symbol(n))))
    }

    fn push(&mut self, bytes: &[u8]) -> Symbol {
        if self
            .segments
            .last()
            .is_none_or(|s| s.ends.len() == SEGMENT_LEN || s.bytes.len() > 1 << 30)
        {
            self.segments.push(Arc::default());
        }
        if let Some(last) = self.segments.last_mut() {
            let segment = Arc::make_mut(last);
            segment.bytes.extend_from_slice(bytes);
            segment
                .ends
                .push(u32::try_from(segment.bytes.len()).unwrap_or(u32::MAX));
        }
        Symbol(u32::try_from(self.len()).unwrap_or(u32::MAX))
    }

    fn memory_bytes(&self) -> usize {
        self.segments
            .iter()
            .map(|s| s.bytes.capacity() + s.ends.capacity() * 4)
            .sum()
    }
}

/// Gives every distinct string one symbol. Symbols are never taken back.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    strings: Strings,
    lookup: HashTable<Symbol>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    /// The symbol of these bytes, a new one when they are new. Empty bytes have a symbol too: absent is not empty.
    pub fn intern(&mut self, bytes: &[u8]) -> Symbol {
        let hash = self.hasher.hash_one(bytes);
        if let Some(symbol) = self.lookup.find(hash, |s| self.strings.get(*s) == bytes) {
            return *symbol;
        }
        let symbol = self.strings.push(bytes);
        let (strings, hasher) = (&self.strings, &self.hasher);
        self.lookup
            .insert_unique(hash, symbol, |s| hasher.hash_one(strings.get(*s)));
        symbol
    }

    /// The symbol of these bytes, if they were seen.
    #[must_use]
    pub fn find(&self, bytes: &[u8]) -> Option<Symbol> {
        let hash = self.hasher.hash_one(bytes);
        self.lookup
            .find(hash, |s| self.strings.get(*s) == bytes)
            .copied()
    }

    /// The strings so far.
    #[must_use]
    pub fn strings(&self) -> &Strings {
        &self.strings
    }

    /// Hands out all strings and begins anew, in the room there is.
    pub fn take(&mut self) -> Strings {
        self.lookup.clear();
        std::mem::take(&mut self.strings)
    }

    /// Bytes held in memory.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.strings.memory_bytes() + self.lookup.capacity() * 5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_have_the_same_symbol_and_absent_is_not_empty() {
        let mut interner = Interner::default();
        let (a, empty) = (interner.intern(b"a"), interner.intern(b""));
        assert_eq!(interner.intern(b"a"), a);
        assert!(empty.is_some());
        assert_ne!(empty, Symbol::NONE);
        assert_eq!(interner.find(b"b"), None);
    }

    #[test]
    fn strings_survive_the_border_of_a_segment_and_snapshots_do_not_move() {
        let mut interner = Interner::default();
        let symbols: Vec<_> = (0..3000)
            .map(|n| interner.intern(format!("s{n}").as_bytes()))
            .collect();
        let snapshot = interner.strings().clone();
        let late = interner.intern(b"late");
        for (n, symbol) in symbols.iter().enumerate() {
            assert_eq!(snapshot.get(*symbol), format!("s{n}").as_bytes());
        }
        assert_eq!(snapshot.get(late), b"");
        assert_eq!(snapshot.len(), 3000);
    }
}
