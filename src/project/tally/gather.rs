//! A tally over pages as they come from a source, which are not kept.
//!
//! Invariant: memory is bounded by the tally's own bounds. Names over [`NAME_BYTES`] are cut, with a hash of the whole so that
//! they stay apart; the table of names is made anew once it is large, with those that the tally still has.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::{How, Tally};
use crate::store::{Interner, Page, Strings, Symbol};

/// Longer names are cut.
pub const NAME_BYTES: usize = 512;
/// A table of names that takes as much is made anew.
const TABLE_BYTES: usize = 128 << 20;

/// Counts pages.
#[derive(Debug, Default)]
pub struct Gather {
    how: How,
    tally: Tally,
    names: Interner,
    /// The next size at which names are looked through.
    table_bytes: usize,
}

impl Gather {
    /// Nothing yet.
    #[must_use]
    pub fn new(how: How) -> Self {
        Self {
            how,
            table_bytes: TABLE_BYTES,
            ..Self::default()
        }
    }

    /// Takes in rows of a page that comes after all others.
    pub fn add(&mut self, page: &Page, rows: &[usize]) {
        let mut table = vec![Symbol::NONE; page.strings.len() + 1];
        let names = &mut self.names;
        let rename = |symbol| rename(symbol, &page.strings, &mut table, names);
        let (rows, strings) = (rows.iter().copied(), &page.strings);
        self.tally
            .add_renamed(&page.columns, rows, strings, self.how, rename);
        if self.names.memory_bytes() > self.table_bytes {
            self.forget_names();
        }
    }

    fn forget_names(&mut self) {
        let old = std::mem::take(&mut self.names);
        let mut table = vec![Symbol::NONE; old.strings().len() + 1];
        let names = &mut self.names;
        let tally = std::mem::take(&mut self.tally);
        self.tally = tally.renamed(|symbol| rename(symbol, old.strings(), &mut table, names));
        self.table_bytes = TABLE_BYTES.max(2 * self.names.memory_bytes());
    }

    /// The sums so far.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The names behind its symbols.
    #[must_use]
    pub fn names(&self) -> &Strings {
        self.names.strings()
    }
}

fn rename(symbol: Symbol, from: &Strings, table: &mut [Symbol], to: &mut Interner) -> Symbol {
    let Some(place) = table
        .get_mut(symbol.0 as usize)
        .filter(|_| symbol.is_some())
    else {
        return Symbol::NONE;
    };
    if !place.is_some() {
        *place = intern(to, from.get(symbol));
    }
    *place
}

fn intern(names: &mut Interner, name: &[u8]) -> Symbol {
    match name.get(..NAME_BYTES) {
        Some(start) if name.len() > NAME_BYTES + 32 => {
            let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(name);
            let start = String::from_utf8_lossy(start);
            names.intern(format!("{start}…{hash:016x}").as_bytes())
        }
        _ => names.intern(name),
    }
}
