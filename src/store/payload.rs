//! The entries' fields as they came: names apart in shapes, values in one text, so that a search runs over values only.
//!
//! Plain while the entries are new; in compressed blocks once they are cold. What a reader gets does not depend on which.

mod cold;
mod plain;
mod reader;
mod shapes;

use std::sync::Arc;

use self::cold::Cold;
use self::plain::Plain;
pub use self::reader::{Piece, Reader};
use super::{Strings, Symbol};
use crate::model::FieldRef;

/// Stands after every value. It occurs in no UTF-8 text, so no search crosses from one value into the next.
pub const SEPARATOR: u8 = 0xff;

/// The fields of a run of entries.
#[derive(Clone, Debug)]
pub struct Payloads(Form);

#[derive(Clone, Debug)]
enum Form {
    Plain(Box<Plain>),
    Cold(Arc<Cold>),
}

impl Default for Payloads {
    fn default() -> Self {
        Self(Form::Plain(Box::default()))
    }
}

impl PartialEq for Payloads {
    fn eq(&self, other: &Self) -> bool {
        let (mut one, mut two) = (self.reader(), other.reader());
        self.len() == other.len() && (0..self.len()).all(|row| one.fields(row).eq(two.fields(row)))
    }
}

impl Payloads {
    /// Adds an entry's fields. Values over 4 GiB are cut (Redis holds at most 512 MiB in one).
    pub fn push<'a>(&mut self, fields: impl Iterator<Item = (Symbol, &'a [u8])>) {
        self.plain_mut().push(fields);
    }

    /// Adds all entries of another run; `rename` maps its name symbols to those of this one.
    pub fn extend(&mut self, other: &Self, rename: impl Fn(Symbol) -> Symbol) {
        match &other.0 {
            Form::Plain(other) => self.plain_mut().extend(other, rename),
            Form::Cold(other) => self.plain_mut().extend(&other.thawed(), rename),
        }
    }

    /// Makes room for so many entries more, with so many bytes of values.
    pub fn reserve(&mut self, rows: usize, bytes: usize) {
        self.plain_mut().reserve(rows, bytes);
    }

    /// Plain, to be changed.
    fn plain_mut(&mut self) -> &mut Plain {
        if let Form::Cold(cold) = &self.0 {
            self.0 = Form::Plain(Box::new(cold.thawed()));
        }
        match &mut self.0 {
            Form::Plain(plain) => plain,
            Form::Cold(_) => unreachable!("it was thawed just before"),
        }
    }

    /// Entries.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Plain(plain) => plain.len(),
            Form::Cold(cold) => cold.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All values of an entry, each followed by [`SEPARATOR`]. Of cold entries a block is thawed and kept until
    /// [`Payloads::cooled`]: this is for the few entries that someone looks at, a [`Reader`] is for many.
    #[must_use]
    pub fn text(&self, row: usize) -> &[u8] {
        match &self.0 {
            Form::Plain(plain) => plain.text(row),
            Form::Cold(cold) => cold.text(row),
        }
    }

    /// The fields of an entry, in the order in which they came, names as symbols. As [`Payloads::text`].
    pub fn fields(&self, row: usize) -> impl Iterator<Item = (Symbol, &[u8])> {
        let shape = match &self.0 {
            Form::Plain(plain) => plain.shape(row),
            Form::Cold(cold) => cold.shape(row),
        };
        let text = self.text(row);
        shape.into_iter().flat_map(move |shape| shape.split(text))
    }

    /// The fields of an entry with their names. As [`Payloads::text`].
    #[must_use]
    pub fn named<'a>(&'a self, row: usize, strings: &'a Strings) -> Vec<FieldRef<'a>> {
        self.fields(row)
            .map(|(name, value)| (strings.get(name), value))
            .collect()
    }

    /// Reads many entries; keeps at most one block thawed.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self)
    }

    /// Whether it is compressed.
    #[must_use]
    pub fn is_cold(&self) -> bool {
        matches!(self.0, Form::Cold(_))
    }

    /// The same fields, compressed.
    #[must_use]
    pub fn frozen(&self) -> Self {
        match &self.0 {
            Form::Plain(plain) => Self(Form::Cold(Arc::new(Cold::of(plain)))),
            Form::Cold(_) => self.clone(),
        }
    }

    /// The same fields without the blocks that were thawed for a look.
    #[must_use]
    pub fn cooled(&self) -> Self {
        match &self.0 {
            Form::Plain(_) => self.clone(),
            Form::Cold(cold) => Self(Form::Cold(Arc::new(cold.cooled()))),
        }
    }

    /// Bytes of blocks that are thawed for a look.
    #[must_use]
    pub fn thawed_bytes(&self) -> usize {
        match &self.0 {
            Form::Plain(_) => 0,
            Form::Cold(cold) => cold.thawed_bytes(),
        }
    }

    /// Bytes held in memory, but for blocks that are thawed for a look.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        match &self.0 {
            Form::Plain(plain) => plain.memory_bytes(),
            Form::Cold(cold) => cold.memory_bytes(),
        }
    }

    /// Bytes of all values.
    #[must_use]
    pub fn value_bytes(&self) -> usize {
        match &self.0 {
            Form::Plain(plain) => plain.value_bytes(),
            Form::Cold(cold) => cold.value_bytes(),
        }
    }

    /// Gives back what growth left over.
    pub fn shrink(&mut self) {
        if let Form::Plain(plain) = &mut self.0 {
            plain.shrink();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Interner;
    use proptest::collection::vec;
    use proptest::prelude::*;

    type Entry = Vec<(String, Vec<u8>)>;

    fn payloads(entries: &[Entry], names: &mut Interner) -> Payloads {
        let mut payloads = Payloads::default();
        for entry in entries {
            let fields = entry.iter();
            payloads.push(fields.map(|(n, v)| (names.intern(n.as_bytes()), v.as_slice())));
        }
        payloads
    }

    fn text(entry: &Entry) -> Vec<u8> {
        let values = entry
            .iter()
            .map(|(_, value)| [value.as_slice(), &[SEPARATOR]].concat());
        values.collect::<Vec<_>>().concat()
    }

    fn entry() -> impl Strategy<Value = Entry> {
        let value = prop_oneof![
            5 => "[a-c]{0,40}".prop_map(String::into_bytes),
            1 => vec(prop_oneof![Just(SEPARATOR), any::<u8>()], 0..5),
        ];
        vec(("[a-d]{0,2}", value), 0..5)
    }

    proptest! {
        #[test]
        fn fields_come_back_as_they_went_in_plain_frozen_read_and_joined(
            some in vec(entry(), 1..40),
            repeat in 1..20_usize,
        ) {
            let entries: Vec<Entry> = some.iter().cycle().take(some.len() * repeat).cloned().collect();
            let mut names = Interner::default();
            let plain = payloads(&entries, &mut names);
            let mut joined = payloads(&entries[..1], &mut names);
            joined.extend(&plain.frozen(), |s| s);
            joined.extend(&plain, |s| s);
            let twice: Vec<Entry> = entries[..1].iter().chain(&entries).chain(&entries).cloned().collect();
            for (payloads, entries) in [(&plain, &entries), (&plain.frozen(), &entries), (&joined, &twice)] {
                prop_assert_eq!(payloads.len(), entries.len());
                let mut reader = payloads.reader();
                for (row, entry) in entries.iter().enumerate() {
                    let want: Vec<FieldRef<'_>> = entry.iter().map(|(n, v)| (n.as_bytes(), v.as_slice())).collect();
                    prop_assert_eq!(payloads.named(row, names.strings()), want.clone());
                    prop_assert_eq!(reader.text(row), text(entry));
                    let read: Vec<FieldRef<'_>> = reader.fields(row).map(|(n, v)| (names.strings().get(n), v)).collect();
                    prop_assert_eq!(read, want);
                }
                prop_assert_eq!(payloads.named(entries.len(), names.strings()), Vec::new());
            }
        }

        #[test]
        fn pieces_hold_every_row_once_and_tell_where_it_stands(
            entries in vec(entry(), 1..600),
            from in 0..600_usize,
            to in 0..600_usize,
        ) {
            let mut names = Interner::default();
            let plain = payloads(&entries, &mut names);
            for payloads in [&plain, &plain.frozen()] {
                let (mut row, to) = (from, to.min(entries.len()));
                let mut reader = payloads.reader();
                while row < to {
                    let piece = reader.piece(row..to);
                    prop_assert_eq!(piece.rows().start, row);
                    for row in piece.rows() {
                        let range = piece.range(row);
                        prop_assert_eq!(&piece.text()[range.clone()], text(&entries[row]));
                        for place in range {
                            prop_assert_eq!(piece.row_of(place, piece.rows().start), row);
                        }
                    }
                    row = piece.rows().end;
                }
            }
        }
    }

    #[test]
    fn what_was_thawed_for_a_look_counts_and_goes_again() {
        let mut names = Interner::default();
        let entries = vec![vec![("a".to_owned(), b"some text".to_vec())]; 1_000];
        let cold = payloads(&entries, &mut names).frozen();
        assert!(cold.is_cold() && cold.thawed_bytes() == 0);
        let before = cold.memory_bytes();
        assert_eq!(cold.text(999), b"some text\xff");
        assert!(cold.thawed_bytes() >= 10 && cold.memory_bytes() == before);
        assert_eq!(cold.cooled().thawed_bytes(), 0);
        assert!(before * 3 < payloads(&entries, &mut names).memory_bytes());
    }
}
