//! Files of entries in the file format ([`crate::model::line`]), as export and archive write them: plain, `.gz` or `.lz4` by
//! the path's ending, in members that are whole by themselves.
//!
//! Invariant: bytes of a finished member are never changed. What is written after it, up to the next [`LogFile::finish`], is
//! either there as whole members or is cut off when the file is gone on with; so an interrupted run costs its last member at most.
//!
//! A run of entries ends with a note:
//! `{"lookback":"end","entries":N,"sha256":"…","entries_sha256":"…","first":"id","last":"id"}`. `sha256` is of the bytes of
//! the run's lines with their newlines, `entries_sha256` a [`ContentDigest`] of its entries; ids are null where there is none. A
//! file to which was appended holds several runs.
//!
//! ```
//! use lookback::model::EntryId;
//! use lookback::stream::log_file::{LogFile, verify};
//!
//! let place = tempfile::tempdir()?;
//! let path = place.path().join("events.jsonl.gz");
//! let mut file = LogFile::create(&path)?;
//! file.write(EntryId::new(1_700_000_000_000, 0), b"memory:events", &[(b"type", b"session.started")])?;
//! let totals = file.finish()?;
//! assert_eq!(verify(&path)?.content, totals.content);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod digest;
mod lines;
mod packing;
mod reading;
mod tally;
mod trouble;

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{StreamError, file_lock};
use crate::model::{EntryId, FieldRef, line};
use crate::source::{LINE_BYTES, Packing};
pub use digest::{Checksum, ContentDigest};
pub use lines::LogLines;
pub use reading::Survey;
pub(crate) use reading::{Reading, State};
pub(super) use tally::Tally;
pub use tally::Totals;

/// Entries of a member at most.
const MEMBER_ENTRIES: u64 = 10_000;
/// Bytes of its lines after which a member ends.
const MEMBER_BYTES: usize = 4 << 20;

/// A file that is written. It is locked against other writers until it is dropped.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    file: File,
    packing: Packing,
    /// What lies in the file, in whole members.
    state: State,
    /// What does not yet.
    batch: Vec<u8>,
    batch_entries: u64,
    /// Since the last note, with what is not in the file yet.
    run: Tally,
}

impl LogFile {
    /// A new file.
    ///
    /// # Errors
    /// When it exists already, or cannot be made.
    pub fn create(path: &Path) -> Result<Self, StreamError> {
        let made = OpenOptions::new().write(true).create_new(true).open(path);
        let file = made.map_err(|error| trouble::not_created(path, &error))?;
        lock(&file, path)?;
        Ok(Self::over(path, file, State::default()))
    }

    /// Goes on with a file that was written by this: reads all of it, holds it against its notes, and cuts off a torn end. Where
    /// entries stand behind the last note they count to the run that goes on.
    ///
    /// # Errors
    /// When it cannot be read or written, is being written by another, or does not hold.
    pub fn append(path: &Path) -> Result<(Self, Survey), StreamError> {
        Self::append_checked(path, |_, _| Ok(()))
    }

    /// The same, where each entry (its id and its stream) has to please `check` before anything is cut off.
    pub(crate) fn append_checked(
        path: &Path,
        mut check: impl FnMut(EntryId, &[u8]) -> Result<(), StreamError>,
    ) -> Result<(Self, Survey), StreamError> {
        // Opening a pipe would wait for its other end.
        if std::fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            return Err(trouble::no_file(path));
        }
        let opened = OpenOptions::new().write(true).open(path);
        let file = opened.map_err(|error| trouble::unwritable(path, &error))?;
        lock(&file, path)?;
        let mut reading = Reading::open(path)?;
        while let Some((id, line)) = reading.next()? {
            check(id, line.stream.as_deref().unwrap_or_default())?;
        }
        let state = reading.finish()?;
        let survey = state.survey(length(&file, path)?);
        let log = Self::over(path, file, state);
        log.cut()
            .map_err(|error| trouble::unwritable(path, &error))?;
        Ok((log, survey))
    }

    fn over(path: &Path, file: File, state: State) -> Self {
        Self {
            path: path.to_owned(),
            file,
            packing: Packing::of(path),
            run: state.run.clone(),
            state,
            batch: Vec::new(),
            batch_entries: 0,
        }
    }

    /// Appends an entry. It lies in the file when its member is full, or after [`LogFile::finish`].
    ///
    /// # Errors
    /// When the file cannot be written, such as on a full disk: whole members stay, and nothing more should be written. When the
    /// entry's line is longer than 64 MiB, which is the longest that is read.
    pub fn write(
        &mut self,
        id: EntryId,
        stream: &[u8],
        fields: &[FieldRef<'_>],
    ) -> Result<(), StreamError> {
        let from = self.batch.len();
        line::write_entry(&mut self.batch, id, stream, fields);
        let line = self.batch.get(from..).unwrap_or_default();
        if line.len() > LINE_BYTES {
            self.batch.truncate(from);
            return Err(trouble::too_long(&self.path, id));
        }
        self.run.push(id, fields, line);
        self.state.all.push(id, fields, b"");
        self.state.lines += 1;
        self.batch_entries += 1;
        if self.batch_entries >= MEMBER_ENTRIES || self.batch.len() >= MEMBER_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Ends the run with its note, and waits until everything lies on the disk. More can be written behind it, as a run of its own.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(&mut self) -> Result<Totals, StreamError> {
        self.finish_with("")
    }

    /// The same, with the filter by which the entries were chosen in the note.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish_with(&mut self, filter: &str) -> Result<Totals, StreamError> {
        let totals = self.run.totals();
        self.batch.extend_from_slice(totals.note(filter).as_bytes());
        self.flush()?;
        self.run = Tally::default();
        self.state.notes += 1;
        self.state.lines += 1;
        self.state.run = Tally::default();
        self.state.filter = Some(filter.to_owned()).filter(|text| !text.is_empty());
        self.sync()?;
        Ok(totals)
    }

    /// Puts into the file what was written so far, and waits until it lies on the disk, without ending the run: for work that is
    /// interrupted and gone on with later ([`LogFile::append`]).
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn pause(&mut self) -> Result<(), StreamError> {
        self.flush()?;
        self.sync()
    }

    fn sync(&self) -> Result<(), StreamError> {
        let synced = self
            .file
            .sync_all()
            .and_then(|()| sync_directory(&self.path));
        synced.map_err(|error| trouble::unwritable(&self.path, &error))
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the file so far, packed.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.state.offset
    }

    /// The last entry that was written, here or before.
    #[must_use]
    pub fn last(&self) -> Option<EntryId> {
        self.state.all.last
    }

    /// From where to read what is written from now on; only between two runs.
    pub(crate) fn mark(&self) -> Option<State> {
        let is_between = self.run.entries == 0 && self.batch.is_empty();
        is_between.then(|| self.state.clone())
    }

    /// Writes what is not in the file yet as a member.
    fn flush(&mut self) -> Result<(), StreamError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let written = packing::pack(self.packing, &self.batch).and_then(|packed| {
            self.file.write_all(&packed)?;
            Ok(packed.len() as u64)
        });
        match written {
            Ok(bytes) => {
                self.state.offset += bytes;
                self.batch.clear();
                self.batch_entries = 0;
                Ok(())
            }
            Err(error) => {
                // Where even this fails, the torn member is cut off when the file is gone on with.
                drop(self.cut());
                Err(trouble::unwritable(&self.path, &error))
            }
        }
    }

    /// Cuts off what is no whole member.
    fn cut(&self) -> io::Result<()> {
        let mut file = &self.file;
        file.set_len(self.state.offset)?;
        file.seek(SeekFrom::Start(self.state.offset)).map(drop)
    }
}

/// Reads a whole file and holds it against its notes.
///
/// # Errors
/// When it cannot be read, and at the first line that does not hold: one that was altered, added, removed or moved is found by the
/// note behind it, one that is no entry by itself; a file that was not written to its end has no note there.
pub fn verify(path: &Path) -> Result<Survey, StreamError> {
    Reading::open(path)?.close()
}

/// The streams that have an entry of this id in a file that is whole up to its last entry.
///
/// # Errors
/// As [`LogFile::append`].
pub fn streams_at(path: &Path, id: EntryId) -> Result<Vec<Vec<u8>>, StreamError> {
    let mut reading = Reading::open(path)?;
    let mut found = Vec::new();
    while let Some((at, entry)) = reading.next()? {
        if at == id {
            found.push(entry.stream.unwrap_or_default().into_owned());
        }
    }
    Ok(found)
}

fn length(file: &File, path: &Path) -> Result<u64, StreamError> {
    let metadata = file
        .metadata()
        .map_err(|error| trouble::unreadable(path, &error))?;
    Ok(metadata.len())
}

fn lock(file: &File, path: &Path) -> Result<(), StreamError> {
    match file_lock::lock(file) {
        Ok(false) => Err(trouble::in_use(path)),
        // Some file systems have no locks.
        Ok(true) | Err(_) => Ok(()),
    }
}

/// A new file is there after a power cut only when its directory was written too.
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)?.sync_all()
}
