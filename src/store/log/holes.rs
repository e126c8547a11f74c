//! Holes: where the log's numbering jumps because what lies between is not here.
//!
//! Invariant: no entry has a place inside a hole, and every hole has entries on both sides.

use std::ops::Range;

use super::Log;
use crate::store::{Cursor, EntryRef, Seq};

/// A jump in the numbering. Its two boundaries are neighbours: no place between them is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// After the last entry on the older side.
    pub from: Cursor,
    /// Before the first entry on the newer side.
    pub to: Cursor,
    /// Whether entries are missing; once they have come, only the jump is left.
    pub open: bool,
}

impl Log {
    /// The newest hole in which entries are missing.
    #[must_use]
    pub fn hole(&self) -> Option<Hole> {
        self.holes.iter().rev().copied().find(|hole| hole.open)
    }

    /// Nothing is missing in the hole that begins at this boundary.
    pub fn close(&mut self, from: Cursor) {
        for hole in self.holes.iter_mut().filter(|hole| hole.from == from) {
            hole.open = false;
            self.version += 1;
        }
    }

    /// Entries here between two boundaries.
    #[must_use]
    pub fn count(&self, range: Range<Cursor>) -> u64 {
        let (start, end) = (range.start.max(self.first()), range.end.min(self.end()));
        let jumps = self
            .holes
            .iter()
            .map(|hole| hole.to.min(end).since(hole.from.max(start)));
        end.since(start).saturating_sub(jumps.sum())
    }

    /// The boundary `n` entries on (negative: back) within the log; it stands right after an entry, or before the first.
    #[must_use]
    pub fn step(&self, cursor: Cursor, n: i64) -> Cursor {
        let (first, end) = (self.first(), self.end());
        let mut at = self.beside(cursor);
        let mut left = n;
        if n < 0 {
            for hole in self.holes.iter().rev() {
                if hole.to > at {
                    continue;
                }
                let stretch = i64::try_from(at.since(hole.to)).unwrap_or(i64::MAX);
                if stretch > left.saturating_neg() {
                    break;
                }
                left += stretch;
                at = hole.from;
            }
        } else {
            for hole in &self.holes {
                if hole.from < at {
                    continue;
                }
                let stretch = i64::try_from(hole.from.since(at)).unwrap_or(i64::MAX);
                if stretch >= left {
                    break;
                }
                left -= stretch;
                at = hole.to;
            }
        }
        self.beside(at.step(left, first, end))
    }

    /// The same boundary, told from its older side: of the boundaries of a hole the one after an entry.
    #[must_use]
    pub fn beside(&self, cursor: Cursor) -> Cursor {
        let cursor = cursor.clamp(self.first(), self.end());
        let within = |hole: &&Hole| hole.from <= cursor && cursor <= hole.to;
        self.holes
            .iter()
            .find(within)
            .map_or(cursor, |hole| hole.from)
    }

    /// The places of the entries between two boundaries, ascending.
    pub fn seqs(&self, range: Range<Cursor>) -> impl Iterator<Item = Seq> + '_ {
        self.chunks(range).flat_map(|(base, _, rows)| {
            (base.0 + rows.start as u64..base.0 + rows.end as u64).map(Seq)
        })
    }

    /// The first entry that has not happened at a boundary.
    #[must_use]
    pub fn first_after(&self, cursor: Cursor) -> Option<EntryRef<'_>> {
        self.get(self.seqs(cursor..self.end()).next()?)
    }

    /// The place of the `n`th entry here, from 0.
    #[must_use]
    pub fn nth(&self, n: u64) -> Cursor {
        self.step(self.first(), i64::try_from(n).unwrap_or(i64::MAX))
    }

    /// Entries left the old end: holes that had them on their older side are none any more.
    pub(super) fn forget_holes(&mut self) {
        let first = self.first();
        self.holes.retain(|hole| hole.from > first);
    }

    /// The newer side of a hole moved on; the jumps that it swallowed are none any more.
    pub(super) fn widen(&mut self, hole: Hole, to: Cursor) {
        self.holes
            .retain(|other| other.from < hole.to || to <= other.from);
        if let Some(wider) = self.hole_after(hole.from).filter(|h| h.to < to) {
            (wider.to, wider.open) = (to, true);
        }
    }

    /// The older side of the hole that ends at this boundary.
    pub(super) fn hole_before(&mut self, start: Cursor) -> Option<&mut Hole> {
        self.holes.iter_mut().find(|hole| hole.to == start)
    }

    /// The hole that begins at this boundary.
    pub(super) fn hole_after(&mut self, end: Cursor) -> Option<&mut Hole> {
        self.holes.iter_mut().find(|hole| hole.from == end)
    }
}
