//! The streams that are followed, as every task of a followed source knows them: which life of a stream is on view, and what
//! the server held of it when last looked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::parse::StreamState;
use crate::model::EntryId;
use crate::store::Held;

/// The lives of a stream: deleting it ends one.
#[derive(Clone, Debug, Default)]
pub struct Lives(Arc<Mutex<Life>>);

/// One life of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Life {
    number: u64,
    /// Ids before this one belonged to an earlier life: what lies there now are other entries.
    pub floor: EntryId,
}

impl Lives {
    /// The one that goes on.
    pub fn now(&self) -> Life {
        *lock(&self.0)
    }

    /// Ends it. `last` is the highest id that was delivered of it.
    pub fn end(&self, last: EntryId) {
        let mut life = lock(&self.0);
        life.number += 1;
        life.floor = life.floor.max(last.next());
    }

    /// Whether a reader that began in `life` reads another stream by now.
    pub fn is_over(&self, life: Life) -> bool {
        self.now() != life
    }
}

/// Every stream that is followed.
#[derive(Clone, Debug, Default)]
pub struct Roster(Arc<Mutex<Streams>>);

#[derive(Debug, Default)]
struct Streams {
    known: BTreeMap<Vec<u8>, Known>,
    /// Whether the server was asked which there are.
    is_known: bool,
    /// What moved and was not told yet.
    moved: BTreeMap<Vec<u8>, EntryId>,
}

/// What is known of a stream that is followed.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its key.
    pub key: Vec<u8>,
    /// Its lives.
    pub lives: Lives,
    /// Where its tail began: what is not newer is history.
    pub began: Option<EntryId>,
    /// No older id is there, as far as the server told in this life.
    pub first: Option<EntryId>,
}

#[derive(Debug, Default)]
struct Known {
    lives: Lives,
    began: Option<EntryId>,
    /// `None` where the server did not tell.
    holding: Option<Holding>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Holding {
    life: Life,
    length: u64,
    /// No older id is there.
    first: EntryId,
    deleted: Option<u64>,
}

impl Holding {
    fn of(state: &StreamState, life: Life) -> Self {
        Self {
            life,
            length: state.length,
            first: state.first.unwrap_or(state.last.next()),
            deleted: state
                .added
                .and_then(|added| added.checked_sub(state.length)),
        }
    }

    /// Whether entries went since `before`. An empty stream loses nothing by its next entry.
    fn lost_since(&self, before: &Self) -> bool {
        let deleted = self.deleted.zip(before.deleted);
        self.life == before.life
            && self.first > before.first
            && (before.length > 0 || deleted.is_some_and(|(now, then)| now > then))
    }
}

impl Roster {
    /// A stream is followed from now on.
    pub fn enter(&self, key: &[u8], lives: &Lives) {
        let mut streams = lock(&self.0);
        streams.is_known = true;
        streams.known.entry(key.to_vec()).or_default().lives = lives.clone();
    }

    /// The streams and their lives; `None` before the server was asked for them.
    pub fn streams(&self) -> Option<Vec<(Vec<u8>, Lives)>> {
        let streams = lock(&self.0);
        let known = |(key, known): (&Vec<u8>, &Known)| (key.clone(), known.lives.clone());
        streams
            .is_known
            .then(|| streams.known.iter().map(known).collect())
    }

    /// Where the tail of a stream begins.
    pub fn begins(&self, key: &[u8], cursor: Option<EntryId>) {
        let mut streams = lock(&self.0);
        streams.known.entry(key.to_vec()).or_default().began = cursor;
    }

    /// What is known of each stream; `None` before the server was asked for them.
    pub fn standing(&self) -> Option<Vec<Standing>> {
        let streams = lock(&self.0);
        let standing = |(key, known): (&Vec<u8>, &Known)| {
            let now = known.lives.now();
            let holding = known.holding.filter(|holding| holding.life == now);
            Standing {
                key: key.clone(),
                lives: known.lives.clone(),
                began: known.began,
                // A key that is not there has no ids of which one could be the first.
                first: holding.map(|h| h.first).filter(|first| first.ms > 0),
            }
        };
        streams
            .is_known
            .then(|| streams.known.iter().map(standing).collect())
    }

    /// The server was asked for the streams, and there may be none.
    pub fn is_known(&self) {
        lock(&self.0).is_known = true;
    }

    /// Notes what the server says of a stream; `None` where there is no such key.
    pub fn note(&self, key: &[u8], state: Option<&StreamState>) {
        let mut streams = lock(&self.0);
        let known = streams.known.entry(key.to_vec()).or_default();
        let gone = StreamState::default();
        let holding = Holding::of(state.unwrap_or(&gone), known.lives.now());
        let before = known.holding.replace(holding);
        if before.is_some_and(|before| holding.lost_since(&before)) {
            streams.moved.insert(key.to_vec(), holding.first);
        }
    }

    /// What to tell of entries that went since this was asked last.
    pub fn news(&self) -> Option<Held> {
        let mut streams = lock(&self.0);
        if streams.moved.is_empty() {
            return None;
        }
        let moved = std::mem::take(&mut streams.moved).into_iter().collect();
        let holdings = || streams.known.values().map(|known| known.holding);
        let filled = holdings().flatten().filter(|holding| holding.length > 0);
        Some(Held {
            total: holdings().map(|holding| Some(holding?.length)).sum(),
            first_id: filled.map(|holding| holding.first).min(),
            moved,
            kept: Vec::new(),
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(length: u64, first: u64, last: u64, added: u64) -> StreamState {
        StreamState {
            length,
            first: (length > 0).then(|| EntryId::new(first, 0)),
            last: EntryId::new(last, 0),
            added: Some(added),
            groups: None,
        }
    }

    fn moved(roster: &Roster) -> Vec<(Vec<u8>, EntryId)> {
        roster.news().map(|held| held.moved).unwrap_or_default()
    }

    #[test]
    fn what_was_trimmed_is_told_once_with_what_is_left_of_all_streams() {
        let roster = Roster::default();
        roster.note(b"a", Some(&state(10, 1, 10, 10)));
        roster.note(b"b", Some(&state(3, 5, 7, 3)));
        assert_eq!(roster.news(), None);
        roster.note(b"a", Some(&state(2, 9, 10, 10)));
        let held = Held {
            total: Some(5),
            first_id: Some(EntryId::new(5, 0)),
            moved: vec![(b"a".to_vec(), EntryId::new(9, 0))],
            kept: Vec::new(),
        };
        assert_eq!(roster.news(), Some(held));
        roster.note(b"a", Some(&state(2, 9, 10, 10)));
        assert_eq!(roster.news(), None);
    }

    #[test]
    fn an_empty_stream_holds_nothing_up_to_its_last_id_and_loses_nothing_by_its_next_entry() {
        let roster = Roster::default();
        roster.note(b"a", Some(&state(10, 1, 10, 10)));
        roster.note(b"a", Some(&state(0, 0, 10, 10)));
        assert_eq!(moved(&roster), [(b"a".to_vec(), EntryId::new(10, 1))]);
        roster.note(b"a", Some(&state(1, 20, 20, 11)));
        assert_eq!(moved(&roster), []);
    }

    #[test]
    fn a_new_life_is_no_loss_of_its_own_and_a_stream_that_may_not_be_asked_leaves_the_total_unknown()
     {
        let roster = Roster::default();
        let lives = Lives::default();
        roster.enter(b"a", &lives);
        roster.enter(b"secret", &Lives::default());
        roster.note(b"a", Some(&state(10, 1, 10, 10)));
        lives.end(EntryId::new(10, 0));
        roster.note(b"a", Some(&state(1, 20, 20, 1)));
        assert_eq!(roster.news(), None);
        roster.note(b"a", Some(&state(1, 21, 21, 2)));
        assert_eq!(roster.news().map(|held| held.total), Some(None));
    }
}
