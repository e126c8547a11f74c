//! What a run of lines comes to, and the note that says so at its end.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::digest::{Checksum, ContentDigest};
use crate::model::{EntryId, FieldRef};

/// Figures of a run of entries in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// How many.
    pub entries: u64,
    /// Of the bytes of their lines, newlines included.
    pub lines: Checksum,
    /// Of what they are: a [`ContentDigest`].
    pub content: Checksum,
    /// The first one's id; `None` where there is none.
    pub first: Option<EntryId>,
    /// The last one's.
    pub last: Option<EntryId>,
}

/// The sum so far.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub entries: u64,
    lines: Sha256,
    content: ContentDigest,
    pub first: Option<EntryId>,
    pub last: Option<EntryId>,
}

impl Tally {
    /// Adds an entry and its line, with its newline.
    pub fn push(&mut self, id: EntryId, fields: &[FieldRef<'_>], line: &[u8]) {
        self.entries += 1;
        self.lines.update(line);
        self.content.push(id, fields);
        self.first.get_or_insert(id);
        self.last = Some(id);
    }

    pub fn totals(&self) -> Totals {
        Totals {
            entries: self.entries,
            lines: Checksum(self.lines.clone().finalize().into()),
            content: self.content.finish(),
            first: self.first,
            last: self.last,
        }
    }
}

#[derive(Deserialize)]
struct Note {
    lookback: String,
    entries: u64,
    sha256: String,
    entries_sha256: String,
    first: Option<String>,
    last: Option<String>,
}

impl Totals {
    /// As a note, with its newline.
    pub(super) fn note(&self) -> String {
        let id = |id: Option<EntryId>| id.map_or("null".to_owned(), |id| format!("\"{id}\""));
        format!(
            "{{\"lookback\":\"end\",\"entries\":{},\"sha256\":\"{}\",\"entries_sha256\":\"{}\",\"first\":{},\"last\":{}}}\n",
            self.entries,
            self.lines,
            self.content,
            id(self.first),
            id(self.last),
        )
    }

    /// Reads a note back; `None` where it is none of this kind.
    pub(super) fn of_note(line: &[u8]) -> Option<Self> {
        let note: Note = serde_json::from_slice(line).ok()?;
        let id = |text: Option<String>| match text {
            None => Some(None),
            Some(text) => EntryId::from_bytes(text.as_bytes()).map(Some),
        };
        (note.lookback == "end").then_some(())?;
        Some(Self {
            entries: note.entries,
            lines: Checksum::from_hex(&note.sha256)?,
            content: Checksum::from_hex(&note.entries_sha256)?,
            first: id(note.first)?,
            last: id(note.last)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::line;

    #[test]
    fn a_note_is_read_as_it_is_written() {
        let mut tally = Tally::default();
        let read = |tally: &Tally| {
            let note = tally.totals().note();
            assert!(line::is_note(note.as_bytes()));
            Totals::of_note(note.trim_end().as_bytes())
        };
        assert_eq!(read(&tally), Some(tally.totals()));
        tally.push(EntryId::new(7, 1), &[(b"a", b"b")], b"line\n");
        assert_eq!(read(&tally), Some(tally.totals()));
        assert_eq!(Totals::of_note(br#"{"lookback":"begin"}"#), None);
    }
}
