//! The strict reading of a line, for what writes events: a line that is no JSON object is a fault here and no event.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{Line, Members, bytes_of, find, string};

/// A member of a JSON object: its name, its value unread.
pub type Member<'a> = (Cow<'a, str>, &'a RawValue);

/// What an object on a line is.
#[derive(Clone, Debug)]
pub enum Object<'a> {
    /// An entry in the file format: its fields are what counts.
    Entry(Line<'a>),
    /// The event itself: its members, in order; repeated names are kept.
    Event(Vec<Member<'a>>),
}

/// Why a line is no event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Some bytes are no text.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// JSON, but an array, a number or the like.
    #[error("it is no JSON object")]
    NotAnObject,
    /// No JSON, with the column where it stops being that.
    #[error("it is no JSON: {0}")]
    NotJson(String),
    /// An object of no members, or an entry of no fields: Redis takes no entry without a field.
    #[error("it has no fields")]
    Empty,
}

/// Reads a line without its newline.
///
/// # Errors
/// Where the line is no JSON object, or holds nothing.
pub fn object(line: &[u8]) -> Result<Object<'_>, LineFault> {
    let text = std::str::from_utf8(line).map_err(|_| LineFault::NotUtf8)?;
    let members = members(text)?;
    let inner = find(&members, "fields").is_some_and(|raw| raw.get().starts_with('{'));
    if !inner {
        return Ok(Object::Event(members));
    }
    let entry = super::parse(line);
    if entry.fields.is_empty() {
        return Err(LineFault::Empty);
    }
    Ok(Object::Entry(entry))
}

/// The members of a JSON object, at least one.
///
/// # Errors
/// Where the text is something else.
pub fn members(text: &str) -> Result<Vec<Member<'_>>, LineFault> {
    match serde_json::from_str(text) {
        Ok(Members(members)) if members.is_empty() => Err(LineFault::Empty),
        Ok(Members(members)) => Ok(members),
        Err(error) if error.is_data() => Err(LineFault::NotAnObject),
        Err(error) => Err(LineFault::NotJson(said(&error))),
    }
}

/// Without "at line 1", which is not the line of the file.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((what, _)) if error.column() > 0 => format!("{what} at column {}", error.column()),
        _ => text,
    }
}

/// A string's text, anything else's JSON.
#[must_use]
pub fn text_of(raw: &RawValue) -> Cow<'_, [u8]> {
    string(raw).unwrap_or_else(|| bytes_of(Cow::Borrowed(raw.get())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_with_something_in_it_is_an_event() {
        for (line, fault) in [
            (&b"{}"[..], "it has no fields"),
            (br#"{"id":"1-0","fields":{}}"#, "it has no fields"),
            (b"[1]", "it is no JSON object"),
            (b"\"text\"", "it is no JSON object"),
            (b"17", "it is no JSON object"),
            (b"{\"a\":\"\xff\"}", "it is not UTF-8"),
            (
                b"{\"a\":1",
                "it is no JSON: EOF while parsing an object at column 6",
            ),
            (
                b"{\"a\":1} tail",
                "it is no JSON: trailing characters at column 9",
            ),
        ] {
            let error = object(line).map(drop).map_err(|fault| fault.to_string());
            assert_eq!(error, Err(fault.to_owned()), "{}", line.escape_ascii());
        }
    }

    #[test]
    fn an_entry_is_told_from_an_event_that_has_a_field_of_that_name() {
        assert!(matches!(
            object(br#"{"fields":{"a":"b"}}"#),
            Ok(Object::Entry(_))
        ));
        assert!(matches!(
            object(br#"{"fields":"two"}"#),
            Ok(Object::Event(_))
        ));
    }
}
