//! Finds the entries of a reply to `XREAD`, `XRANGE` or `XREVRANGE` in the bytes of the protocol, without making a value of
//! each: a span for the id, and one for each name and value (<https://redis.io/docs/latest/develop/reference/protocol-spec/>).
//!
//! Invariant: whatever the bytes and however they are split, the same bytes give the same entries or the same error; nothing
//! panics, and what is allocated grows with what came, never with what a length announces.

#[cfg(any(test, fuzzing))]
pub mod check;
mod reply;
#[cfg(test)]
mod tests;

pub use reply::{Reply, Shape};

use crate::model::EntryId;

/// Nesting that no reply to these commands has.
const DEEPEST: usize = 8;
/// A length or a number is written in fewer bytes than this.
const LONGEST_HEAD: usize = 64;
/// No answer to these commands has a longer line; so looking for its end again and again stays cheap.
const LONGEST_LINE: usize = 1 << 20;
/// Room for bytes and for tokens each that is made or kept for the next reply, which is likely as large as the last.
const MOST_KEPT: usize = 1 << 20;
/// A length of fewer digits than this fits whatever it counts, and is read without a closer look.
const FEW_DIGITS: usize = 9;

/// What the bytes are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server's answer is not of the Redis protocol: {0}")]
pub struct NoResp(&'static str);

/// What can be told of a list of entries at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Entries.
    pub entries: usize,
    /// The id of the last one.
    pub last: EntryId,
    /// Bytes of the reply.
    pub bytes: usize,
}

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
            let found = match self.plain_text() {
                Some(found) => Some(found),
                None => self.token()?,
            };
            let Some((token, next)) = found else {
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

    /// The same as [`Scanner::token`] for what nearly every token is: a text that is here to its end. `None` for all else.
    fn plain_text(&self) -> Option<(Token, usize)> {
        let rest = self.bytes.get(self.at..)?.strip_prefix(b"$")?;
        let (length, digits) = short_number(rest)?;
        let start = self.at + 1 + digits + 2;
        let after = rest.get(digits..digits + 2 + length + 2)?;
        if !after.starts_with(b"\r\n") || !after.ends_with(b"\r\n") {
            return None;
        }
        Some((Token::Text(span(start, length).ok()?), start + length + 2))
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

    /// What a whole reply to a range holds, by its first and its last tokens; `None` where that is no entry or an unusual one.
    pub fn seen(&self) -> Option<Seen> {
        let Some(Token::Open(entries)) = self.tokens.first() else {
            return None;
        };
        let fields = self
            .tokens
            .iter()
            .rposition(|token| matches!(token, Token::Open(_)))?;
        let [Token::Open(2), Token::Text(id), Token::Open(_)] =
            self.tokens.get(fields.checked_sub(2)?..=fields)?
        else {
            return None;
        };
        let id = self.bytes.get(id.start as usize..id.end as usize)?;
        Some(Seen {
            entries: *entries as usize,
            last: EntryId::from_bytes(id)?,
            bytes: self.at,
        })
    }

    /// The whole reply; the scanner is ready for the next one, with the bytes that came after this one.
    ///
    /// # Errors
    /// Where it is no reply to one of the commands.
    pub fn take(&mut self, shape: Shape) -> Result<Reply, NoResp> {
        let mut rest = self.bytes.split_off(self.at.min(self.bytes.len()));
        rest.reserve(self.bytes.capacity().min(MOST_KEPT));
        let bytes = std::mem::replace(&mut self.bytes, rest);
        let reply = Reply::read(bytes, &self.tokens, shape);
        self.tokens.clear();
        self.tokens.shrink_to(MOST_KEPT / size_of::<Token>());
        self.open.clear();
        self.at = 0;
        reply
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

#[cfg(any(test, fuzzing))]
impl Scanner {
    /// Bytes held in memory.
    fn memory_bytes(&self) -> usize {
        self.bytes.capacity()
            + self.tokens.capacity() * size_of::<Token>()
            + self.open.capacity() * size_of::<u32>()
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
    let longest = match kind {
        b'+' | b'-' | b',' | b'(' => LONGEST_LINE,
        _ => LONGEST_HEAD,
    };
    let line = rest.get(..longest).unwrap_or(rest);
    match memchr::memchr(b'\n', line) {
        Some(end) => match line.get(..end).and_then(|line| line.strip_suffix(b"\r")) {
            Some(line) => Ok(Some(Head {
                kind: *kind,
                line,
                end: end + 2,
            })),
            None => Err(NoResp("a line of it does not end as lines do")),
        },
        None if rest.len() < longest => Ok(None),
        None if longest == LONGEST_LINE => Err(NoResp("a line of it has no end")),
        None => Err(NoResp("a length of it is no number")),
    }
}

/// The number at the start, and of how many digits it is.
fn short_number(text: &[u8]) -> Option<(usize, usize)> {
    let (mut number, mut digits) = (0, 0);
    for byte in text.iter().take(FEW_DIGITS) {
        if !byte.is_ascii_digit() {
            break;
        }
        number = number * 10 + usize::from(byte - b'0');
        digits += 1;
    }
    (1..FEW_DIGITS)
        .contains(&digits)
        .then_some((number, digits))
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
