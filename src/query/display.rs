//! A filter as text, quoted only where it must be. Parses back to the same filter.

use std::fmt::{self, Display as _, Write as _};

use super::ast::{Expr, Filter, Pattern, Term, Test};
use super::time::When;

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr().map_or(Ok(()), |expr| expr.fmt(f))
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any(parts) => joined(f, parts, " OR ", operand),
            Self::All(parts) => joined(f, parts, " ", factor),
            Self::Not(inner) => {
                f.write_char('-')?;
                match **inner {
                    Self::All(_) | Self::Any(_) => grouped(f, inner),
                    Self::Not(_) | Self::Term(_) => inner.fmt(f),
                }
            }
            Self::Term(term) => term.fmt(f),
        }
    }
}

fn joined<T>(
    f: &mut fmt::Formatter<'_>,
    parts: &[T],
    between: &str,
    write: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (n, part) in parts.iter().enumerate() {
        if n > 0 {
            f.write_str(between)?;
        }
        write(f, part)?;
    }
    Ok(())
}

fn operand(f: &mut fmt::Formatter<'_>, part: &Expr) -> fmt::Result {
    part.fmt(f)
}

/// A part of an `AND`: an `OR` in it needs parentheses.
fn factor(f: &mut fmt::Formatter<'_>, part: &Expr) -> fmt::Result {
    match part {
        Expr::Any(_) => grouped(f, part),
        _ => part.fmt(f),
    }
}

fn grouped(f: &mut fmt::Formatter<'_>, expr: &Expr) -> fmt::Result {
    write!(f, "({expr})")
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(bytes) => word(f, bytes),
            Self::Regex(pattern) => slashed(f, pattern),
            Self::Compare { field, test } => {
                name(f, field)?;
                compared(f, field, test)
            }
            Self::Is(states) => {
                f.write_str("is:")?;
                joined(f, states, ",", |f, state| f.write_str(state.word()))
            }
            Self::Has(field) => {
                f.write_str("has:")?;
                value(f, field.as_bytes())
            }
            Self::Since(when) => moment(f, "since:", when),
            Self::Until(when) => moment(f, "until:", when),
        }
    }
}

fn moment(f: &mut fmt::Formatter<'_>, field: &str, when: &When) -> fmt::Result {
    f.write_str(field)?;
    value(f, when.text().as_bytes())
}

fn compared(f: &mut fmt::Formatter<'_>, field: &str, test: &Test) -> fmt::Result {
    match test {
        Test::Matches(patterns) => {
            f.write_char(':')?;
            joined(f, patterns, ",", |f, p| pattern(f, field, p))
        }
        Test::Differs(patterns) => {
            f.write_str("!=")?;
            joined(f, patterns, ",", |f, p| pattern(f, field, p))
        }
        Test::Equals(bytes) => {
            f.write_char('=')?;
            value_of(f, field, bytes)
        }
        Test::Order(order, bytes) => {
            f.write_str(order.sign())?;
            value_of(f, field, bytes)
        }
        Test::Regex(regex) => {
            f.write_char('~')?;
            slashed(f, regex)
        }
    }
}

fn pattern(f: &mut fmt::Formatter<'_>, field: &str, pattern: &Pattern) -> fmt::Result {
    match pattern.as_literal() {
        Some(literal) => value_of(f, field, literal),
        None => joined_pieces(f, &pattern.0),
    }
}

/// Text behind a field of numbers goes in quotes.
fn value_of(f: &mut fmt::Formatter<'_>, field: &str, bytes: &[u8]) -> fmt::Result {
    if super::value::fits(field, bytes) {
        value(f, bytes)
    } else {
        quoted(f, bytes)
    }
}

fn joined_pieces(f: &mut fmt::Formatter<'_>, pieces: &[Vec<u8>]) -> fmt::Result {
    for (n, piece) in pieces.iter().enumerate() {
        if n > 0 {
            f.write_char('*')?;
        }
        if !piece.is_empty() {
            value(f, piece)?;
        }
    }
    Ok(())
}

/// A value: bare where it has nothing that means something else.
fn value(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    match plain(bytes, "*,") {
        Some(text) if !text.starts_with(['=', '/']) => f.write_str(text),
        _ => quoted(f, bytes),
    }
}

/// A word: bare where it is no operator, no negation and no comparison.
fn word(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    match plain(bytes, ":=<>~!") {
        Some(text) if !text.starts_with(['-', '/']) && !keyword(text) => f.write_str(text),
        _ => quoted(f, bytes),
    }
}

/// A field's name: bare where it reads as one.
fn name(f: &mut fmt::Formatter<'_>, field: &str) -> fmt::Result {
    match plain(field.as_bytes(), ":=<>~!") {
        Some(text) if !text.starts_with(['-', '/']) && !special(text) => f.write_str(text),
        _ => quoted(f, field.as_bytes()),
    }
}

fn keyword(text: &str) -> bool {
    matches!(text, "AND" | "OR" | "NOT")
}

fn special(text: &str) -> bool {
    matches!(text, "is" | "has" | "since" | "until")
}

/// The text, if it can stand without quotes: not empty, nothing invisible, none of `signs`.
fn plain<'a>(bytes: &'a [u8], signs: &str) -> Option<&'a str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let bare = |c: char| !super::lex::ends_bare(c) && !c.is_control() && !signs.contains(c);
    (!text.is_empty() && text.chars().all(bare)).then_some(text)
}

/// In quotes, control and bytes that are no UTF-8 as `\xNN`.
fn quoted(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    f.write_char('"')?;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            quoted_char(f, c)?;
        }
        escaped(f, chunk.invalid())?;
    }
    f.write_char('"')
}

fn quoted_char(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    match c {
        '"' | '\\' => write!(f, "\\{c}"),
        _ if c.is_control() => escaped(f, c.encode_utf8(&mut [0; 4]).as_bytes()),
        _ => f.write_char(c),
    }
}

fn escaped(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))
}

/// Between slashes, those inside escaped.
fn slashed(f: &mut fmt::Formatter<'_>, pattern: &str) -> fmt::Result {
    f.write_char('/')?;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '/' => f.write_str("\\/")?,
            '\\' => {
                f.write_char(c)?;
                chars.next().map_or(Ok(()), |next| f.write_char(next))?;
            }
            _ => f.write_char(c)?,
        }
    }
    f.write_char('/')
}
