//! The streams that are followed, as every task of a followed source knows them: which life of a stream is on view.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::EntryId;

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
    known: BTreeMap<Vec<u8>, Lives>,
    /// Whether the server was asked which there are.
    is_known: bool,
}

impl Roster {
    /// A stream is followed from now on.
    pub fn enter(&self, key: &[u8], lives: &Lives) {
        let mut streams = lock(&self.0);
        streams.is_known = true;
        streams.known.insert(key.to_vec(), lives.clone());
    }

    /// The streams and their lives; `None` before the server was asked for them.
    pub fn streams(&self) -> Option<Vec<(Vec<u8>, Lives)>> {
        let streams = lock(&self.0);
        let known = |(key, lives): (&Vec<u8>, &Lives)| (key.clone(), lives.clone());
        streams
            .is_known
            .then(|| streams.known.iter().map(known).collect())
    }

    /// The server was asked for the streams, and there may be none.
    pub fn is_known(&self) {
        lock(&self.0).is_known = true;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
