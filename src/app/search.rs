//! Run until: what is looked for, where, and what is known of it so far. A search is answered on another task; nothing is
//! played.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use super::playhead::Playhead;
use crate::model::EntryId;
use crate::query::{EndedSessions, Filter, Plan, Scan, scan_page};
use crate::store::{Cursor, Direction, IdRange, Page, Seq, Snapshot};

/// Until what to run.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The last filter that was run until.
    pub until: Option<Filter>,
    /// Counts questions, so that a stale answer is known as one.
    pub generation: u64,
    /// How many match, while the prompt is open.
    pub tally: Option<Tally>,
    /// The search under way.
    pub hunt: Option<Hunt>,
}

/// A search under way.
#[derive(Clone, Debug)]
pub struct Hunt {
    /// The filter.
    pub plan: Arc<Plan>,
    /// The log as it stood at the start.
    pub log: Snapshot,
    /// Which way it goes.
    pub direction: Direction,
    /// Where it began.
    pub here: Seq,
    /// The playhead at the start: one that was moved since is not moved again.
    pub playhead: Playhead,
    /// Where to look after this, in order.
    pub legs: VecDeque<Leg>,
    /// Whether it looks in the source now.
    pub in_source: bool,
    /// Whether the source was left out, because only what is here can be answered.
    pub here_only: bool,
    /// Entries looked at before this leg, and in it so far.
    pub looked_at: (u64, u64),
}

/// A stretch to look through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leg {
    /// Of the log.
    Here(Range<Cursor>),
    /// Of the source.
    Source(Stretch),
}

/// A stretch of the source that is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Ids, both included.
    pub range: IdRange,
    /// Entries at its ends that are here, by stream.
    pub except: Vec<(Vec<u8>, EntryId)>,
}

/// Something to look for.
#[derive(Clone, Debug)]
pub enum Question {
    /// How many match on both sides of the playhead.
    Tally {
        /// The log.
        log: Snapshot,
        /// What is before the playhead.
        behind: Range<Cursor>,
        /// What is after it.
        ahead: Range<Cursor>,
    },
    /// The first match of a stretch of the log.
    Here {
        /// The log.
        log: Snapshot,
        /// The stretch.
        range: Range<Cursor>,
        /// From which end.
        direction: Direction,
    },
    /// The first match of a stretch of the source.
    Source {
        /// The stretch.
        stretch: Stretch,
        /// From which end.
        direction: Direction,
    },
}

/// What a search says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// How many match.
    Tally(Tally),
    /// Entries looked at so far.
    LookedAt(u64),
    /// It came to its end.
    Found {
        /// The first match.
        hit: Option<Hit>,
        /// Entries looked at.
        looked_at: u64,
    },
    /// The source could not be read: what happened.
    Failed(String),
}

/// A match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// Its id.
    pub id: EntryId,
    /// Its place, where it was found in the log.
    pub seq: Option<Seq>,
}

/// How many match on both sides of the playhead, and the nearest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Matches before the playhead's entry.
    pub behind: u64,
    /// Matches after it.
    pub ahead: u64,
    /// The last of those before.
    pub previous: Option<Seq>,
    /// The first of those after.
    pub next: Option<Seq>,
}

/// How the log is scanned: [`scan_in`](crate::query::scan_in), or as it does.
pub type Scanner =
    fn(&Plan, &Snapshot, Range<Cursor>, Direction, &mut dyn FnMut(Scan) -> ControlFlow<()>);

impl Search {
    /// Whether the log is being searched, which takes a moment only.
    #[must_use]
    pub fn is_looking_here(&self) -> bool {
        self.hunt.as_ref().is_some_and(|hunt| !hunt.in_source)
    }
}

impl Question {
    /// The answer, where the log alone gives it; `None` where the source is asked, and when told to stop.
    #[must_use]
    pub fn answer(
        &self,
        plan: &Plan,
        scan: Scanner,
        is_stale: impl Fn() -> bool,
    ) -> Option<Answer> {
        match self {
            Self::Tally { log, behind, ahead } => {
                let back = count(scan, plan, log, behind, Direction::Reverse, &is_stale)?;
                let on = count(scan, plan, log, ahead, Direction::Forward, &is_stale)?;
                Some(Answer::Tally(Tally {
                    behind: back.0,
                    ahead: on.0,
                    previous: back.1,
                    next: on.1,
                }))
            }
            Self::Here {
                log,
                range,
                direction,
            } => first(scan, plan, log, range, *direction, &is_stale),
            Self::Source { .. } => None,
        }
    }
}

/// The match of a part that comes first in this direction.
fn foremost(part: &Scan, direction: Direction) -> Option<Seq> {
    match direction {
        Direction::Forward => part.seqs().next(),
        Direction::Reverse => part.seqs().next_back(),
    }
}

fn count(
    scan: Scanner,
    plan: &Plan,
    log: &Snapshot,
    range: &Range<Cursor>,
    direction: Direction,
    is_stale: &impl Fn() -> bool,
) -> Option<(u64, Option<Seq>)> {
    let (mut count, mut nearest, mut stopped) = (0, None, false);
    scan(plan, log, range.clone(), direction, &mut |part| {
        count += part.rows.count() as u64;
        nearest = nearest.or_else(|| foremost(&part, direction));
        stopped = is_stale();
        go_on_unless(stopped)
    });
    (!stopped).then_some((count, nearest))
}

fn first(
    scan: Scanner,
    plan: &Plan,
    log: &Snapshot,
    range: &Range<Cursor>,
    direction: Direction,
    is_stale: &impl Fn() -> bool,
) -> Option<Answer> {
    let (mut looked_at, mut found, mut stopped) = (0, None, false);
    scan(plan, log, range.clone(), direction, &mut |part| {
        looked_at += part.range.end.since(part.range.start);
        found = foremost(&part, direction);
        stopped = found.is_none() && is_stale();
        go_on_unless(stopped || found.is_some())
    });
    let hit = found.and_then(|seq| hit(log, seq));
    (!stopped).then_some(Answer::Found { hit, looked_at })
}

fn go_on_unless(stop: bool) -> ControlFlow<()> {
    if stop {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

fn hit(log: &Snapshot, seq: Seq) -> Option<Hit> {
    let (_, chunk, rows) = log.chunks(seq.before()..seq.after()).next()?;
    let id = chunk.columns.id.get(rows.start)?;
    let seq = Some(seq);
    Some(Hit { id, seq })
}

/// The first match of a page of the source in this direction, but for entries that are here already.
#[must_use]
pub fn first_of_page(
    plan: &Plan,
    page: &Page,
    direction: Direction,
    except: &[(Vec<u8>, EntryId)],
) -> Option<Hit> {
    let rows = scan_page(plan, page, &EndedSessions::default());
    let columns = &page.columns;
    let fresh = |row: &usize| {
        let id = columns.id.get(*row)?;
        let stream = page.strings.get(columns.stream.get(*row)?);
        let is_here = except.iter().any(|(s, i)| *i == id && s == stream);
        (!is_here).then_some(Hit { id, seq: None })
    };
    match direction {
        Direction::Forward => rows.iter().find_map(fresh),
        Direction::Reverse => rows.iter().rev().find_map(fresh),
    }
}
