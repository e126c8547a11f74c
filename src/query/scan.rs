//! Runs a plan over the log or over a page.

use std::ops::ControlFlow;
use std::ops::Range;

use hashbrown::HashSet;

use super::eval::{Ground, Run};
use super::{Plan, RowSet};
use crate::model::Flags;
use crate::store::{Chunk, Cursor, Direction, Page, Rows, Seq, Snapshot};

/// Rows of the first part of an answer, so that a page of them is there before a whole chunk was looked at.
const FIRST: usize = 1_024;

/// Sessions known to have ended, by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndedSessions(pub HashSet<Vec<u8>>);

/// A part of a scan's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// Entries looked at in this part.
    pub range: Range<Cursor>,
    /// Those of them that match, counted from the first of the range.
    pub rows: RowSet,
}

impl Scan {
    /// Those that match, ascending.
    #[must_use]
    pub fn seqs(&self) -> impl DoubleEndedIterator<Item = Seq> + use<> {
        let first = self.range.start.next();
        self.rows.iter().map(move |row| first.plus(row as u64))
    }
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
        let Rows {
            columns, strings, ..
        } = rows;
        let ends = columns
            .flags
            .select(0..columns.len(), |flags| flags.has(Flags::END));
        for row in &RowSet::from_words(columns.len(), ends) {
            let session = columns.session.get(row).unwrap_or_default();
            if session.is_some() {
                self.0.insert(strings.get(session).to_vec());
            }
        }
    }
}

/// Looks through `range` of the log, newest first, and hands over the answer in parts; stops when told to.
/// Parts come in descending order and together cover the range without a hole, unless stopped.
pub fn scan(
    plan: &Plan,
    log: &Snapshot,
    range: Range<Cursor>,
    mut each: impl FnMut(Scan) -> ControlFlow<()>,
) {
    scan_in(plan, log, range, Direction::Reverse, &mut each);
}

/// As [`scan`], from the end of the range where the direction begins: parts come in its order, each ascending in itself.
pub fn scan_in(
    plan: &Plan,
    log: &Snapshot,
    range: Range<Cursor>,
    direction: Direction,
    each: &mut dyn FnMut(Scan) -> ControlFlow<()>,
) {
    let pieces = Pieces::new(plan, log, range, direction);
    let mut looks = pieces.worker();
    let mut parts = (0..pieces.len()).filter_map(&mut looks);
    // Stopped or not, there is nothing more to say.
    let _ = parts.try_for_each(each);
}

/// A scan in pieces that can be looked at in any order, and by several at once.
#[derive(Debug)]
pub struct Pieces<'a> {
    plan: &'a Plan,
    log: &'a Snapshot,
    ended: EndedSessions,
    all: Vec<Piece<'a>>,
}

impl<'a> Pieces<'a> {
    /// Of a scan: in the order of their answers, see [`scan_in`].
    #[must_use]
    pub fn new(
        plan: &'a Plan,
        log: &'a Snapshot,
        range: Range<Cursor>,
        direction: Direction,
    ) -> Self {
        let ended = if plan.needs_sessions() {
            EndedSessions::of(log)
        } else {
            EndedSessions::default()
        };
        Self {
            plan,
            log,
            ended,
            all: pieces(log, range, direction),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Looks at any of the pieces; each worker notes for itself what it found out. `None` of one that there is not.
    pub fn worker(&self) -> impl FnMut(usize) -> Option<Scan> + use<'_, 'a> {
        let mut run = Run::new(self.plan, self.log.strings(), &self.ended);
        move |n| Some(self.all.get(n)?.scan(&mut run, self.log))
    }
}

/// Rows of a chunk, looked at in one go.
#[derive(Debug)]
struct Piece<'a> {
    base: Seq,
    chunk: &'a Chunk,
    rows: Range<usize>,
}

impl Piece<'_> {
    fn scan(&self, run: &mut Run<'_>, log: &Snapshot) -> Scan {
        let edge = |row: usize| self.base.plus(row as u64).before();
        let ground = Ground {
            rows: log.rows(self.chunk),
            range: self.rows.clone(),
            summary: self.chunk.summary.as_ref(),
        };
        Scan {
            range: edge(self.rows.start)..edge(self.rows.end),
            rows: run.matches(&ground),
        }
    }

    /// Cuts the rows that come first in this direction off the rest.
    fn cut(self, direction: Direction) -> [Self; 2] {
        let Range { start, end } = self.rows;
        let (first, rest) = match direction {
            Direction::Forward => {
                let at = end.min(start + FIRST);
                (start..at, at..end)
            }
            Direction::Reverse => {
                let at = start.max(end.saturating_sub(FIRST));
                (at..end, start..at)
            }
        };
        [first, rest].map(|rows| Self { rows, ..self })
    }
}

/// The chunks in the order of the direction, of the first of them a small piece first.
fn pieces(log: &Snapshot, range: Range<Cursor>, direction: Direction) -> Vec<Piece<'_>> {
    let chunks = log
        .chunks(range)
        .map(|(base, chunk, rows)| Piece { base, chunk, rows });
    let mut pieces: Vec<Piece<'_>> = chunks.collect();
    if direction == Direction::Reverse {
        pieces.reverse();
    }
    let rest = pieces.split_off(pieces.len().min(1));
    let first = pieces
        .pop()
        .into_iter()
        .flat_map(|piece| piece.cut(direction));
    let all = first.chain(rest).filter(|piece| !piece.rows.is_empty());
    all.collect()
}

/// The rows of a page that match, ascending. `ended` is what `is:open` and `is:ended` go by.
#[must_use]
pub fn scan_page(plan: &Plan, page: &Page, ended: &EndedSessions) -> Vec<usize> {
    let ground = Ground {
        rows: page.rows(),
        range: 0..page.len(),
        summary: None,
    };
    let found = Run::new(plan, &page.strings, ended).matches(&ground);
    found.iter().collect()
}
