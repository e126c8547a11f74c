//! Cuts a plain file into stretches of whole lines, the last first, by looking only at where they begin.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::lines::{Lines, end_of_lines};
use super::seek::{Probe, Seeker};
use super::{BLOCK_BYTES, FIRST_BLOCK_BYTES};

/// Where the stretches of a file lie.
#[derive(Debug)]
pub struct Cuts {
    lines: Arc<Lines>,
    /// Everything from here on was cut off.
    start: u64,
    next_bytes: u64,
    most_bytes: u64,
}

impl Cuts {
    /// From `end`, where a line ends. The first stretch is what a screen shows; each is longer than the one before, up to
    /// `most_bytes`, and a longer line is one alone.
    pub fn new(lines: Arc<Lines>, end: u64, most_bytes: u64) -> Self {
        Self {
            lines,
            start: end,
            next_bytes: most_bytes.min(FIRST_BLOCK_BYTES as u64),
            most_bytes,
        }
    }

    /// Whether the stretches are as long as they become.
    pub fn are_long(&self) -> bool {
        self.next_bytes == self.most_bytes
    }

    /// Where the stretch before begins and ends; none at the start of the file.
    pub fn next(&mut self) -> io::Result<Option<Range<u64>>> {
        if self.start == 0 {
            return Ok(None);
        }
        let to = self.start;
        self.start = self.begin(to, self.next_bytes)?;
        self.next_bytes = self.most_bytes.min(self.next_bytes * 4);
        Ok(Some(self.start..to))
    }

    /// Where a stretch begins that ends at `to`: a line that claims no id stands behind the one before it, so it waits for that one,
    /// unless that is far away.
    fn begin(&self, to: u64, bytes: u64) -> io::Result<u64> {
        let low = to.saturating_sub(bytes);
        if low == 0 {
            return Ok(0);
        }
        let seeker = Seeker {
            end: to,
            ..self.lines.seeker()
        };
        if let Probe::Found(claim) = seeker.probe(low)? {
            return Ok(claim.start);
        }
        let far = self.most_bytes.max(BLOCK_BYTES as u64);
        if bytes < far {
            return self.begin(to, far);
        }
        match line_after(&self.lines.file, low, to)? {
            Some(start) => Ok(start),
            None => end_of_lines(&self.lines.file, low),
        }
    }
}

/// Where the first line begins at or after `low`, and before `to`.
fn line_after(file: &File, low: u64, to: u64) -> io::Result<Option<u64>> {
    let mut block = vec![0; FIRST_BLOCK_BYTES];
    let mut at = low.saturating_sub(1);
    // The byte before `to` ends a line that begins before.
    while at + 1 < to {
        let count = (to - 1 - at).min(FIRST_BLOCK_BYTES as u64);
        let bytes = block.get_mut(..usize::try_from(count).unwrap_or(0));
        let bytes = bytes.unwrap_or_default();
        file.read_exact_at(bytes, at)?;
        if let Some(newline) = memchr::memchr(b'\n', bytes) {
            return Ok(Some(at + newline as u64 + 1));
        }
        at += count;
    }
    Ok(None)
}
