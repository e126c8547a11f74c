//! Notes each entry's ids as it comes into the log, and marks what is late or a duplicate.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Log, Slot};
use crate::model::{EntryId, Flags};
use crate::store::marks::Highest;
use crate::store::{Columns, Page, Seq, Symbol};

impl Log {
    pub(super) fn note_newer_ids(
        &mut self,
        start: Seq,
        page: &Page,
        rename: impl Fn(Symbol) -> Symbol,
    ) {
        for (seq, stream, id) in ids(start, &page.columns) {
            if self.highest.note(rename(stream), id) {
                self.mark(seq, Flags::LATE);
            }
            self.lowest = self.lowest.min(id);
        }
    }

    /// What is late within the page, and what was here and is late now that older entries are known.
    pub(super) fn note_older_ids(
        &mut self,
        start: Seq,
        page: &Page,
        rename: impl Fn(Symbol) -> Symbol,
    ) {
        let mut older = Highest::default();
        let mut lowest = self.lowest;
        for (seq, stream, id) in ids(start, &page.columns) {
            if older.note(rename(stream), id) {
                self.mark(seq, Flags::LATE);
            }
            lowest = lowest.min(id);
        }
        if older.overall() > self.lowest {
            self.mark_late_after(start.plus(page.len() as u64), &older);
        }
        self.lowest = lowest;
        self.highest.join(&older);
    }

    fn mark_late_after(&mut self, from: Seq, older: &Highest) {
        let mut late = Vec::new();
        for (base, chunk, rows) in self.chunks(from.before()..self.end()) {
            let lowest = chunk.summary.as_ref().map(|s| s.ids.0);
            if lowest.is_some_and(|id| id >= older.overall()) {
                continue;
            }
            let behind = ids(base, &chunk.columns)
                .skip(rows.start)
                .filter(|(_, stream, id)| older.makes_late(*stream, *id));
            late.extend(behind.map(|(seq, _, _)| seq));
        }
        for seq in late {
            self.mark(seq, Flags::LATE);
        }
    }

    /// An older entry is the original: what was first so far becomes the duplicate.
    pub(super) fn note_event_ids(&mut self, start: Seq, page: &Page) {
        let Self {
            event_ids: known,
            chunks,
            ..
        } = self;
        let mut repeats = Vec::new();
        for (seq, hash) in event_ids(start, &page.columns) {
            let repeated = known.note(hash, seq, |seq| event_id(chunks, seq));
            repeats.extend(repeated.map(|repeated| (repeated, seq)));
        }
        for (repeated, seq) in repeats {
            self.remarked += u64::from(repeated != seq);
            self.mark(repeated, Flags::DUPLICATE);
        }
    }

    /// A snapshot may share the chunk, so it is copied only when the mark is new.
    fn mark(&mut self, seq: Seq, flags: Flags) {
        let Some(slot) = self.slot_of(seq).and_then(|at| self.chunks.get_mut(at)) else {
            return;
        };
        let Ok(row) = usize::try_from(seq.since(slot.base)) else {
            return;
        };
        if row >= slot.chunk.len() {
            return;
        }
        if slot.chunk.columns.has(row, flags) {
            return;
        }
        Arc::make_mut(&mut slot.chunk).mark(row, flags);
    }
}

fn ids(base: Seq, columns: &Columns) -> impl Iterator<Item = (Seq, Symbol, EntryId)> {
    let rows = columns.stream.iter().zip(columns.id.iter()).enumerate();
    rows.map(move |(row, (stream, id))| (base.plus(row as u64), stream, id))
}

/// What stands in the column at a place.
fn event_id(chunks: &VecDeque<Slot>, seq: Seq) -> Option<u64> {
    let at = chunks.partition_point(|slot| slot.base <= seq);
    let slot = chunks.get(at.checked_sub(1)?)?;
    let row = usize::try_from(seq.since(slot.base)).ok()?;
    slot.chunk.columns.event_id.get(row)
}

/// The entries that have an event id.
pub(super) fn event_ids(
    base: Seq,
    columns: &Columns,
) -> impl DoubleEndedIterator<Item = (Seq, u64)> {
    let rows = columns.event_id.iter().enumerate();
    rows.filter(|(_, hash)| *hash != 0)
        .map(move |(row, hash)| (base.plus(row as u64), hash))
}
