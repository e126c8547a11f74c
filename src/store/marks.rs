//! What the log notes about entries in relation to others: which repeat an event id, and which came late.
//!
//! Invariant: marks do not depend on how entries were cut into pages, nor on whether history came before or after.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::{Seq, Symbol};
use crate::model::{EntryId, Ms};

/// Entries of different streams may overtake each other by this much on their way before one counts as late.
const TOLERANCE_MS: Ms = 1000;

/// Which entry of the log has an event id first, and which repeat it.
#[derive(Clone, Debug, Default)]
pub(super) struct EventIds {
    first: HashMap<u64, Seq>,
    repeated: BTreeSet<(u64, Seq)>,
}

impl EventIds {
    /// Notes an entry, wherever in the log it stands; gives the one that repeats another by it: itself, or what was first so far.
    pub(super) fn note(&mut self, hash: u64, seq: Seq) -> Option<Seq> {
        let first = *self.first.entry(hash).or_insert(seq);
        if first == seq {
            return None;
        }
        let repeats = first.max(seq);
        if seq < first {
            self.first.insert(hash, seq);
        }
        self.repeated.insert((hash, repeats));
        Some(repeats)
    }

    /// Forgets an entry that leaves the log; the next one with that id is then the first.
    pub(super) fn forget(&mut self, hash: u64, seq: Seq) {
        if self.repeated.remove(&(hash, seq)) || self.first.get(&hash) != Some(&seq) {
            return;
        }
        let next = self.repeated.range((hash, seq)..).next().copied();
        match next.filter(|(other, _)| *other == hash) {
            Some(next) => {
                self.repeated.remove(&next);
                self.first.insert(hash, next.1);
            }
            None => {
                self.first.remove(&hash);
            }
        }
    }

    /// Gives back memory once most of the table is empty.
    pub(super) fn shrink(&mut self) {
        if self.first.len() < self.first.capacity() / 4 {
            self.first.shrink_to_fit();
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.first.capacity() * 17 + self.repeated.len() * 24
    }
}

/// The highest ids of a run of entries, to tell which entries after it are late.
#[derive(Clone, Debug, Default)]
pub(super) struct Highest {
    by_stream: HashMap<Symbol, EntryId>,
    overall: EntryId,
}

impl Highest {
    /// Whether an entry that stands after this run is late: behind its own stream, or well behind another.
    pub(super) fn makes_late(&self, stream: Symbol, id: EntryId) -> bool {
        self.of(stream).is_some_and(|highest| id < highest)
            || id.ms.saturating_add(TOLERANCE_MS) < self.overall.ms
    }

    /// Takes an entry in; whether it is late.
    pub(super) fn note(&mut self, stream: Symbol, id: EntryId) -> bool {
        let late = self.makes_late(stream, id);
        let highest = self.by_stream.entry(stream).or_insert(id);
        *highest = id.max(*highest);
        self.overall = id.max(self.overall);
        late
    }

    /// Takes all of another run in.
    pub(super) fn join(&mut self, other: &Self) {
        for (stream, id) in &other.by_stream {
            let highest = self.by_stream.entry(*stream).or_insert(*id);
            *highest = (*id).max(*highest);
        }
        self.overall = self.overall.max(other.overall);
    }

    pub(super) fn of(&self, stream: Symbol) -> Option<EntryId> {
        self.by_stream.get(&stream).copied()
    }

    pub(super) fn overall(&self) -> EntryId {
        self.overall
    }
}
