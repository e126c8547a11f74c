//! A file and a source side by side, entry by entry; neither is held whole.

use std::path::Path;

use super::super::failure::Failure;
use super::super::lines::{self, Batch, Lines};
use super::super::pages::Matches;
use super::figures::Figures;
use crate::model::line::is_note;
use crate::model::{EntryId, FieldRef};
use crate::stream::log_file::ContentDigest;
use crate::stream::{Entry, StreamError};

/// Where file and source part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The file holds this entry, and the source does not.
    NotInSource(EntryId),
    /// The source holds it, and the file does not.
    NotInFile(EntryId),
    /// Both hold it, with other fields.
    OtherFields(EntryId),
}

/// What the comparison came to.
pub struct Compared {
    /// What the source holds in that range.
    pub source: Figures,
    /// The first entry that differs.
    pub first_difference: Option<Difference>,
}

/// Compares a file with what the source gives.
pub async fn of(path: &Path, mut matches: Matches) -> Result<Compared, Failure> {
    let mut file = FileEntries::open(path);
    let mut source = Sum::default();
    let mut first_difference = None;
    while let Some((page, rows)) = matches.next().await? {
        for row in rows {
            let id = page.columns.id.get(row).unwrap_or_default();
            let fields = page.payloads.named(row, &page.strings);
            source.push(id, &fields);
            if first_difference.is_none() {
                let entry = file.next().await?;
                first_difference = part(entry.as_ref(), id, &fields);
            }
        }
    }
    if first_difference.is_none() {
        let more = file.next().await?;
        first_difference = more.map(|entry| Difference::NotInSource(id_of(&entry)));
    }
    Ok(Compared {
        source: source.figures(),
        first_difference,
    })
}

fn part(entry: Option<&Entry>, id: EntryId, fields: &[FieldRef<'_>]) -> Option<Difference> {
    let Some(entry) = entry else {
        return Some(Difference::NotInFile(id));
    };
    let in_file = id_of(entry);
    if in_file < id {
        return Some(Difference::NotInSource(in_file));
    }
    if in_file > id {
        return Some(Difference::NotInFile(id));
    }
    (entry.fields() != fields).then_some(Difference::OtherFields(id))
}

fn id_of(entry: &Entry) -> EntryId {
    entry.id.unwrap_or_default()
}

#[derive(Default)]
struct Sum {
    entries: u64,
    ends: Option<(EntryId, EntryId)>,
    content: ContentDigest,
}

impl Sum {
    fn push(&mut self, id: EntryId, fields: &[FieldRef<'_>]) {
        self.entries += 1;
        self.ends = Some((self.ends.map_or(id, |(first, _)| first), id));
        self.content.push(id, fields);
    }

    fn figures(&self) -> Figures {
        Figures {
            entries: self.entries,
            ends: self.ends,
            content: self.content.finish(),
        }
    }
}

/// The entries of a file, one after another.
struct FileEntries {
    lines: Lines<Result<Entry, StreamError>>,
    ready: std::vec::IntoIter<(lines::Place, Result<Entry, StreamError>)>,
}

impl FileEntries {
    fn open(path: &Path) -> Self {
        let lines = lines::read(vec![path.to_owned()], |line| {
            let line = line.trim_ascii();
            (!is_note(line)).then(|| Entry::from_line(line))
        });
        Self {
            lines,
            ready: Batch::new().into_iter(),
        }
    }

    async fn next(&mut self) -> Result<Option<Entry>, Failure> {
        loop {
            if let Some((_, entry)) = self.ready.next() {
                return Ok(Some(entry?));
            }
            let Some(batch) = self.lines.recv().await else {
                return Ok(None);
            };
            self.ready = batch?.into_iter();
        }
    }
}
