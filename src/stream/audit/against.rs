//! An audit file held against its stream: whether every entry of the stream, from the file's oldest to its newest, is in the file
//! as it is in the stream.
//!
//! Invariant: what is held in memory is bounded: the stream passes in windows, and the file is read once for each.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use super::Sealed;
use super::seal::write_content;
use super::verify::read_line;
use super::written::{Print, print};
use crate::model::{EntryId, FieldRef};
use crate::source::Direction;
use crate::source::redis::connect::{Connector, Use};
use crate::source::redis::wire::{Window, Wire};
use crate::store::Trouble;
use crate::stream::{RedisSpec, StreamError};

/// Entries of a window.
const WINDOW: usize = 200_000;
/// Entries asked for at once.
const PAGE: usize = 500;
/// Bytes read at once.
const READ_BYTES: usize = 1 << 20;

/// What the stream has and the file has not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Against {
    /// The oldest and the newest id that the file holds of the stream; `None` where it holds none.
    pub range: Option<(EntryId, EntryId)>,
    /// Entries that the stream has in this range.
    pub compared: u64,
    /// Of these, how many the file has not, or with another content.
    pub missing: u64,
    /// The first of them.
    pub first_missing: Option<EntryId>,
    /// Whether the stream has entries older than the file's oldest.
    pub has_older: bool,
    /// Whether the stream has entries newer than the file's newest.
    pub has_newer: bool,
}

/// Compares the file with the stream. Only reads. That the chain of the file holds is another question:
/// [`verify_chain`](super::verify_chain).
///
/// # Errors
/// When the file or the stream cannot be read.
pub async fn hold_against(
    path: &Path,
    spec: &RedisSpec,
    stream: &[u8],
) -> Result<Against, StreamError> {
    let mut found = Against::default();
    let (held, _) = scan(path, stream, BTreeSet::new()).await?;
    found.range = held;
    let Some((oldest, newest)) = held else {
        return Ok(found);
    };
    let mut reading = Reading::open(spec, stream).await?;
    found.has_older = reading.has(EntryId::MIN, oldest.prev()).await?;
    found.has_newer = reading.has(newest.next(), EntryId::MAX).await?;
    let mut from = oldest;
    loop {
        let window = reading.window(from, newest).await?;
        let Some((last, _)) = window.last() else {
            return Ok(found);
        };
        from = last.next();
        found.compared += window.len() as u64;
        let (_, left) = scan(path, stream, window).await?;
        found.missing += left.len() as u64;
        let first = left.first().map(|(id, _)| *id);
        found.first_missing = found.first_missing.or(first);
        if from > newest {
            return Ok(found);
        }
    }
}

/// A stream, read.
struct Reading<'a> {
    wire: Wire,
    place: String,
    stream: &'a [u8],
}

impl<'a> Reading<'a> {
    async fn open(spec: &RedisSpec, stream: &'a [u8]) -> Result<Self, StreamError> {
        let connector = Connector::new(spec).map_err(StreamError::Input)?;
        let place = connector.place().to_owned();
        let wire = Wire::open(&connector, Use::Questions).await;
        Ok(Self {
            wire: wire.map_err(|error| StreamError::of(&error, &place, stream))?,
            place,
            stream,
        })
    }

    /// Whether there is an entry in a range.
    async fn has(&mut self, from: EntryId, to: EntryId) -> Result<bool, StreamError> {
        let page = self.page(from, to, 1).await?;
        Ok(!page.is_empty())
    }

    /// The entries from an id on, as many as a window takes.
    async fn window(
        &mut self,
        mut from: EntryId,
        to: EntryId,
    ) -> Result<BTreeSet<Print>, StreamError> {
        let mut window = BTreeSet::new();
        while from <= to && window.len() < WINDOW {
            let page = self.page(from, to, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            from = last.next();
            window.extend(page);
        }
        Ok(window)
    }

    async fn page(
        &mut self,
        from: EntryId,
        to: EntryId,
        count: usize,
    ) -> Result<Vec<Print>, StreamError> {
        let asked = Window { from, to, count };
        let page = self
            .wire
            .range(self.stream, asked, Direction::Forward)
            .await;
        let page = page.map_err(|error| StreamError::of(&error, &self.place, self.stream))?;
        let mut content = Vec::new();
        let mut fields: Vec<FieldRef<'_>> = Vec::new();
        let mut prints = Vec::with_capacity(page.len());
        for entry in &page {
            entry.fields(&mut fields);
            content.clear();
            write_content(&mut content, entry.id, self.stream, &fields);
            prints.push(print(entry.id, &content));
        }
        Ok(prints)
    }
}

type Range = Option<(EntryId, EntryId)>;

/// Reads the file, on a thread that may wait: the oldest and the newest id of the stream, and what is left of the window.
async fn scan(
    path: &Path,
    stream: &[u8],
    window: BTreeSet<Print>,
) -> Result<(Range, BTreeSet<Print>), StreamError> {
    let shown = path.display().to_string();
    let (path, named) = (path.to_owned(), naming(stream));
    let scanned = tokio::task::spawn_blocking(move || scan_now(path, &named, window)).await;
    let scanned = scanned.unwrap_or_else(|_| Err(io::Error::other("the reading thread ended")));
    scanned.map_err(|error| {
        StreamError::Failed(Trouble::new(
            format!("{shown} cannot be read: {error}"),
            "name an audit file",
        ))
    })
}

fn scan_now(
    path: PathBuf,
    named: &[u8],
    mut window: BTreeSet<Print>,
) -> io::Result<(Range, BTreeSet<Print>)> {
    let mut file = BufReader::with_capacity(READ_BYTES, File::open(path)?);
    let (mut range, mut line): (Range, _) = (None, Vec::new());
    while read_line(&mut file, &mut line)? {
        let sealed = line.strip_suffix(b"\n").and_then(Sealed::parse);
        let Some((sealed, id)) = sealed.and_then(|s| Some((s, s.id()?))) else {
            continue;
        };
        if !is_of(sealed.entry, named) {
            continue;
        }
        let (oldest, newest) = range.unwrap_or((id, id));
        range = Some((oldest.min(id), newest.max(id)));
        if !window.is_empty() {
            window.remove(&print(id, sealed.entry));
        }
    }
    Ok((range, window))
}

/// What stands between the id and the fields in a line of this stream.
fn naming(stream: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    write_content(&mut content, EntryId::MIN, stream, &[]);
    let named = content.strip_prefix(b"{\"id\":\"0-0\"").unwrap_or_default();
    named.strip_suffix(b"}").unwrap_or_default().to_vec()
}

fn is_of(content: &[u8], named: &[u8]) -> bool {
    // The id has no quotation mark; the one behind it is the fourth.
    let end = memchr::memchr_iter(b'"', content).nth(3);
    let rest = end.and_then(|end| content.get(end + 1..));
    rest.is_some_and(|rest| rest.starts_with(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_another_stream_are_told_apart() {
        let mut content = Vec::new();
        write_content(
            &mut content,
            EntryId::new(7, 1),
            b"a\"b\xff",
            &[(b"n", b"1")],
        );
        assert!(is_of(&content, &naming(b"a\"b\xff")));
        for other in [&b"a"[..], b"a\"b", b""] {
            assert!(!is_of(&content, &naming(other)), "{other:?}");
        }
    }
}
