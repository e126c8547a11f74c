//! Looks at the lines of a file before and while they are imported: whether each is an entry, whether their ids can be kept, and
//! whether they are what the file's notes say.

use std::collections::HashMap;

use super::super::StreamError;
use super::super::log_file::{Tally, Totals};
use super::{Entry, ImportOptions, STREAMS};
use crate::model::{EntryId, SafeText, line};
use crate::store::Trouble;

/// Looks at lines in the order of the file.
#[derive(Clone, Debug)]
pub struct Check {
    keep_ids: bool,
    own_streams: bool,
    last: HashMap<Vec<u8>, EntryId>,
    /// Since the last note.
    run: Tally,
    /// Of everything.
    all: Tally,
    notes: u64,
}

/// How a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// With a note that holds.
    Noted,
    /// Without one: whether it is whole is not known.
    Open,
}

impl Check {
    /// For an import with these options.
    #[must_use]
    pub fn new(options: &ImportOptions) -> Self {
        Self {
            keep_ids: options.keep_ids,
            own_streams: options.stream.is_none(),
            last: HashMap::new(),
            run: Tally::default(),
            all: Tally::default(),
            notes: 0,
        }
    }

    /// Reads the next line, without its newline; `None` for a note that holds.
    ///
    /// # Errors
    /// [`StreamError::Input`] for a line that is no entry, an id that cannot be kept, and a note that says something else than stands
    /// before it.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<Entry>, StreamError> {
        if line::is_note(line.trim_ascii()) {
            return self.note(line.trim_ascii()).map(|()| None);
        }
        let entry = Entry::from_line(line.trim_ascii())?;
        self.stream(&entry)?;
        let fields = entry.fields();
        let id = entry.id.unwrap_or_default();
        self.run.push_bare(id, &fields, line);
        self.all.push(id, &fields, b"");
        Ok(Some(entry))
    }

    /// The end of one file.
    ///
    /// # Errors
    /// [`StreamError::Input`] where a file with notes ends without one: it was not written to its end.
    pub fn end_of_file(&mut self) -> Result<Closing, StreamError> {
        let (notes, run) = (
            std::mem::take(&mut self.notes),
            std::mem::take(&mut self.run),
        );
        match (notes, run.entries) {
            (0, _) => Ok(Closing::Open),
            (_, 0) => Ok(Closing::Noted),
            (_, entries) => Err(wrong(
                format!(
                    "{entries} entries stand behind its last note: the file was not written to its end"
                ),
                "`lookback export --resume` goes on with it, if the source still holds the rest",
            )),
        }
    }

    /// Figures of all entries so far; the checksum of lines is not among what they are for.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.all.totals()
    }

    fn note(&mut self, note: &[u8]) -> Result<(), StreamError> {
        let have = std::mem::take(&mut self.run).totals();
        let Some(said) = Totals::of_note(note) else {
            return Err(wrong(
                "it is a note that this version does not know",
                "read the file with the version that wrote it",
            ));
        };
        if said.entries != have.entries {
            return Err(altered(&format!(
                "the note counts {} entries, and {} stand before it",
                said.entries, have.entries
            )));
        }
        if said.content != have.content || said.lines != have.lines {
            return Err(altered(&format!(
                "the note's checksum is not that of the {} entries before it",
                have.entries
            )));
        }
        self.notes += 1;
        Ok(())
    }

    fn stream(&mut self, entry: &Entry) -> Result<(), StreamError> {
        if self.own_streams && entry.stream.as_ref().is_none_or(Vec::is_empty) {
            return Err(wrong(
                "it names no stream",
                "name the stream to import into with --stream",
            ));
        }
        if !self.keep_ids {
            return Ok(());
        }
        let Some(id) = entry.id.filter(|id| *id > EntryId::MIN) else {
            return Err(wrong(
                "it has no id that a stream can hold",
                "leave out --keep-ids to give it a new one",
            ));
        };
        let key = entry.stream.clone().filter(|_| self.own_streams);
        let key = key.unwrap_or_default();
        if self.last.len() >= STREAMS && !self.last.contains_key(&key) {
            return Err(wrong(
                "it names one stream more than the 100,000 that one import takes",
                "import the file into one stream with --stream, or in parts",
            ));
        }
        match self.last.insert(key, id) {
            Some(before) if before >= id => Err(wrong(
                format!("its id {id} is not after {before}, which stands before it in the file"),
                "a stream holds ids in order; import each stream by itself, or leave out --keep-ids",
            )),
            _ => Ok(()),
        }
    }
}

fn altered(what: &str) -> StreamError {
    wrong(
        format!("{what}: the file was altered or cut"),
        "take a copy that is sound",
    )
}

fn wrong(what: impl AsRef<str>, hint: &str) -> StreamError {
    let what = SafeText::escaped(what.as_ref().as_bytes()).to_string();
    StreamError::Input(Trouble::new(what, hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keep_ids: bool, stream: Option<&[u8]>) -> Check {
        Check::new(&ImportOptions {
            stream: stream.map(<[u8]>::to_vec),
            keep_ids,
            resume: false,
        })
    }

    fn entry(id: &str, stream: &str) -> String {
        format!("{{\"id\":\"{id}\",\"stream\":\"{stream}\",\"fields\":{{\"a\":\"b\"}}}}")
    }

    fn said(check: &mut Check, line: &str) -> String {
        match check.line(line.as_bytes()) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn ids_that_a_stream_cannot_hold_are_refused_where_they_are_kept() {
        let mut kept = check(true, None);
        assert_eq!(said(&mut kept, &entry("5-1", "a")), "");
        // Another stream has an order of its own.
        assert_eq!(said(&mut kept, &entry("5-0", "b")), "");
        for (id, stream) in [("5-1", "a"), ("4-0", "a"), ("5-0", "b")] {
            assert!(said(&mut kept, &entry(id, stream)).contains("is not after"));
        }
        assert!(said(&mut kept, &entry("0-0", "c")).contains("no id that a stream can hold"));
        let mut one = check(true, Some(b"s"));
        assert_eq!(said(&mut one, &entry("5-1", "a")), "");
        assert!(said(&mut one, &entry("5-1", "b")).contains("is not after"));
        let mut free = check(false, None);
        for id in ["0-0", "5-0", "5-0", "4-0"] {
            assert_eq!(said(&mut free, &entry(id, "a")), "");
        }
        assert!(said(&mut free, r#"{"id":"1-0","fields":{"a":"b"}}"#).contains("names no stream"));
    }

    #[test]
    fn a_note_has_to_hold_and_to_be_the_end() {
        let mut tally = Tally::default();
        let line = entry("5-1", "a");
        tally.push_bare(EntryId::new(5, 1), &[(b"a", b"b")], line.as_bytes());
        let note = tally.totals().note("");
        let mut sound = check(true, None);
        assert_eq!(said(&mut sound, &line), "");
        assert_eq!(sound.clone().end_of_file(), Ok(Closing::Open));
        assert_eq!(said(&mut sound, note.trim_end()), "");
        assert_eq!(sound.clone().end_of_file(), Ok(Closing::Noted));
        assert_eq!(said(&mut sound, &entry("6-0", "a")), "");
        assert!(sound.end_of_file().is_err());
        let mut altered = check(true, None);
        assert_eq!(said(&mut altered, &line.replace("\"b\"", "\"c\"")), "");
        assert!(said(&mut altered, note.trim_end()).contains("checksum"));
        assert!(said(&mut check(true, None), note.trim_end()).contains("counts 1 entries"));
    }
}
