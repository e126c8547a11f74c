//! A page: entries decoded by a source, away from the interface's task, on their way into the log.
//!
//! A page has symbols of its own; the log translates them when it takes the page in.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Columns, Interner, Payloads, Rows, Strings, Symbol};
use crate::model::{self, Decoded, Decoder, EntryId, Evidence, FieldRef, Flags, Mapping, Ms};

/// The end of the time axis. Redis takes ids up to `u64::MAX`; within this, times can be added and told in µs.
const AXIS_END_MS: Ms = 1 << 53;

/// Decoded entries in stream order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The columns, in symbols of [`Page::strings`].
    pub columns: Columns,
    /// The fields as they came.
    pub payloads: Payloads,
    /// The page's own symbols.
    pub strings: Strings,
    /// What decoding found.
    pub evidence: Evidence,
}

impl Page {
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

    /// For filters and readers.
    #[must_use]
    pub fn rows(&self) -> Rows<'_> {
        Rows {
            columns: &self.columns,
            payloads: &self.payloads,
            strings: &self.strings,
        }
    }

    /// The id of the first and of the last entry.
    #[must_use]
    pub fn id_range(&self) -> Option<(EntryId, EntryId)> {
        Some((self.columns.id.first()?, self.columns.id.last()?))
    }
}

/// Builds a page from entries, decoding each by the mapping.
#[derive(Debug)]
pub struct PageBuilder {
    mapping: Arc<Mapping>,
    decoder: Decoder,
    /// The symbols of names by the decoder's number.
    names: Vec<Symbol>,
    interner: Interner,
    columns: Columns,
    payloads: Payloads,
    evidence: Evidence,
    /// Entries, and bytes of their values, of the page before: this one is likely as large.
    before: (usize, usize),
}

impl PageBuilder {
    /// An empty page.
    #[must_use]
    pub fn new(mapping: Arc<Mapping>) -> Self {
        Self {
            mapping,
            decoder: Decoder::default(),
            names: Vec::new(),
            interner: Interner::default(),
            columns: Columns::default(),
            payloads: Payloads::default(),
            evidence: Evidence::default(),
            before: (0, 0),
        }
    }

    /// Adds one entry of the stream `stream`, which is to be later in the log than those before it.
    pub fn push(&mut self, stream: &[u8], id: EntryId, fields: &[FieldRef<'_>]) {
        if self.is_empty() {
            // And some more: a list that is a little too short is copied.
            let (rows, bytes) = self.before;
            let (rows, bytes) = (rows + rows / 8, bytes + bytes / 8);
            self.columns.reserve(rows);
            self.payloads.reserve(rows, bytes);
        }
        let decoded = self.decoder.decode(stream, id, fields, &self.mapping);
        self.evidence.note(&decoded.event, fields, &self.mapping);
        let stream = self.repeated(self.columns.stream.last(), stream);
        self.push_columns(stream, id, &decoded);
        self.push_fields(fields);
    }

    fn push_fields(&mut self, fields: &[FieldRef<'_>]) {
        let (interner, names) = (&mut self.interner, &mut self.names);
        let numbered = fields.iter().zip(self.decoder.name_numbers());
        self.payloads.push(numbered.map(|((name, value), number)| {
            let known = number.and_then(|number| names.get(usize::from(number)));
            let known = known.copied().filter(|symbol| symbol.is_some());
            let symbol = known.unwrap_or_else(|| interner.intern(name));
            if let (None, Some(number)) = (known, number) {
                note(names, usize::from(number), symbol);
            }
            (symbol, *value)
        }));
    }

    /// The symbol of what is mostly the same as in the entry before, as streams and kinds are.
    fn repeated(&mut self, last: Option<Symbol>, name: &[u8]) -> Symbol {
        let last = last.filter(|last| last.is_some() && self.interner.strings().get(*last) == name);
        last.unwrap_or_else(|| self.interner.intern(name))
    }

    /// Adds an entry of another page; nothing where that has no such row.
    pub fn copy(&mut self, page: &Page, row: usize) {
        let stream = page.columns.stream.get(row).map(|s| page.strings.get(s));
        if let (Some(stream), Some(id)) = (stream, page.columns.id.get(row)) {
            self.push(stream, id, &page.payloads.named(row, &page.strings));
        }
    }

    fn push_columns(&mut self, stream: Symbol, id: EntryId, decoded: &Decoded<'_>) {
        let event = &decoded.event;
        let fingerprint = event
            .flags
            .has(Flags::ERROR)
            .then(|| model::fingerprint(event));
        let kind = self.repeated(self.columns.kind.last(), &event.kind);
        let c = &mut self.columns;
        let place = id.ms.min(AXIS_END_MS);
        c.axis_ms.push(
            c.axis_ms
                .last()
                .map_or(place, |previous| place.max(previous)),
        );
        c.id.push(id);
        c.stream.push(stream);
        c.kind.push(kind);
        c.class.push(event.class);
        c.session
            .push(symbol(&mut self.interner, event.session.as_ref()));
        c.user.push(symbol(&mut self.interner, event.user.as_ref()));
        c.role.push(symbol(&mut self.interner, event.role.as_ref()));
        c.fingerprint
            .push(fingerprint.map_or(Symbol::NONE, |f| self.interner.intern(&f)));
        c.time_ms.push(event.time_ms.unwrap_or(i64::MIN));
        #[expect(
            clippy::cast_possible_truncation,
            reason = "24 bits of milliseconds are exact to 4 hours"
        )]
        c.latency_ms
            .push(event.latency_ms.map_or(-1.0, |l| l as f32));
        c.tokens.push(
            event
                .tokens
                .map_or(u32::MAX, |t| u32::try_from(t).unwrap_or(u32::MAX - 1)),
        );
        c.event_id
            .push(event.event_id.as_ref().map_or(0, |e| event_id_hash(e)));
        c.arguments.push(decoded.arguments);
        c.flags.push(event.flags);
    }

    /// Entries so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Bytes of all values so far, so that a source can bound a page.
    #[must_use]
    pub fn value_bytes(&self) -> usize {
        self.payloads.value_bytes()
    }

    /// The page.
    #[must_use]
    pub fn finish(mut self) -> Page {
        self.take()
    }

    /// The page; what comes then is the next one, for which names that came before need not be looked up again.
    pub fn take(&mut self) -> Page {
        self.before = (self.len(), self.value_bytes());
        self.names.clear();
        Page {
            columns: std::mem::take(&mut self.columns),
            payloads: std::mem::take(&mut self.payloads),
            strings: self.interner.take(),
            evidence: std::mem::take(&mut self.evidence),
        }
    }
}

fn note(names: &mut Vec<Symbol>, number: usize, symbol: Symbol) {
    if names.len() <= number {
        names.resize(number + 1, Symbol::NONE);
    }
    if let Some(place) = names.get_mut(number) {
        *place = symbol;
    }
}

fn symbol(interner: &mut Interner, part: Option<&Cow<'_, [u8]>>) -> Symbol {
    part.map_or(Symbol::NONE, |bytes| interner.intern(bytes))
}

/// Event ids are compared for equality only; 0 stands for none.
fn event_id_hash(bytes: &[u8]) -> u64 {
    model::hash_of(bytes).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_the_same_whatever_its_builder_built_before() {
        let entries: Vec<Vec<FieldRef<'_>>> = vec![
            vec![
                (b"type", b"message.added"),
                (b"session_id", b"a"),
                (b"content", b"x\xffy"),
            ],
            vec![
                (b"type", b"search.performed"),
                (b"query", b"q"),
                (b"error", b"no answer"),
            ],
            vec![
                (b"session_id", b"b"),
                (b"type", b"message.added"),
                (b"tokens", b"many"),
            ],
        ];
        let page = |builder: &mut PageBuilder, order: &[usize]| {
            for (n, at) in order.iter().enumerate() {
                builder.push(b"s", EntryId::new(7, n as u64), &entries[*at]);
            }
            builder.take()
        };
        let mut kept = PageBuilder::new(Arc::default());
        for order in [&[0, 1, 2][..], &[2, 2, 0], &[], &[1], &[1, 0, 2, 0, 2]] {
            let fresh = page(&mut PageBuilder::new(Arc::default()), order);
            assert_eq!(page(&mut kept, order), fresh);
        }
    }
}
