//! The usual line, read in one pass: an object without control characters, of which the strings need no second look.
//!
//! Invariant: what is read here is read alike the long way; what is unusual is left to that.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{FieldCow, Line, bytes_of, name, text_of, value};
use crate::model::EntryId;

/// A value, unread where it is no string.
enum Value<'a> {
    Text(Cow<'a, str>),
    Other(&'a RawValue),
}

impl<'a> Value<'a> {
    /// As a field of an entry.
    fn field(self) -> Cow<'a, [u8]> {
        match self {
            Self::Text(text) => bytes_of(text),
            Self::Other(raw) => value(raw),
        }
    }

    /// As a member of an event.
    fn text(self) -> Cow<'a, [u8]> {
        match self {
            Self::Text(text) => bytes_of(text),
            Self::Other(raw) => text_of(raw),
        }
    }
}

/// Reads a line; `None` where it is unusual, or no object at all.
pub(super) fn parse(line: &[u8]) -> Option<Line<'_>> {
    let is_plain = line
        .iter()
        .map(|byte| u8::from(*byte < b' '))
        .fold(0, |any, one| any | one)
        == 0;
    let text = std::str::from_utf8(line).ok().filter(|_| is_plain)?;
    let mut scan = Scan { text, at: 0 };
    let mut members: Vec<(Cow<'_, str>, Value<'_>)> = Vec::new();
    let mut inner = None;
    scan.members(|scan, name| {
        if name == "fields" && scan.peek() == Some(b'{') {
            // Of several the first counts.
            let is_first = inner.is_none() && members.iter().all(|(n, _)| n != "fields");
            inner = Some(scan.fields()?);
            return is_first.then_some(());
        }
        members.push((name, scan.value()?));
        Some(())
    })?;
    if scan.peek().is_some() {
        return None;
    }
    Some(line_of(members, inner))
}

fn line_of<'a>(
    members: Vec<(Cow<'a, str>, Value<'a>)>,
    inner: Option<Vec<FieldCow<'a>>>,
) -> Line<'a> {
    let id = members.iter().find(|(name, _)| name == "id");
    let id = id.and_then(|(_, value)| match value {
        Value::Text(text) => EntryId::from_bytes(text.as_bytes()),
        Value::Other(_) => None,
    });
    let mut members = members.into_iter();
    match inner {
        Some(fields) => Line {
            id,
            stream: members
                .find(|(name, _)| name == "stream")
                .map(|(_, value)| value.field()),
            fields,
        },
        None => Line {
            id,
            stream: None,
            fields: members.map(|(n, v)| (bytes_of(n), v.text())).collect(),
        },
    }
}

/// A place in a text without control characters.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// The next byte that is no space, without taking it.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    /// Takes the next byte that is no space, if it is this one.
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    /// An object. `member` is given each name in turn and reads the value.
    fn members(
        &mut self,
        mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Option<()>,
    ) -> Option<()> {
        self.take(b'{')?;
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            let name = self.string()?;
            self.take(b':')?;
            member(self, name)?;
            if self.take(b'}').is_some() {
                return Some(());
            }
            self.take(b',')?;
        }
    }

    fn fields(&mut self) -> Option<Vec<FieldCow<'a>>> {
        let mut fields = Vec::with_capacity(12);
        self.members(|scan, own| {
            fields.push((name(own), scan.value()?.field()));
            Some(())
        })?;
        Some(fields)
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        self.take(b'"')?;
        let start = self.at;
        let mut end = self.stop(start)?;
        let is_escaped = self.text.as_bytes().get(end) == Some(&b'\\');
        while self.text.as_bytes().get(end) == Some(&b'\\') {
            end = self.stop(end + 2)?;
        }
        self.at = end + 1;
        if is_escaped {
            let quoted = self.text.get(start - 1..=end)?;
            return serde_json::from_str(quoted).ok().map(Cow::Owned);
        }
        self.text.get(start..end).map(Cow::Borrowed)
    }

    /// The next quote or backslash.
    fn stop(&self, from: usize) -> Option<usize> {
        let rest = self.text.as_bytes().get(from..)?;
        memchr::memchr2(b'"', b'\\', rest).map(|at| from + at)
    }

    fn value(&mut self) -> Option<Value<'a>> {
        if self.peek()? == b'"' {
            return self.string().map(Value::Text);
        }
        let rest = self.text.get(self.at..)?;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let raw = values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(Value::Other(raw))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn assert_alike(line: &[u8]) -> bool {
        let quick = parse(line);
        if let Some(quick) = &quick {
            assert_eq!(
                *quick,
                super::super::slowly(line),
                "{}",
                line.escape_ascii()
            );
        }
        quick.is_some()
    }

    #[test]
    fn usual_lines_are_read_in_one_pass_as_they_are_the_long_way() {
        for line in [
            r#"{"id":"1-0","stream":"s","fields":{"type":"a","n":1.50,"x":"é\n\"\u00e9","type":"b"}}"#,
            r#"{"id":"1-0","stream":{"base64":"/w=="},"fields":{"base64:/w==":{"base64":"/w=="},"o":{"a": [1]}}}"#,
            r#"{"ts": 1.5e3, "a": {"b": [1, 2]}, "a": null, "id": "7-7", "base64:eA==": {"base64":"eA=="}}"#,
            r#"{"fields":"two","id":1,"stream":"x"}"#,
            r#"{"fields":{},"fields":3,"stream":[]}"#,
            r#"{ "a" : true , "b":"\\" } "#,
            "{}",
        ] {
            assert!(assert_alike(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn what_is_unusual_is_left_to_the_long_way() {
        for line in [
            &b"{\"a\":\"\\ud800\"}"[..],
            b"{\"a\":\"\t\"}",
            b"{\"a\":\t1}",
            b"{\"a\":\"\xff\"}",
            b"{\"fields\":1,\"fields\":{}}",
            b"{\"fields\":{},\"fields\":{}}",
            b"{\"a\":01}",
            b"{\"a\":1,}",
            b"{\"a\":1}}",
            b"{\"a\":\"\\\"}",
            b"{\"a\"",
            b"[]",
            b"",
        ] {
            assert!(!assert_alike(line), "{}", line.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn no_line_is_read_otherwise_than_the_long_way(
            parts in prop::collection::vec(prop_oneof![
                5 => prop::sample::select(vec![
                    "{", "}", ":", ",", "\"", "\\", " ", "\"id\":", "\"fields\":{", "\"stream\":\"s\"", "\"a\":", "\"b\"", "\"1-0\"",
                    "\"x\":\"y\"", "{\"base64\":\"eA==\"}", "\\n", "\\u12", "1", "-0.5e1", "true", "null", "[1, 2]", "é", "\"base64:eA==\":",
                ]).prop_map(|text| text.as_bytes().to_vec()),
                1 => prop::collection::vec(any::<u8>(), 0..3),
            ], 0..14),
            is_object: bool,
        ) {
            let mut line = parts.concat();
            if is_object {
                line.insert(0, b'{');
                line.push(b'}');
            }
            assert_alike(&line);
        }
    }
}
