//! The audit file while it is written: locked, whole, and on the disk before anybody says so.
//!
//! Invariant: when [`AuditFile::append`] comes back without an error its entries are on the disk; with one, the file holds what it
//! held before, as far as the disk lets it be cut.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::seal::{seal, write_content};
use super::written::{Written, print};
use super::{Chain, FaultKind, Hash, verify_chain};
use crate::model::{EntryId, FieldRef, Ms};
use crate::store::Trouble;
use crate::stream::{StreamError, file_lock, now_ms};

/// Bytes read at once.
const READ_BYTES: usize = 1 << 18;
/// Bytes after which what is written goes to the disk, though there is more: so much may be lost work in a crash.
const SYNC_BYTES: usize = 8 << 20;

/// An audit file that this process alone writes.
#[derive(Debug)]
pub struct AuditFile {
    path: PathBuf,
    file: File,
    lines: u64,
    bytes: u64,
    head: Hash,
    written: Written,
    tally: Appended,
    /// Lines under way to the disk.
    buffer: Vec<u8>,
}

/// What was done to a file when it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Lines it holds.
    pub lines: u64,
    /// Bytes of a torn last line that were cut off; 0 where there was none.
    pub torn_bytes: u64,
}

/// What was appended since the file was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Entries.
    pub entries: u64,
    /// Entries that were in the file already and were not appended again.
    pub known: u64,
    /// Bytes.
    pub bytes: u64,
    /// How often the disk was waited for (`fsync`).
    pub syncs: u64,
}

impl AuditFile {
    /// Opens a file or makes one, locks it, and reads it once: the chain is verified, a torn last line is cut off.
    ///
    /// # Errors
    /// When it cannot be read or written, another process writes it, or its chain is broken: then nothing was changed.
    pub fn open(path: &Path) -> Result<(Self, Opened), StreamError> {
        let file = open(path).map_err(|error| cannot("opened", path, &error))?;
        if !file.metadata().is_ok_and(|m| m.is_file()) {
            return Err(failed(
                format!("{} is no regular file", path.display()),
                "an audit file has to be one that can be read again and cut: name another with --out",
            ));
        }
        lock(&file, path)?;
        let mut audit = Self {
            path: path.to_owned(),
            file,
            lines: 0,
            bytes: 0,
            head: Hash::ZERO,
            written: Written::default(),
            tally: Appended::default(),
            buffer: Vec::new(),
        };
        let torn_bytes = audit.take_in()?;
        let opened = Opened {
            lines: audit.lines,
            torn_bytes,
        };
        Ok((audit, opened))
    }

    /// Appends the entries that the file does not hold, and waits until they are on the disk.
    ///
    /// # Errors
    /// When the disk is full or fails. What these entries left in the file is cut off again; it is not to be used any more.
    pub fn append<'a>(
        &mut self,
        stream: &[u8],
        entries: impl IntoIterator<Item = (EntryId, Vec<FieldRef<'a>>)>,
    ) -> Result<(), StreamError> {
        let kept = (self.lines, self.bytes, self.head, self.tally);
        let result = self.append_all(stream, entries);
        result.map_err(|error| {
            let cut = self
                .file
                .set_len(kept.1)
                .and_then(|()| self.file.sync_all());
            (self.lines, self.bytes, self.head, self.tally) = kept;
            self.buffer.clear();
            self.unwritable(&error, cut.is_ok())
        })
    }

    fn append_all<'a>(
        &mut self,
        stream: &[u8],
        entries: impl IntoIterator<Item = (EntryId, Vec<FieldRef<'a>>)>,
    ) -> io::Result<()> {
        let at_ms = now_ms();
        for (id, fields) in entries {
            self.add(stream, id, &fields, at_ms)?;
            if self.buffer.len() >= SYNC_BYTES {
                self.flush()?;
            }
        }
        self.flush()
    }

    fn add(
        &mut self,
        stream: &[u8],
        id: EntryId,
        fields: &[FieldRef<'_>],
        at_ms: Ms,
    ) -> io::Result<()> {
        let start = self.buffer.len();
        write_content(&mut self.buffer, id, stream, fields);
        let print = print(id, self.buffer.get(start..).unwrap_or_default());
        if self.written.holds(print).is_none() {
            // Lines in the buffer are newer than what was forgotten, or remembered by the window.
            self.file.seek(SeekFrom::Start(0))?;
            let file = (&self.file).take(self.bytes);
            self.written
                .look(id, BufReader::with_capacity(READ_BYTES, file))?;
        }
        if self.written.holds(print) == Some(true) {
            self.buffer.truncate(start);
            self.tally.known += 1;
            return Ok(());
        }
        self.head = seal(&mut self.buffer, start, self.lines + 1, at_ms, self.head);
        self.lines += 1;
        self.tally.entries += 1;
        self.written.note(print);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.file.write_all(&self.buffer)?;
        self.file.sync_data()?;
        let length = self.buffer.len() as u64;
        self.bytes += length;
        self.tally.bytes += length;
        self.tally.syncs += 1;
        self.buffer.clear();
        Ok(())
    }

    /// Lines in the file.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The hash of the last line, to be noted elsewhere: it vouches for all before it.
    #[must_use]
    pub fn head(&self) -> Hash {
        self.head
    }

    /// What was appended since it was opened.
    #[must_use]
    pub fn appended(&self) -> Appended {
        self.tally
    }

    /// Reads the file from the start; the bytes of a torn line that were cut off.
    fn take_in(&mut self) -> Result<u64, StreamError> {
        let path = self.path.clone();
        let unreadable = |error: io::Error| cannot("read", &path, &error);
        self.file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let written = &mut self.written;
        let chain = verify_chain(BufReader::with_capacity(READ_BYTES, &self.file), |sealed| {
            written.note(print(sealed.id().unwrap_or_default(), sealed.entry));
        });
        let chain = chain.map_err(unreadable)?;
        (self.lines, self.bytes, self.head) = (chain.lines, chain.bytes, chain.head);
        let length = self.file.metadata().map_err(unreadable)?.len();
        match &chain.fault {
            None => Ok(0),
            Some(fault) if fault.kind == FaultKind::Torn => {
                let cut = self.file.set_len(chain.bytes);
                cut.and_then(|()| self.file.sync_all())
                    .map_err(|error| cannot("repaired", &path, &error))?;
                Ok(length.saturating_sub(chain.bytes))
            }
            Some(_) => Err(broken(&path, &chain)),
        }
    }

    fn unwritable(&self, error: &io::Error, is_cut: bool) -> StreamError {
        let path = self.path.display();
        let hint = if is_cut {
            "nothing of this batch was acknowledged: make room or choose another disk, and start it again"
        } else {
            "nothing of this batch was acknowledged; the file may end in a part of it, which is cut off at the next start"
        };
        failed(format!("{path} cannot be written: {error}"), hint)
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    let file = options.create(true).open(path)?;
    file.sync_all()?;
    // The name of the file has to be on the disk too.
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(file)
}

fn lock(file: &File, path: &Path) -> Result<(), StreamError> {
    match file_lock::lock(file) {
        Ok(true) => Ok(()),
        Ok(false) => Err(failed(
            format!("{} is being written by another process", path.display()),
            "one process writes an audit file: end the other one, or name another file with --out",
        )),
        Err(error) => Err(cannot("locked", path, &error)),
    }
}

fn broken(path: &Path, chain: &Chain) -> StreamError {
    let fault = chain.fault.as_ref().map(ToString::to_string);
    failed(
        format!(
            "the chain of {} is broken: {}",
            path.display(),
            fault.unwrap_or_default()
        ),
        "it is not written to any more: keep it as it is, and name a new file with --out",
    )
}

fn cannot(done: &str, path: &Path, error: &io::Error) -> StreamError {
    failed(
        format!("{} cannot be {done}: {error}", path.display()),
        "check the path, its permissions and the disk",
    )
}

fn failed(what: String, hint: &str) -> StreamError {
    StreamError::Failed(Trouble::new(what, hint))
}
