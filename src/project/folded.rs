//! One session of the log, ready to be looked at from any of its events: its steps, its turns, and checkpoints of its fold.
//!
//! Invariant: the state after any number of steps is what folding them one by one gives, whichever way the log grew.

mod outline;

use std::ops::Range;

use hashbrown::HashSet;

pub use self::outline::Outline;
use super::findings::Silence;
use super::session_state::SessionState;
use super::turns::{Speaker, Turns};
use crate::model::{Class, Flags, Mapping, Ms};
use crate::store::{Chunk, Cursor, Log, Seq, Symbol};

/// An event of the session.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Its place in the log.
    pub seq: Seq,
    /// Its place on the time axis.
    pub ms: Ms,
    /// Latency in ms, where known.
    pub latency_ms: Option<f64>,
    /// Who speaks, where it is a message.
    pub speaker: Option<Speaker>,
    /// Something failed.
    pub is_error: bool,
    /// An earlier step has its event id: the fold leaves it out.
    pub repeated: bool,
}

/// A session's steps and what is known of their fold.
#[derive(Clone, Debug)]
pub struct Folded {
    session: Symbol,
    /// The part of the log that was looked through.
    covered: Range<Cursor>,
    /// How often places in it had changed by then: history that comes after an eviction may get places that others had.
    reshaped: u64,
    steps: Vec<Step>,
    outline: Outline,
    turns: Turns,
    seen: HashSet<u64>,
    /// The state after so many steps, ascending and `spacing` apart.
    checkpoints: Vec<(usize, SessionState)>,
    spacing: usize,
    rebuilt: u64,
}

/// Steps between two checkpoints; twice as many each time that there would be too many checkpoints.
pub const SPACING: usize = 256;
/// Checkpoints at most.
pub const CHECKPOINTS: usize = 64;

impl Folded {
    /// A session in this log.
    #[must_use]
    pub fn new(log: &Log, session: Symbol) -> Self {
        let mut folded = Self {
            session,
            covered: log.first()..log.first(),
            reshaped: log.reshaped(),
            steps: Vec::new(),
            outline: Outline::default(),
            turns: Turns::default(),
            seen: HashSet::new(),
            checkpoints: Vec::new(),
            spacing: SPACING,
            rebuilt: 0,
        };
        folded.look_at(log, log.first()..log.end());
        folded
    }

    /// Brings it up to date with the log, for this session. What came at the live end is added; whatever else changed the
    /// session's steps makes it anew.
    pub fn refresh(&mut self, log: &Log, session: Symbol) {
        let now = log.first()..log.end();
        let earlier = now.start..self.covered.start;
        if session != self.session
            || log.reshaped() != self.reshaped
            || now.end < self.covered.end
            || has_session(log, session, earlier)
        {
            let rebuilt = self.rebuilt + 1;
            *self = Self::new(log, session);
            self.rebuilt = rebuilt;
            return;
        }
        let from = self.covered.end.max(now.start);
        self.covered.start = now.start;
        self.look_at(log, from..now.end);
    }

    /// Grows whenever numbers of steps mean other steps than before.
    #[must_use]
    pub fn rebuilt(&self) -> u64 {
        self.rebuilt
    }

    /// All events of the session that are in the log.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Its turns.
    #[must_use]
    pub fn turns(&self) -> &Turns {
        &self.turns
    }

    /// Where among the steps errors and silences are.
    #[must_use]
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// How it kept silent in the first `count` steps.
    #[must_use]
    pub fn silence_after(&self, log: &Log, count: usize) -> Silence {
        self.outline.silence(log, &self.steps, count)
    }

    /// How many of the steps have happened at a boundary.
    #[must_use]
    pub fn count_before(&self, cursor: Cursor) -> usize {
        self.steps.partition_point(|step| cursor.includes(step.seq))
    }

    /// The state after the first `count` steps. `near` is a state that is known, and after how many steps: the fold goes on
    /// from there where no checkpoint is nearer, so that a step forward is one `apply`.
    pub fn state_after(
        &mut self,
        log: &Log,
        mapping: &Mapping,
        count: usize,
        near: Option<(usize, &SessionState)>,
    ) -> SessionState {
        let count = count.min(self.steps.len());
        let (mut at, mut state) = self.nearest(count, near);
        while at < count {
            self.apply(log, mapping, at, &mut state);
            at += 1;
            self.keep(at, &state);
        }
        state
    }

    fn nearest(&self, count: usize, near: Option<(usize, &SessionState)>) -> (usize, SessionState) {
        let known = self.checkpoints.partition_point(|(at, _)| *at <= count);
        let kept = known.checked_sub(1).and_then(|i| self.checkpoints.get(i));
        let kept = kept.map(|(at, state)| (*at, state));
        let near = near.filter(|(at, _)| *at <= count);
        let best = near.into_iter().chain(kept).max_by_key(|(at, _)| *at);
        best.map_or_else(Default::default, |(at, state)| (at, state.clone()))
    }

    fn apply(&self, log: &Log, mapping: &Mapping, at: usize, state: &mut SessionState) {
        let step = self.steps.get(at).filter(|step| !step.repeated);
        if let Some(entry) = step.and_then(|step| log.get(step.seq)) {
            state.apply(&entry.event(mapping), entry.id());
        }
    }

    fn keep(&mut self, at: usize, state: &SessionState) {
        let next = self.checkpoints.last().map_or(0, |(at, _)| *at) + self.spacing;
        if at != next {
            return;
        }
        self.checkpoints.push((at, state.clone()));
        if self.checkpoints.len() > CHECKPOINTS {
            self.spacing *= 2;
            let spacing = self.spacing;
            self.checkpoints.retain(|(at, _)| at % spacing == 0);
        }
    }

    fn look_at(&mut self, log: &Log, range: Range<Cursor>) {
        self.covered.end = range.end;
        for (base, chunk, rows) in log.chunks(range) {
            for row in rows_of(chunk, self.session, rows) {
                let step = self.step(log, chunk, base, row);
                let number = self.steps.len();
                self.turns.push(number, &step);
                let columns = &chunk.columns;
                let id = columns.id.get(row).unwrap_or_default();
                let flags = columns.flags.get(row).unwrap_or_default();
                self.outline
                    .push(number, &step, self.steps.last(), (id, flags));
                self.steps.push(step);
            }
        }
    }

    fn step(&mut self, log: &Log, chunk: &Chunk, base: Seq, row: usize) -> Step {
        let columns = &chunk.columns;
        let is_error = columns.has(row, Flags::ERROR);
        let event_id = columns.event_id.get(row).unwrap_or_default();
        let speaks = columns.class.get(row) == Some(Class::Message) && !is_error;
        let role = columns.role.get(row).unwrap_or_default();
        Step {
            seq: base.plus(row as u64),
            ms: columns.axis_ms.get(row).unwrap_or_default(),
            latency_ms: columns.latency(row),
            speaker: Speaker::of(log.strings().get(role)).filter(|_| speaks),
            is_error,
            repeated: event_id != 0 && !self.seen.insert(event_id),
        }
    }
}

fn rows_of(chunk: &Chunk, session: Symbol, rows: Range<usize>) -> impl Iterator<Item = usize> {
    let may = session.is_some() && chunk.may_have_session(session);
    let sessions = &chunk.columns.session;
    rows.filter(move |row| may && sessions.get(*row) == Some(session))
}

fn has_session(log: &Log, session: Symbol, range: Range<Cursor>) -> bool {
    range.start < range.end
        && log
            .chunks(range)
            .any(|(_, chunk, rows)| rows_of(chunk, session, rows).next().is_some())
}
