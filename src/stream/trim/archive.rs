//! The file into which entries go before they are deleted.
//!
//! Invariant: an archive holds one stream, ids ascending, each once. What an approximate trim left in the stream is in the archive
//! already and not written again, but it is held against the archive like the rest.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use super::Stop;
use super::plan::Plan;
use super::walk::Walk;
use crate::model::line::Line;
use crate::model::{EntryId, FieldRef, SafeText};
use crate::source::redis::parse::Entry;
use crate::source::redis::wire::Wire;
use crate::store::Trouble;
use crate::stream::StreamError;
use crate::stream::log_file::{LogFile, Reading, State, Totals};

/// An archive. The file is made, or opened and verified, when there is something to write; from then on it is locked against
/// other writers.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    stream: Vec<u8>,
    file: Option<LogFile>,
    /// Where the last runs begin. What an approximate trim left is in the last one or few, so that a round need not read the
    /// whole file again.
    marks: VecDeque<State>,
}

/// Marks that are kept.
const MARKS: usize = 8;

/// What was archived, and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// The file.
    pub path: PathBuf,
    /// Entries that were written now.
    pub written: u64,
    /// Entries in the file.
    pub entries: u64,
    /// Its bytes.
    pub bytes: u64,
    /// The figures of the run that was written; `None` where all was there already.
    pub run: Option<Totals>,
}

impl Archive {
    /// The archive of a stream in a file that is there or is not.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, stream: &[u8]) -> Self {
        Self {
            path: path.into(),
            stream: stream.to_vec(),
            file: None,
            marks: VecDeque::new(),
        }
    }

    /// Writes what would go and is not there yet, and verifies it. `None` when it was asked to end: the file can be gone on with.
    pub(super) async fn take(
        &mut self,
        wire: &mut Wire,
        place: &str,
        plan: &Plan,
        stop: Stop<'_>,
    ) -> Result<Option<Archived>, StreamError> {
        if plan.stream != self.stream {
            return Err(self.refusal("it is kept for another stream"));
        }
        // On a failure it is let go of, and opened and verified anew the next time.
        let (mut file, unclosed) = match self.file.take() {
            Some(file) => (file, 0),
            None => self.open()?,
        };
        let mark = file.mark();
        let Some(written) = self.write(&mut file, wire, place, plan, stop).await? else {
            return Ok(None);
        };
        let run = match written + unclosed {
            0 => None,
            _ => Some(file.finish()?),
        };
        let bytes = file.bytes();
        self.file = Some(file);
        self.marks.extend(mark.filter(|_| run.is_some()));
        let superfluous = self.marks.len().saturating_sub(MARKS);
        self.marks.drain(..superfluous);
        let entries = self.check(wire, place, plan, stop).await?;
        Ok(entries.map(|entries| Archived {
            path: self.path.clone(),
            written,
            entries,
            bytes,
            run,
        }))
    }

    /// The file, and how many entries an interrupted run left in it without a note.
    fn open(&mut self) -> Result<(LogFile, u64), StreamError> {
        self.marks.clear();
        if !self.path.exists() {
            return Ok((LogFile::create(&self.path)?, 0));
        }
        let mut order = Order::new(&self.path, &self.stream);
        let check = |id, stream: &[u8]| order.next(id, stream);
        let (file, survey) = LogFile::append_checked(&self.path, check)?;
        Ok((file, survey.unclosed))
    }

    /// How many were written.
    async fn write(
        &self,
        file: &mut LogFile,
        wire: &mut Wire,
        place: &str,
        plan: &Plan,
        stop: Stop<'_>,
    ) -> Result<Option<u64>, StreamError> {
        let known = file.last();
        let from = known.map_or(plan.oldest, |last| plan.oldest.max(last.next()));
        let mut walk = Walk::new(&self.stream, from, plan.border);
        let mut written = 0;
        loop {
            let page = walk.page(wire).await;
            let Some(page) = page.map_err(|e| StreamError::of(&e, place, &self.stream))? else {
                return Ok(Some(written));
            };
            let mut fields = Vec::new();
            for entry in &page {
                entry.fields(&mut fields);
                file.write(entry.id, &self.stream, &fields)?;
                written += 1;
            }
            if stop() {
                return Ok(None);
            }
        }
    }

    /// Reads the file again beside the stream, from where entries of the stream can be in it: every entry that is to go has to be
    /// there as it is in the stream. How many the file holds.
    async fn check(
        &self,
        wire: &mut Wire,
        place: &str,
        plan: &Plan,
        stop: Stop<'_>,
    ) -> Result<Option<u64>, StreamError> {
        let before = |mark: &&State| mark.all.last < Some(plan.oldest);
        let mark = self
            .marks
            .iter()
            .rev()
            .find(before)
            .cloned()
            .unwrap_or_default();
        let mut order = Order::new(&self.path, &self.stream);
        (order.last, order.count) = (mark.all.last, mark.all.entries);
        let mut reading = Reading::from(&self.path, mark)?;
        let mut walk = Walk::new(&self.stream, plan.oldest, plan.border);
        loop {
            let page = walk.page(wire).await;
            let Some(page) = page.map_err(|e| StreamError::of(&e, place, &self.stream))? else {
                break;
            };
            let mut fields = Vec::new();
            for entry in &page {
                entry.fields(&mut fields);
                if !holds(&mut reading, &mut order, entry, &fields)? {
                    return Err(self.refusal(&format!(
                        "it does not hold entry {} as the stream does",
                        entry.id
                    )));
                }
            }
            if stop() {
                return Ok(None);
            }
        }
        while let Some((id, line)) = reading.next()? {
            order.next(id, line.stream.as_deref().unwrap_or_default())?;
        }
        reading.close()?;
        Ok(Some(order.count))
    }

    fn refusal(&self, why: &str) -> StreamError {
        refusal(&self.path, why)
    }
}

/// Reads on to an entry of the stream; whether it is there, and the same.
fn holds(
    reading: &mut Reading,
    order: &mut Order<'_>,
    entry: &Entry,
    fields: &[FieldRef<'_>],
) -> Result<bool, StreamError> {
    while let Some((id, line)) = reading.next()? {
        order.next(id, line.stream.as_deref().unwrap_or_default())?;
        if id >= entry.id {
            return Ok(id == entry.id && is_same(&line, fields));
        }
    }
    Ok(false)
}

fn is_same(line: &Line<'_>, fields: &[FieldRef<'_>]) -> bool {
    let read = line
        .fields
        .iter()
        .map(|(name, value)| (name.as_ref(), value.as_ref()));
    read.eq(fields.iter().copied())
}

fn refusal(path: &Path, why: &str) -> StreamError {
    let path = SafeText::line(path.as_os_str().as_encoded_bytes(), 300);
    StreamError::Failed(Trouble::new(
        format!("{path} cannot be this archive: {why}"),
        "name another file with --archive",
    ))
}

/// That a file is an archive of one stream.
struct Order<'a> {
    path: &'a Path,
    stream: &'a [u8],
    last: Option<EntryId>,
    count: u64,
}

impl<'a> Order<'a> {
    fn new(path: &'a Path, stream: &'a [u8]) -> Self {
        Self {
            path,
            stream,
            last: None,
            count: 0,
        }
    }

    fn next(&mut self, id: EntryId, stream: &[u8]) -> Result<(), StreamError> {
        if stream != self.stream {
            let other = SafeText::line(stream, 80);
            return Err(refusal(
                self.path,
                &format!("it holds entries of `{other}`"),
            ));
        }
        if self.last.is_some_and(|last| last >= id) {
            let why = format!("entry {id} stands behind a later one, or twice");
            return Err(refusal(self.path, &why));
        }
        self.last = Some(id);
        self.count += 1;
        Ok(())
    }
}
