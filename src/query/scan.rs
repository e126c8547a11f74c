//! Runs a plan over the log or over a page.

use std::ops::ControlFlow;
use std::ops::Range;

use hashbrown::HashSet;

use super::Plan;
use super::eval::Run;
use crate::model::Flags;
use crate::store::{Cursor, Direction, Page, Rows, Seq, Snapshot};

/// Sessions known to have ended, by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndedSessions(pub HashSet<Vec<u8>>);

/// A part of a scan's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// Entries looked at in this part.
    pub range: Range<Cursor>,
    /// Those that match, ascending.
    pub matches: Vec<Seq>,
}

impl EndedSessions {
    /// Sessions of which the log holds the end, wherever in it that stands.
    #[must_use]
    pub fn of(log: &Snapshot) -> Self {
        let mut ended = Self::default();
        for (_, chunk, _) in log.chunks(log.range()) {
            ended.note(log.rows(chunk));
        }
        ended
    }

    /// Adds the sessions that end in this page.
    pub fn collect(&mut self, page: &Page) {
        self.note(page.rows());
    }

    fn note(&mut self, rows: Rows<'_>) {
        for (flags, session) in rows.columns.flags.iter().zip(&rows.columns.session) {
            if flags.has(Flags::END) && session.is_some() {
                self.0.insert(rows.strings.get(session).to_vec());
            }
        }
    }
}

/// Looks through `range` of the log, newest chunk first, and hands over each chunk's answer; stops when told to.
/// Parts come in descending order and together cover the range without a hole, unless stopped.
pub fn scan(
    plan: &Plan,
    log: &Snapshot,
    range: Range<Cursor>,
    each: impl FnMut(Scan) -> ControlFlow<()>,
) {
    scan_in(plan, log, range, Direction::Reverse, each);
}

/// As [`scan`], from the end of the range where the direction begins: parts come in its order, each ascending in itself.
pub fn scan_in(
    plan: &Plan,
    log: &Snapshot,
    range: Range<Cursor>,
    direction: Direction,
    mut each: impl FnMut(Scan) -> ControlFlow<()>,
) {
    let ended = if plan.needs_sessions() {
        EndedSessions::of(log)
    } else {
        EndedSessions::default()
    };
    let mut run = Run::new(plan, log.strings(), &ended);
    let mut chunks = log.chunks(range);
    let mut next = || match direction {
        Direction::Forward => chunks.next(),
        Direction::Reverse => chunks.next_back(),
    };
    while let Some((base, chunk, rows)) = next() {
        let part = base.plus(rows.start as u64).before()..base.plus(rows.end as u64).before();
        let skip = chunk.summary.as_ref().is_some_and(|s| !run.may_match(s));
        let found = if skip {
            Vec::new()
        } else {
            run.matches(log.rows(chunk), rows)
        };
        let matches = found.into_iter().map(|row| base.plus(u64::from(row)));
        let answer = Scan {
            range: part,
            matches: matches.collect(),
        };
        if each(answer).is_break() {
            return;
        }
    }
}

/// The rows of a page that match, ascending. `ended` is what `is:open` and `is:ended` go by.
#[must_use]
pub fn scan_page(plan: &Plan, page: &Page, ended: &EndedSessions) -> Vec<usize> {
    let found = Run::new(plan, &page.strings, ended).matches(page.rows(), 0..page.len());
    found.into_iter().map(|row| row as usize).collect()
}
