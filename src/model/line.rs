//! The file format, one entry a line (DESIGN §3): `{"id":"1700000000000-0","stream":"memory:events","fields":{…}}`.
//!
//! Invariant: what [`write_entry`] writes, [`parse`] reads back byte for byte. Values that are no UTF-8 are `{"base64":"…"}`;
//! names that are none, and names that begin with `base64:`, are `base64:` and their bytes in that code.
//!
//! A line that begins with `{"lookback":` is a note about the file, such as the count and the checksum at its end, and no entry.

mod object;
mod quick;

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{EntryId, FieldRef, OwnedField};

pub use object::{LineFault, Member, Object, members, object, text_of};

const BASE64_NAME: &str = "base64:";
/// How a line begins that is no entry.
pub const NOTE: &[u8] = b"{\"lookback\":";

/// A field as read: borrowed from the line where it can be.
pub type FieldCow<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// What a line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line<'a> {
    /// The entry id, where the line has one.
    pub id: Option<EntryId>,
    /// The stream, where the line names one.
    pub stream: Option<Cow<'a, [u8]>>,
    /// The fields, in order; repeated names are kept.
    pub fields: Vec<FieldCow<'a>>,
}

/// Whether a line is a note about the file and no entry.
#[must_use]
pub fn is_note(line: &[u8]) -> bool {
    line.starts_with(NOTE)
}

/// Appends one line, with its newline.
pub fn write_entry(out: &mut Vec<u8>, id: EntryId, stream: &[u8], fields: &[FieldRef<'_>]) {
    out.extend_from_slice(format!("{{\"id\":\"{id}\",\"stream\":").as_bytes());
    write_value(out, stream);
    out.extend_from_slice(b",\"fields\":{");
    for (at, (name, value)) in fields.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_name(out, name);
        out.push(b':');
        write_value(out, value);
    }
    out.extend_from_slice(b"}}\n");
}

/// The fields alone, as the line has them, but one a row: for a person to edit.
#[must_use]
pub fn write_fields(fields: &[FieldRef<'_>]) -> Vec<u8> {
    let mut out = b"{".to_vec();
    for (at, (name, value)) in fields.iter().enumerate() {
        out.extend_from_slice(if at > 0 { b",\n  " } else { b"\n  " });
        write_name(&mut out, name);
        out.extend_from_slice(b": ");
        write_value(&mut out, value);
    }
    out.extend_from_slice(b"\n}\n");
    out
}

/// Reads back what [`write_fields`] wrote.
///
/// # Errors
/// Where it is no JSON object, with the line of it, or has no field.
pub fn parse_fields(text: &[u8]) -> Result<Vec<OwnedField>, String> {
    let Members(members) = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if members.is_empty() {
        return Err("an entry has at least one field".to_owned());
    }
    let fields = members.into_iter();
    let fields = fields.map(|(n, raw)| (name(n).into_owned(), value(raw).into_owned()));
    Ok(fields.collect())
}

fn write_name(out: &mut Vec<u8>, name: &[u8]) {
    match std::str::from_utf8(name) {
        Ok(text) if !text.starts_with(BASE64_NAME) => write_text(out, text),
        _ => write_text(out, &format!("{BASE64_NAME}{}", STANDARD.encode(name))),
    }
}

fn write_value(out: &mut Vec<u8>, value: &[u8]) {
    if let Ok(text) = std::str::from_utf8(value) {
        write_text(out, text);
    } else {
        out.extend_from_slice(b"{\"base64\":\"");
        out.extend_from_slice(STANDARD.encode(value).as_bytes());
        out.extend_from_slice(b"\"}");
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, text).is_err() {
        // Writing text into memory cannot fail; if it ever does the line must stay JSON.
        out.truncate(start);
        out.extend_from_slice(b"\"\"");
    }
}

/// Reads a line without its newline. Total: what is no JSON object is one field `line` with its bytes.
#[must_use]
pub fn parse(line: &[u8]) -> Line<'_> {
    quick::parse(line).unwrap_or_else(|| slowly(line))
}

fn slowly(line: &[u8]) -> Line<'_> {
    let Ok(Members(members)) = serde_json::from_slice(line) else {
        let field = (Cow::Borrowed(&b"line"[..]), Cow::Borrowed(line));
        return Line {
            fields: vec![field],
            ..Line::default()
        };
    };
    let id = find(&members, "id").and_then(|raw| EntryId::from_bytes(&string(raw)?));
    let inner = find(&members, "fields").and_then(|raw| serde_json::from_str(raw.get()).ok());
    match inner {
        Some(Members(inner)) => Line {
            id,
            stream: find(&members, "stream").map(value),
            fields: inner
                .into_iter()
                .map(|(n, raw)| (name(n), value(raw)))
                .collect(),
        },
        None => Line {
            id,
            stream: None,
            fields: members
                .into_iter()
                .map(|(n, raw)| (bytes_of(n), text_of(raw)))
                .collect(),
        },
    }
}

fn find<'a>(members: &[(Cow<'a, str>, &'a RawValue)], name: &str) -> Option<&'a RawValue> {
    members.iter().find(|(n, _)| n == name).map(|(_, raw)| *raw)
}

fn name(name: Cow<'_, str>) -> Cow<'_, [u8]> {
    let coded = name
        .strip_prefix(BASE64_NAME)
        .and_then(|code| STANDARD.decode(code).ok());
    coded.map_or_else(|| bytes_of(name), Cow::Owned)
}

fn value(raw: &RawValue) -> Cow<'_, [u8]> {
    coded(raw).map_or_else(|| text_of(raw), Cow::Owned)
}

/// The bytes of `{"base64":"…"}`.
fn coded(raw: &RawValue) -> Option<Vec<u8>> {
    if !raw.get().starts_with('{') {
        return None;
    }
    let Members(members) = serde_json::from_str(raw.get()).ok()?;
    match members.as_slice() {
        [(name, code)] if name == "base64" => STANDARD.decode(string(code)?).ok(),
        _ => None,
    }
}

fn string(raw: &RawValue) -> Option<Cow<'_, [u8]>> {
    let Text(text) = serde_json::from_str(raw.get()).ok()?;
    Some(bytes_of(text))
}

fn bytes_of(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object in order, repeated names included, values unread.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(12);
        while let Some((Text(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn texts(line: &Line<'_>) -> Vec<(String, String)> {
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        line.fields
            .iter()
            .map(|(n, v)| (text(n), text(v)))
            .collect()
    }

    fn own(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn a_line_without_fields_is_the_event_itself() {
        let line = parse(br#"{"ts":1.50,"a":{"b":[1, 2]},"a":"x\ny","n":null}"#);
        let want = own(&[
            ("ts", "1.50"),
            ("a", r#"{"b":[1, 2]}"#),
            ("a", "x\ny"),
            ("n", "null"),
        ]);
        assert_eq!((line.id, texts(&line)), (None, want));
    }

    #[test]
    fn a_note_is_no_entry_and_no_entry_is_a_note() {
        assert!(is_note(br#"{"lookback":"end","entries":3}"#));
        let mut out = Vec::new();
        write_entry(&mut out, EntryId::MIN, b"lookback", &[(b"lookback", b"x")]);
        assert!(!is_note(&out));
    }

    #[test]
    fn a_line_that_is_no_object_is_kept_as_it_is() {
        for text in ["plain text", "[1]", "{\"a\":", "17", "{\"a\":1} tail"] {
            assert_eq!(texts(&parse(text.as_bytes())), own(&[("line", text)]));
        }
        let broken = b"{\"a\":\"\xff\"}";
        assert_eq!(
            parse(broken).fields.first().map(|f| f.1.as_ref()),
            Some(&broken[..])
        );
    }

    #[test]
    fn half_a_surrogate_stays_as_it_was_written() {
        assert_eq!(
            texts(&parse(br#"{"a":"\ud800"}"#)),
            own(&[("a", r#""\ud800""#)])
        );
    }

    #[test]
    fn fields_that_were_edited_are_read_strictly() {
        let edited = |text: &str| parse_fields(text.as_bytes());
        let owned = |n: &str, v: &str| (n.as_bytes().to_vec(), v.as_bytes().to_vec());
        assert_eq!(
            edited("{\n \"b\": 1,\n \"a\": {\"x\": 2}, \"b\": \"é\"}\n"),
            Ok(vec![
                owned("b", "1"),
                owned("a", "{\"x\": 2}"),
                owned("b", "é")
            ])
        );
        for wrong in ["", "{", "[1]", "{\"a\": }", "{\"a\": 1} tail", "{}", "null"] {
            assert!(edited(wrong).is_err(), "{wrong}");
        }
        assert!(edited("{\n\"a\": 1,\n}").is_err_and(|why| why.contains("line 3")));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(ms: u64, seq: u64, stream: Vec<u8>, fields in vec((any::<Vec<u8>>(), any::<Vec<u8>>()), 0..5), text in "\\PC*") {
            let mut fields = fields;
            fields.push((b"base64:eA==".to_vec(), text.clone().into_bytes()));
            fields.push((text.into_bytes(), b"{\"base64\":\"eA==\"}".to_vec()));
            let refs: Vec<FieldRef<'_>> = fields.iter().map(|(n, v)| (n.as_slice(), v.as_slice())).collect();
            let (mut out, id) = (Vec::new(), EntryId::new(ms, seq));
            write_entry(&mut out, id, &stream, &refs);
            prop_assert_eq!(out.pop(), Some(b'\n'));
            prop_assert!(!out.contains(&b'\n'));
            let line = parse(&out);
            let read: Vec<FieldRef<'_>> = line.fields.iter().map(|(n, v)| (n.as_ref(), v.as_ref())).collect();
            prop_assert_eq!((line.id, line.stream.as_deref(), &read), (Some(id), Some(stream.as_slice()), &refs));
            prop_assert_eq!(parse_fields(&write_fields(&refs)), Ok(fields));
        }
    }
}
