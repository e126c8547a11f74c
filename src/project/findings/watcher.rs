//! All detectors over all sessions, fed one event after another.
//!
//! Invariant: at most [`SESSIONS`] sessions are kept; of those least recently active it forgets what they did, and counts them.

use hashbrown::HashMap;

use super::burst::Burst;
use super::edges::Edges;
use super::repeats::Repeats;
use super::row::Row;
use super::turns::{Dear, Fleet, Turns};
use super::{Finding, Found, Place};
use crate::model::{Class, Flags};
use crate::project::turns::Speaker;
use crate::store::{Columns, Seq, Strings};

/// Sessions that are watched at once.
pub const SESSIONS: usize = 65_536;

/// What the detectors see of an event.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// The entry.
    pub at: Place,
    /// Its marks.
    pub flags: Flags,
    /// As [`Columns::arguments`].
    pub arguments: u32,
    /// Tokens, where known.
    pub tokens: Option<u64>,
    /// Whether it is a message of the user.
    pub asks: bool,
}

impl Seen {
    /// A row; `seq` is its place, where it stands in a log.
    #[must_use]
    pub fn of(columns: &Columns, row: usize, strings: &Strings, seq: Option<Seq>) -> Self {
        let flags = columns.flags.get(row).unwrap_or_default();
        let is_message = columns.class.get(row) == Some(Class::Message);
        let role = columns.role.get(row).unwrap_or_default();
        let speaks = is_message && !flags.has(Flags::ERROR);
        Self {
            at: Place {
                id: columns.id.get(row).unwrap_or_default(),
                seq,
            },
            flags,
            arguments: columns.arguments.get(row).unwrap_or_default(),
            tokens: columns.tokens(row),
            asks: speaks && Speaker::of(strings.get(role)) == Some(Speaker::User),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Watched {
    seen_at: u64,
    repeats: Repeats,
    row: Row,
    burst: Burst,
    turns: Turns,
    edges: Edges,
}

/// The detectors of every session.
#[derive(Clone, Debug)]
pub struct Watcher {
    /// Boxed, since half of the table may be empty.
    sessions: HashMap<u64, Box<Watched>>,
    fleet: Fleet,
    starts_known: bool,
    seen: u64,
    bound: usize,
    dropped: u64,
}

impl Default for Watcher {
    fn default() -> Self {
        Self::bounded(SESSIONS)
    }
}

impl Watcher {
    /// One that watches at most so many sessions at once.
    #[must_use]
    pub fn bounded(bound: usize) -> Self {
        Self {
            sessions: HashMap::new(),
            fleet: Fleet::default(),
            starts_known: false,
            seen: 0,
            bound: bound.max(4),
            dropped: 0,
        }
    }

    /// Sessions of which it was forgotten what they did.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Sessions that are watched now.
    #[must_use]
    pub fn watched(&self) -> usize {
        self.sessions.len()
    }

    /// Forgets what every session did, and keeps what is known of all together: entries are missing here.
    pub fn miss(&mut self) {
        self.sessions.clear();
    }

    /// Takes in the next event of a session and tells what it makes known. Repeated events are left out.
    pub fn see(&mut self, session: u64, event: &Seen, mut tell: impl FnMut(Finding)) {
        if event.flags.has(Flags::DUPLICATE) {
            return;
        }
        self.seen += 1;
        if self.sessions.len() >= self.bound && !self.sessions.contains_key(&session) {
            self.make_room();
        }
        let watched = self.sessions.entry(session).or_default();
        watched.seen_at = self.seen;
        let mut found = |found, rests_on| {
            tell(Finding {
                found,
                session,
                at: event.at,
                rests_on,
            });
        };
        let is_error = event.flags.has(Flags::ERROR);
        if let Some(odd) = watched.edges.push(event.flags, self.starts_known) {
            found(odd, vec![event.at]);
        }
        self.starts_known |= event.flags.has(Flags::START);
        if let Some(alike) = watched.repeats.push(event.arguments, event.at) {
            found(Found::Loop, alike);
        }
        if let Some(run) = watched.row.push(is_error, event.at) {
            found(Found::ErrorsInARow, run);
        }
        if is_error && let Some((within_ms, errors)) = watched.burst.push(event.at) {
            found(Found::ErrorBurst { within_ms }, errors);
        }
        if event.asks {
            watched.turns.begin(event.at, &mut self.fleet);
        }
        if let Some(dear) = watched.turns.push(event.tokens, self.fleet) {
            let Dear { own, fleet, asks } = dear;
            let mut entries = asks;
            if entries.last() != Some(&event.at) {
                entries.push(event.at);
            }
            found(Found::ExpensiveTurns { own, fleet }, entries);
        }
        if event.flags.has(Flags::END) {
            watched.turns.end(&mut self.fleet);
        }
    }

    /// Forgets the quarter that was least recently active, so that this is seldom needed.
    fn make_room(&mut self) {
        let mut seen_at: Vec<u64> = self.sessions.values().map(|w| w.seen_at).collect();
        let quarter = (self.bound / 4).max(1);
        let (_, border, _) = seen_at.select_nth_unstable(quarter.min(self.sessions.len()) - 1);
        let border = *border;
        let before = self.sessions.len();
        self.sessions.retain(|_, watched| watched.seen_at > border);
        self.dropped += (before - self.sessions.len()) as u64;
    }
}
