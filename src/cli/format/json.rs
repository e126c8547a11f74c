//! JSON by hand: repeated names, and bytes that are no text, are beyond a map of strings.
//!
//! Strings carry no character that a terminal would act on or hide: C0 and C1, DEL, bidirectional and zero-width controls
//! are escaped as `\uXXXX`, which reads back as the same text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::EventRow;
use crate::model::{FieldRef, Flags, time};
use crate::project::Finding;
use crate::project::session_state::event_time;

/// Marks a name in base64, as in the file format.
const BASE64_NAME: &str = "base64:";

/// One JSON object, written member by member.
#[derive(Debug)]
pub struct Object<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

impl<'a> Object<'a> {
    /// Opens it.
    pub fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, empty: true }
    }

    /// Begins a member; its value is to be written to what is returned.
    pub fn key(&mut self, name: &[u8]) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.empty) {
            self.out.push(b',');
        }
        key_text(self.out, name);
        self.out.push(b':');
        self.out
    }

    /// A member of bytes.
    pub fn bytes(&mut self, name: &str, value: Option<&[u8]>) -> &mut Self {
        optional(self.key(name.as_bytes()), value, bytes);
        self
    }

    /// A member that counts.
    pub fn count(&mut self, name: &str, value: Option<u64>) -> &mut Self {
        optional(self.key(name.as_bytes()), value, |out, n| {
            out.extend_from_slice(n.to_string().as_bytes());
        });
        self
    }

    /// A member that is a real number.
    pub fn number(&mut self, name: &str, value: Option<f64>) -> &mut Self {
        let finite = value.filter(|n| n.is_finite());
        optional(self.key(name.as_bytes()), finite, |out, n| {
            out.extend_from_slice(n.to_string().as_bytes());
        });
        self
    }

    /// A member that is a moment, ms since the epoch.
    pub fn time(&mut self, name: &str, ms: Option<i64>) -> &mut Self {
        let written = ms.and_then(time::rfc3339);
        optional(self.key(name.as_bytes()), written, |out, t| text(out, &t));
        self
    }

    /// A member that is true or false.
    pub fn boolean(&mut self, name: &str, value: bool) -> &mut Self {
        let word: &[u8] = if value { b"true" } else { b"false" };
        self.key(name.as_bytes()).extend_from_slice(word);
        self
    }

    /// The member `findings`.
    pub fn findings(&mut self, findings: &[Finding]) -> &mut Self {
        array(self.key(b"findings"), findings, |to, finding| {
            let mut object = Object::open(to);
            object
                .bytes("finding", Some(finding.found.key().as_bytes()))
                .bytes("explanation", Some(finding.found.explanation().as_bytes()));
            array(object.key(b"entries"), &finding.rests_on, |to, place| {
                text(to, &place.id.to_string());
            });
            let at = i64::try_from(finding.at.id.ms).ok();
            object.time("at", at).close();
        });
        self
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.out.push(b'}');
    }
}

fn optional<T>(out: &mut Vec<u8>, value: Option<T>, write: impl FnOnce(&mut Vec<u8>, T)) {
    match value {
        Some(value) => write(out, value),
        None => out.extend_from_slice(b"null"),
    }
}

/// A JSON array, each item written by `write`.
pub fn array<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (n, item) in items.into_iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// A JSON object of counts.
pub fn counts<'a>(out: &mut Vec<u8>, counts: impl IntoIterator<Item = (&'a Vec<u8>, &'a u64)>) {
    let mut object = Object::open(out);
    for (name, n) in counts {
        let written = n.to_string();
        object.key(name).extend_from_slice(written.as_bytes());
    }
    object.close();
}

/// A name as the file format has it: one that is not UTF-8, or begins so itself, is `base64:` and its bytes in that code.
fn key_text(out: &mut Vec<u8>, name: &[u8]) {
    match std::str::from_utf8(name) {
        Ok(valid) if !valid.starts_with(BASE64_NAME) => text(out, valid),
        _ => text(out, &format!("{BASE64_NAME}{}", STANDARD.encode(name))),
    }
}

/// A string where the bytes are UTF-8, else `{"base64":"…"}`.
pub fn bytes(out: &mut Vec<u8>, value: &[u8]) {
    if let Ok(valid) = std::str::from_utf8(value) {
        text(out, valid);
    } else {
        let mut object = Object::open(out);
        text(object.key(b"base64"), &STANDARD.encode(value));
        object.close();
    }
}

/// A JSON string.
pub fn text(out: &mut Vec<u8>, value: &str) {
    out.push(b'"');
    let mut rest = value;
    while let Some(at) = rest.bytes().position(is_special) {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain.as_bytes());
        let mut chars = special.chars();
        if let Some(c) = chars.next() {
            special_char(out, c);
        }
        rest = chars.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'"');
}

/// Whether a byte has to be looked at as a character; all others are copied as they are.
const fn is_special(byte: u8) -> bool {
    byte < b' ' || matches!(byte, b'"' | b'\\' | 0x7f..)
}

fn special_char(out: &mut Vec<u8>, c: char) {
    match c {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        c if is_hazard(c) => escape(out, c),
        c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// JSON that another writer made, its strings made as harmless as those written here.
pub fn harmless(out: &mut Vec<u8>, written: &str) {
    for c in written.chars() {
        if is_hazard(c) {
            escape(out, c);
        } else {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

fn escape(out: &mut Vec<u8>, c: char) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
    }
}

/// Characters that a terminal acts on, or that hide or reorder others.
fn is_hazard(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The documented event object; `more` are further members, as names and JSON.
pub fn event(out: &mut Vec<u8>, row: &EventRow<'_>, more: &[(&str, &str)]) {
    let event = &row.event;
    let mut object = Object::open(out);
    text(object.key(b"id"), &row.id.to_string());
    object
        .bytes("stream", Some(row.stream))
        .bytes("type", Some(&event.kind))
        .bytes("session", event.session.as_deref())
        .bytes("user", event.user.as_deref())
        .time("time", Some(event_time(event, row.id)))
        .boolean("error", event.flags.has(Flags::ERROR))
        .number("latency_ms", event.latency_ms)
        .count("tokens", event.tokens);
    fields(object.key(b"fields"), &row.fields);
    for (name, json) in more {
        object
            .key(name.as_bytes())
            .extend_from_slice(json.as_bytes());
    }
    object.close();
}

/// An entry's fields as they came.
pub fn fields(out: &mut Vec<u8>, fields: &[FieldRef<'_>]) {
    let mut object = Object::open(out);
    for (name, value) in fields {
        bytes(object.key(name), value);
    }
    object.close();
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::model::{EntryId, Mapping, decode};

    fn written(fields: &[FieldRef<'_>]) -> String {
        let id = EntryId::new(1_700_000_000_000, 0);
        let row = EventRow {
            id,
            stream: b"memory:events",
            event: decode(b"memory:events", id, fields, &Mapping::default()),
            fields: fields.to_vec(),
        };
        let mut out = Vec::new();
        event(&mut out, &row, &[]);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn has_exactly_the_documented_keys() {
        let value: serde_json::Value =
            serde_json::from_str(&written(&[(b"type", b"message.added")])).unwrap();
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        let wanted = [
            "id",
            "stream",
            "type",
            "session",
            "user",
            "time",
            "error",
            "latency_ms",
            "tokens",
            "fields",
        ];
        assert_eq!(keys, wanted);
        assert_eq!(value["time"], "2023-11-14T22:13:20.000Z");
        assert!(value["tokens"].is_null());
    }

    #[test]
    fn keeps_repeated_names_and_bytes_that_are_no_text() {
        let line = written(&[(b"a", b"1"), (b"a", b"\xff\x00"), (b"session_id", b"\xfe")]);
        assert!(
            line.contains(r#""fields":{"a":"1","a":{"base64":"/wA="}"#),
            "{line}"
        );
    }

    #[test]
    fn hostile_text_is_harmless_and_reads_back() {
        let hostile = "\u{1b}[2J\0\u{7f}\u{9b}\u{202e}\u{200b}\u{feff}\u{e0041}\"\\\n日本😀";
        let mut out = Vec::new();
        text(&mut out, hostile);
        let written = String::from_utf8(out).unwrap();
        assert!(!written.chars().any(is_hazard), "{written:?}");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), hostile);
    }

    #[test]
    fn whole_numbers_have_no_fraction() {
        let mut out = Vec::new();
        Object::open(&mut out)
            .number("a", Some(84.0))
            .number("b", Some(0.25))
            .number("c", Some(f64::NAN))
            .close();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{"a":84,"b":0.25,"c":null}"#
        );
    }
}
