//! The log itself: grows at the live end, takes history in at the old end or as a window before a hole, and drops its oldest
//! chunks when memory is short.

mod cold;
mod growth;
mod holes;
mod noting;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

pub use self::holes::Hole;
use super::event_ids::EventIds;
use super::marks::Highest;
use super::snapshot::rows_within;
use super::{Chunk, Cursor, EntryRef, Interner, Page, Rows, Seq, Snapshot, Strings, Symbol};
use crate::model::{EntryId, Evidence, Ms};

/// All entries known here, in order.
#[derive(Clone, Debug)]
pub struct Log {
    chunks: VecDeque<Slot>,
    /// Ascending; seldom more than one.
    holes: VecDeque<Hole>,
    interner: Interner,
    event_ids: EventIds,
    highest: Highest,
    /// No entry here has a lower id.
    lowest: EntryId,
    evidence: Evidence,
    version: u64,
    reshaped: u64,
    remarked: u64,
}

#[derive(Clone, Debug)]
struct Slot {
    base: Seq,
    chunk: Arc<Chunk>,
}

impl Slot {
    fn end(&self) -> Cursor {
        self.base.plus(self.chunk.len() as u64).before()
    }

    fn seal(&mut self) {
        if self.chunk.summary.is_none() {
            Arc::make_mut(&mut self.chunk).seal();
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            chunks: VecDeque::new(),
            holes: VecDeque::new(),
            interner: Interner::default(),
            event_ids: EventIds::default(),
            highest: Highest::default(),
            lowest: EntryId::MAX,
            evidence: Evidence::default(),
            version: 0,
            reshaped: 0,
            remarked: 0,
        }
    }
}

impl Log {
    /// Grows with every change.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Grows when entries leave, or come beside a hole. While it stays, a place that was looked at holds what it held.
    #[must_use]
    pub fn reshaped(&self) -> u64 {
        self.reshaped
    }

    /// Grows when an entry that was here before turns out to repeat an older one that came now.
    #[must_use]
    pub fn remarked(&self) -> u64 {
        self.remarked
    }

    /// The boundary before the oldest entry here.
    #[must_use]
    pub fn first(&self) -> Cursor {
        self.chunks
            .front()
            .map_or(Seq::ORIGIN, |slot| slot.base)
            .before()
    }

    /// The boundary after the newest entry here.
    #[must_use]
    pub fn end(&self) -> Cursor {
        let last = self.chunks.back();
        last.map_or(Seq::ORIGIN.before(), Slot::end)
    }

    /// Entries here.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.count(self.first()..self.end())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The entry at a place, if it is here.
    #[must_use]
    pub fn get(&self, seq: Seq) -> Option<EntryRef<'_>> {
        let slot = self.chunks.get(self.slot_of(seq)?)?;
        let row = usize::try_from(seq.since(slot.base)).ok()?;
        Some(EntryRef {
            seq,
            chunk: &slot.chunk,
            row,
            strings: self.strings(),
        })
    }

    /// The last entry that has happened at a boundary.
    #[must_use]
    pub fn last_before(&self, cursor: Cursor) -> Option<EntryRef<'_>> {
        if cursor <= self.first() {
            return None;
        }
        self.get(self.beside(cursor).last())
    }

    /// The boundary after everything up to and including this moment on the time axis, within the log.
    #[must_use]
    pub fn cursor_at(&self, ms: Ms) -> Cursor {
        let at = self.chunks.partition_point(|s| {
            s.chunk
                .columns
                .axis_ms
                .first()
                .is_some_and(|first| first <= ms)
        });
        let Some(slot) = at.checked_sub(1).and_then(|i| self.chunks.get(i)) else {
            return self.first();
        };
        slot.base
            .plus(
                slot.chunk
                    .columns
                    .axis_ms
                    .partition_point(|axis| axis <= ms) as u64,
            )
            .before()
    }

    /// The place of an entry by its id; the first of them in its own millisecond where several streams have that id.
    #[must_use]
    pub fn find(&self, id: EntryId) -> Option<Seq> {
        let near = match id.ms.checked_sub(1) {
            Some(before) => self.cursor_at(before),
            None => self.first(),
        };
        // A late entry stands after its time, and one loaded out of order may stand before it.
        self.position(near..self.cursor_at(id.ms), id)
            .or_else(|| self.position(self.first()..self.end(), id))
    }

    fn position(&self, range: Range<Cursor>, id: EntryId) -> Option<Seq> {
        self.chunks(range).find_map(|(base, chunk, rows)| {
            let start = rows.start;
            let mut ids = chunk.columns.id.range(rows);
            let row = start + ids.position(|other| other == id)?;
            Some(base.plus(row as u64))
        })
    }

    /// The highest id received of a stream.
    #[must_use]
    pub fn last_id(&self, stream: &[u8]) -> Option<EntryId> {
        self.highest.of(self.interner.find(stream)?)
    }

    /// Chunks that hold entries of `range`, oldest first, with the place of each chunk's first row and the rows within the range.
    #[must_use]
    pub fn chunks(
        &self,
        range: Range<Cursor>,
    ) -> impl DoubleEndedIterator<Item = (Seq, &Arc<Chunk>, Range<usize>)> {
        let low = self
            .chunks
            .partition_point(|slot| slot.end() <= range.start);
        let high = self
            .chunks
            .partition_point(|slot| slot.base.before() < range.end);
        self.chunks
            .range(low..high.max(low))
            .filter_map(move |slot| {
                let rows = rows_within(slot.base, slot.chunk.len(), &range)?;
                Some((slot.base, &slot.chunk, rows))
            })
    }

    /// For filters and readers.
    #[must_use]
    pub fn rows<'a>(&'a self, chunk: &'a Chunk) -> Rows<'a> {
        Rows {
            columns: &chunk.columns,
            payloads: &chunk.payloads,
            strings: self.strings(),
        }
    }

    /// The strings behind the log's symbols.
    #[must_use]
    pub fn strings(&self) -> &Strings {
        self.interner.strings()
    }

    /// The symbol of these bytes, if they were seen.
    #[must_use]
    pub fn symbol(&self, bytes: &[u8]) -> Option<Symbol> {
        self.interner.find(bytes)
    }

    /// What decoding found, over every entry ever taken in.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// The log as it stands now, for work on another task.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            chunks: self
                .chunks
                .iter()
                .map(|slot| (slot.base, Arc::clone(&slot.chunk)))
                .collect(),
            strings: self.strings().clone(),
            version: self.version,
        }
    }

    /// Bytes held in memory by entries, strings and the table of event ids.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let chunks: usize = self
            .chunks
            .iter()
            .map(|slot| slot.chunk.memory_bytes())
            .sum();
        chunks + self.interner.memory_bytes() + self.event_ids.memory_bytes()
    }

    /// Time axis at the oldest and at the newest entry.
    #[must_use]
    pub fn axis_range(&self) -> Option<(Ms, Ms)> {
        Some((self.axis_start()?, self.axis_end()?))
    }

    fn axis_start(&self) -> Option<Ms> {
        self.chunks.front()?.chunk.columns.axis_ms.first()
    }

    fn axis_end(&self) -> Option<Ms> {
        self.chunks
            .iter()
            .rev()
            .find_map(|slot| slot.chunk.columns.axis_ms.last())
    }

    fn slot_of(&self, seq: Seq) -> Option<usize> {
        let at = self.chunks.partition_point(|slot| slot.base <= seq);
        let at = at.checked_sub(1)?;
        self.chunks
            .get(at)
            .filter(|slot| slot.end().includes(seq))
            .map(|_| at)
    }

    fn translate(&mut self, page: &Page) -> impl Fn(Symbol) -> Symbol + use<> {
        let mut table = Vec::with_capacity(page.strings.len() + 1);
        table.push(Symbol::NONE);
        let strings = page.strings.iter();
        table.extend(strings.map(|(_, bytes)| self.interner.intern(bytes)));
        move |symbol: Symbol| table.get(symbol.0 as usize).copied().unwrap_or_default()
    }
}
