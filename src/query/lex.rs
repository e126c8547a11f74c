//! Walks over a filter's text: blanks, quotes, bare runs and slashed patterns, each with its place.
//!
//! Invariant: the position is always on a character's border, so every span can be shown under the text.

use std::ops::Range;

use super::FilterError;

/// A position in a filter's text.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

/// Whether a character ends a bare word or value.
pub(super) fn ends_bare(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '"')
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn text(&self, span: Range<usize>) -> &'a str {
        self.text.get(span).unwrap_or_default()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text(self.at..self.text.len())
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The place of the character here; empty at the end.
    pub(super) fn here(&self) -> Range<usize> {
        self.at..self.at + self.peek().map_or(0, char::len_utf8)
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Takes this text if it stands here.
    pub(super) fn eat(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    pub(super) fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    pub(super) fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// Whether a word or value can end here.
    pub(super) fn at_border(&self) -> bool {
        self.peek()
            .is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')'))
    }

    /// The word here, if it is this keyword and nothing is attached to it.
    pub(super) fn keyword(&self, word: &str) -> bool {
        self.rest().strip_prefix(word).is_some_and(|after| {
            after
                .chars()
                .next()
                .is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')'))
        })
    }

    /// Quoted text; the position is on its opening quote. `\"`, `\\` and `\xNN` are escapes, any other backslash is itself.
    pub(super) fn quoted(&mut self) -> Result<Vec<u8>, FilterError> {
        let open = self.at;
        self.bump();
        let mut bytes = Vec::new();
        while let Some(c) = self.bump() {
            match c {
                '"' => return Ok(bytes),
                '\\' => self.escape(&mut bytes),
                _ => push_char(&mut bytes, c),
            }
        }
        Err(FilterError::new(
            open..open + 1,
            "this quote is not closed",
            "end the text with \"; a quote inside it is \\\"",
        ))
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) {
        if let Some(byte) = self.hex_byte() {
            bytes.push(byte);
        } else if self.eat("\"") {
            bytes.push(b'"');
        } else {
            self.eat("\\");
            bytes.push(b'\\');
        }
    }

    fn hex_byte(&mut self) -> Option<u8> {
        let digits = self.rest().strip_prefix('x')?.get(..2)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 3;
        u8::from_str_radix(digits, 16).ok()
    }

    /// A pattern between slashes; the position is on the first. `\/` is a slash. Gives the pattern and where it stands.
    pub(super) fn slashed(&mut self) -> Result<(String, Range<usize>), FilterError> {
        let open = self.at;
        self.bump();
        let start = self.at;
        let mut pattern = String::new();
        while let Some(c) = self.bump() {
            match c {
                '/' => return self.end_slashed(pattern, start),
                '\\' if self.eat("/") => pattern.push('/'),
                '\\' => {
                    pattern.push('\\');
                    pattern.extend(self.bump());
                }
                _ => pattern.push(c),
            }
        }
        Err(FilterError::new(
            open..open + 1,
            "this regular expression is not closed",
            "end it with /; to look for a text with a slash in it, put the text in quotes",
        ))
    }

    fn end_slashed(
        &self,
        pattern: String,
        start: usize,
    ) -> Result<(String, Range<usize>), FilterError> {
        if !self.at_border() {
            return Err(FilterError::new(
                start - 1..self.at,
                "text is attached to this regular expression",
                "put a blank after it; to look for a path, put it in quotes",
            ));
        }
        if pattern.is_empty() {
            return Err(FilterError::new(
                start - 1..self.at,
                "this regular expression is empty",
                "write the pattern between the slashes",
            ));
        }
        Ok((pattern, start..self.at - 1))
    }

    /// A pattern without quotes or slashes: up to a blank or a parenthesis that it did not open.
    pub(super) fn bare_pattern(&mut self) -> String {
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                '(' => depth += 1,
                ')' if depth == 0 => break,
                ')' => depth -= 1,
                '\\' => {
                    self.bump();
                    if self.peek().is_none_or(char::is_whitespace) {
                        break;
                    }
                }
                _ if c.is_whitespace() => break,
                _ => {}
            }
            self.bump();
        }
        self.text(start..self.at).to_owned()
    }
}

fn push_char(bytes: &mut Vec<u8>, c: char) {
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
