//! What the log notes about entries in relation to others: which came late.
//!
//! Invariant: marks do not depend on how entries were cut into pages, nor on whether history came before or after.

use hashbrown::HashMap;

use super::Symbol;
use crate::model::{EntryId, Ms};

/// Entries of different streams may overtake each other by this much on their way before one counts as late.
const TOLERANCE_MS: Ms = 1000;

/// The highest ids of a run of entries, to tell which entries after it are late.
#[derive(Clone, Debug, Default)]
pub(super) struct Highest {
    by_stream: HashMap<Symbol, EntryId>,
    overall: EntryId,
}

impl Highest {
    /// Whether an entry that stands after this run is late: behind its own stream, or well behind another.
    pub(super) fn makes_late(&self, stream: Symbol, id: EntryId) -> bool {
        self.of(stream).is_some_and(|highest| id < highest) || is_well_behind(id, self.overall)
    }

    /// Takes an entry in; whether it is late.
    pub(super) fn note(&mut self, stream: Symbol, id: EntryId) -> bool {
        // As `makes_late` says, with one look at the stream.
        let highest = self.by_stream.entry(stream).or_insert(id);
        let late = id < *highest || is_well_behind(id, self.overall);
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

fn is_well_behind(id: EntryId, overall: EntryId) -> bool {
    id.ms.saturating_add(TOLERANCE_MS) < overall.ms
}
