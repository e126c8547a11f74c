//! What a chunk's entries of one session add up to, so that a session is known without reading all of it.
//!
//! Invariant: the sums of some rows are those that counting them one by one gives; a mark that comes later counts them anew.

use hashbrown::HashMap;

use super::{Columns, Symbol};
use crate::model::{Class, Flags};

/// A session with fewer entries in a chunk is counted whenever it is asked for: sums for many small ones would take more room
/// than they save time. With this many, all sums of a chunk take at most 2.5 B an entry.
pub const LEAST_ROWS: u32 = 16;

/// What some rows of one session add up to. What repeats an event is a row, and nothing else of it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionSums {
    /// The session.
    pub session: Symbol,
    /// The newest user named.
    pub user: Symbol,
    /// Rows.
    pub rows: u32,
    /// The first row in the chunk.
    pub first: u32,
    /// The last row in the chunk.
    pub last: u32,
    /// Messages.
    pub messages: u32,
    /// Errors.
    pub errors: u32,
    /// Whether the first row is a start.
    pub begins: bool,
    /// Whether the last row that counts is an end; `None` where none counts.
    pub ended: Option<bool>,
    tells_tokens: bool,
    tokens: u64,
}

impl SessionSums {
    /// Of a session's rows in a chunk, ascending; `None` of no rows.
    #[must_use]
    pub fn of(
        columns: &Columns,
        session: Symbol,
        rows: impl IntoIterator<Item = usize>,
    ) -> Option<Self> {
        let mut sums = Self {
            session,
            ..Self::default()
        };
        for row in rows {
            sums.add(columns, row);
        }
        (sums.rows > 0).then_some(sums)
    }

    /// The tokens; `None` where no event told any.
    #[must_use]
    pub fn tokens(&self) -> Option<u64> {
        self.tells_tokens.then_some(self.tokens)
    }

    fn add(&mut self, columns: &Columns, row: usize) {
        let flags = columns.flags.get(row).unwrap_or_default();
        self.last = u32::try_from(row).unwrap_or(u32::MAX);
        if self.rows == 0 {
            self.first = self.last;
            self.begins = flags.has(Flags::START);
        }
        self.rows += 1;
        if let Some(user) = columns.user.get(row).filter(|user| user.is_some()) {
            self.user = user;
        }
        if flags.has(Flags::DUPLICATE) {
            return;
        }
        self.ended = Some(flags.has(Flags::END));
        self.messages += u32::from(columns.class.get(row) == Some(Class::Message));
        self.errors += u32::from(flags.has(Flags::ERROR));
        if let Some(tokens) = columns.tokens(row) {
            self.tells_tokens = true;
            self.tokens = self.tokens.saturating_add(tokens);
        }
    }
}

/// Those of a whole chunk, by session, and all its sessions, sorted; none is among them where an entry has none.
pub(super) fn of_all(columns: &Columns) -> (Vec<Symbol>, Vec<SessionSums>) {
    let mut all: HashMap<Symbol, SessionSums> = HashMap::new();
    for (row, session) in columns.session.iter().enumerate() {
        let sums = all.entry(session).or_default();
        sums.session = session;
        sums.add(columns, row);
    }
    let mut sessions: Vec<Symbol> = all.keys().copied().collect();
    sessions.sort_unstable();
    let large = all.into_values().filter(|sums| sums.rows >= LEAST_ROWS);
    let mut large: Vec<SessionSums> = large.collect();
    large.sort_unstable_by_key(|sums| sums.session);
    large.shrink_to_fit();
    (sessions, large)
}

/// Counts a session anew among those that are kept.
pub(super) fn recount(kept: &mut [SessionSums], columns: &Columns, session: Symbol) {
    let Ok(at) = kept.binary_search_by_key(&session, |sums| sums.session) else {
        return;
    };
    let rows = columns.session.iter().enumerate();
    let rows = rows.filter(|(_, other)| *other == session);
    let counted = SessionSums::of(columns, session, rows.map(|(row, _)| row));
    if let (Some(sums), Some(counted)) = (kept.get_mut(at), counted) {
        *sums = counted;
    }
}
