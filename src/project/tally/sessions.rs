//! The sessions of a run.
//!
//! Invariant: a session counts once, in the list or among those that are gone.

use hashbrown::HashMap;

use super::Seen;
use super::pace::{Pace, Seam};
use crate::model::{Flags, Ms};
use crate::store::Symbol;

/// What a run has of one session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionTally {
    /// The first user named.
    pub user: Symbol,
    /// Events.
    pub events: u64,
    /// Messages among them.
    pub messages: u64,
    /// Failures among them.
    pub errors: u64,
    /// Tokens of the events that name them.
    pub tokens: Option<u64>,
    /// The earliest and the latest moment.
    pub span: Option<(Ms, Ms)>,
    /// Its start is here.
    pub started: bool,
    /// It ended, and did not start again.
    pub ended: bool,
    pace: Pace,
}

impl SessionTally {
    pub(super) fn of(seen: &Seen) -> Self {
        Self {
            user: seen.user,
            events: 1,
            messages: u64::from(seen.message),
            errors: u64::from(seen.flags.has(Flags::ERROR)),
            tokens: seen.tokens,
            span: seen.ms.map(|ms| (ms, ms)),
            started: seen.flags.has(Flags::START),
            ended: seen.flags.has(Flags::END),
            pace: Pace::of(seen),
        }
    }

    /// Joins what comes right after it.
    pub(super) fn join(&mut self, later: &mut Self) -> Seam {
        if !self.user.is_some() {
            self.user = later.user;
        }
        self.events += later.events;
        self.messages += later.messages;
        self.errors += later.errors;
        self.tokens = match (self.tokens, later.tokens) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (one, other) => one.or(other),
        };
        self.span = match (self.span, later.span) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (one, other) => one.or(other),
        };
        // A start opens it again; of what comes later its own last word counts.
        self.ended = later.ended || (self.ended && !later.started);
        self.started |= later.started;
        self.pace.join(&later.pace)
    }

    /// From its first to its last moment, ms.
    #[must_use]
    pub fn duration_ms(&self) -> Option<Ms> {
        self.span.map(|(first, last)| last - first)
    }
}

/// Sessions that are not kept one by one any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// How many.
    pub sessions: u64,
    /// Of them ended.
    pub ended: u64,
    /// Of them not ended, their start seen.
    pub idle: u64,
    /// Events of all of them.
    pub events: u64,
    /// Sum of the durations, ms.
    pub duration_ms: u128,
    /// Of how many it is known.
    pub durations: u64,
}

/// All sessions of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sessions {
    all: HashMap<Symbol, SessionTally>,
    gone: Gone,
}

impl Sessions {
    pub(super) fn entry(&mut self, session: Symbol) -> &mut SessionTally {
        self.all.entry(session).or_default()
    }

    /// Those kept one by one.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &SessionTally)> {
        self.all.iter().map(|(symbol, session)| (*symbol, session))
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, session: Symbol) -> Option<&SessionTally> {
        self.all.get(&session)
    }

    /// The others.
    #[must_use]
    pub const fn gone(&self) -> &Gone {
        &self.gone
    }

    /// All sessions.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.all.len() as u64 + self.gone.sessions
    }

    pub(super) fn join_gone(&mut self, later: &Self) {
        let more = later.gone;
        self.gone.sessions += more.sessions;
        self.gone.ended += more.ended;
        self.gone.idle += more.idle;
        self.gone.events += more.events;
        self.gone.duration_ms += more.duration_ms;
        self.gone.durations += more.durations;
    }

    /// Lets those go that have been silent for longest once there are more than twice as many as `most`.
    pub(super) fn keep(&mut self, most: usize) {
        if self.all.len() <= 2 * most {
            return;
        }
        let last = |s: &SessionTally| s.span.map(|span| span.1);
        let mut order: Vec<(Option<Ms>, Symbol)> = self
            .all
            .iter()
            .map(|(symbol, s)| (last(s), *symbol))
            .collect();
        order.sort_unstable_by(|a, b| b.cmp(a));
        for (_, symbol) in order.split_off(most) {
            if let Some(session) = self.all.remove(&symbol) {
                self.gone.take(&session);
            }
        }
    }

    pub(super) fn renamed(self, rename: &mut impl FnMut(Symbol) -> Symbol) -> Self {
        let renamed = self.all.into_iter().map(|(symbol, session)| {
            let symbol = rename(symbol);
            let user = rename(session.user);
            let pace = session.pace.renamed(rename);
            (
                symbol,
                SessionTally {
                    user,
                    pace,
                    ..session
                },
            )
        });
        Self {
            all: renamed.collect(),
            ..self
        }
    }
}

impl Gone {
    fn take(&mut self, session: &SessionTally) {
        self.sessions += 1;
        self.ended += u64::from(session.ended);
        self.idle += u64::from(!session.ended && session.started);
        self.events += session.events;
        if let Some(ms) = session.duration_ms() {
            self.duration_ms += u128::from(ms);
            self.durations += 1;
        }
    }
}
