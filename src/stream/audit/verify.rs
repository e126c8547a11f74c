//! Reads an audit file from its first line to its last and finds the first that does not fit. Holds one line in memory.

use std::io::{self, BufRead, Read};

use super::{ChainFault, FaultKind, Hash, Sealed};
use crate::model::EntryId;

/// Bytes of the longest line. An entry's value has 512 MiB at most, and six bytes a byte as JSON at worst; no longer line is
/// read into memory.
const LINE_BYTES: u64 = 4 << 30;

/// What a file holds, up to its first fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Lines that fit.
    pub lines: u64,
    /// Their bytes, newlines included.
    pub bytes: u64,
    /// The hash of the last one; zeros where there is none.
    pub head: Hash,
    /// The entry of the first line and of the last.
    pub entries: Option<(EntryId, EntryId)>,
    /// When the first line was written and the last.
    pub written: Option<(String, String)>,
    /// What is wrong.
    pub fault: Option<ChainFault>,
}

impl Chain {
    const EMPTY: Self = Self {
        lines: 0,
        bytes: 0,
        head: Hash::ZERO,
        entries: None,
        written: None,
        fault: None,
    };
}

/// Reads the chain up to its first fault; `each` is given every line that fits.
///
/// The hash is of no use against one who writes the whole file anew from some line on: for that, note the head elsewhere
/// from time to time.
///
/// # Errors
/// When the file cannot be read.
pub fn verify_chain(
    mut file: impl BufRead,
    mut each: impl FnMut(&Sealed<'_>),
) -> io::Result<Chain> {
    let mut chain = Chain::EMPTY;
    // The head before the last line, for telling one that was inserted.
    let mut before = Hash::ZERO;
    let mut line = Vec::new();
    while read_line(&mut file, &mut line)? {
        let number = chain.lines + 1;
        let Some(text) = line.strip_suffix(b"\n") else {
            chain.fault = Some(ChainFault::torn(number, line.len()));
            break;
        };
        let Some(sealed) = Sealed::parse(text) else {
            chain.fault = Some(ChainFault::formless(number));
            break;
        };
        if sealed.hash != sealed.computed {
            chain.fault = Some(ChainFault::altered(number, sealed.computed, sealed.hash));
            break;
        }
        if sealed.n != number || sealed.prev != chain.head {
            let found = (sealed.n, sealed.prev, sealed.hash);
            chain.fault = Some(misplaced(&chain, before, found, &mut file)?);
            break;
        }
        each(&sealed);
        before = chain.head;
        take(&mut chain, &sealed, line.len());
    }
    Ok(chain)
}

fn take(chain: &mut Chain, sealed: &Sealed<'_>, length: usize) {
    chain.lines += 1;
    chain.bytes += length as u64;
    chain.head = sealed.hash;
    let id = sealed.id().unwrap_or_default();
    chain.entries = Some((chain.entries.map_or(id, |(first, _)| first), id));
    let at = String::from_utf8_lossy(sealed.at).into_owned();
    chain.written = match chain.written.take() {
        Some((first, _)) => Some((first, at)),
        None => Some((at.clone(), at)),
    };
}

/// What became of a chain whose next line is whole in itself and does not fit.
fn misplaced(
    chain: &Chain,
    before: Hash,
    (n, prev, hash): (u64, Hash, Hash),
    rest: &mut impl BufRead,
) -> io::Result<ChainFault> {
    let line = chain.lines + 1;
    let fault = |line, kind, expected: String, found: String| ChainFault {
        line,
        kind,
        expected,
        found,
    };
    let head = chain.head;
    if n == line && chain.lines == 0 {
        let (expected, found) = (format!("the hash {head} as \"prev\""), format!("{prev}"));
        return Ok(fault(line, FaultKind::Replaced, expected, found));
    }
    // The line before this one fits, because it says what it should; but this one goes on from another.
    if n == line {
        let (named, found) = (
            format!("the hash {prev}, which line {line} names"),
            format!("{head}"),
        );
        return Ok(fault(chain.lines, FaultKind::Replaced, named, found));
    }
    if n == chain.lines && prev == before && hash != head {
        let named = format!("a line that line {line} goes on from");
        let found = format!("two lines with \"n\":{n}");
        return Ok(fault(chain.lines, FaultKind::Inserted, named, found));
    }
    let (expected, found) = (format!("\"n\":{line}"), format!("\"n\":{n}"));
    let kind = if n < line {
        FaultKind::Repeated
    } else if stands_further_on(line, head, rest)? {
        FaultKind::Reordered
    } else {
        FaultKind::Removed
    };
    Ok(fault(line, kind, expected, found))
}

/// Whether the line that should come next is to be found later.
fn stands_further_on(n: u64, prev: Hash, rest: &mut impl BufRead) -> io::Result<bool> {
    let mut line = Vec::new();
    while read_line(rest, &mut line)? {
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        if Sealed::parse(text).is_some_and(|s| s.n == n && s.prev == prev && s.hash == s.computed) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The next line with its newline; `false` at the end.
pub(super) fn read_line(file: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let read = file.by_ref().take(LINE_BYTES).read_until(b'\n', line)?;
    Ok(read > 0)
}
