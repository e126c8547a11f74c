//! The log as it stood: what a scan on another task reads while the log goes on.

use std::ops::Range;
use std::sync::Arc;

use super::{Chunk, Cursor, Rows, Seq, Strings};

/// The log as it stood at one moment, for work on another task. Cheap to make: it shares the chunks.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) chunks: Vec<(Seq, Arc<Chunk>)>,
    pub(super) strings: Strings,
    /// The log's version at that moment.
    pub version: u64,
}

impl Snapshot {
    /// Chunks that hold entries of `range`, as [`super::Log::chunks`].
    #[must_use]
    pub fn chunks(
        &self,
        range: Range<Cursor>,
    ) -> impl DoubleEndedIterator<Item = (Seq, &Arc<Chunk>, Range<usize>)> {
        self.chunks.iter().filter_map(move |(base, chunk)| {
            let rows = rows_within(*base, chunk.len(), &range)?;
            Some((*base, chunk, rows))
        })
    }

    /// For filters and readers.
    #[must_use]
    pub fn rows<'a>(&'a self, chunk: &'a Chunk) -> Rows<'a> {
        Rows {
            columns: &chunk.columns,
            payloads: &chunk.payloads,
            strings: &self.strings,
        }
    }

    /// The boundaries before the oldest and after the newest entry.
    #[must_use]
    pub fn range(&self) -> Range<Cursor> {
        let first = self.chunks.first().map_or(Seq::ORIGIN, |(base, _)| *base);
        let end = self
            .chunks
            .last()
            .map_or(Seq::ORIGIN, |(base, chunk)| base.plus(chunk.len() as u64));
        first.before()..end.before()
    }

    /// The strings behind the symbols.
    #[must_use]
    pub fn strings(&self) -> &Strings {
        &self.strings
    }
}

/// The rows of a chunk that lie in the range; `None` where none do.
pub(super) fn rows_within(base: Seq, len: usize, range: &Range<Cursor>) -> Option<Range<usize>> {
    let from = usize::try_from(range.start.since(base.before()))
        .ok()?
        .min(len);
    let to = usize::try_from(range.end.since(base.before()))
        .ok()?
        .min(len);
    (from < to).then_some(from..to)
}
