//! The findings of everything that is loaded, kept up with the log.
//!
//! Invariant: as of a cursor they are those whose entry has happened. They are found anew only where history came in front or
//! a hole changed, and not while history is loading.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use crate::project::Finding;
use crate::project::findings::{Seen, Watcher};
use crate::store::{Cursor, Log, Symbol};

/// Findings that are kept: the newest.
const FINDINGS: usize = 100_000;

/// What was found, and up to where.
#[derive(Clone, Debug)]
pub struct Findings {
    watcher: Watcher,
    covered: Range<Cursor>,
    reshaped: u64,
    /// The number of the first in `all`.
    first: usize,
    all: VecDeque<Finding>,
    of: HashMap<u64, Vec<usize>>,
}

impl Default for Findings {
    fn default() -> Self {
        Self {
            watcher: Watcher::default(),
            covered: Cursor::START..Cursor::START,
            reshaped: 0,
            first: 0,
            all: VecDeque::new(),
            of: HashMap::new(),
        }
    }
}

impl Findings {
    /// Brings them up to date. `is_idle`: no history is loading.
    pub fn refresh(&mut self, log: &Log, is_idle: bool) {
        let now = log.first()..log.end();
        if now.is_empty() {
            return;
        }
        let is_evicted = now.start > self.covered.start && log.hole().is_none();
        let is_other = now.start < self.covered.start
            || now.end < self.covered.end
            || (log.reshaped() != self.reshaped && !is_evicted)
            || self.covered.is_empty();
        if is_other {
            if !is_idle {
                return;
            }
            *self = Self::default();
            self.covered = now.start..now.start;
        }
        self.reshaped = log.reshaped();
        let from = self.covered.end.max(now.start);
        self.covered = now.clone();
        self.look_at(log, from..now.end);
    }

    /// Of a session, those that are known at a boundary, oldest first.
    pub fn of(&self, session: Symbol, cursor: Cursor) -> impl DoubleEndedIterator<Item = &Finding> {
        let numbers = self.of.get(&u64::from(session.0));
        let numbers = numbers.map(Vec::as_slice).unwrap_or_default();
        numbers
            .iter()
            .filter_map(|number| self.all.get(number.checked_sub(self.first)?))
            .filter(move |finding| finding.at.seq.is_some_and(|seq| cursor.includes(seq)))
    }

    /// Sessions of which it was forgotten what they did, so that findings may be missing.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.watcher.dropped()
    }

    fn look_at(&mut self, log: &Log, range: Range<Cursor>) {
        let hole = log.hole();
        for (base, chunk, rows) in log.chunks(range) {
            // What happened in the hole is not known.
            if hole.is_some_and(|hole| hole.to.next() == base) {
                self.watcher.miss();
            }
            for row in rows {
                let session = chunk.columns.session.get(row);
                let Some(session) = session.filter(|session| session.is_some()) else {
                    continue;
                };
                let place = Some(base.plus(row as u64));
                let seen = Seen::of(&chunk.columns, row, log.strings(), place);
                let (first, all, of) = (self.first, &mut self.all, &mut self.of);
                self.watcher.see(u64::from(session.0), &seen, |finding| {
                    of.entry(finding.session)
                        .or_default()
                        .push(first + all.len());
                    all.push_back(finding);
                });
            }
            self.keep_bound();
        }
    }

    fn keep_bound(&mut self) {
        while self.all.len() > FINDINGS {
            let Some(finding) = self.all.pop_front() else {
                return;
            };
            self.first += 1;
            let is_empty = self.of.get_mut(&finding.session).is_some_and(|numbers| {
                numbers.retain(|number| *number >= self.first);
                numbers.is_empty()
            });
            if is_empty {
                self.of.remove(&finding.session);
            }
        }
    }
}
