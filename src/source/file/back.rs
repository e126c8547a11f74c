//! Lines of a plain file from its end to its start, in pages that are each in the order of the file.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::ids::{self, Fallback};
use super::{BLOCK_BYTES, FIRST_BLOCK_BYTES, LINE_BYTES};
use crate::model::{EntryId, FieldRef, Mapping};
use crate::source::line::{self, Line};
use crate::store::{Page, PageBuilder};

/// Reads one file backwards.
#[derive(Debug)]
pub struct Backwards {
    file: File,
    stream: Vec<u8>,
    mapping: Arc<Mapping>,
    fallback: Fallback,
    /// Everything from here on was handed out, or is in `block`.
    start: u64,
    /// Bytes whose first line's beginning was not read yet.
    carry: Vec<u8>,
    next_bytes: usize,
    ceiling: EntryId,
    /// Lines that were longer than is kept.
    pub cut: u64,
}

/// A run of lines with their ids, not decoded yet, so that several files can be merged.
#[derive(Debug, Default)]
pub struct Block {
    bytes: Vec<u8>,
    lines: Vec<(EntryId, Range<usize>)>,
    stream: Vec<u8>,
}

impl Block {
    /// The id of its last line.
    pub fn last(&self) -> Option<EntryId> {
        self.lines.last().map(|(id, _)| *id)
    }

    /// Takes the last line off.
    pub fn pop(&mut self) -> Option<(EntryId, Vec<u8>)> {
        let (id, range) = self.lines.pop()?;
        Some((id, self.bytes.get(range).unwrap_or_default().to_vec()))
    }

    /// The last lines as one page, at most `count`; the others stay.
    pub fn take(&mut self, count: usize, mapping: &Arc<Mapping>) -> Page {
        let from = self.lines.len().saturating_sub(count);
        let mut page = PageBuilder::new(Arc::clone(mapping));
        for (id, range) in self.lines.drain(from..) {
            let bytes = self.bytes.get(range).unwrap_or_default();
            push(bytes, id, &self.stream, &mut page);
        }
        page.finish()
    }

    /// The stream of lines that name none.
    pub fn stream(&self) -> &[u8] {
        &self.stream
    }
}

/// Adds one line, whose id is known.
pub fn push(bytes: &[u8], id: EntryId, stream: &[u8], page: &mut PageBuilder) {
    let line = line::parse(bytes.trim_ascii());
    page.push(line.stream.as_deref().unwrap_or(stream), id, &refs(&line));
}

/// Its fields, as the mapping takes them.
pub fn refs<'a>(line: &'a Line<'_>) -> Vec<FieldRef<'a>> {
    line.fields
        .iter()
        .map(|(n, v)| (n.as_ref(), v.as_ref()))
        .collect()
}

impl Backwards {
    /// From `end`, which is just after a newline or the start of the file.
    pub fn new(
        file: File,
        stream: Vec<u8>,
        mapping: Arc<Mapping>,
        end: u64,
        fallback: Fallback,
    ) -> Self {
        Self {
            file,
            stream,
            mapping,
            fallback,
            start: end,
            carry: Vec::new(),
            next_bytes: FIRST_BLOCK_BYTES,
            ceiling: EntryId::MAX,
            cut: 0,
        }
    }

    /// The lines before those handed out so far; `None` at the start of the file.
    pub fn block(&mut self) -> io::Result<Option<Block>> {
        loop {
            if self.start == 0 && self.carry.is_empty() {
                return Ok(None);
            }
            self.read_more()?;
            let lines = self.whole_lines();
            let Some(from) = self.cut_at(&lines) else {
                continue;
            };
            let bytes = self.carry.split_off(from);
            let block = self.name(bytes, from, lines);
            if !block.lines.is_empty() {
                return Ok(Some(block));
            }
        }
    }

    /// The lines of which the beginning was read, and what each claims.
    fn whole_lines(&self) -> Vec<(Range<usize>, Option<EntryId>)> {
        let from = if self.start == 0 {
            0
        } else {
            memchr::memchr(b'\n', &self.carry).map_or(self.carry.len(), |at| at + 1)
        };
        let ranges = ranges_of(self.carry.get(from..).unwrap_or_default()).into_iter();
        let claimed = |range: Range<usize>| {
            let (start, end) = (from + range.start, from + range.end);
            let line = line::parse(self.carry.get(start..end).unwrap_or_default().trim_ascii());
            let at = self.start + start as u64;
            let stream = line.stream.as_deref().unwrap_or(&self.stream);
            let id = ids::claimed(&line, stream, &refs(&line), at, &self.mapping);
            (start..end, id)
        };
        ranges.map(claimed).collect()
    }

    /// Where a block may begin: a line that claims no id stands behind the one before it, so it waits for that one, unless
    /// that is far away.
    fn cut_at(&self, lines: &[(Range<usize>, Option<EntryId>)]) -> Option<usize> {
        if self.start == 0 {
            return Some(0);
        }
        let claiming = lines.iter().find(|(_, id)| id.is_some());
        let begins = claiming.or_else(|| lines.first().filter(|_| self.carry.len() > BLOCK_BYTES));
        begins.map(|(range, _)| range.start)
    }

    fn read_more(&mut self) -> io::Result<()> {
        let size = self.start.min(self.next_bytes as u64);
        self.next_bytes = BLOCK_BYTES.max(self.carry.len());
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        self.file.read_exact_at(&mut bytes, self.start - size)?;
        bytes.append(&mut self.carry);
        self.start -= size;
        self.carry = bytes;
        if self.carry.len() > LINE_BYTES * 2 {
            // A line without an end: its beginning, which is still to come, is worth more than its tail.
            let newline = memchr::memchr(b'\n', &self.carry).unwrap_or(self.carry.len());
            if newline > LINE_BYTES {
                self.carry.drain(LINE_BYTES..newline);
                self.cut += 1;
            }
        }
        Ok(())
    }

    /// Gives the lines from `from` on their ids. `bytes` are theirs.
    fn name(
        &mut self,
        bytes: Vec<u8>,
        from: usize,
        lines: Vec<(Range<usize>, Option<EntryId>)>,
    ) -> Block {
        let fallback = if self.start == 0 || self.ceiling == EntryId::MAX {
            self.fallback
        } else {
            Fallback {
                ms: self.ceiling.ms,
            }
        };
        let mut last = EntryId::MIN;
        let (mut given, mut ranges) = (Vec::new(), Vec::new());
        for (range, claimed) in lines.into_iter().filter(|(range, _)| range.start >= from) {
            let at = self.start + range.start as u64;
            last = ids::forward(last, claimed, at, fallback);
            given.push(last);
            ranges.push(range.start - from..range.end - from);
        }
        ids::lower(&mut given, self.ceiling);
        self.ceiling = given.first().copied().unwrap_or(self.ceiling);
        Block {
            bytes,
            lines: given.into_iter().zip(ranges).collect(),
            stream: self.stream.clone(),
        }
    }
}

fn ranges_of(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut from = 0;
    let ends =
        memchr::memchr_iter(b'\n', bytes).chain((!bytes.ends_with(b"\n")).then_some(bytes.len()));
    let ranges = ends.map(|end| std::mem::replace(&mut from, end + 1)..end);
    ranges
        .filter(|range| {
            let line = bytes.get(range.clone()).unwrap_or_default().trim_ascii();
            !line.is_empty() && !line::is_note(line)
        })
        .collect()
}

/// Where the last whole line of a file ends.
pub fn end_of_lines(file: &File, size: u64) -> io::Result<u64> {
    let mut end = size;
    let mut block = vec![0; FIRST_BLOCK_BYTES];
    while end > 0 {
        let count = end.min(FIRST_BLOCK_BYTES as u64);
        let bytes = block
            .get_mut(..usize::try_from(count).unwrap_or(0))
            .unwrap_or_default();
        file.read_exact_at(bytes, end - count)?;
        if let Some(at) = memchr::memrchr(b'\n', bytes) {
            return Ok(end - count + at as u64 + 1);
        }
        end -= count;
    }
    Ok(0)
}
