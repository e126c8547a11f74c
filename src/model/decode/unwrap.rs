//! Rule 1: the event inside a field, as JSON, as server-sent event text, or as base64 of JSON.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::json::{self, Members};
use crate::model::Attribute;

/// What a field that may wrap the event turned out to be.
pub(super) enum Content<'a> {
    /// The event's fields.
    Members(Members<'a>),
    /// It begins as JSON does, and is none.
    Broken,
    /// A value like any other.
    Plain,
}

/// Looks into a value, borrowing where the value itself does.
pub(super) fn content<'a>(value: &Cow<'a, [u8]>) -> Content<'a> {
    match value {
        Cow::Borrowed(bytes) => borrowed(bytes),
        Cow::Owned(bytes) => owned(borrowed(bytes)),
    }
}

fn borrowed(value: &[u8]) -> Content<'_> {
    let value = value.trim_ascii();
    match value {
        [b'{', rest @ ..] => match json::object(value) {
            Some(members) => Content::Members(members),
            None if looks_like_members(rest) => Content::Broken,
            None => Content::Plain,
        },
        [b'"', b'{', ..] => quoted(value),
        [b'e', b'w'..=b'z' | b'0'..=b'9' | b'+' | b'/', ..] => base64_json(value),
        [b'd', b'a', ..] | [b'e', b'v', ..] | [b'i', b'd', b':', ..] | [b':', ..] => sse(value),
        _ => Content::Plain,
    }
}

/// Prose may begin with a brace too (`{name} failed`); a member's name or the end must follow for it to be JSON.
fn looks_like_members(rest: &[u8]) -> bool {
    matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}') | None)
}

/// JSON that was encoded twice.
fn quoted(value: &[u8]) -> Content<'_> {
    match json::string(value) {
        Some(text) => from_text(text.as_bytes()),
        None => Content::Plain,
    }
}

/// The first event of the text (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
fn sse(value: &[u8]) -> Content<'_> {
    let mut data = Vec::new();
    let mut event = None;
    for line in value.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() && !data.is_empty() {
            break;
        }
        if let Some(part) = sse_field(line, b"data:") {
            data.extend_from_slice(part);
            data.push(b'\n');
        } else if let Some(name) = sse_field(line, b"event:") {
            event = Some(name.to_vec());
        }
    }
    let mut content = from_text(data.trim_ascii());
    if let (Content::Members(members), Some(name)) = (&mut content, event) {
        members
            .list
            .insert(0, (Cow::Borrowed(b"event"), Cow::Owned(name)));
    }
    content
}

fn sse_field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let value = line.strip_prefix(name)?;
    Some(value.strip_prefix(b" ").unwrap_or(value))
}

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// Any base64 of text that begins with `{` begins with `e` and one of those bytes that [`borrowed`] looks for.
fn base64_json(value: &[u8]) -> Content<'_> {
    let decoded = GeneralPurpose::new(&STANDARD, LENIENT)
        .decode(value)
        .or_else(|_| GeneralPurpose::new(&URL_SAFE, LENIENT).decode(value));
    decoded.map_or(Content::Plain, |text| from_text(&text))
}

/// Text that was decoded here and is JSON or nothing.
fn from_text<'a>(text: &[u8]) -> Content<'a> {
    json::object(text.trim_ascii())
        .map_or(Content::Plain, |members| owned(Content::Members(members)))
}

fn owned<'a>(content: Content<'_>) -> Content<'a> {
    match content {
        Content::Members(members) => Content::Members(Members {
            list: members.list.into_iter().map(own).collect(),
            cut: members.cut,
        }),
        Content::Broken => Content::Broken,
        Content::Plain => Content::Plain,
    }
}

fn own<'a>((name, value): Attribute<'_>) -> Attribute<'a> {
    (
        Cow::Owned(name.into_owned()),
        Cow::Owned(value.into_owned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(value: &[u8]) -> String {
        match content(&Cow::Borrowed(value)) {
            Content::Members(members) => members
                .list
                .iter()
                .map(|(n, v)| {
                    format!(
                        "{}={}",
                        String::from_utf8_lossy(n),
                        String::from_utf8_lossy(v)
                    )
                })
                .collect::<Vec<_>>()
                .join(" "),
            Content::Broken => "broken".to_owned(),
            Content::Plain => "plain".to_owned(),
        }
    }

    #[test]
    fn finds_the_event_in_each_dress() {
        for (value, want) in [
            (r#"{"type":"run.created","n":1}"#, "type=run.created n=1"),
            ("  {\"a\":\"b\"}\n", "a=b"),
            (r#""{\"a\":\"b\"}""#, "a=b"),
            ("data: {\"a\":\"b\"}\n\n", "a=b"),
            (
                ": hi\nevent: token\nid: 7\ndata: {\"a\":\ndata: 1}\n\ndata: {}",
                "event=token a=1",
            ),
            ("eyJhIjoiYiJ9", "a=b"),
            ("eyJhIjoiYmIifQ", "a=bb"),
            ("ewogICJhIjogMQp9Cg==", "a=1"),
            ("{\"a\":", "broken"),
            ("{", "broken"),
            ("{name} failed", "plain"),
            ("data: [DONE]", "plain"),
            ("eyes on the ball", "plain"),
            ("every word", "plain"),
            ("[{\"a\":1}]", "plain"),
            ("plain text", "plain"),
            ("", "plain"),
        ] {
            assert_eq!(describe(value.as_bytes()), want, "{value}");
        }
        assert_eq!(describe(b"\x82\xa4type\xa1x"), "plain");
    }
}
