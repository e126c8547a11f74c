//! A file line by line, held against its notes, with what of it is whole.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::digest::Checksum;
use super::tally::{Tally, Totals, filter_of_note};
use super::trouble;
use crate::model::line::{self, Line};
use crate::model::{EntryId, FieldRef};
use crate::source::{LINE_BYTES, Members, Packing, Piece};
use crate::stream::StreamError;

/// Bytes unpacked at once.
const BLOCK_BYTES: usize = 1 << 18;

/// Streams whose names are kept.
const STREAMS: usize = 1_000;

/// How a line of an entry begins.
const ENTRY: &[u8] = b"{\"id\":\"";

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// Entries, in whole members.
    pub entries: u64,
    /// Of all of them: a [`ContentDigest`](super::ContentDigest).
    pub content: Checksum,
    /// The first entry's id; `None` where there is none.
    pub first: Option<EntryId>,
    /// The last one's.
    pub last: Option<EntryId>,
    /// Notes that close a run of entries; each was held against what it says.
    pub notes: u64,
    /// Entries behind the last note: whoever wrote them was interrupted.
    pub unclosed: u64,
    /// The filter that the last note names: only what it let through is there.
    pub filter: Option<String>,
    /// The streams that its entries name, at most a thousand of them.
    pub streams: BTreeSet<Vec<u8>>,
    /// Bytes of the file that are whole.
    pub whole_bytes: u64,
    /// Bytes behind them, of a member or a line that was not written to its end.
    pub torn_bytes: u64,
}

/// Where a file is whole, and what it holds up to there.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Bytes of the file.
    pub offset: u64,
    /// Since the last note.
    pub run: Tally,
    /// Since the beginning.
    pub all: Tally,
    pub notes: u64,
    pub filter: Option<String>,
    pub streams: BTreeSet<Vec<u8>>,
    /// Lines, notes included.
    pub lines: u64,
}

/// Reads a file. Every line has to be an entry as [`line::write_entry`] writes it, or a note that holds.
pub struct Reading {
    path: PathBuf,
    members: Members,
    is_plain: bool,
    /// What was unpacked: read up to `at`.
    text: Vec<u8>,
    at: usize,
    state: State,
    whole: State,
    block: Vec<u8>,
}

impl Reading {
    /// From the beginning.
    pub fn open(path: &Path) -> Result<Self, StreamError> {
        Self::from(path, State::default())
    }

    /// From where it was whole.
    pub fn from(path: &Path, state: State) -> Result<Self, StreamError> {
        let members = Members::open(path, state.offset);
        Ok(Self {
            path: path.to_owned(),
            members: members.map_err(|error| trouble::unreadable(path, &error))?,
            is_plain: Packing::of(path) == Packing::Plain,
            text: Vec::new(),
            at: 0,
            whole: state.clone(),
            state,
            block: vec![0; BLOCK_BYTES],
        })
    }

    /// The next entry; `None` at the end of what is whole.
    pub fn next(&mut self) -> Result<Option<(EntryId, Line<'_>)>, StreamError> {
        let Some((from, end)) = self.advance()? else {
            return Ok(None);
        };
        let read = line::parse(self.text.get(from..end - 1).unwrap_or_default());
        Ok(Some((read.id.unwrap_or_default(), read)))
    }

    /// Where the next entry stands.
    fn advance(&mut self) -> Result<Option<(usize, usize)>, StreamError> {
        loop {
            let Some(end) = self.line_end()? else {
                return Ok(None);
            };
            let from = std::mem::replace(&mut self.at, end);
            self.state.lines += 1;
            if self.take(from, end)? {
                return Ok(Some((from, end)));
            }
        }
    }

    /// Counts a line; whether it is an entry.
    fn take(&mut self, from: usize, end: usize) -> Result<bool, StreamError> {
        let whole = self.text.get(from..end).unwrap_or_default();
        let bare = whole.strip_suffix(b"\n").unwrap_or(whole);
        if line::is_note(bare) {
            let (said, filter) = (Totals::of_note(bare), filter_of_note(bare));
            self.hold_against(said)?;
            self.state.filter = filter;
            return Ok(false);
        }
        let read = line::parse(bare);
        let fields: Vec<FieldRef<'_>> = read
            .fields
            .iter()
            .map(|(n, v)| (n.as_ref(), v.as_ref()))
            .collect();
        let (Some(id), Some(stream)) = (read.id, read.stream.as_deref()) else {
            let why = "it is no entry of a stream (`id`, `stream` and `fields`)";
            return Err(trouble::broken(&self.path, self.state.lines, why));
        };
        let mut written = Vec::with_capacity(whole.len());
        line::write_entry(&mut written, id, stream, &fields);
        if written != whole {
            let why = "it was not written by lookback, or was altered";
            return Err(trouble::broken(&self.path, self.state.lines, why));
        }
        if self.state.streams.len() < STREAMS && !self.state.streams.contains(stream) {
            self.state.streams.insert(stream.to_vec());
        }
        self.state.run.push(id, &fields, whole);
        self.state.all.push(id, &fields, b"");
        Ok(true)
    }

    fn hold_against(&mut self, said: Option<Totals>) -> Result<(), StreamError> {
        let (number, have) = (self.state.lines, self.state.run.totals());
        let Some(said) = said else {
            let why = "it is a note that this version does not know";
            return Err(trouble::broken(&self.path, number, why));
        };
        if said != have {
            let from = number - have.entries;
            return Err(trouble::differs(&self.path, number, from, &said, &have));
        }
        self.state.run = Tally::default();
        self.state.notes += 1;
        Ok(())
    }

    /// Where the next line ends, behind its newline.
    fn line_end(&mut self) -> Result<Option<usize>, StreamError> {
        let mut searched = self.at;
        loop {
            let rest = self.text.get(searched..).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'\n', rest) {
                return Ok(Some(searched + end + 1));
            }
            self.text.drain(..self.at);
            self.at = 0;
            searched = self.text.len();
            if searched > LINE_BYTES {
                let why = "it is longer than 64 MiB";
                return Err(trouble::broken(&self.path, self.state.lines + 1, why));
            }
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    fn more(&mut self) -> Result<bool, StreamError> {
        let piece = self.members.next(&mut self.block);
        match piece.map_err(|error| trouble::damaged(&self.path, self.state.lines + 1, &error))? {
            Piece::Bytes(count) => {
                let bytes = self.block.get(..count).unwrap_or_default();
                self.text.extend_from_slice(bytes);
                if self.is_plain {
                    self.state.offset += count as u64;
                }
                return Ok(true);
            }
            Piece::Border(offset) => {
                self.state.offset = offset;
                if self.text.is_empty() {
                    self.whole = self.state.clone();
                }
                return Ok(true);
            }
            Piece::End if !self.is_plain && !self.text.is_empty() => {
                let why = "it has no end, though the file has one: it was not written by lookback";
                return Err(trouble::broken(&self.path, self.state.lines + 1, why));
            }
            Piece::End | Piece::Torn => {}
        }
        if self.is_plain {
            self.whole = self.state.clone();
            self.whole.offset -= self.text.len() as u64;
        }
        Ok(false)
    }

    /// Where no line is whole, what is torn has to be the beginning of an entry: somebody else's text is not cut off.
    fn is_ours(&self) -> Result<(), StreamError> {
        let begins = |bytes: &[u8], like: &[u8]| bytes.iter().zip(like).all(|(a, b)| a == b);
        let packed = || {
            let magic = Packing::of(&self.path).magic();
            let mut file = File::open(&self.path)?.take(magic.len() as u64);
            let mut start = Vec::new();
            file.read_to_end(&mut start)?;
            Ok(begins(&start, magic))
        };
        let packed = packed().map_err(|error| trouble::unreadable(&self.path, &error))?;
        if self.state.lines > 0 || (packed && begins(&self.text, ENTRY)) {
            return Ok(());
        }
        let why = "it is no entry of a stream (`id`, `stream` and `fields`)";
        Err(trouble::broken(&self.path, 1, why))
    }

    /// Reads to the end, which has to be whole and closed by a note.
    pub fn close(self) -> Result<Survey, StreamError> {
        let path = self.path.clone();
        let state = self.finish()?;
        let there = std::fs::metadata(&path).map_err(|error| trouble::unreadable(&path, &error))?;
        let survey = state.survey(there.len());
        if survey.torn_bytes > 0 {
            return Err(trouble::torn(&path, state.lines));
        }
        if survey.unclosed > 0 || survey.notes == 0 {
            return Err(trouble::unclosed(&path, state.lines, survey.unclosed));
        }
        Ok(survey)
    }

    /// Reads to the end; what is whole.
    pub fn finish(mut self) -> Result<State, StreamError> {
        while self.advance()?.is_some() {}
        self.is_ours()?;
        Ok(self.whole)
    }
}

impl State {
    pub fn survey(&self, file_bytes: u64) -> Survey {
        let all = self.all.totals();
        Survey {
            entries: all.entries,
            content: all.content,
            first: all.first,
            last: all.last,
            notes: self.notes,
            unclosed: self.run.entries,
            filter: self.filter.clone(),
            streams: self.streams.clone(),
            whole_bytes: self.offset,
            torn_bytes: file_bytes.saturating_sub(self.offset),
        }
    }
}
