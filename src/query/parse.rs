//! The grammar, one rule a function; it stands in [`super`].
//!
//! Invariant: nesting and length are bounded, so no text can exhaust the stack.

use super::ast::{Expr, Filter, Term};
use super::lex::Lexer;
use super::{FilterError, value};

/// Parentheses and negations in each other, at most.
const DEPTH_LIMIT: usize = 64;
/// Bytes of a filter, at most.
const LENGTH_LIMIT: usize = 1 << 16;

/// `filter = or`
pub(super) fn parse(text: &str) -> Result<Option<Expr>, FilterError> {
    if text.len() > LENGTH_LIMIT {
        return Err(FilterError::new(
            0..0,
            format!("this filter is {} bytes long", text.len()),
            format!("at most {LENGTH_LIMIT} are read"),
        ));
    }
    let mut lexer = Lexer::new(text);
    lexer.skip_blanks();
    if lexer.peek().is_none() {
        return Ok(None);
    }
    let expr = or(&mut lexer, 0)?;
    match lexer.peek() {
        None => Ok(Some(expr)),
        Some(_) => Err(stray_parenthesis(&lexer)),
    }
}

/// `or = and { "OR" and }`
fn or(lexer: &mut Lexer<'_>, depth: usize) -> Result<Expr, FilterError> {
    let first = and(lexer, depth)?;
    let mut parts = vec![first];
    while lexer.keyword("OR") {
        operator(lexer, "OR")?;
        parts.push(and(lexer, depth)?);
    }
    Expr::any(parts).ok_or_else(|| missing(lexer))
}

/// `and = not { ["AND"] not }`
fn and(lexer: &mut Lexer<'_>, depth: usize) -> Result<Expr, FilterError> {
    let mut parts = vec![not(lexer, depth)?];
    loop {
        lexer.skip_blanks();
        if lexer.keyword("AND") {
            operator(lexer, "AND")?;
        } else if lexer.keyword("OR") || lexer.peek().is_none_or(|c| c == ')') {
            return Expr::all(parts).ok_or_else(|| missing(lexer));
        }
        parts.push(not(lexer, depth)?);
    }
}

/// `not = ["-" | "NOT"] atom`
fn not(lexer: &mut Lexer<'_>, depth: usize) -> Result<Expr, FilterError> {
    if depth > DEPTH_LIMIT {
        return Err(FilterError::new(
            lexer.here(),
            "this is nested too deep",
            format!("at most {DEPTH_LIMIT} parentheses and negations can stand in each other"),
        ));
    }
    if lexer.keyword("NOT") {
        operator(lexer, "NOT")?;
    } else if lexer.peek() == Some('-') {
        minus(lexer)?;
    } else {
        return atom(lexer, depth);
    }
    Ok(Expr::Not(Box::new(not(lexer, depth + 1)?)))
}

/// Takes an operator and the blanks behind it; something must follow.
fn operator(lexer: &mut Lexer<'_>, word: &str) -> Result<(), FilterError> {
    let start = lexer.at();
    lexer.eat(word);
    let span = start..lexer.at();
    lexer.skip_blanks();
    if lexer.peek().is_none_or(|c| c == ')') || lexer.keyword("AND") || lexer.keyword("OR") {
        return Err(FilterError::new(
            span,
            format!("nothing follows {word}"),
            format!(
                "write what is meant after it; to look for the word, put it in quotes: \"{word}\""
            ),
        ));
    }
    Ok(())
}

fn minus(lexer: &mut Lexer<'_>) -> Result<(), FilterError> {
    let start = lexer.at();
    lexer.bump();
    if lexer.at_border() && lexer.peek() != Some('(') {
        return Err(FilterError::new(
            start..start + 1,
            "nothing follows this minus",
            "it negates what is attached to it: -is:error",
        ));
    }
    Ok(())
}

/// `atom = "(" or ")" | /regex/ | "quoted text" | field op value | word`
fn atom(lexer: &mut Lexer<'_>, depth: usize) -> Result<Expr, FilterError> {
    match lexer.peek() {
        None => Err(missing(lexer)),
        Some('(') => group(lexer, depth),
        Some(')') => Err(stray_parenthesis(lexer)),
        Some('/') => {
            let (pattern, span) = lexer.slashed()?;
            value::check_regex(lexer, &pattern, span)?;
            Ok(Expr::Term(Term::Regex(pattern)))
        }
        Some('"') => quoted(lexer),
        Some(_) if lexer.keyword("AND") || lexer.keyword("OR") => Err(leading_operator(lexer)),
        Some(_) => bare(lexer),
    }
}

/// `"(" or ")"`
fn group(lexer: &mut Lexer<'_>, depth: usize) -> Result<Expr, FilterError> {
    let open = lexer.at();
    lexer.bump();
    lexer.skip_blanks();
    if lexer.peek() == Some(')') {
        return Err(FilterError::new(
            open..lexer.at() + 1,
            "there is nothing in these parentheses",
            "to look for parentheses, put them in quotes: \"()\"",
        ));
    }
    let unclosed = FilterError::new(
        open..open + 1,
        "this parenthesis is not closed",
        "end the group with )",
    );
    if lexer.peek().is_none() {
        return Err(unclosed);
    }
    let expr = or(lexer, depth + 1)?;
    if lexer.eat(")") {
        Ok(expr)
    } else {
        Err(unclosed)
    }
}

/// Quoted text: a field name where an operator is attached to it, else text to look for.
fn quoted(lexer: &mut Lexer<'_>) -> Result<Expr, FilterError> {
    let start = lexer.at();
    let bytes = lexer.quoted()?;
    let span = start..lexer.at();
    if !value::at_operator(lexer) {
        return Ok(Expr::Term(Term::Word(bytes)));
    }
    let field = String::from_utf8(bytes).map_err(|_| {
        FilterError::new(
            span,
            "this field name is not UTF-8",
            "look for the value alone",
        )
    })?;
    value::comparison(lexer, field).map(Expr::Term)
}

/// A word, or a field with its operator and value.
fn bare(lexer: &mut Lexer<'_>) -> Result<Expr, FilterError> {
    let field = value::field(lexer);
    if !value::at_operator(lexer) {
        return Ok(Expr::Term(Term::Word(field.as_bytes().to_vec())));
    }
    if field.is_empty() {
        return Err(FilterError::new(
            lexer.here(),
            "a field name is missing before this sign",
            "write field:value, as in type:message.added; to look for the sign, put it in quotes",
        ));
    }
    value::test(lexer, field).map(Expr::Term)
}

fn missing(lexer: &Lexer<'_>) -> FilterError {
    let at = lexer.at();
    FilterError::new(
        at..at,
        "something is missing here",
        "write a word or field:value",
    )
}

fn leading_operator(lexer: &Lexer<'_>) -> FilterError {
    let word = if lexer.keyword("OR") { "OR" } else { "AND" };
    let at = lexer.at();
    FilterError::new(
        at..at + word.len(),
        format!("nothing stands before {word}"),
        format!(
            "write what is meant before it; to look for the word, put it in quotes: \"{word}\""
        ),
    )
}

fn stray_parenthesis(lexer: &Lexer<'_>) -> FilterError {
    FilterError::new(
        lexer.here(),
        "this parenthesis closes nothing",
        "remove it; to look for it, put it in quotes: \")\"",
    )
}

impl std::str::FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}
