//! Where in a plain file an id stands, without reading the way there: by bisection on what the lines claim.
//!
//! Invariant: the bounds never shut out a line that belongs between them, as far as the lines looked at tell. Where these
//! tell too little (no ids and no times over a long stretch), or are seen to be out of order, the bounds are the whole file.
//! Lines that came late by little are seen, because the stretch next to each bound is read whole; a file of which an early
//! part belongs later is seen when one of the samples falls into that part.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::BLOCK_BYTES;
use super::ids::{self, Fallback};
use super::lines::refs;
use crate::model::{EntryId, Mapping};
use crate::source::line;

/// A smaller file is read from its end or start.
const SMALL_BYTES: u64 = 1 << 18;
/// So near is near enough.
const GRAIN_BYTES: u64 = 1 << 16;
/// Bytes of the first look for a line that has an id.
const PROBE_BYTES: u64 = 1 << 14;
/// No single look is longer.
const MOST_BYTES: u64 = BLOCK_BYTES as u64;
/// Places, evenly over the file, whose order is looked at.
const SAMPLES: u64 = 16;

/// Finds ids in a file whose whole lines end at `end`.
#[derive(Clone, Copy, Debug)]
pub struct Seeker<'a> {
    /// The file.
    pub file: &'a File,
    /// Where its lines end.
    pub end: u64,
    /// The stream of lines that name none.
    pub stream: &'a [u8],
    /// Decodes.
    pub mapping: &'a Mapping,
}

/// A place between two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where the next line begins.
    pub offset: u64,
    /// The id of the line before.
    pub last: EntryId,
}

/// A line that has an id of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Where it begins.
    pub start: u64,
    next: u64,
    id: EntryId,
}

/// The first such line from a place on.
pub enum Probe {
    /// Here it is.
    Found(Claim),
    /// There is none up to the end.
    Nothing,
    /// None is near.
    Unknown,
}

impl Seeker<'_> {
    /// What the first line claims that claims anything, where that is near the start.
    pub fn first(&self) -> io::Result<Option<EntryId>> {
        Ok(match self.probe(0)? {
            Probe::Found(claim) => Some(claim.id),
            Probe::Nothing | Probe::Unknown => None,
        })
    }

    /// A place before which every line has a lower id.
    pub fn below(&self, id: EntryId) -> io::Result<Place> {
        let start = Place {
            offset: 0,
            last: EntryId::MIN,
        };
        match self.bisect(id)? {
            Some((low, _)) => Ok(self.surely_below(id, low)?.unwrap_or(start)),
            None => Ok(start),
        }
    }

    /// A place from which on every line has this id or a higher one.
    pub fn above(&self, id: EntryId) -> io::Result<u64> {
        match self.bisect(id)? {
            Some((_, high)) => Ok(self.surely_above(id, high)?.unwrap_or(self.end)),
            None => Ok(self.end),
        }
    }

    /// Two places near each other: a line just before the first claims a lower id, the first that claims any after the
    /// second claims this one or a higher one.
    fn bisect(&self, id: EntryId) -> io::Result<Option<(u64, u64)>> {
        if self.end <= SMALL_BYTES {
            return Ok(None);
        }
        let Some(mut seen) = self.samples()? else {
            return Ok(None);
        };
        let (mut low, mut high) = (0, self.end);
        while high - low > GRAIN_BYTES {
            let middle = low + (high - low) / 2;
            match self.probe(middle)? {
                Probe::Unknown => return Ok(None),
                Probe::Nothing => high = middle,
                Probe::Found(claim) => {
                    seen.push(claim);
                    if claim.start >= high || claim.id >= id {
                        high = middle;
                    } else {
                        low = claim.next;
                    }
                }
            }
        }
        seen.sort_by_key(|claim| claim.start);
        Ok(seen
            .is_sorted_by_key(|claim| claim.id)
            .then_some((low, high)))
    }

    fn samples(&self) -> io::Result<Option<Vec<Claim>>> {
        let mut seen = Vec::new();
        for at in 0..SAMPLES {
            match self.probe(self.end / SAMPLES * at)? {
                Probe::Found(claim) => seen.push(claim),
                Probe::Nothing => {}
                Probe::Unknown => return Ok(None),
            }
        }
        Ok(Some(seen))
    }

    /// The first line with an id that begins at `offset` or later.
    pub fn probe(&self, offset: u64) -> io::Result<Probe> {
        let mut size = PROBE_BYTES;
        while size <= MOST_BYTES {
            let (start, bytes) = self.lines(offset, offset.saturating_add(size))?;
            if let Some(claim) = self.claims(start, &bytes).next() {
                return Ok(Probe::Found(claim));
            }
            if offset.saturating_add(size) >= self.end {
                return Ok(Probe::Nothing);
            }
            size *= 4;
        }
        Ok(Probe::Unknown)
    }

    /// Goes back from `low` until the stretch before has lower ids only; `None` where that is nowhere near.
    fn surely_below(&self, id: EntryId, low: u64) -> io::Result<Option<Place>> {
        let (mut low, mut size) = (low, GRAIN_BYTES);
        while low > 0 && size <= MOST_BYTES {
            let (start, bytes) = self.lines(low.saturating_sub(size), low)?;
            let claims = self.claims(start, &bytes);
            // As reading forwards gives them.
            let last = claims.fold(EntryId::MIN, |last, claim| {
                ids::forward(last, Some(claim.id), claim.start, Fallback { ms: 0 })
            });
            if EntryId::MIN < last && last < id {
                return Ok(Some(Place { offset: low, last }));
            }
            low = self.line_start(low.saturating_sub(size))?;
            size *= 4;
        }
        Ok(None)
    }

    /// Goes on from `high` until the stretch after has no lower ids; `None` where that is nowhere near.
    fn surely_above(&self, id: EntryId, high: u64) -> io::Result<Option<u64>> {
        let (mut high, mut size) = (high, GRAIN_BYTES);
        while size <= MOST_BYTES {
            let Probe::Found(first) = self.probe(high)? else {
                return Ok(None);
            };
            let (start, bytes) = self.lines(first.start, first.next.saturating_add(size))?;
            let lower = self.claims(start, &bytes).filter(|claim| claim.id < id);
            match lower.last() {
                None => return Ok(Some(first.start)),
                Some(claim) => high = claim.next,
            }
            size *= 4;
        }
        Ok(None)
    }

    /// Where the line that covers the byte before `offset` begins, if that is near; else the start of the file.
    fn line_start(&self, offset: u64) -> io::Result<u64> {
        let from = offset.saturating_sub(MOST_BYTES);
        let bytes = self.bytes(from, offset)?;
        Ok(memchr::memrchr(b'\n', &bytes).map_or(0, |at| from + at as u64 + 1))
    }

    /// The whole lines that begin in a stretch and end in it, and where the first of them begins.
    fn lines(&self, from: u64, to: u64) -> io::Result<(u64, Vec<u8>)> {
        let before = from.saturating_sub(1);
        let mut bytes = self.bytes(before, to.min(self.end))?;
        let skipped = if from == 0 {
            0
        } else {
            memchr::memchr(b'\n', &bytes).map_or(bytes.len(), |at| at + 1)
        };
        if to < self.end {
            bytes.truncate(memchr::memrchr(b'\n', &bytes).map_or(0, |at| at + 1));
        }
        let lines = bytes.split_off(skipped.min(bytes.len()));
        Ok((before + skipped as u64, lines))
    }

    fn bytes(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let size = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
        let mut bytes = vec![0; size];
        self.file.read_exact_at(&mut bytes, from)?;
        Ok(bytes)
    }

    fn claims<'b>(&'b self, offset: u64, lines: &'b [u8]) -> impl Iterator<Item = Claim> + 'b {
        let mut next = offset;
        lines
            .split_inclusive(|b| *b == b'\n')
            .filter_map(move |text| {
                let start = next;
                next += text.len() as u64;
                let id = self.claimed(text, start)?;
                Some(Claim { start, next, id })
            })
    }

    fn claimed(&self, text: &[u8], at: u64) -> Option<EntryId> {
        let text = text.trim_ascii();
        if line::is_note(text) {
            return None;
        }
        let line = line::parse(text);
        let stream = line.stream.as_deref().unwrap_or(self.stream);
        ids::claimed(&line, stream, &refs(&line), at, self.mapping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;
    use std::io::Write as _;

    /// A file of such ids (none: a line that has none), 200 bytes each.
    fn file(ids: impl Iterator<Item = Option<u64>>) -> File {
        let mut text = String::new();
        for id in ids {
            let id = id.map_or(String::new(), |ms| format!("\"id\":\"{ms}-0\","));
            let line = format!("{{{id}\"fields\":{{\"pad\":\"");
            let pad = "x".repeat(200 - line.len() - 5);
            assert!(writeln!(text, "{line}{pad}\"}}}} ").is_ok());
        }
        let mut file = tempfile::tempfile().unwrap_or_else(|e| panic!("{e}"));
        assert!(file.write_all(text.as_bytes()).is_ok());
        file
    }

    fn seek<T>(file: &File, what: impl Fn(&Seeker<'_>) -> io::Result<T>) -> T {
        let end = file.metadata().map_or(0, |m| m.len());
        let mapping = Mapping::default();
        let seeker = Seeker {
            file,
            end,
            stream: b"s",
            mapping: &mapping,
        };
        what(&seeker).unwrap_or_else(|e| panic!("{e}"))
    }

    const LINES: u64 = 5_000;

    #[test]
    fn a_place_is_near_and_nothing_that_belongs_there_is_shut_out() {
        let file = file((0..LINES).map(|n| (n % 3 != 1).then_some(n / 10)));
        for ms in [0, 1, 2, 77, 250, 499, 500, 9_000] {
            let id = EntryId::new(ms, 0);
            let below = seek(&file, |s| s.below(id));
            let above = seek(&file, |s| s.above(id));
            let exact = (ms * 10).min(LINES) * 200;
            assert!(below.offset <= exact && exact - below.offset <= 2 * GRAIN_BYTES);
            assert!(above >= exact && above - exact <= 2 * GRAIN_BYTES);
            assert!(below.last < id || below.offset == 0);
        }
    }

    #[test]
    fn where_lines_say_too_little_or_are_out_of_order_the_whole_file_is_meant() {
        let silent = file((0..LINES).map(|n| (n < 10).then_some(n)));
        let turned = file((0..LINES).map(|n| Some((n + LINES / 2) % LINES)));
        for file in [silent, turned] {
            let id = EntryId::new(LINES / 4, 0);
            let below = seek(&file, |s| s.below(id));
            let above = seek(&file, |s| s.above(id));
            assert!(below.offset <= 10 * 200 && above == LINES * 200);
        }
    }

    #[test]
    fn lines_that_came_late_are_not_shut_out() {
        let file = file((0..LINES).map(|n| Some(if n % 40 < 20 { n + 100 } else { n })));
        for ms in [200, 1_234, 3_000] {
            let id = EntryId::new(ms, 0);
            let first = (0..LINES).find(|n| if n % 40 < 20 { n + 100 } else { *n } >= ms);
            let last = (0..LINES).rfind(|n| (if n % 40 < 20 { n + 100 } else { *n }) < ms);
            let below = seek(&file, |s| s.below(id));
            let above = seek(&file, |s| s.above(id));
            assert!(first.is_some_and(|n| below.offset <= n * 200));
            assert!(last.is_some_and(|n| above > n * 200));
        }
    }
}
