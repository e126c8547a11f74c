//! The lines of a stretch of a plain file as a page, read on its own: by whatever thread has time for it.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::ids::{self, Fallback};
use super::seek::Seeker;
use super::{FIRST_BLOCK_BYTES, LINE_BYTES};
use crate::model::{EntryId, FieldRef, Mapping};
use crate::source::line::{self, Line};
use crate::store::{Page, PageBuilder};

/// Bytes of a stretch in whose room the next one is read; a longer line leaves none behind.
const MOST_KEPT: usize = 4 << 20;

/// A file, and what makes entries of its lines.
#[derive(Debug)]
pub struct Lines {
    /// The file.
    pub file: File,
    /// The stream of lines that name none.
    pub stream: Vec<u8>,
    /// Decodes.
    pub mapping: Arc<Mapping>,
    /// Where lines stand that claim no id and follow none that does.
    pub fallback: Fallback,
}

/// A stretch that was read.
#[derive(Debug)]
pub struct Stretch {
    /// Its entries.
    pub page: Page,
    /// Whether the first of them claims no id, so that theirs depend on the fallback.
    pub begins_unclaimed: bool,
    /// Whether it is a line that was longer than is kept.
    pub is_cut: bool,
}

impl Lines {
    /// Finds ids; where the lines end is to be said.
    pub fn seeker(&self) -> Seeker<'_> {
        Seeker {
            file: &self.file,
            end: 0,
            stream: &self.stream,
            mapping: &self.mapping,
        }
    }
}

/// Reads stretches one after another, in the room that the one before took.
#[derive(Debug)]
pub struct Reading {
    bytes: Vec<u8>,
    pages: PageBuilder,
}

impl Reading {
    /// Nothing was read yet.
    pub fn new(mapping: &Arc<Mapping>) -> Self {
        Self {
            bytes: Vec::new(),
            pages: PageBuilder::new(Arc::clone(mapping)),
        }
    }

    /// Reads whole lines. Of a stretch that is longer than a line may be, its beginning: it is one line.
    pub fn read(
        &mut self,
        lines: &Lines,
        range: &Range<u64>,
        fallback: Fallback,
    ) -> io::Result<Stretch> {
        let size = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        self.bytes.resize(size.min(LINE_BYTES), 0);
        lines.file.read_exact_at(&mut self.bytes, range.start)?;
        let page = &mut self.pages;
        let (mut last, mut begins_unclaimed) = (EntryId::MIN, false);
        for (start, text) in texts(&self.bytes) {
            let line = line::parse(text);
            let (stream, fields) = (line.stream.as_deref().unwrap_or(&lines.stream), refs(&line));
            let at = range.start + start as u64;
            let claimed = ids::claimed(&line, stream, &fields, at, &lines.mapping);
            begins_unclaimed |= page.is_empty() && claimed.is_none();
            last = ids::forward(last, claimed, at, fallback);
            page.push(stream, last, &fields);
        }
        self.bytes.truncate(MOST_KEPT);
        self.bytes.shrink_to(MOST_KEPT);
        Ok(Stretch {
            page: page.take(),
            begins_unclaimed,
            is_cut: size > LINE_BYTES,
        })
    }
}

/// The lines that may be entries, and where each begins.
fn texts(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let last = (!bytes.ends_with(b"\n")).then_some(bytes.len());
    let mut from = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).chain(last);
    ends.filter_map(move |end| {
        let start = std::mem::replace(&mut from, end + 1);
        let text = bytes.get(start..end).unwrap_or_default().trim_ascii();
        (!text.is_empty() && !line::is_note(text)).then_some((start, text))
    })
}

/// A line's fields, as the mapping takes them.
pub fn refs<'a>(line: &'a Line<'_>) -> Vec<FieldRef<'a>> {
    line.fields
        .iter()
        .map(|(n, v)| (n.as_ref(), v.as_ref()))
        .collect()
}

/// Where the last whole line of the first `size` bytes ends.
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
