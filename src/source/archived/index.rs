//! What archive files hold and where: pieces of some thousand lines, each with the streams in it and their first and last
//! ids. Made by reading each file once; of one that grew only what is new is read.
//!
//! Invariant: lines may stand in any order, and several streams in one file: whoever reads puts pieces in order by their ids.

use std::borrow::Cow;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use hashbrown::HashMap;

use super::scan::{self, Text};
use crate::model::EntryId;
use crate::source::{Packing, file, line};
use crate::store::Trouble;

/// Entries of a piece at most.
const PIECE_ENTRIES: u64 = 10_000;
/// Bytes of lines after which a piece ends.
const PIECE_BYTES: u64 = 8 << 20;

/// What a piece holds of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its place in [`Index::streams`].
    pub stream: usize,
    /// The lowest id.
    pub first: EntryId,
    /// The highest id.
    pub last: EntryId,
    /// Entries.
    pub count: u64,
}

/// Lines that stand together in a file.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// Its place among the files.
    pub file: usize,
    /// Where in the file decompressing can begin; 0 in a plain file.
    pub unit: u64,
    /// Bytes of text from there to the first line.
    pub skip: u64,
    /// Bytes of its lines.
    pub len: u64,
    /// What it holds.
    pub runs: Vec<Run>,
}

impl Piece {
    /// The lowest and the highest id.
    pub fn ends(&self) -> (EntryId, EntryId) {
        let first = self.runs.iter().map(|run| run.first).min();
        let last = self.runs.iter().map(|run| run.last).max();
        (first.unwrap_or(EntryId::MAX), last.unwrap_or(EntryId::MIN))
    }
}

/// How far a file was read.
#[derive(Clone, Debug)]
struct Known {
    path: PathBuf,
    /// Which file stood there (device, inode) and its size.
    was: Option<(u64, u64, u64)>,
    /// From here on it is read when it grew.
    end: u64,
    trouble: Option<Trouble>,
    without_id: u64,
}

/// What archive files hold.
#[derive(Clone, Debug, Default)]
pub struct Index {
    files: Vec<Known>,
    /// The streams that lines name.
    pub streams: Vec<Vec<u8>>,
    /// The pieces, file by file.
    pub pieces: Vec<Piece>,
}

impl Index {
    /// Of these files; nothing was read yet.
    pub fn of(paths: &[PathBuf]) -> Self {
        let known = |path: &PathBuf| Known {
            path: path.clone(),
            was: None,
            end: 0,
            trouble: None,
            without_id: 0,
        };
        Self {
            files: paths.iter().map(known).collect(),
            ..Self::default()
        }
    }

    /// A file's path.
    pub fn path(&self, file: usize) -> PathBuf {
        let known = self.files.get(file);
        known.map(|known| known.path.clone()).unwrap_or_default()
    }

    /// What went wrong with the files, and what of them was passed over.
    pub fn troubles(&self) -> Vec<Trouble> {
        let passed = self.files.iter().filter(|known| known.without_id > 0);
        let passed = passed.map(|known| {
            let (path, n) = (known.path.display(), known.without_id);
            let lines = if n == 1 { "line has" } else { "lines have" };
            Trouble::new(
                format!("{path}: {n} {lines} no entry id and cannot be put in order"),
                "open the file by itself, with --file",
            )
        });
        let told = self.files.iter().filter_map(|known| known.trouble.clone());
        told.chain(passed).collect()
    }

    /// The same as the files are now; `None` where nothing changed.
    pub fn refreshed(&self) -> Option<Self> {
        let now: Vec<_> = self.files.iter().map(|known| seen(&known.path)).collect();
        let same = |(known, now): (&Known, &Option<_>)| known.was == *now && now.is_some();
        if self.files.iter().zip(&now).all(same) {
            return None;
        }
        let mut index = self.clone();
        for (at, now) in now.into_iter().enumerate() {
            index.refresh(at, now);
        }
        Some(index)
    }

    fn refresh(&mut self, at: usize, now: Option<(u64, u64, u64)>) {
        let Some(known) = self.files.get_mut(at) else {
            return;
        };
        if now.is_some() && known.was == now {
            return;
        }
        let grew = known.was.zip(now).is_some_and(|(was, now)| {
            (was.0, was.1) == (now.0, now.1) && was.2 < now.2 && known.end <= now.2
        });
        if !grew {
            (known.end, known.without_id) = (0, 0);
        }
        (known.was, known.trouble) = (now, None);
        let (path, from) = (known.path.clone(), known.end);
        // What was read of a part that was not whole is read again.
        let is_plain = Packing::of(&path) == Packing::Plain;
        self.pieces.retain(|piece| {
            let begins = if is_plain { piece.skip } else { piece.unit };
            piece.file != at || begins < from
        });
        let mut making = Making::new(self, at, file::stream_of(&path));
        let scanned = scan::lines(&path, from, |text| making.line(text));
        making.close();
        let without_id = making.without_id;
        let Some(known) = self.files.get_mut(at) else {
            return;
        };
        known.without_id += without_id;
        match scanned {
            Ok(scanned) => {
                known.end = scanned.end;
                known.trouble = scanned.stopped.map(|error| stopped(&path, &error));
            }
            Err(error) => known.trouble = Some(stopped(&path, &error)),
        }
    }

    /// Where a stream stands in [`Index::streams`].
    fn intern(&mut self, ids: &mut HashMap<Vec<u8>, usize>, name: &[u8]) -> usize {
        if let Some(at) = ids.get(name) {
            return *at;
        }
        self.streams.push(name.to_vec());
        ids.insert(name.to_vec(), self.streams.len() - 1);
        self.streams.len() - 1
    }
}

fn seen(path: &Path) -> Option<(u64, u64, u64)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino(), found.len()))
}

/// What to say of a file that could not be read to its end.
fn stopped(path: &Path, error: &io::Error) -> Trouble {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return file::torn(path);
    }
    Trouble::new(
        format!("{} cannot be read further: {error}", path.display()),
        "what comes before that place was read; check the file",
    )
}

/// Pieces while a file is read.
struct Making<'a> {
    index: &'a mut Index,
    ids: HashMap<Vec<u8>, usize>,
    /// The stream of lines that name none.
    stream: Vec<u8>,
    piece: Piece,
    /// Entries of it.
    entries: u64,
    /// Where each stream stands in the piece's runs.
    runs: HashMap<usize, usize>,
    without_id: u64,
}

impl<'a> Making<'a> {
    fn new(index: &'a mut Index, file: usize, stream: Vec<u8>) -> Self {
        let known = index.streams.iter().cloned().zip(0..);
        Self {
            ids: known.collect(),
            index,
            stream,
            piece: Piece {
                file,
                ..Piece::default()
            },
            entries: 0,
            runs: HashMap::new(),
            without_id: 0,
        }
    }

    fn line(&mut self, text: Text<'_>) {
        let (unit, at, len) = (text.unit, text.at, text.line.len() as u64);
        let line = text.line.trim_ascii();
        if line.is_empty() || line::is_note(line) {
            return;
        }
        let Some((id, stream)) = key_of(line) else {
            self.without_id += 1;
            return;
        };
        if self.piece.unit != unit || self.entries >= PIECE_ENTRIES || self.piece.len >= PIECE_BYTES
        {
            self.close();
        }
        if self.piece.runs.is_empty() {
            (self.piece.unit, self.piece.skip) = (unit, at);
        }
        self.piece.len = at + len - self.piece.skip;
        let name = stream.unwrap_or_else(|| Cow::Owned(self.stream.clone()));
        let stream = self.index.intern(&mut self.ids, &name);
        self.note(stream, id);
    }

    fn note(&mut self, stream: usize, id: EntryId) {
        self.entries += 1;
        let place = *self
            .runs
            .entry(stream)
            .or_insert_with(|| self.piece.runs.len());
        match self.piece.runs.get_mut(place) {
            Some(run) => {
                run.first = run.first.min(id);
                run.last = run.last.max(id);
                run.count += 1;
            }
            None => self.piece.runs.push(Run {
                stream,
                first: id,
                last: id,
                count: 1,
            }),
        }
    }

    fn close(&mut self) {
        self.runs.clear();
        self.entries = 0;
        let next = Piece {
            file: self.piece.file,
            ..Piece::default()
        };
        let piece = std::mem::replace(&mut self.piece, next);
        if !piece.runs.is_empty() {
            self.index.pieces.push(piece);
        }
    }
}

/// The id of a line, and the stream where it names one; `None` where it has no id. As [`line::parse`] tells, but without
/// looking into the fields where the line stands as it is written here.
pub fn key_of(line: &[u8]) -> Option<(EntryId, Option<Cow<'_, [u8]>>)> {
    if let Some((id, stream)) = as_written(line) {
        return Some((id, Some(Cow::Borrowed(stream))));
    }
    let line = line::parse(line);
    Some((line.id?, line.stream))
}

fn as_written(line: &[u8]) -> Option<(EntryId, &[u8])> {
    let rest = line.strip_prefix(b"{\"id\":\"")?;
    let (id, rest) = rest.split_at_checked(memchr::memchr(b'"', rest)?)?;
    let rest = rest.strip_prefix(b"\",\"stream\":\"")?;
    let (stream, rest) = rest.split_at_checked(memchr::memchr2(b'"', b'\\', rest)?)?;
    let is_whole = rest.starts_with(b"\",\"fields\":{") && line.ends_with(b"}}");
    Some((EntryId::from_bytes(id).filter(|_| is_whole)?, stream))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_to_a_lines_key_tells_what_the_long_one_tells() {
        for (text, id) in [
            (r#"{"id":"7-1","stream":"a:b","fields":{"x":"{}"}}"#, true),
            (r#"{"id":"7-1","stream":"a\"b","fields":{}}"#, true),
            (
                r#"{"id":"7-1","stream":{"base64":"/w=="},"fields":{}}"#,
                true,
            ),
            (r#"{"id":"7-1","fields":{"x":"y"}}"#, true),
            (r#"{"id":"7-1","stream":"a","fields":{"x":"#, false),
            (r#"{"id":"x","stream":"a","fields":{}}"#, false),
            ("text", false),
        ] {
            let parsed = line::parse(text.as_bytes());
            let told = key_of(text.as_bytes());
            assert_eq!(told.is_some(), id, "{text}");
            assert_eq!(told, parsed.id.map(|id| (id, parsed.stream)), "{text}");
        }
    }
}
