//! What `doctor` found, as its JSON has it. Unknown is null, never 0; moments are entry ids.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// The whole report.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Where is read: host and port, a socket, a file.
    pub source: String,
    /// What is read there: streams.
    pub target: String,
    /// Whether the source could be reached; null for files.
    pub connected: Option<bool>,
    /// The server; null for files and where none answers.
    pub server: Option<Server>,
    /// Each command that reading may send.
    pub permissions: Vec<Permission>,
    /// The files; empty for a server.
    pub files: Vec<File>,
    /// The streams; for files those that the entries looked at name.
    pub streams: Vec<Stream>,
    /// The newest entries that were looked at.
    pub entries: u64,
    /// For each part of an event the fields that play it, the most frequent first.
    #[serde(serialize_with = "as_object")]
    pub mapping: Vec<(&'static str, Vec<Played>)>,
    /// What decoding stumbled over.
    pub faults: Vec<Fault>,
    /// What will not work.
    pub problems: Vec<Problem>,
}

/// The server.
#[derive(Debug, Default, Serialize)]
pub struct Server {
    /// Its version.
    pub version: Option<String>,
    /// `standalone`, `cluster` or `sentinel`.
    pub mode: Option<String>,
    /// The fastest of a few round trips, µs.
    pub ping_us: Option<u64>,
}

/// Whether a command may be sent.
#[derive(Debug, Default, Serialize)]
pub struct Permission {
    /// The command.
    pub command: &'static str,
    /// Whether this user may send it.
    pub allowed: Option<bool>,
    /// Why not.
    pub problem: Option<String>,
    /// What fails without it.
    pub without: &'static str,
}

/// A file.
#[derive(Debug, Default, Serialize)]
pub struct File {
    /// Where it is.
    pub path: String,
    /// Its size; unknown for standard input.
    pub bytes: Option<u64>,
    /// Its lines; unknown for standard input.
    pub lines: Option<u64>,
    /// Why it cannot be read.
    pub problem: Option<String>,
}

/// A stream.
#[derive(Debug, Default, Serialize)]
pub struct Stream {
    /// Its key.
    #[serde(rename = "stream")]
    pub key: Bytes,
    /// Whether there is such a key.
    pub exists: Option<bool>,
    /// The type of the key.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Entries now.
    pub length: Option<u64>,
    /// The first entry.
    pub first: Option<String>,
    /// The last id ever given.
    pub last: Option<String>,
    /// Entries ever added.
    pub added: Option<u64>,
    /// Entries trimmed or deleted.
    pub deleted: Option<u64>,
    /// Consumer groups.
    pub groups: Option<u64>,
    /// Its entries among those looked at.
    pub looked_at: u64,
    /// Why it cannot be looked at.
    pub problem: Option<String>,
}

/// A field that plays a part.
#[derive(Debug, Serialize)]
pub struct Played {
    /// The field; `(stream key)`, `(entry id)` and `(only field)` are none.
    pub source: String,
    /// Entries.
    pub entries: u64,
}

/// Something wrong with entries.
#[derive(Debug, Serialize)]
pub struct Fault {
    /// The field.
    pub field: Bytes,
    /// What is wrong with it.
    pub problem: &'static str,
    /// Entries.
    pub entries: u64,
}

/// Something that will not work.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// What.
    #[serde(rename = "problem")]
    pub what: String,
    /// Why; may be empty.
    pub why: String,
    /// What to do; may be empty.
    pub hint: String,
}

/// A name from outside: a string where it is UTF-8, else `{"base64":"…"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if let Ok(text) = std::str::from_utf8(&self.0) {
            return to.serialize_str(text);
        }
        let mut map = to.serialize_map(Some(1))?;
        map.serialize_entry("base64", &STANDARD.encode(&self.0))?;
        map.end()
    }
}

fn as_object<S: Serializer>(
    mapping: &[(&'static str, Vec<Played>)],
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_map(mapping.iter().map(|(part, played)| (part, played)))
}

impl Problem {
    /// All three lines.
    pub fn new(what: impl Into<String>, why: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
            hint: hint.into(),
        }
    }
}
