//! The entries of a whole reply: where in its bytes each id, name and value stands.

use std::ops::Range;

use super::{NoResp, Span, Token};
use crate::model::{EntryId, FieldRef};

/// The entries of a reply, in the bytes in which they came.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reply {
    bytes: Vec<u8>,
    /// Names and values in turn, of all entries.
    fields: Vec<Span>,
    entries: Vec<Place>,
    /// The key of each stream, and its entries; one without a key for a range.
    streams: Vec<(Span, Range<usize>)>,
    /// What the server said instead.
    error: Option<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    id: EntryId,
    fields: Range<usize>,
    /// Bytes of names and values.
    size: usize,
}

/// Which command is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `XRANGE` and `XREVRANGE`: a list of entries.
    Range,
    /// `XREAD`: lists of entries by key, a map in RESP3.
    Streams,
}

impl Reply {
    /// Of the tokens in these bytes.
    pub(super) fn read(bytes: Vec<u8>, tokens: &[Token], shape: Shape) -> Result<Self, NoResp> {
        let mut reply = Self {
            bytes,
            fields: Vec::with_capacity(tokens.len()),
            ..Self::default()
        };
        match tokens.first() {
            Some(Token::Error(said)) => reply.error = Some(*said),
            Some(Token::Null) => {}
            _ => reply.take_in(&mut Tokens { left: tokens }, shape)?,
        }
        Ok(reply)
    }

    fn take_in(&mut self, tokens: &mut Tokens<'_>, shape: Shape) -> Result<(), NoResp> {
        if shape == Shape::Range {
            let entries = self.list(tokens)?;
            self.streams.push((Span::default(), entries));
            return Ok(());
        }
        tokens.open()?;
        while !tokens.left.is_empty() {
            if let Some(Token::Open(_)) = tokens.left.first() {
                tokens.open()?;
            }
            let key = tokens.text()?;
            let entries = self.list(tokens)?;
            self.streams.push((key, entries));
        }
        Ok(())
    }

    /// A list of entries. Those without fields (deleted ones) are left out.
    fn list(&mut self, tokens: &mut Tokens<'_>) -> Result<Range<usize>, NoResp> {
        let first = self.entries.len();
        for _ in 0..tokens.open()?.unwrap_or_default() {
            if tokens.open()? != Some(2) {
                return Err(UNLIKE);
            }
            let id = tokens.text()?;
            let id = EntryId::from_bytes(self.text(id)).ok_or(UNLIKE)?;
            let begin = self.fields.len();
            let Some(texts) = tokens.open()? else {
                continue;
            };
            let mut size = 0;
            for _ in 0..texts {
                let text = tokens.text()?;
                size += (text.end - text.start) as usize;
                self.fields.push(text);
            }
            let fields = begin..self.fields.len();
            self.entries.push(Place { id, fields, size });
        }
        Ok(first..self.entries.len())
    }

    fn text(&self, span: Span) -> &[u8] {
        let range = span.start as usize..span.end as usize;
        self.bytes.get(range).unwrap_or_default()
    }

    /// What the server said instead of an answer, in the protocol's own form without its sign.
    pub fn error(&self) -> Option<&[u8]> {
        self.error.map(|said| self.text(said))
    }

    /// Entries in all.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The key of each stream (none for a range) and which entries are its.
    pub fn streams(&self) -> impl Iterator<Item = (&[u8], Range<usize>)> {
        self.streams
            .iter()
            .map(|(key, entries)| (self.text(*key), entries.clone()))
    }

    /// The id of an entry.
    pub fn id(&self, entry: usize) -> Option<EntryId> {
        Some(self.entries.get(entry)?.id)
    }

    /// The fields of an entry in order, put into `into`. A name without a value is left out.
    pub fn fields<'a>(&'a self, entry: usize, into: &mut Vec<FieldRef<'a>>) {
        into.clear();
        let texts = self.texts(entry).chunks_exact(2);
        into.extend(texts.filter_map(|pair| match pair {
            [name, value] => Some((self.text(*name), self.text(*value))),
            _ => None,
        }));
    }

    /// Bytes of names and values of an entry.
    pub fn size(&self, entry: usize) -> usize {
        self.entries.get(entry).map_or(0, |place| place.size)
    }

    fn texts(&self, entry: usize) -> &[Span] {
        let fields = self.entries.get(entry).map(|place| place.fields.clone());
        self.fields
            .get(fields.unwrap_or_default())
            .unwrap_or_default()
    }
}

#[cfg(any(test, fuzzing))]
impl Reply {
    /// The most that is kept of a token.
    pub(super) const PER_TOKEN: usize = size_of::<Place>() + size_of::<(Span, Range<usize>)>();

    /// Bytes held in memory.
    pub(super) fn memory_bytes(&self) -> usize {
        self.bytes.capacity()
            + self.fields.capacity() * size_of::<Span>()
            + self.entries.capacity() * size_of::<Place>()
            + self.streams.capacity() * size_of::<(Span, Range<usize>)>()
    }
}

/// The tokens of a reply, read one after the other.
struct Tokens<'a> {
    left: &'a [Token],
}

impl Tokens<'_> {
    fn next(&mut self) -> Result<Token, NoResp> {
        let (token, left) = self.left.split_first().ok_or(UNLIKE)?;
        self.left = left;
        Ok(*token)
    }

    fn open(&mut self) -> Result<Option<u32>, NoResp> {
        match self.next()? {
            Token::Open(children) => Ok(Some(children)),
            Token::Null => Ok(None),
            _ => Err(UNLIKE),
        }
    }

    fn text(&mut self) -> Result<Span, NoResp> {
        match self.next()? {
            Token::Text(span) => Ok(span),
            _ => Err(UNLIKE),
        }
    }
}

const UNLIKE: NoResp = NoResp("it holds no entries where entries should be");
