//! The list of sessions as of the playhead: what is told of each, kept up while the list is open.
//!
//! Invariant: it tells what the entries before the playhead say, each event once. Forward it takes in what is new; back, or
//! where the log changed, it counts anew.

use std::collections::{HashMap, HashSet};

use super::findings::Findings;
use super::narrowing::Visible;
use crate::model::{Class, Flags, Ms};
use crate::project::findings::{Place, Silence};
use crate::project::session_state::SessionStatus;
use crate::store::{Columns, Cursor, Log, Seq, Symbol};

/// By what the list is sorted, the most first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Last active.
    #[default]
    Active,
    /// Errors.
    Errors,
    /// Findings.
    Findings,
    /// Tokens.
    Tokens,
}

/// What is told of a session.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The first user named.
    pub user: Symbol,
    /// Events.
    pub events: u64,
    /// Messages among them.
    pub messages: u64,
    /// Failures among them.
    pub errors: u64,
    /// Sum over the events that name tokens.
    pub tokens: Option<u64>,
    /// On the time axis, of its last event.
    pub last_ms: Ms,
    /// How it keeps silent.
    pub silence: Silence,
    is_started: bool,
    is_ended: bool,
}

/// The open list.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    /// By what it is sorted.
    pub order: Order,
    /// The selected one.
    pub selected: Symbol,
    told: HashMap<Symbol, Told>,
    /// Those with an event among what the filter shows; all where there is no filter.
    chosen: Option<HashSet<Symbol>>,
    matched: u64,
    sorted: Vec<Symbol>,
    starts_known: bool,
    at: Option<At>,
}

/// Of what the list tells. While all but the cursor stay, what is new is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct At {
    first: Cursor,
    reshaped: u64,
    generation: u64,
    cursor: Cursor,
}

impl Told {
    /// How it stands at a moment.
    #[must_use]
    pub fn status(&self, now_ms: Ms, starts_known: bool) -> SessionStatus {
        let silent_ms = now_ms.saturating_sub(self.last_ms);
        SessionStatus::of(self.is_ended, starts_known && !self.is_started, silent_ms)
    }

    fn add(&mut self, columns: &Columns, row: usize, seq: Seq) {
        let flags = columns.flags.get(row).unwrap_or_default();
        self.events += 1;
        let is_message = columns.class.get(row) == Some(Class::Message);
        self.messages += u64::from(is_message);
        self.errors += u64::from(flags.has(Flags::ERROR));
        if let Some(tokens) = columns.tokens(row) {
            self.tokens = Some(self.tokens.unwrap_or(0).saturating_add(tokens));
        }
        if !self.user.is_some() {
            self.user = columns.user.get(row).unwrap_or_default();
        }
        if flags.has(Flags::START) {
            (self.is_started, self.is_ended) = (true, false);
        }
        self.is_ended |= flags.has(Flags::END);
        self.last_ms = columns.axis_ms.get(row).unwrap_or_default();
        let id = columns.id.get(row).unwrap_or_default();
        let at = Place { id, seq: Some(seq) };
        self.silence.push(at, flags);
    }
}

impl Sessions {
    /// One that is about to open at a session.
    #[must_use]
    pub fn at(selected: Symbol) -> Self {
        Self {
            selected,
            ..Self::default()
        }
    }

    /// The sessions in order.
    #[must_use]
    pub fn sorted(&self) -> &[Symbol] {
        &self.sorted
    }

    /// What is told of one.
    #[must_use]
    pub fn told(&self, session: Symbol) -> Option<&Told> {
        self.told.get(&session)
    }

    /// Whether any start was seen.
    #[must_use]
    pub fn starts_known(&self) -> bool {
        self.starts_known
    }

    /// The place of the selected one in the order.
    #[must_use]
    pub fn place(&self) -> usize {
        let place = self.sorted.iter().position(|s| *s == self.selected);
        place.unwrap_or(0)
    }

    /// Moves the selection.
    pub fn select(&mut self, by: isize) {
        let last = self.sorted.len().saturating_sub(1);
        let place = self.place().saturating_add_signed(by).min(last);
        self.selected = self.sorted.get(place).copied().unwrap_or_default();
    }

    /// Sorts it by something else.
    pub fn sort_by(&mut self, order: Order, findings: &Findings, cursor: Cursor) {
        self.order = order;
        self.sort(findings, cursor);
    }

    /// Brings it up to date.
    pub fn refresh(
        &mut self,
        visible: &Visible<'_>,
        generation: u64,
        cursor: Cursor,
        findings: &Findings,
    ) {
        let log = visible.log();
        let at = At {
            first: log.first(),
            reshaped: log.reshaped(),
            generation,
            cursor,
        };
        if self.at == Some(at) && self.matched == visible.count_before(cursor) {
            return;
        }
        let known = self
            .at
            .filter(|old| At { cursor, ..*old } == at && old.cursor <= cursor);
        if known.is_none() {
            *self = Self {
                order: self.order,
                selected: self.selected,
                ..Self::default()
            };
        }
        self.look_at(log, known.map_or(log.first(), |old| old.cursor), cursor);
        self.choose(visible, cursor);
        self.at = Some(at);
        self.sort(findings, cursor);
        if !self.sorted.contains(&self.selected) {
            self.selected = self.sorted.first().copied().unwrap_or_default();
        }
    }

    fn look_at(&mut self, log: &Log, from: Cursor, to: Cursor) {
        for (base, chunk, rows) in log.chunks(from..to) {
            for row in rows {
                let session = chunk.columns.session.get(row);
                let session = session.filter(|session| session.is_some());
                if let Some(session) = session
                    && !chunk.columns.has(row, Flags::DUPLICATE)
                {
                    self.starts_known |= chunk.columns.has(row, Flags::START);
                    let told = self.told.entry(session).or_default();
                    told.add(&chunk.columns, row, base.plus(row as u64));
                }
            }
        }
    }

    /// A scan answers in any order, so what matches is looked at whole whenever there is more of it.
    fn choose(&mut self, visible: &Visible<'_>, cursor: Cursor) {
        self.matched = visible.count_before(cursor);
        self.chosen = visible.is_narrowed().then(|| {
            let count = usize::try_from(self.matched).unwrap_or(usize::MAX);
            let log = visible.log();
            let shown = visible.before(cursor, count).into_iter();
            shown
                .filter_map(|seq| Some(log.get(seq)?.session()))
                .collect()
        });
    }

    fn sort(&mut self, findings: &Findings, cursor: Cursor) {
        let chosen = |session: &Symbol| self.chosen.as_ref().is_none_or(|c| c.contains(session));
        let mut keyed: Vec<_> = self
            .told
            .iter()
            .filter(|(session, _)| chosen(session))
            .map(|(session, told)| {
                let first = match self.order {
                    Order::Active => 0,
                    Order::Errors => told.errors,
                    Order::Tokens => told.tokens.map_or(0, |t| t.saturating_add(1)),
                    Order::Findings => findings.of(*session, cursor).count() as u64,
                };
                (std::cmp::Reverse((first, told.last_ms)), *session)
            })
            .collect();
        keyed.sort_unstable();
        self.sorted = keyed.into_iter().map(|(_, session)| session).collect();
    }
}
