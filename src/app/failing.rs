//! What the error screen is about: the groups at the playhead, the selected one, and whom it touched.
//!
//! Invariant: all of it is what the log, the filter, the playhead and the selection say, whichever way led there. While history
//! loads it may be behind by an eighth of the entries, so that what is loaded is not looked at again for every page.

use hashbrown::HashMap;
use std::ops::Range;

use crate::app::narrowing::Narrowing;
use crate::project::errors::{ErrorIndex, Fault, Totals};
use crate::store::{Cursor, Log, Seq, Symbol};

/// Names that are listed, of those most touched.
const LISTED: usize = 100;

/// What it is made of.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The log.
    pub log: &'a Log,
    /// The filter in force.
    pub narrowing: Option<&'a Narrowing>,
    /// What has happened.
    pub cursor: Cursor,
    /// The selected group, if any is.
    pub group: Option<Symbol>,
    /// More history is on its way.
    pub is_loading: bool,
}

/// The errors at the playhead.
#[derive(Clone, Debug, Default)]
pub struct Failing {
    index: ErrorIndex,
    source: Option<Source>,
    groups: Vec<Totals<Seq>>,
    others: u64,
    happened: usize,
    group: Option<Symbol>,
    touched: Touched,
    at: Option<Cursor>,
}

/// What the index was made from.
#[derive(Clone, Debug, PartialEq)]
struct Source {
    generation: Option<u64>,
    reshaped: u64,
    covered: Range<Cursor>,
    /// Matches of the filter among what is covered.
    matches: u64,
}

/// Sessions and users of a group with the number of its errors, the most touched first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Sessions.
    pub sessions: Vec<(Symbol, u64)>,
    /// Users.
    pub users: Vec<(Symbol, u64)>,
}

impl Failing {
    /// Brings it up to date. The group selected so far stays while it is one, else it is the largest.
    pub fn refresh(&mut self, subject: Subject<'_>) {
        let has_grown = self.keep_up(subject);
        let has_moved = has_grown || self.at != Some(subject.cursor);
        if has_moved {
            self.groups = self.index.groups(subject.cursor);
            self.others = self.index.others(subject.cursor);
            self.at = Some(subject.cursor);
        }
        let kept = subject.group.filter(|group| self.index.has(*group));
        let group = kept.or_else(|| Some(self.groups.first()?.fingerprint));
        if !has_moved && group == self.group {
            return;
        }
        let faults = group.map_or(&[][..], |group| self.index.faults(group, subject.cursor));
        if has_grown || faults.len() != self.happened || group != self.group {
            self.happened = faults.len();
            self.touched = Touched::of(faults);
            self.group = group;
        }
    }

    /// Whether there was anything to take in.
    fn keep_up(&mut self, subject: Subject<'_>) -> bool {
        let Subject { log, narrowing, .. } = subject;
        let matches =
            |range: &Range<Cursor>| narrowing.map_or(0, |n| n.matches().count_within(range));
        let kept = self.source.take().filter(|source| {
            let is_front_known = source.covered.start == log.first()
                || (subject.is_loading && is_most(log, &source.covered));
            source.generation == narrowing.map(Narrowing::generation)
                && source.reshaped == log.reshaped()
                && is_front_known
                && source.matches == matches(&source.covered)
        });
        let is_new = kept.is_none();
        if is_new {
            self.index = ErrorIndex::default();
        }
        let covered = kept.map_or(log.first()..log.first(), |source| source.covered);
        let rest = covered.end..log.end();
        match narrowing {
            None => self.index.extend(log, rest.clone(), |_| true),
            Some(n) => self
                .index
                .extend(log, rest.clone(), n.matches().membership()),
        }
        let covered = covered.start..log.end();
        self.source = Some(Source {
            generation: narrowing.map(Narrowing::generation),
            reshaped: log.reshaped(),
            matches: matches(&covered),
            covered,
        });
        is_new || rest.start < rest.end
    }

    /// The groups, the largest first.
    #[must_use]
    pub fn groups(&self) -> &[Totals<Seq>] {
        &self.groups
    }

    /// Errors of groups that are not told apart.
    #[must_use]
    pub fn others(&self) -> u64 {
        self.others
    }

    /// All errors that have happened.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.groups.iter().map(|group| group.count).sum::<u64>() + self.others
    }

    /// The selected group.
    #[must_use]
    pub fn group(&self) -> Option<Symbol> {
        self.group
    }

    /// Where it stands among the groups, where it has failed yet.
    #[must_use]
    pub fn place(&self) -> Option<usize> {
        let group = self.group?;
        self.groups.iter().position(|g| g.fingerprint == group)
    }

    /// The errors of the selected group before a boundary, ascending.
    #[must_use]
    pub fn faults(&self, cursor: Cursor) -> &[Fault] {
        self.group
            .map_or(&[], |group| self.index.faults(group, cursor))
    }

    /// The errors of any group before a boundary, ascending.
    #[must_use]
    pub fn faults_of(&self, group: Symbol, cursor: Cursor) -> &[Fault] {
        self.index.faults(group, cursor)
    }

    /// How many of the selected group's errors have happened.
    #[must_use]
    pub fn happened(&self) -> usize {
        self.happened
    }

    /// The newest of them.
    #[must_use]
    pub fn selected(&self) -> Option<Seq> {
        self.faults(self.at?).last().map(|fault| fault.seq)
    }

    /// Whom they touched.
    #[must_use]
    pub fn touched(&self) -> &Touched {
        &self.touched
    }

    /// Whether older entries than it knows are here.
    #[must_use]
    pub fn is_behind(&self, log: &Log) -> bool {
        self.source
            .as_ref()
            .is_some_and(|source| source.covered.start != log.first())
    }
}

/// Whether at most an eighth more came before what is covered.
fn is_most(log: &Log, covered: &Range<Cursor>) -> bool {
    let known = log.count(covered.start..log.end());
    log.first() < covered.start && log.len() < known + known / 8
}

impl Touched {
    fn of(faults: &[Fault]) -> Self {
        Self {
            sessions: counted(faults.iter().map(|fault| fault.session)),
            users: counted(faults.iter().map(|fault| fault.user)),
        }
    }
}

/// Each name with how often it stands there, the most frequent first, of equally frequent ones the older.
fn counted(names: impl Iterator<Item = Symbol>) -> Vec<(Symbol, u64)> {
    let mut counts: HashMap<Symbol, u64> = HashMap::new();
    for name in names.filter(|name| name.is_some()) {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    counts.truncate(LISTED);
    counts
}
