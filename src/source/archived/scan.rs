//! The lines of a file of any form, each with the place from which it can be read again.

use std::io;
use std::path::Path;

use crate::source::{LINE_BYTES, Members, Packing, Piece};

/// Bytes read at once.
const BLOCK_BYTES: usize = 1 << 18;

/// A whole line.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// Where in the file decompressing can begin; 0 in a plain file.
    pub unit: u64,
    /// Bytes of text from there to the line.
    pub at: u64,
    /// The line, with its newline.
    pub line: &'a [u8],
}

/// How far a file was read.
#[derive(Debug)]
pub struct Scanned {
    /// From here on it can be read when it grew: a border, or behind a newline.
    pub end: u64,
    /// Why it was not read to its end.
    pub stopped: Option<io::Error>,
}

/// Gives every whole line from an earlier end on.
pub fn lines(path: &Path, from: u64, mut sink: impl FnMut(Text<'_>)) -> io::Result<Scanned> {
    let is_plain = Packing::of(path) == Packing::Plain;
    let mut members = Members::open(path, from)?;
    let mut block = vec![0; BLOCK_BYTES];
    let mut lines = Lines {
        unit: if is_plain { 0 } else { from },
        at: if is_plain { from } else { 0 },
        torn: Vec::new(),
    };
    let (mut end, mut border) = (from, from);
    let stopped = loop {
        match members.next(&mut block) {
            Ok(Piece::Bytes(count)) => {
                lines.take(block.get(..count).unwrap_or_default(), &mut sink);
                if lines.torn.len() > LINE_BYTES {
                    break Some(io::Error::other("a line is longer than 64 MiB"));
                }
            }
            Ok(Piece::Border(offset)) => {
                border = offset;
                // A line may go on in the next member; then both are one unit.
                if lines.torn.is_empty() {
                    (lines.unit, lines.at, end) = (offset, 0, offset);
                }
            }
            Ok(Piece::End) if is_plain => {
                end = lines.at;
                let torn = !lines.torn.trim_ascii().is_empty();
                break torn.then(|| io::ErrorKind::UnexpectedEof.into());
            }
            Ok(Piece::End) => {
                lines.last(&mut sink);
                end = border;
                break None;
            }
            Ok(Piece::Torn) => break Some(io::ErrorKind::UnexpectedEof.into()),
            Err(error) => break Some(error),
        }
    };
    Ok(Scanned { end, stopped })
}

struct Lines {
    unit: u64,
    /// Where `torn` begins.
    at: u64,
    torn: Vec<u8>,
}

impl Lines {
    fn take(&mut self, bytes: &[u8], sink: &mut impl FnMut(Text<'_>)) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            if !part.ends_with(b"\n") {
                self.torn.extend_from_slice(part);
            } else if self.torn.is_empty() {
                self.give(part, sink);
            } else {
                let mut line = std::mem::take(&mut self.torn);
                line.extend_from_slice(part);
                self.give(&line, sink);
                line.clear();
                self.torn = line;
            }
        }
    }

    /// The file is whole, so that its last line is too.
    fn last(&mut self, sink: &mut impl FnMut(Text<'_>)) {
        let line = std::mem::take(&mut self.torn);
        self.give(&line, sink);
    }

    fn give(&mut self, line: &[u8], sink: &mut impl FnMut(Text<'_>)) {
        let (unit, at) = (self.unit, self.at);
        sink(Text { unit, at, line });
        self.at += line.len() as u64;
    }
}
