//! One entry of the log, read in place.

use super::{Chunk, Column, Seq, Strings, Symbol};
use crate::model::{self, Class, EntryId, Event, FieldRef, Flags, Mapping, Ms};

/// One entry in place.
#[derive(Clone, Copy, Debug)]
pub struct EntryRef<'a> {
    /// Its place.
    pub seq: Seq,
    pub(super) chunk: &'a Chunk,
    pub(super) row: usize,
    pub(super) strings: &'a Strings,
}

impl<'a> EntryRef<'a> {
    fn symbol(&self, column: &Column<Symbol>) -> Symbol {
        column.get(self.row).unwrap_or_default()
    }

    /// The entry id.
    #[must_use]
    pub fn id(&self) -> EntryId {
        self.chunk.columns.id.get(self.row).unwrap_or_default()
    }

    /// Its place on the time axis.
    #[must_use]
    pub fn axis_ms(&self) -> Ms {
        self.chunk.columns.axis_ms.get(self.row).unwrap_or_default()
    }

    /// The stream it came from.
    #[must_use]
    pub fn stream(&self) -> &'a [u8] {
        self.strings.get(self.symbol(&self.chunk.columns.stream))
    }

    /// Its session, or none.
    #[must_use]
    pub fn session(&self) -> Symbol {
        self.symbol(&self.chunk.columns.session)
    }

    /// Its user, or none.
    #[must_use]
    pub fn user(&self) -> Symbol {
        self.symbol(&self.chunk.columns.user)
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Symbol {
        self.symbol(&self.chunk.columns.kind)
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> Class {
        self.chunk.columns.class.get(self.row).unwrap_or_default()
    }

    /// Its marks, with those that the log sets.
    #[must_use]
    pub fn flags(&self) -> Flags {
        self.chunk.columns.flags.get(self.row).unwrap_or_default()
    }

    /// Its failure's fingerprint, or none.
    #[must_use]
    pub fn fingerprint(&self) -> Symbol {
        self.symbol(&self.chunk.columns.fingerprint)
    }

    /// Latency in ms, where known.
    #[must_use]
    pub fn latency_ms(&self) -> Option<f64> {
        self.chunk.columns.latency(self.row)
    }

    /// Tokens, where known.
    #[must_use]
    pub fn tokens(&self) -> Option<u64> {
        self.chunk.columns.tokens(self.row)
    }

    /// The fields as they came.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldRef<'a>> {
        self.chunk.payloads.named(self.row, self.strings)
    }

    /// Decoded anew, with the log's marks.
    #[must_use]
    pub fn event(&self, mapping: &Mapping) -> Event<'a> {
        let fields = self.fields();
        let mut event = model::decode(self.stream(), self.id(), &fields, mapping);
        event.flags = event.flags.with(self.flags());
        event
    }
}
