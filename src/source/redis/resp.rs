//! Finds the entries of a reply to `XREAD`, `XRANGE` or `XREVRANGE` in the bytes of the protocol, without making a value of
//! each: a span for the id, and one for each name and value (<https://redis.io/docs/latest/develop/reference/protocol-spec/>).
//!
//! Invariant: whatever the bytes and however they are split, the same bytes give the same entries or the same error; nothing
//! panics, and what is allocated grows with what came, never with what a length announces.

use std::ops::Range;

use crate::model::{EntryId, FieldRef};

/// Nesting that no reply to these commands has.
const DEEPEST: usize = 8;
/// A length or a number is written in fewer bytes than this.
const LONGEST_HEAD: usize = 64;

/// What the bytes are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server's answer is not of the Redis protocol: {0}")]
pub struct NoResp(&'static str);

/// A part of a reply's bytes. Replies over 4 GiB are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    start: u32,
    end: u32,
}

/// A token of the protocol. A pair of a map counts as two children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Text(Span),
    Error(Span),
    Null,
    /// A number, a truth value or the like, which no part of an entry is.
    Scalar,
    /// So many children follow.
    Open(u32),
}

/// The tokens of one reply, found as its bytes come.
#[derive(Debug, Default)]
pub struct Scanner {
    bytes: Vec<u8>,
    tokens: Vec<Token>,
    /// Children that are still to come, of each open array or map.
    open: Vec<u32>,
    /// Where the next token begins.
    at: usize,
}

impl Scanner {
    /// Where to put bytes that come; then [`Scanner::advance`].
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Reads on; whether the reply is whole.
    ///
    /// # Errors
    /// Where the bytes are not of the protocol.
    pub fn advance(&mut self) -> Result<bool, NoResp> {
        while !self.is_whole() {
            let Some((token, next)) = self.token()? else {
                return Ok(false);
            };
            self.at = next;
            self.tokens.push(token);
            if let Some(left) = self.open.last_mut() {
                *left -= 1;
            }
            if let Token::Open(children) = token {
                if self.open.len() == DEEPEST {
                    return Err(NoResp("it is nested too deep"));
                }
                self.open.push(children);
            }
            while self.open.last() == Some(&0) {
                self.open.pop();
            }
        }
        Ok(true)
    }

    fn is_whole(&self) -> bool {
        !self.tokens.is_empty() && self.open.is_empty()
    }

    /// The token that begins at `at` and where the next one begins; `None` where more bytes are needed.
    fn token(&self) -> Result<Option<(Token, usize)>, NoResp> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(head) = head(rest)? else {
            return Ok(None);
        };
        let (line, body) = (head.line, self.at + head.end);
        let token = match head.kind {
            b'$' | b'=' | b'!' => return self.text(head.kind, line, body),
            b'*' | b'~' if line == b"-1" => Token::Null,
            b'*' | b'~' => Token::Open(children(line, 1)?),
            b'%' => Token::Open(children(line, 2)?),
            b'+' => Token::Text(span(self.at + 1, line.len())?),
            b'-' => Token::Error(span(self.at + 1, line.len())?),
            b'_' => Token::Null,
            b':' | b',' | b'#' | b'(' => Token::Scalar,
            _ => return Err(NoResp("a part of it has no known kind")),
        };
        Ok(Some((token, body)))
    }

    /// A text of a length told in advance.
    fn text(&self, kind: u8, head: &[u8], body: usize) -> Result<Option<(Token, usize)>, NoResp> {
        if head == b"-1" {
            return Ok(Some((Token::Null, body)));
        }
        let length = number(head)? as usize;
        let next = body + length + 2;
        let Some(end) = self.bytes.get(body + length..next) else {
            return Ok(None);
        };
        if end != b"\r\n" {
            return Err(NoResp("a text is longer than it says"));
        }
        let token = match kind {
            b'!' => Token::Error(span(body, length)?),
            // `txt:` stands before a verbatim text.
            b'=' if length >= 4 => Token::Text(span(body + 4, length - 4)?),
            _ => Token::Text(span(body, length)?),
        };
        Ok(Some((token, next)))
    }

    /// The whole reply; the scanner is ready for the next one, with the bytes that came after this one.
    ///
    /// # Errors
    /// Where it is no reply to one of the commands.
    pub fn take(&mut self, shape: Shape) -> Result<Reply, NoResp> {
        let rest = self.bytes.split_off(self.at.min(self.bytes.len()));
        let bytes = std::mem::replace(&mut self.bytes, rest);
        let tokens = std::mem::take(&mut self.tokens);
        self.open.clear();
        self.at = 0;
        Reply::read(bytes, &tokens, shape)
    }

    /// Passes over the whole reply; what the server said, if that is an error.
    pub fn pass(&mut self) -> Option<Vec<u8>> {
        let said = match self.tokens.first() {
            Some(Token::Error(said)) => self.bytes.get(said.start as usize..said.end as usize),
            _ => None,
        };
        let said = said.map(<[u8]>::to_vec);
        self.bytes.drain(..self.at.min(self.bytes.len()));
        self.tokens.clear();
        self.at = 0;
        said
    }
}

/// The first line of a token.
struct Head<'a> {
    /// The kind of the token.
    kind: u8,
    /// What stands in the line.
    line: &'a [u8],
    /// Where the line ends.
    end: usize,
}

/// The first line of the token at the start; `None` where more bytes are needed.
fn head(bytes: &[u8]) -> Result<Option<Head<'_>>, NoResp> {
    let Some((kind, rest)) = bytes.split_first() else {
        return Ok(None);
    };
    // Only lines of text may be long.
    let is_text = matches!(kind, b'+' | b'-' | b',' | b'(');
    let look = if is_text {
        rest.len()
    } else {
        rest.len().min(LONGEST_HEAD)
    };
    let line = rest.get(..look).unwrap_or_default();
    match memchr::memchr(b'\n', line) {
        Some(end) => match line.get(..end).and_then(|line| line.strip_suffix(b"\r")) {
            Some(line) => Ok(Some(Head {
                kind: *kind,
                line,
                end: end + 2,
            })),
            None => Err(NoResp("a line of it does not end as lines do")),
        },
        None if !is_text && rest.len() >= LONGEST_HEAD => {
            Err(NoResp("a length of it is no number"))
        }
        None => Ok(None),
    }
}

fn number(digits: &[u8]) -> Result<u32, NoResp> {
    let text = std::str::from_utf8(digits).ok();
    let plain = text.filter(|t| t.bytes().all(|b| b.is_ascii_digit()));
    let number = plain.and_then(|t| t.parse().ok());
    number.ok_or(NoResp("a length of it is no number"))
}

fn children(head: &[u8], each: u32) -> Result<u32, NoResp> {
    let children = number(head)?.checked_mul(each);
    children.ok_or(NoResp("a length of it is no number"))
}

fn span(start: usize, length: usize) -> Result<Span, NoResp> {
    let part = |n: usize| u32::try_from(n).map_err(|_| NoResp("it is longer than 4 GiB"));
    Ok(Span {
        start: part(start)?,
        end: part(start + length)?,
    })
}

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
    fn read(bytes: Vec<u8>, tokens: &[Token], shape: Shape) -> Result<Self, NoResp> {
        let mut reply = Self {
            bytes,
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
            for _ in 0..texts {
                let text = tokens.text()?;
                self.fields.push(text);
            }
            let fields = begin..self.fields.len();
            self.entries.push(Place { id, fields });
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
        let texts = self.texts(entry).iter();
        texts.map(|text| (text.end - text.start) as usize).sum()
    }

    fn texts(&self, entry: usize) -> &[Span] {
        let fields = self.entries.get(entry).map(|place| place.fields.clone());
        self.fields
            .get(fields.unwrap_or_default())
            .unwrap_or_default()
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    type Entry = (EntryId, Vec<(Vec<u8>, Vec<u8>)>);

    fn bulk(out: &mut Vec<u8>, text: &[u8]) {
        out.extend_from_slice(format!("${}\r\n", text.len()).as_bytes());
        out.extend_from_slice(text);
        out.extend_from_slice(b"\r\n");
    }

    fn open(out: &mut Vec<u8>, kind: char, children: usize) {
        out.extend_from_slice(format!("{kind}{children}\r\n").as_bytes());
    }

    fn list(out: &mut Vec<u8>, entries: &[Entry]) {
        open(out, '*', entries.len());
        for (id, fields) in entries {
            open(out, '*', 2);
            bulk(out, id.to_string().as_bytes());
            open(out, '*', fields.len() * 2);
            for (name, value) in fields {
                bulk(out, name);
                bulk(out, value);
            }
        }
    }

    fn read(scanner: &mut Scanner, pieces: &[&[u8]], shape: Shape) -> Option<Reply> {
        for piece in pieces {
            scanner.buffer().extend_from_slice(piece);
            if scanner.advance().unwrap() {
                return Some(scanner.take(shape).unwrap());
            }
        }
        None
    }

    fn entries(reply: &Reply) -> Vec<Entry> {
        let own = |entry| {
            let mut fields = Vec::new();
            reply.fields(entry, &mut fields);
            let fields = fields
                .iter()
                .map(|(n, v)| (n.to_vec(), v.to_vec()))
                .collect();
            (reply.id(entry).unwrap(), fields)
        };
        (0..reply.len()).map(own).collect()
    }

    fn some_entries() -> impl Strategy<Value = Vec<Entry>> {
        let text = vec(any::<u8>(), 0..12);
        let entry = (any::<(u64, u64)>(), vec((text.clone(), text), 0..4));
        vec(
            entry.prop_map(|((ms, seq), fields)| (EntryId::new(ms, seq), fields)),
            0..6,
        )
    }

    #[test]
    fn both_protocols_say_the_same_and_what_follows_is_kept() {
        let one = vec![(EntryId::new(7, 1), vec![(b"a".to_vec(), b"\r\n".to_vec())])];
        let (mut second, mut third) = (
            b"*1\r\n*2\r\n$1\r\ns\r\n".to_vec(),
            b"%1\r\n$1\r\ns\r\n".to_vec(),
        );
        list(&mut second, &one);
        list(&mut third, &one);
        third.extend_from_slice(b"*-1\r\n-NOPERM no\r\n");
        let mut scanner = Scanner::default();
        let reply = read(&mut Scanner::default(), &[&second], Shape::Streams).unwrap();
        let same = read(&mut scanner, &[&third], Shape::Streams).unwrap();
        assert_eq!((entries(&reply), entries(&same)), (one.clone(), one));
        assert_eq!(same.streams().next(), Some((&b"s"[..], 0..1)));
        let nothing = read(&mut scanner, &[b""], Shape::Streams).unwrap();
        assert_eq!((nothing.len(), nothing.error()), (0, None));
        let refused = read(&mut scanner, &[b""], Shape::Streams).unwrap();
        assert_eq!(refused.error(), Some(&b"NOPERM no"[..]));
    }

    #[test]
    fn a_deleted_entry_is_left_out() {
        let bytes = b"*2\r\n*2\r\n$3\r\n1-1\r\n*-1\r\n*2\r\n$3\r\n1-2\r\n_\r\n";
        let reply = read(&mut Scanner::default(), &[bytes], Shape::Range).unwrap();
        assert_eq!(reply.len(), 0);
    }

    proptest! {
        #[test]
        fn however_the_bytes_are_split_the_entries_are_those_that_were_sent(sent in some_entries(), cuts in vec(any::<prop::sample::Index>(), 0..8)) {
            let mut bytes = Vec::new();
            list(&mut bytes, &sent);
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|w| &bytes[w[0]..w[1]]).collect();
            let reply = read(&mut Scanner::default(), &pieces, Shape::Range).unwrap();
            prop_assert_eq!(entries(&reply), sent);
        }

        #[test]
        fn no_bytes_panic_and_a_split_changes_nothing(bytes in vec(prop_oneof![Just(b'*'), Just(b'$'), Just(b'\r'), Just(b'\n'), Just(b'2'), Just(b'1'), Just(b'-'), any::<u8>()], 0..60), cut in any::<prop::sample::Index>()) {
            let whole = outcome(&[&bytes]);
            let (a, b) = bytes.split_at(cut.index(bytes.len() + 1));
            prop_assert_eq!(outcome(&[a, b]), whole);
        }
    }

    fn outcome(pieces: &[&[u8]]) -> Result<Option<(Vec<Entry>, usize)>, NoResp> {
        let mut scanner = Scanner::default();
        let mut whole = false;
        for piece in pieces {
            scanner.buffer().extend_from_slice(piece);
            whole = whole || scanner.advance()?;
        }
        if !whole {
            return Ok(None);
        }
        let reply = scanner.take(Shape::Range)?;
        Ok(Some((entries(&reply), scanner.buffer().len())))
    }
}
