//! Lines in the order of the file, as bytes come: whole lines become entries, a torn last one waits for its newline.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::ids::{self, Fallback};
use super::lines::refs;
use super::read_ahead::ReadAhead;
use super::{BLOCK_BYTES, FIRST_BLOCK_BYTES, LINE_BYTES, Members};
use crate::model::{EntryId, Mapping};
use crate::source::{IdRange, line};
use crate::store::{Page, PageBuilder};

/// Makes entries of the bytes of one file.
#[derive(Debug)]
pub struct Assembler {
    stream: Vec<u8>,
    mapping: Arc<Mapping>,
    torn: Vec<u8>,
    /// Where `torn` begins in the file.
    offset: u64,
    last: EntryId,
    /// Lines that were longer than is kept.
    pub cut: u64,
    skipping: bool,
    wanted: IdRange,
}

impl Assembler {
    /// Continues behind `last` at `offset`.
    pub fn new(stream: Vec<u8>, mapping: Arc<Mapping>, offset: u64, last: EntryId) -> Self {
        Self {
            stream,
            mapping,
            torn: Vec::new(),
            offset,
            last,
            cut: 0,
            skipping: false,
            wanted: IdRange::ALL,
        }
    }

    /// Leaves out entries outside of a range.
    pub fn within(mut self, wanted: IdRange) -> Self {
        self.wanted = wanted;
        self
    }

    /// Whether all that comes lies behind the range.
    pub fn is_past(&self) -> bool {
        self.last > self.wanted.to
    }

    /// Takes bytes; gives the entries that became whole.
    pub fn take(&mut self, bytes: &[u8], fallback: Fallback) -> Option<Page> {
        let Some(end) = memchr::memrchr(b'\n', bytes) else {
            self.keep(bytes);
            return None;
        };
        let (whole, rest) = bytes.split_at(end + 1);
        let mut page = PageBuilder::new(Arc::clone(&self.mapping));
        let mut from = 0;
        for at in memchr::memchr_iter(b'\n', whole) {
            self.line(
                whole.get(from..at).unwrap_or_default(),
                1,
                fallback,
                &mut page,
            );
            from = at + 1;
        }
        self.keep(rest);
        (!page.is_empty()).then(|| page.finish())
    }

    /// The end has come: what is torn is a line.
    pub fn end(&mut self, fallback: Fallback) -> Option<Page> {
        let mut page = PageBuilder::new(Arc::clone(&self.mapping));
        self.line(b"", 0, fallback, &mut page);
        (!page.is_empty()).then(|| page.finish())
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = LINE_BYTES.saturating_sub(self.torn.len());
        if bytes.len() > room {
            self.cut += u64::from(!self.skipping);
            self.skipping = true;
        }
        // The offset of later lines must count what is not kept.
        self.offset += bytes.len().saturating_sub(room) as u64;
        self.torn
            .extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }

    fn line(&mut self, rest: &[u8], newline: u64, fallback: Fallback, page: &mut PageBuilder) {
        if self.torn.is_empty() {
            self.push(rest, fallback, page);
            self.offset += rest.len() as u64 + newline;
            return;
        }
        self.keep(rest);
        let whole = std::mem::take(&mut self.torn);
        self.skipping = false;
        self.push(&whole, fallback, page);
        self.offset += whole.len() as u64 + newline;
    }

    fn push(&mut self, bytes: &[u8], fallback: Fallback, page: &mut PageBuilder) {
        let bytes = bytes.trim_ascii();
        if bytes.is_empty() || line::is_note(bytes) {
            return;
        }
        let line = line::parse(bytes);
        let fields = refs(&line);
        let stream = line.stream.as_deref().unwrap_or(&self.stream);
        let claimed = ids::claimed(&line, stream, &fields, self.offset, &self.mapping);
        self.last = ids::forward(self.last, claimed, self.offset, fallback);
        if self.wanted.contains(self.last) {
            page.push(stream, self.last, &fields);
        }
    }
}

/// A file's bytes, uncompressed by its ending: on a thread of its own, where it is compressed.
pub fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    if super::is_stdin(path) {
        return Ok(Box::new(io::stdin()));
    }
    let members = Members::open(path, 0)?;
    if super::is_compressed(path) {
        return Ok(Box::new(ReadAhead::new(members)));
    }
    Ok(Box::new(members))
}

/// Reads everything, page by page, in blocks that grow, until `sink` wants no more or nothing wanted can come. Returns the lines that were cut.
pub fn drain(
    reader: &mut dyn Read,
    mut assembler: Assembler,
    fallback: impl Fn() -> Fallback,
    mut sink: impl FnMut(Page) -> bool,
) -> io::Result<u64> {
    let mut block = vec![0; BLOCK_BYTES];
    let mut size = FIRST_BLOCK_BYTES;
    loop {
        let room = block.get_mut(..size).unwrap_or_default();
        let count = match reader.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let page = if count == 0 {
            assembler.end(fallback())
        } else {
            assembler.take(block.get(..count).unwrap_or_default(), fallback())
        };
        if page.is_some_and(|page| !sink(page)) || count == 0 || assembler.is_past() {
            return Ok(assembler.cut);
        }
        size = (size * 2).min(BLOCK_BYTES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], step: usize) -> Vec<(EntryId, Vec<u8>)> {
        let mut assembler = Assembler::new(b"s".to_vec(), Arc::default(), 0, EntryId::MIN);
        let fallback = Fallback { ms: 3 };
        let mut pages: Vec<Page> = text
            .chunks(step)
            .filter_map(|c| assembler.take(c, fallback))
            .collect();
        pages.extend(assembler.end(fallback));
        let rows = |p: &Page| {
            (0..p.len())
                .map(|r| {
                    (
                        p.columns.id.get(r).unwrap_or_default(),
                        p.payloads.text(r).to_vec(),
                    )
                })
                .collect::<Vec<_>>()
        };
        pages.iter().flat_map(rows).collect()
    }

    #[test]
    fn where_blocks_end_does_not_matter() {
        let text = b"{\"timestamp\":5,\"a\":1}\r\nplain\n\n{\"id\":\"6000-1\",\"fields\":{\"a\":\"b\"}}\ntorn";
        let whole = read(text, text.len());
        assert_eq!(whole.len(), 4);
        for step in 1..text.len() {
            assert_eq!(read(text, step), whole, "{step}");
        }
    }
}
