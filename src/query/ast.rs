//! The parsed filter, typed, in one normal form: no group of one, no `AND` in an `AND`, no `OR` in an `OR`.

use std::ops::Range;

use super::time::When;

/// A parsed filter. The empty filter matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    expr: Option<Expr>,
}

/// What must hold of an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All of these. Make it by [`Expr::all`].
    All(Vec<Expr>),
    /// At least one of these. Make it by [`Expr::any`].
    Any(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// One test.
    Term(Term),
}

/// One test of an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// Some value contains this text, whatever its case.
    Word(Vec<u8>),
    /// Some value matches this pattern.
    Regex(String),
    /// A field compared with a value.
    Compare {
        /// The field, as written.
        field: String,
        /// How, and with what.
        test: Test,
    },
    /// `is:` with any of these.
    Is(Vec<State>),
    /// `has:` a field of this name.
    Has(String),
    /// Not before this moment.
    Since(When),
    /// Not after this moment.
    Until(When),
}

/// A comparison with a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// `:` equals any of these.
    Matches(Vec<Pattern>),
    /// `!=` equals none of these. An absent field equals nothing, so this holds of it.
    Differs(Vec<Pattern>),
    /// `=` is exactly this, whatever stars and commas are in it.
    Equals(Vec<u8>),
    /// `>` `>=` `<` `<=`: by number where both are numbers, else by bytes.
    Order(Order, Vec<u8>),
    /// `~` contains a match of this pattern.
    Regex(String),
}

/// The four orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
}

/// Literal pieces with "anything" between them: `a*b` is two pieces, a literal is one. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(pub Vec<Vec<u8>>);

/// What `is:` can ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Something failed.
    Error,
    /// Arrived after an entry with a higher id.
    Late,
    /// Its event id stood in the log before.
    Duplicate,
    /// Its session has not ended.
    Open,
    /// Its session has ended.
    Ended,
}

/// What is wrong with a filter, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// Bytes of the filter's text at fault.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right; may be empty.
    pub hint: String,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// Names the first mistake and where it is.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Ok(Self {
            expr: super::parse::parse(text)?,
        })
    }

    /// A filter that asks for this; `None` asks for nothing.
    #[must_use]
    pub fn of(expr: Option<Expr>) -> Self {
        Self { expr }
    }

    /// What it asks for; `None` for the empty filter.
    #[must_use]
    pub fn expr(&self) -> Option<&Expr> {
        self.expr.as_ref()
    }

    /// Whether it matches everything because it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expr.is_none()
    }

    /// `field:value`, the value quoted as needed and taken literally (no glob, no list). For `u`, `o` and `t` in the interface.
    #[must_use]
    pub fn equals(field: &str, value: &[u8]) -> Self {
        let test = Test::Matches(vec![Pattern::literal(value)]);
        Self::of(Some(Expr::Term(Term::Compare {
            field: field.to_owned(),
            test,
        })))
    }

    /// Both must match. What is already asked for is not asked for again.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut parts = self.conjuncts();
        for part in other.conjuncts() {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        Self::of(Expr::all(parts))
    }

    /// The same without what it asks of this field at the top (`user:a is:error` without `user` is `is:error`).
    /// What stands in an `OR` or is negated stays.
    #[must_use]
    pub fn without(self, field: &str) -> Self {
        let mut parts = self.conjuncts();
        parts.retain(|part| !part.compares(field));
        Self::of(Expr::all(parts))
    }

    /// The one value that it asks of this field at the top, where it asks just that: that of [`Filter::equals`].
    #[must_use]
    pub fn asked(&self, field: &str) -> Option<Vec<u8>> {
        let parts = self.clone().conjuncts();
        let mut found = parts.iter().filter_map(|part| match part {
            Expr::Term(Term::Compare {
                field: name,
                test: Test::Matches(patterns),
            }) if name == field => Some(patterns),
            _ => None,
        });
        let (one, None) = (found.next()?, found.next()) else {
            return None;
        };
        match one.as_slice() {
            [pattern] => pattern.as_literal().map(<[u8]>::to_vec),
            _ => None,
        }
    }

    fn conjuncts(self) -> Vec<Expr> {
        match self.expr {
            None => Vec::new(),
            Some(Expr::All(parts)) => parts,
            Some(one) => vec![one],
        }
    }
}

impl Expr {
    /// All of these, in normal form; `None` of nothing.
    #[must_use]
    pub fn all(parts: Vec<Self>) -> Option<Self> {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::All(inner) => inner,
            one => vec![one],
        });
        one_or(flat.collect(), Self::All)
    }

    /// At least one of these, in normal form; `None` of nothing.
    #[must_use]
    pub fn any(parts: Vec<Self>) -> Option<Self> {
        let flat = parts.into_iter().flat_map(|part| match part {
            Self::Any(inner) => inner,
            one => vec![one],
        });
        one_or(flat.collect(), Self::Any)
    }

    fn compares(&self, name: &str) -> bool {
        matches!(self, Self::Term(Term::Compare { field, .. }) if field == name)
    }
}

fn one_or(mut parts: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Option<Expr> {
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(many(parts)),
    }
}

impl Pattern {
    /// Exactly these bytes.
    #[must_use]
    pub fn literal(bytes: &[u8]) -> Self {
        Self(vec![bytes.to_vec()])
    }

    /// The bytes of a pattern without a star.
    #[must_use]
    pub fn as_literal(&self) -> Option<&[u8]> {
        match self.0.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

impl Order {
    /// As written.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::AtMost => "<=",
        }
    }

    /// Whether two things that compare like this are in this order.
    #[must_use]
    pub fn holds(self, found: std::cmp::Ordering) -> bool {
        match self {
            Self::Greater => found.is_gt(),
            Self::AtLeast => found.is_ge(),
            Self::Less => found.is_lt(),
            Self::AtMost => found.is_le(),
        }
    }
}

impl State {
    /// Every state with its word.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("error", Self::Error),
        ("late", Self::Late),
        ("duplicate", Self::Duplicate),
        ("open", Self::Open),
        ("ended", Self::Ended),
    ];

    /// As written.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(_, state)| *state == self)
            .map_or("", |(word, _)| word)
    }

    /// The state of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS
            .iter()
            .find(|(known, _)| *known == word)
            .map(|(_, state)| *state)
    }
}

impl FilterError {
    /// Joins the three parts.
    #[must_use]
    pub fn new(span: Range<usize>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// Two lines: the filter's text, and carets under what is at fault. Control characters become blanks.
    #[must_use]
    pub fn picture(&self, text: &str) -> String {
        let line: String = text.chars().map(visible).collect();
        let before = columns(text.get(..self.span.start));
        let carets = columns(text.get(self.span.clone())).max(1);
        format!("{line}\n{}{}", " ".repeat(before), "^".repeat(carets))
    }
}

fn visible(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

fn columns(text: Option<&str>) -> usize {
    let shown: String = text.unwrap_or_default().chars().map(visible).collect();
    unicode_width::UnicodeWidthStr::width(shown.as_str())
}
