//! The filter in force: its plan, and which entries match, kept up with the log.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use super::action::Effect;
use crate::model::Mapping;
use crate::query::{Filter, Matches, Now, Plan, Scan, scan};
use crate::store::{Cursor, Log, Seq};

/// A filter at work. Scans run newest first, so the newest matches are there at once.
#[derive(Clone, Debug)]
pub struct Narrowing {
    /// The filter.
    pub filter: Filter,
    plan: Arc<Plan>,
    generation: u64,
    matches: Matches,
    covered: Range<Cursor>,
    /// What the scan under way has not answered yet; `None` when none is.
    scanning: Option<Range<Cursor>>,
    /// Answers about old entries may have changed since the last scan began.
    outdated: bool,
}

impl Narrowing {
    /// Starts to look for the matches; the effect does the work on another task.
    #[must_use]
    pub fn begin(
        filter: Filter,
        generation: u64,
        now: Now,
        mapping: &Mapping,
        log: &Log,
    ) -> (Self, Option<Effect>) {
        let plan = Arc::new(filter.plan(now).with_mapping(mapping.clone()));
        let mut narrowing = Self {
            filter,
            plan,
            generation,
            matches: Matches::default(),
            covered: log.end()..log.end(),
            scanning: None,
            outdated: false,
        };
        let effect = narrowing.scan_all(log);
        (narrowing, effect)
    }

    fn scan_all(&mut self, log: &Log) -> Option<Effect> {
        self.outdated = false;
        if log.is_empty() {
            return None;
        }
        let range = log.first()..log.end();
        self.scanning = Some(range.clone());
        Some(Effect::Scan {
            generation: self.generation,
            plan: Arc::clone(&self.plan),
            log: log.snapshot(),
            range,
        })
    }

    /// Takes in a part of the scan's answer; one of another generation, or one that was taken in before, is dropped.
    pub fn scanned(&mut self, generation: u64, part: &Scan, log: &Log) {
        let Some(left) = &mut self.scanning else {
            return;
        };
        if generation != self.generation || part.range.end > left.end {
            return;
        }
        left.end = part.range.start;
        if left.end <= left.start.max(log.first()) {
            self.scanning = None;
        }
        self.covered.start = self.covered.start.min(part.range.start);
        self.matches.put(part.range.start, &part.rows);
        self.keep_up(log);
    }

    /// Looks at entries that came since, at both ends, and forgets those that went. They are at most a page or two.
    pub fn keep_up(&mut self, log: &Log) {
        let (first, end) = (log.first(), log.end());
        if self.covered.end < end {
            self.look_at(log, self.covered.end..end);
            self.covered.end = end;
        }
        if self.scanning.is_none() && first < self.covered.start {
            self.look_at(log, first..self.covered.start);
            self.covered.start = first;
        }
        if first > self.covered.start {
            self.matches.cut(&(Cursor::START..first));
            self.covered.start = first;
        }
    }

    /// Looks at entries that were taken in beside a hole; later, where a scan is under way that does not know of them.
    pub fn note_filled(&mut self, log: &Log, range: Range<Cursor>) {
        if self.scanning.is_some() {
            self.outdated = true;
        } else if self.covered.start <= range.start {
            self.look_at(log, range);
        }
    }

    /// Forgets matches that left the log.
    pub fn forget(&mut self, range: &Range<Cursor>) {
        self.matches.cut(range);
    }

    /// Notes that a session's end became known.
    pub fn note_end(&mut self) {
        self.outdated |= self.plan.needs_sessions();
    }

    /// Asks anew where answers about old entries may have changed, once no scan is under way. What is known stays until
    /// its part of the answer comes.
    #[must_use]
    pub fn refresh(&mut self, generation: u64, log: &Log) -> Option<Effect> {
        if !self.outdated || self.scanning.is_some() {
            return None;
        }
        self.generation = generation;
        self.scan_all(log)
    }

    fn look_at(&mut self, log: &Log, range: Range<Cursor>) {
        let (plan, matches) = (&self.plan, &mut self.matches);
        scan(plan, &log.snapshot(), range, |part| {
            matches.put(part.range.start, &part.rows);
            ControlFlow::Continue(())
        });
    }

    /// Another one for every scan: of the same generation, what was looked at once has the same answer.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// All matches so far, ascending.
    #[must_use]
    pub fn matches(&self) -> &Matches {
        &self.matches
    }

    /// Whether an answer to a scan is still on its way.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.scanning.is_some()
    }

    /// Whether older entries are still being looked at for the first time.
    #[must_use]
    pub fn is_scanning(&self) -> bool {
        let left = self.scanning.as_ref();
        left.is_some_and(|left| left.start < self.covered.start)
    }
}

/// What the feed shows: the whole log, or the matches.
#[derive(Clone, Copy, Debug)]
pub struct Visible<'a> {
    log: &'a Log,
    narrowing: Option<&'a Narrowing>,
}

impl<'a> Visible<'a> {
    /// The entries of a log under a filter.
    #[must_use]
    pub fn new(log: &'a Log, narrowing: Option<&'a Narrowing>) -> Self {
        Self { log, narrowing }
    }

    /// The log under the filter.
    #[must_use]
    pub fn log(&self) -> &'a Log {
        self.log
    }

    /// Whether a filter is in force.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        self.narrowing.is_some()
    }

    /// Whether more may turn out to match.
    #[must_use]
    pub fn is_scanning(&self) -> bool {
        self.narrowing.is_some_and(Narrowing::is_scanning)
    }

    /// The last `count` visible entries before a boundary, ascending.
    #[must_use]
    pub fn before(&self, cursor: Cursor, count: usize) -> Vec<Seq> {
        match self.narrowing {
            None => {
                let start = self.log.step(cursor, -signed(count));
                self.log.seqs(start..cursor).collect()
            }
            Some(n) => {
                let end = n.matches.count_before(cursor);
                let start = end.saturating_sub(count as u64);
                n.matches.between(start, end).collect()
            }
        }
    }

    /// The first `count` visible entries after a boundary, ascending.
    #[must_use]
    pub fn after(&self, cursor: Cursor, count: usize) -> Vec<Seq> {
        match self.narrowing {
            None => self.log.seqs(cursor..self.log.end()).take(count).collect(),
            Some(n) => {
                let start = n.matches.count_before(cursor);
                let end = start.saturating_add(count as u64);
                n.matches.between(start, end).collect()
            }
        }
    }

    /// How many visible entries stand before a boundary.
    #[must_use]
    pub fn count_before(&self, cursor: Cursor) -> u64 {
        match self.narrowing {
            None => self.log.count(self.log.first()..cursor),
            Some(n) => n.matches.count_before(cursor),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count_before(self.log.end())
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
