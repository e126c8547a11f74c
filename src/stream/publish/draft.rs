//! An event that is to be published, as the flat fields of the wire format: id, type, session, user, time, version, then
//! everything else in its order.

use serde_json::value::RawValue;

use super::super::StreamError;
use super::super::fields::Fields;
use crate::model::TIME_NAMES;
use crate::model::line::{self, LineFault, Member, Object};
use crate::store::Trouble;

const VERSIONS: [&str; 2] = ["schema_version", "v"];

/// An event that is to be published. What it lacks is added when it is sent: an `id` (`evt-` and the ns since the epoch), a
/// `timestamp` (seconds since the epoch) and `schema_version` 1. Ready fields ([`Draft::of_fields`]) are sent as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    id: Option<Vec<u8>>,
    kind: Option<Vec<u8>>,
    session: Option<Vec<u8>>,
    user: Option<Vec<u8>>,
    rest: Fields,
    ready: bool,
    has_time: bool,
    has_version: bool,
}

impl Draft {
    /// An event of this type.
    #[must_use]
    pub fn new(kind: impl AsRef<[u8]>) -> Self {
        Self::default().kind(kind)
    }

    /// An entry of exactly these fields.
    #[must_use]
    pub fn of_fields<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut draft = Self {
            ready: true,
            ..Self::default()
        };
        for (name, value) in fields {
            if name.as_ref() == b"id" && draft.id.is_none() {
                draft.id = Some(value.as_ref().to_vec());
            }
            draft.rest.push(name.as_ref(), value.as_ref());
        }
        draft
    }

    /// Reads a JSON line: an entry in the file format (`{"id":…,"stream":…,"fields":{…}}`) is its fields, as they are; any other
    /// object is the event itself. An object under `data` is laid flat where the line has a type.
    ///
    /// # Errors
    /// [`StreamError::Input`] where the line is no JSON object or holds nothing.
    pub fn from_line(line: &[u8]) -> Result<Self, StreamError> {
        match line::object(line).map_err(|fault| input(&fault))? {
            Object::Entry(entry) => Ok(Self::of_fields(entry.fields)),
            Object::Event(members) => Self::of_event(&members),
        }
    }

    fn of_event(members: &[Member<'_>]) -> Result<Self, StreamError> {
        let has = |name: &str| members.iter().any(|(n, raw)| n == name && !is_null(raw));
        let (typed, session, user) = (has("type"), has("session_id"), has("user_id"));
        let mut draft = Self::default();
        let mut inner = None;
        for (name, raw) in members {
            match name.as_ref() {
                "session" if !session => draft.take("session_id", raw),
                "user" if !user => draft.take("user_id", raw),
                "data" if typed && inner.is_none() && raw.get().starts_with('{') => {
                    inner = Some(raw.get());
                }
                name => draft.take(name, raw),
            }
        }
        match inner {
            // Nothing in it is no fault: the event has a type.
            Some(text)
                if text
                    .trim_matches(['{', '}', ' ', '\t', '\r', '\n'])
                    .is_empty() =>
            {
                Ok(draft)
            }
            Some(text) => draft.data(text),
            None => Ok(draft),
        }
    }

    /// Its type.
    #[must_use]
    pub fn kind(mut self, kind: impl AsRef<[u8]>) -> Self {
        self.kind = Some(kind.as_ref().to_vec());
        self
    }

    /// Its session.
    #[must_use]
    pub fn session(mut self, session: impl AsRef<[u8]>) -> Self {
        self.session = Some(session.as_ref().to_vec());
        self
    }

    /// Its user.
    #[must_use]
    pub fn user(mut self, user: impl AsRef<[u8]>) -> Self {
        self.user = Some(user.as_ref().to_vec());
        self
    }

    /// Its own id: what [`super::PublishOptions::once_for`] knows it by.
    #[must_use]
    pub fn id(mut self, id: impl AsRef<[u8]>) -> Self {
        self.id = Some(id.as_ref().to_vec());
        self
    }

    /// One more field.
    #[must_use]
    pub fn field(mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        self.note(name.as_ref());
        self.rest.push(name.as_ref(), value.as_ref());
        self
    }

    /// Every member of a JSON object as a field: text as it is, anything else as its JSON. Type, session, user and id that are
    /// set already stay as they are.
    ///
    /// # Errors
    /// [`StreamError::Input`] where the text is no JSON object or holds nothing.
    pub fn data(mut self, json: &str) -> Result<Self, StreamError> {
        for (name, raw) in line::members(json).map_err(|fault| input(&fault))? {
            self.take(&name, raw);
        }
        Ok(self)
    }

    /// The event's own id, where it has one so far.
    #[must_use]
    pub fn event_id(&self) -> Option<&[u8]> {
        self.id.as_deref()
    }

    /// Whether it can be published at most once ([`super::PublishOptions::once_for`]).
    ///
    /// # Errors
    /// [`StreamError::Input`] where it has no id of its own, or more than 3,900 fields.
    pub fn check_once(&self) -> Result<(), StreamError> {
        super::once::check(self)
    }

    /// Whether it has a type. Ready fields count as having one.
    #[must_use]
    pub fn has_kind(&self) -> bool {
        self.ready || self.kind.is_some()
    }

    /// Bytes of its fields, about.
    #[must_use]
    pub fn size(&self) -> usize {
        let heads = [&self.id, &self.kind, &self.session, &self.user];
        let heads: usize = heads.into_iter().flatten().map(Vec::len).sum();
        heads + self.rest.size() + 64
    }

    /// How many fields it will be sent with, at most.
    pub(super) fn width(&self) -> usize {
        self.rest.len() + 6
    }

    fn take(&mut self, name: &str, raw: &RawValue) {
        let slot = match name {
            "id" => &mut self.id,
            "type" => &mut self.kind,
            "session_id" => &mut self.session,
            "user_id" => &mut self.user,
            _ => {
                let told = TIME_NAMES.contains(&name) || VERSIONS.contains(&name);
                if !(told && is_null(raw)) {
                    self.note(name.as_bytes());
                    self.rest.push(name.as_bytes(), &line::text_of(raw));
                }
                return;
            }
        };
        if slot.is_none() && !is_null(raw) {
            *slot = Some(line::text_of(raw).into_owned());
        }
    }

    fn note(&mut self, name: &[u8]) {
        self.has_time |= TIME_NAMES.iter().any(|time| time.as_bytes() == name);
        self.has_version |= VERSIONS.iter().any(|version| version.as_bytes() == name);
    }

    /// Its fields as they are sent, to `each`; `id` and `seconds` are used where it has none of its own.
    pub(super) fn fields(&self, id: &[u8], seconds: &[u8], mut each: impl FnMut(&[u8], &[u8])) {
        if !self.ready {
            each(b"id", self.id.as_deref().unwrap_or(id));
            let heads: [(&[u8], _); 3] = [
                (b"type", &self.kind),
                (b"session_id", &self.session),
                (b"user_id", &self.user),
            ];
            for (name, value) in heads {
                if let Some(value) = value {
                    each(name, value);
                }
            }
            if !self.has_time {
                each(b"timestamp", seconds);
            }
            if !self.has_version {
                each(b"schema_version", b"1");
            }
        }
        self.rest.iter().for_each(|(name, value)| each(name, value));
    }

    /// Whether an id has to be made for it.
    pub(super) fn needs_id(&self) -> bool {
        self.id.is_none() && !self.ready
    }
}

fn is_null(raw: &RawValue) -> bool {
    raw.get() == "null"
}

fn input(fault: &LineFault) -> StreamError {
    let hint = match fault {
        LineFault::Empty => "an event has at least one field",
        _ => "write each event as one JSON object, such as {\"type\":\"message.added\"}",
    };
    StreamError::Input(Trouble::new(fault.to_string(), hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(draft: &Draft) -> String {
        let mut out = Vec::new();
        draft.fields(b"evt-1", b"17", |name, value| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            out.push(format!("{}={}", text(name), text(value)));
        });
        out.join(" ")
    }

    fn line(text: &str) -> String {
        Draft::from_line(text.as_bytes()).map_or_else(|e| e.to_string(), |d| sent(&d))
    }

    #[test]
    fn what_an_event_lacks_is_added_and_what_it_has_stays() {
        for (given, wanted) in [
            (
                r#"{"a":1.50,"type":"x","session":"s","user":7}"#,
                "id=evt-1 type=x session_id=s user_id=7 timestamp=17 schema_version=1 a=1.50",
            ),
            (
                r#"{"type":"x","id":"e","ts":3,"v":2,"user":null,"n":null}"#,
                "id=e type=x ts=3 v=2 n=null",
            ),
            (
                r#"{"type":"x","schema_version":"7","timestamp":null}"#,
                "id=evt-1 type=x timestamp=17 schema_version=7",
            ),
            (
                r#"{"type":"x","session_id":"a","session":"b"}"#,
                "id=evt-1 type=x session_id=a timestamp=17 schema_version=1 session=b",
            ),
        ] {
            assert_eq!(line(given), wanted, "{given}");
        }
    }

    #[test]
    fn data_is_laid_flat_where_the_line_has_a_type() {
        let head = "id=evt-1 type=x timestamp=17 schema_version=1";
        assert_eq!(
            line(r#"{"data":{"a":{"b":[1, 2]},"type":"y","session":"s"},"type":"x"}"#),
            format!("{head} a={{\"b\":[1, 2]}} session=s")
        );
        assert_eq!(line(r#"{"type":"x","data":{ }}"#), head);
        assert_eq!(
            line(r#"{"data":{"a":1}}"#),
            "id=evt-1 timestamp=17 schema_version=1 data={\"a\":1}"
        );
    }

    #[test]
    fn fields_of_an_entry_are_sent_as_they_are() {
        assert_eq!(
            line(r#"{"id":"1-0","stream":"s","type":"t","fields":{"b":"1","b":"2","id":"e"}}"#),
            "b=1 b=2 id=e"
        );
        let draft = Draft::from_line(br#"{"fields":{"a":{"base64":"/wA="},"id":"e"}}"#);
        let draft = draft.unwrap_or_default();
        assert_eq!(draft.event_id(), Some(&b"e"[..]));
        let mut values = Vec::new();
        draft.fields(b"", b"", |_, value| values.push(value.to_vec()));
        assert_eq!(values, [b"\xff\x00".to_vec(), b"e".to_vec()]);
    }

    #[test]
    fn flags_win_over_what_the_data_says() {
        let draft = Draft::new("x")
            .session("s")
            .data(r#"{"type":"y","session_id":"t","user_id":"u","text":"a b"}"#);
        assert_eq!(
            draft.map(|d| sent(&d)),
            Ok(
                "id=evt-1 type=x session_id=s user_id=u timestamp=17 schema_version=1 text=a b"
                    .into()
            )
        );
        assert!(Draft::new("x").data("[1]").is_err());
    }
}
