//! A comparison made ready: from the bytes of a value to yes or no.

use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};

use super::ast::{Order, Pattern, Test};
use super::number::{exact_number, number};
use super::word::Word;

/// Decides about one value.
#[derive(Clone, Debug)]
pub(super) enum Matcher {
    /// Equals any of these.
    AnyOf(Vec<Glob>),
    /// Stands in this order to a value, by number where both are numbers.
    Order(Order, Vec<u8>, Option<f64>),
    /// Contains a match.
    Regex(Regex),
    /// Whatever it is.
    Anything,
    /// Nothing is.
    Nothing,
}

/// A pattern, with its number where it is one.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    pieces: Vec<Vec<u8>>,
    number: Option<f64>,
}

impl Matcher {
    /// The test without its negation: `!=` is made as `:`.
    pub(super) fn of(test: &Test) -> Self {
        match test {
            Test::Matches(patterns) | Test::Differs(patterns) => {
                Self::AnyOf(patterns.iter().map(Glob::of).collect())
            }
            Test::Equals(bytes) => Self::AnyOf(vec![Glob::of(&Pattern::literal(bytes))]),
            Test::Order(order, bytes) => Self::Order(*order, bytes.clone(), number(bytes)),
            Test::Regex(pattern) => compile(pattern).map_or(Self::Nothing, Self::Regex),
        }
    }

    pub(super) fn matches(&self, value: &[u8]) -> bool {
        match self {
            Self::AnyOf(globs) => globs.iter().any(|glob| glob.matches(value)),
            Self::Order(order, bound, bound_number) => {
                let by_number = bound_number
                    .zip(number(value))
                    .and_then(|(b, v)| v.partial_cmp(&b));
                order.holds(by_number.unwrap_or_else(|| value.cmp(bound)))
            }
            Self::Regex(regex) => regex.is_match(value),
            Self::Anything => true,
            Self::Nothing => false,
        }
    }
}

impl Glob {
    fn of(pattern: &Pattern) -> Self {
        Self {
            pieces: pattern.0.clone(),
            number: pattern.as_literal().and_then(exact_number),
        }
    }

    fn matches(&self, value: &[u8]) -> bool {
        match self.pieces.as_slice() {
            [] => false,
            [literal] => {
                literal == value || self.number.is_some() && self.number == exact_number(value)
            }
            [first, middle @ .., last] => starred(value, first, middle, last),
        }
    }
}

/// The first piece at the start, the last at the end, those between in order: the earliest place for each is the best.
fn starred(value: &[u8], first: &[u8], middle: &[Vec<u8>], last: &[u8]) -> bool {
    let rest = value
        .strip_prefix(first)
        .and_then(|rest| rest.strip_suffix(last));
    let Some(mut rest) = rest else {
        return false;
    };
    for piece in middle {
        let Some(at) = memmem::find(rest, piece) else {
            return false;
        };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    true
}

/// A search over an entry's values.
#[derive(Clone, Debug)]
pub(super) struct TextSearch {
    finder: Finder,
    /// Whether it must see every value alone, because it has anchors or could match a separator.
    pub(super) value_by_value: bool,
}

#[derive(Clone, Debug)]
enum Finder {
    Word(Word),
    Regex(Regex),
}

impl TextSearch {
    /// A substring, whatever its case. Letters beyond ASCII have cases that only the regular expressions know.
    pub(super) fn word(bytes: &[u8]) -> Option<Self> {
        let finder = match (std::str::from_utf8(bytes), Word::of(bytes)) {
            (Ok(text), word) if !text.is_ascii() || word.is_none() => {
                let mut builder = RegexBuilder::new(&regex::escape(text));
                Finder::Regex(builder.case_insensitive(true).build().ok()?)
            }
            (_, word) => Finder::Word(word?),
        };
        Some(Self {
            finder,
            value_by_value: bytes.is_empty() || bytes.contains(&crate::store::payload::SEPARATOR),
        })
    }

    /// A regular expression.
    pub(super) fn regex(pattern: &str) -> Option<Self> {
        let regex = compile(pattern)?;
        let anchored =
            pattern.contains(['^', '$']) || ["\\A", "\\z"].iter().any(|a| pattern.contains(a));
        let bytes = pattern.contains("(?") && pattern.contains('-');
        let value_by_value = anchored || bytes || regex.is_match(b"");
        Some(Self {
            finder: Finder::Regex(regex),
            value_by_value,
        })
    }

    pub(super) fn is_word(&self) -> bool {
        matches!(self.finder, Finder::Word(_))
    }

    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        match &self.finder {
            Finder::Word(word) => word.is_in(text),
            Finder::Regex(regex) => regex.is_match(text),
        }
    }

    /// Where the first match at or after `from` begins.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        match &self.finder {
            Finder::Word(word) => word.find(text, from),
            Finder::Regex(regex) => Some(regex.find_at(text, from)?.start()),
        }
    }
}

fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}
