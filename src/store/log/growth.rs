//! How the log grows: at the live end, at its old end, and at either side of a hole; and how it shrinks.

use std::ops::Range;
use std::sync::Arc;

use super::holes::Hole;
use super::noting::event_ids;
use super::{Log, Slot};
use crate::store::{Chunk, Cursor, Page, Seq, Symbol};

/// Numbers left free before a window of history, for what may come between.
const ROOM: u64 = 1 << 34;

impl Log {
    /// Takes a page in at the live end. Returns the places of its entries.
    pub fn append(&mut self, page: &Page) -> Range<Seq> {
        let start = self.end().next();
        if page.is_empty() {
            return start..start;
        }
        let rename = self.translate(page);
        self.extend_after(self.chunks.len(), page, &rename);
        self.note_newer_ids(start, page, &rename);
        self.took_in(start, page)
    }

    /// Takes a page of history in at the old end. Returns the places of its entries.
    pub fn prepend(&mut self, page: &Page) -> Range<Seq> {
        self.grow_back(self.first(), page)
    }

    /// Takes a page of history in right before the entries that begin at `start`: the old end, or the newer side of a hole.
    /// Returns the places of its entries.
    pub fn grow_back(&mut self, start: Cursor, page: &Page) -> Range<Seq> {
        let end = start.next();
        if page.is_empty() {
            return end..end;
        }
        let base = end.minus(page.len() as u64);
        let rename = self.translate(page);
        let at = self.chunks.partition_point(|slot| slot.base < end);
        if let Some(hole) = self.hole_before(start) {
            hole.to = base.before();
            self.reshaped += 1;
        }
        self.insert(at, base, page, &rename);
        self.join_from(at);
        self.note_older_ids(base, page, &rename);
        self.took_in(base, page)
    }

    /// Takes a page of history in right after the entries that end at `end`, the older side of a hole.
    /// Returns the places of its entries.
    pub fn grow_on(&mut self, end: Cursor, page: &Page) -> Range<Seq> {
        let base = end.next();
        if page.is_empty() {
            return base..base;
        }
        let rename = self.translate(page);
        let at = self.chunks.partition_point(|slot| slot.base < base);
        let after = base.plus(page.len() as u64);
        if let Some(hole) = self.hole_after(end) {
            hole.from = after.before();
        }
        self.reshaped += 1;
        self.extend_after(at, page, &rename);
        self.note_older_ids(base, page, &rename);
        self.took_in(base, page)
    }

    /// Takes a page of history in that lies before everything here, with a hole between.
    /// Returns the places of its entries.
    pub fn place(&mut self, page: &Page) -> Range<Seq> {
        let first = self.first();
        if page.is_empty() || self.is_empty() {
            return self.append(page);
        }
        let from = first.next().minus(ROOM);
        let base = from.minus(page.len() as u64);
        let rename = self.translate(page);
        self.insert(0, base, page, &rename);
        self.holes.push_front(Hole {
            from: from.before(),
            to: first,
            open: true,
        });
        self.note_older_ids(base, page, &rename);
        self.took_in(base, page)
    }

    /// Drops whole chunks until the log takes at most `budget` bytes, the oldest first; the newest chunk always stays.
    /// Returns what was dropped.
    pub fn evict(&mut self, budget: usize) -> Range<Cursor> {
        let first = self.first();
        let mut memory = self.memory_bytes();
        while memory > budget && self.chunks.len() > 1 {
            let Some(slot) = self.chunks.pop_front() else {
                break;
            };
            memory = memory.saturating_sub(slot.chunk.memory_bytes());
            self.forget(&slot);
        }
        self.went(first..self.first())
    }

    /// Drops the oldest chunks of what begins at the newer side of a hole until the log takes at most `budget` bytes; the
    /// newest chunk always stays. Returns what was dropped.
    pub fn evict_after(&mut self, hole: Hole, budget: usize) -> Range<Cursor> {
        let at = self
            .chunks
            .partition_point(|slot| slot.base < hole.to.next());
        let mut memory = self.memory_bytes();
        while memory > budget && self.chunks.len() > at + 1 {
            let Some(slot) = self.chunks.remove(at) else {
                break;
            };
            memory = memory.saturating_sub(slot.chunk.memory_bytes());
            self.forget(&slot);
        }
        let to = self
            .chunks
            .get(at)
            .map_or(hole.to, |slot| slot.base.before());
        self.widen(hole, to);
        self.went(hole.to..to)
    }

    /// Drops everything before a hole. Returns what was dropped.
    pub fn drop_before(&mut self, hole: Hole) -> Range<Cursor> {
        let first = self.first();
        while self
            .chunks
            .front()
            .is_some_and(|slot| slot.base < hole.to.next())
        {
            if let Some(slot) = self.chunks.pop_front() {
                self.forget(&slot);
            }
        }
        self.went(first..self.first())
    }

    fn forget(&mut self, slot: &Slot) {
        for (seq, hash) in event_ids(slot.base, &slot.chunk.columns) {
            self.event_ids.forget(hash, seq);
        }
    }

    fn went(&mut self, range: Range<Cursor>) -> Range<Cursor> {
        if range.start < range.end {
            self.event_ids.shrink();
            self.forget_holes();
            self.version += 1;
            self.reshaped += 1;
        }
        range
    }

    fn took_in(&mut self, start: Seq, page: &Page) -> Range<Seq> {
        self.note_event_ids(start, page);
        self.evidence.add(&page.evidence);
        self.version += 1;
        start..start.plus(page.len() as u64)
    }

    /// Adds a page to the chunk before `at`, or as a new chunk there.
    fn extend_after(&mut self, at: usize, page: &Page, rename: impl Fn(Symbol) -> Symbol) {
        let before = at.checked_sub(1).and_then(|i| self.chunks.get_mut(i));
        let open = before.filter(|slot| slot.chunk.summary.is_none() && !slot.chunk.is_full());
        let Some(slot) = open else {
            if let Some(slot) = at.checked_sub(1).and_then(|i| self.chunks.get_mut(i)) {
                slot.seal();
            }
            let before = at.checked_sub(1).and_then(|i| self.chunks.get(i));
            let base = before.map_or(Seq::ORIGIN, |slot| slot.base.plus(slot.chunk.len() as u64));
            let chunk = before.map_or_else(Chunk::default, |slot| Chunk::as_large_as(&slot.chunk));
            return self.insert_into(chunk, at, base, page, &rename);
        };
        let chunk = Arc::make_mut(&mut slot.chunk);
        let from = chunk.len();
        chunk.extend(page, &rename);
        self.order_axis(at - 1, from);
    }

    fn insert(&mut self, at: usize, base: Seq, page: &Page, rename: impl Fn(Symbol) -> Symbol) {
        self.insert_into(Chunk::default(), at, base, page, rename);
    }

    fn insert_into(
        &mut self,
        mut chunk: Chunk,
        at: usize,
        base: Seq,
        page: &Page,
        rename: impl Fn(Symbol) -> Symbol,
    ) {
        chunk.extend(page, &rename);
        let chunk = Arc::new(chunk);
        self.chunks.insert(at, Slot { base, chunk });
        self.order_axis(at, 0);
    }

    /// The time axis never goes back: rows from `from` on lie between those before them and the next chunk.
    fn order_axis(&mut self, at: usize, from: usize) {
        let first = |slot: &Slot| slot.chunk.columns.axis_ms.first();
        let last = |slot: &Slot| slot.chunk.columns.axis_ms.last();
        let before = at.checked_sub(1).and_then(|i| self.chunks.get(i));
        let mut floor = before.and_then(last).unwrap_or(0);
        let ceiling = self.chunks.get(at + 1).and_then(first).unwrap_or(u64::MAX);
        let Some(slot) = self.chunks.get_mut(at) else {
            return;
        };
        let axis = Arc::make_mut(&mut slot.chunk).columns.axis_ms.values_mut();
        if let Some(&previous) = from.checked_sub(1).and_then(|i| axis.get(i)) {
            floor = floor.max(previous);
        }
        for ms in axis.iter_mut().skip(from) {
            *ms = (*ms).min(ceiling).max(floor);
        }
    }

    /// Pages of history are smaller than chunks: joins those that begin at a slot once together they fill one. The newest chunk
    /// takes what comes and is left alone.
    fn join_from(&mut self, at: usize) {
        let newest = self.chunks.len().saturating_sub(1);
        let mut to = at;
        let mut end = None;
        let (mut length, mut bytes) = (0, 0);
        while let Some(slot) = self.chunks.get(to).filter(|slot| {
            to < newest && slot.chunk.summary.is_none() && end.is_none_or(|end| end == slot.base)
        }) {
            length += slot.chunk.len();
            bytes += slot.chunk.payloads.value_bytes();
            end = Some(slot.base.plus(slot.chunk.len() as u64));
            to += 1;
        }
        if length < Chunk::FULL_LEN && bytes < Chunk::FULL_BYTES {
            return;
        }
        let Some(base) = self.chunks.get(at).map(|slot| slot.base) else {
            return;
        };
        let mut whole = Chunk::default();
        whole.reserve(length, bytes);
        for slot in self.chunks.drain(at..to) {
            whole.join(&slot.chunk);
        }
        whole.seal();
        let chunk = Arc::new(whole);
        self.chunks.insert(at, Slot { base, chunk });
    }
}
