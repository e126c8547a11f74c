//! `field op value`: the operators and how the text behind each is read.

use std::ops::Range;

use super::FilterError;
use super::ast::{Order, Pattern, State, Term, Test};
use super::lex::{Lexer, ends_bare};
use super::number::{duration_ms, number};
use super::time::When;

/// Longer ones before those that begin them.
const OPERATORS: [&str; 8] = [">=", "<=", "!=", ":", "=", ">", "<", "~"];

/// Fields that are numbers, so that only numbers can be compared with them.
const NUMBERS: [&str; 2] = ["tokens", "latency"];

/// Whether an operator stands here.
pub(super) fn at_operator(lexer: &Lexer<'_>) -> bool {
    operator_at(lexer.rest()).is_some()
}

fn operator_at(text: &str) -> Option<&'static str> {
    OPERATORS.into_iter().find(|op| text.starts_with(op))
}

/// Takes a bare name: up to an operator or where bare text ends.
pub(super) fn field<'a>(lexer: &mut Lexer<'a>) -> &'a str {
    let start = lexer.at();
    while lexer.peek().is_some_and(|c| !ends_bare(c)) && !at_operator(lexer) {
        lexer.bump();
    }
    lexer.text(start..lexer.at())
}

/// What a field with an operator asks, also `is:`, `has:`, `since:` and `until:`; the position is on the operator.
pub(super) fn test(lexer: &mut Lexer<'_>, field: &str) -> Result<Term, FilterError> {
    match field {
        "is" | "has" | "since" | "until" if lexer.eat(":") => special(lexer, field),
        _ => comparison(lexer, field.to_owned()),
    }
}

fn special(lexer: &mut Lexer<'_>, field: &str) -> Result<Term, FilterError> {
    let (text, span) = word(lexer, field)?;
    match field {
        "is" => states(&text, span).map(Term::Is),
        "has" => Ok(Term::Has(text)),
        _ => {
            let when = When::parse(&text).map_err(|e| FilterError { span, ..e })?;
            Ok(if field == "since" {
                Term::Since(when)
            } else {
                Term::Until(when)
            })
        }
    }
}

/// A comparison of a field; the position is on the operator.
pub(super) fn comparison(lexer: &mut Lexer<'_>, field: String) -> Result<Term, FilterError> {
    let sign = operator_at(lexer.rest()).unwrap_or(":");
    lexer.eat(sign);
    let start = lexer.at();
    if lexer.at_border() && !(sign == "~" && lexer.peek() == Some('(')) {
        return Err(no_value(start, &format!("{field}{sign}"), &field));
    }
    let test = match sign {
        ":" => Test::Matches(patterns(lexer)?),
        "!=" => Test::Differs(patterns(lexer)?),
        "=" => Test::Equals(literal(lexer)?),
        ">" => Test::Order(Order::Greater, literal(lexer)?),
        ">=" => Test::Order(Order::AtLeast, literal(lexer)?),
        "<" => Test::Order(Order::Less, literal(lexer)?),
        "<=" => Test::Order(Order::AtMost, literal(lexer)?),
        _ => Test::Regex(regex(lexer)?),
    };
    let span = start..lexer.at();
    if !lexer.text(span.clone()).contains('"') {
        check_number(&field, &test, span)?;
    }
    Ok(Term::Compare { field, test })
}

fn no_value(at: usize, before: &str, field: &str) -> FilterError {
    FilterError::new(
        at..at,
        format!("a value is missing after {before}"),
        format!("write it without a blank; has:{field} asks whether the field is there"),
    )
}

/// Bytes up to where bare text ends, quoted parts in it included.
fn literal(lexer: &mut Lexer<'_>) -> Result<Vec<u8>, FilterError> {
    let mut bytes = Vec::new();
    while !lexer.at_border() {
        literal_part(lexer, &mut bytes)?;
    }
    Ok(bytes)
}

fn literal_part(lexer: &mut Lexer<'_>, bytes: &mut Vec<u8>) -> Result<(), FilterError> {
    if lexer.peek() == Some('"') {
        bytes.extend(lexer.quoted()?);
    } else if let Some(c) = lexer.bump() {
        bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(())
}

/// `a,b*c`: any of these, stars for anything, quoted parts as they are.
fn patterns(lexer: &mut Lexer<'_>) -> Result<Vec<Pattern>, FilterError> {
    let mut patterns = vec![pattern(lexer)?];
    while lexer.eat(",") {
        patterns.push(pattern(lexer)?);
    }
    Ok(patterns)
}

fn pattern(lexer: &mut Lexer<'_>) -> Result<Pattern, FilterError> {
    let start = lexer.at();
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    while !lexer.at_border() && lexer.peek() != Some(',') {
        if !lexer.eat("*") {
            literal_part(lexer, &mut piece)?;
        } else if pieces.is_empty() || !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
        }
    }
    if lexer.at() == start {
        return Err(FilterError::new(
            start..start,
            "a value is missing at this comma",
            "write a,b without blanks; a value with a comma in it goes in quotes",
        ));
    }
    pieces.push(piece);
    Ok(Pattern(pieces))
}

fn regex(lexer: &mut Lexer<'_>) -> Result<String, FilterError> {
    let start = lexer.at();
    let (pattern, span) = match lexer.peek() {
        Some('/') => lexer.slashed()?,
        Some('"') => {
            let bytes = lexer.quoted()?;
            let span = start + 1..lexer.at() - 1;
            let pattern = String::from_utf8(bytes).map_err(|_| {
                FilterError::new(
                    span.clone(),
                    "this pattern is not UTF-8",
                    "write bytes as (?-u:\\xff) between slashes",
                )
            })?;
            (pattern, span)
        }
        _ => (lexer.bare_pattern(), start..lexer.at()),
    };
    if pattern.is_empty() {
        return Err(FilterError::new(
            start..lexer.at(),
            "this regular expression is empty",
            "write a pattern behind ~",
        ));
    }
    check_regex(lexer, &pattern, span)?;
    Ok(plain_slashes(&pattern))
}

/// `\/` as `/`, which means the same, so that there is one form of every pattern.
fn plain_slashes(pattern: &str) -> String {
    let mut plain = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let next = if c == '\\' { chars.next() } else { None };
        if next != Some('/') {
            plain.push(c);
        }
        plain.extend(next);
    }
    plain
}

/// Compiles a pattern that stands at `span`, to find its mistakes.
pub(super) fn check_regex(
    lexer: &Lexer<'_>,
    pattern: &str,
    span: Range<usize>,
) -> Result<(), FilterError> {
    let Err(error) = regex::bytes::Regex::new(pattern) else {
        return Ok(());
    };
    let report = error.to_string();
    let what = report
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("error: "))
        .unwrap_or("it is too large");
    let written = lexer.text(span.clone()) == pattern;
    let fault = fault_within(&report, pattern).filter(|_| written);
    let span = fault.map_or(span.clone(), |f| span.start + f.start..span.start + f.end);
    Err(FilterError::new(
        span,
        format!("this regular expression does not work: {what}"),
        "a backslash makes a sign literal, as in \\(; or put plain text in quotes",
    ))
}

/// The regex crate tells the place of a mistake only by carets in its report: under the pattern, both indented by four.
fn fault_within(report: &str, pattern: &str) -> Option<Range<usize>> {
    let carets = report
        .lines()
        .find(|line| line.contains('^') && line.chars().all(|c| matches!(c, ' ' | '^')))?;
    let from = carets.find('^')?.checked_sub(4)?;
    let count = carets.matches('^').count();
    let byte_at = |n: usize| {
        pattern
            .char_indices()
            .nth(n)
            .map_or(pattern.len(), |(at, _)| at)
    };
    (!pattern.contains('\n')).then(|| byte_at(from)..byte_at(from + count))
}

/// The text behind `is:`, `has:`, `since:` or `until:`, and where it stands.
fn word(lexer: &mut Lexer<'_>, field: &str) -> Result<(String, Range<usize>), FilterError> {
    let start = lexer.at();
    if lexer.at_border() {
        let hint = match field {
            "is" => known_states(),
            "has" => "write a field's name, as in has:latency".to_owned(),
            _ => super::time::HINT.to_owned(),
        };
        return Err(FilterError::new(
            start..start,
            format!("something is missing after {field}:"),
            hint,
        ));
    }
    let bytes = literal(lexer)?;
    let span = start..lexer.at();
    match String::from_utf8(bytes) {
        Ok(text) => Ok((text, span)),
        Err(_) => Err(FilterError::new(span, "this is not UTF-8", "")),
    }
}

fn states(text: &str, span: Range<usize>) -> Result<Vec<State>, FilterError> {
    let mut states = Vec::new();
    for word in text.split(',') {
        let state = State::of(word).ok_or_else(|| {
            FilterError::new(
                span.clone(),
                format!("is:{word} is not known"),
                known_states(),
            )
        })?;
        if !states.contains(&state) {
            states.push(state);
        }
    }
    Ok(states)
}

fn known_states() -> String {
    let words: Vec<String> = State::WORDS
        .iter()
        .map(|(word, _)| format!("is:{word}"))
        .collect();
    format!("known are {}", words.join(", "))
}

/// Whether a value may stand bare behind a field; one in quotes is taken for what the user means, and is never found.
pub(super) fn fits(field: &str, value: &[u8]) -> bool {
    !NUMBERS.contains(&field) || is_number(field, value)
}

fn check_number(field: &str, test: &Test, span: Range<usize>) -> Result<(), FilterError> {
    if !NUMBERS.contains(&field)
        || numbers_of(test).is_some_and(|all| all.iter().all(|v| fits(field, v)))
    {
        return Ok(());
    }
    let example = if field == "latency" {
        "latency>500 (ms) or latency>2s"
    } else {
        "tokens>=100"
    };
    Err(FilterError::new(
        span,
        format!("{field} is a number and this is none"),
        format!("write {example}; has:{field} asks whether it is known"),
    ))
}

/// The values that a test compares with; `None` where it is about text.
fn numbers_of(test: &Test) -> Option<Vec<&[u8]>> {
    match test {
        Test::Matches(patterns) | Test::Differs(patterns) => {
            patterns.iter().map(Pattern::as_literal).collect()
        }
        Test::Equals(value) | Test::Order(_, value) => Some(vec![value]),
        Test::Regex(_) => None,
    }
}

fn is_number(field: &str, value: &[u8]) -> bool {
    number(value).is_some() || field == "latency" && duration_ms(value).is_some()
}
