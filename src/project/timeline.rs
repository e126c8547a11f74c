//! One session's events before a cursor, with what they add up to.

use crate::model::{Class, Flags, Ms};
use crate::query::RowSet;
use crate::store::{Chunk, Cursor, Log, Seq, Symbol};

use super::activity::IDLE_MS;

/// A silence in a session that is shown as such.
pub const SILENCE_MS: Ms = 30_000;

/// How a session stands (DESIGN §3 rule 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SessionStatus {
    /// Begun and not ended.
    #[default]
    Open,
    /// Ended by an event.
    Ended,
    /// Without an event for 30 minutes.
    Idle,
}

/// A session as of a cursor.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// Its events, oldest first.
    pub seqs: Vec<Seq>,
    /// Its user, from the newest event that names one.
    pub user: Symbol,
    /// Where it began on the time axis.
    pub first_ms: Ms,
    /// Its last event on the time axis.
    pub last_ms: Ms,
    /// Messages.
    pub messages: u64,
    /// Errors.
    pub errors: u64,
    /// Tokens; `None` where no event told any.
    pub tokens: Option<u64>,
    /// Its first event is no start: the beginning is not in the log.
    pub truncated: bool,
    ended: bool,
}

impl Timeline {
    /// How it stands at a moment that is not before its last event.
    #[must_use]
    pub fn status(&self, at_ms: Ms) -> SessionStatus {
        if self.ended {
            SessionStatus::Ended
        } else if at_ms.saturating_sub(self.last_ms) >= IDLE_MS {
            SessionStatus::Idle
        } else {
            SessionStatus::Open
        }
    }

    /// Reads as few columns as it can: of a long session each read is far from the last, and that is what takes the time.
    fn add(&mut self, chunk: &Chunk, base: Seq, row: usize) {
        let columns = &chunk.columns;
        let flags = columns.flags.get(row).unwrap_or_default();
        if self.seqs.is_empty() {
            self.truncated = !flags.has(Flags::START);
        }
        self.seqs.push(base.plus(row as u64));
        if flags.has(Flags::DUPLICATE) {
            return;
        }
        self.ended = flags.has(Flags::END);
        self.messages += u64::from(columns.class.get(row) == Some(Class::Message));
        self.errors += u64::from(flags.has(Flags::ERROR));
        if let Some(tokens) = columns.tokens(row) {
            self.tokens = Some(self.tokens.unwrap_or_default() + tokens);
        }
    }

    /// What the ends of a chunk's events tell, those from the `from`th on.
    fn add_ends(&mut self, chunk: &Chunk, base: Seq, from: usize) {
        let columns = &chunk.columns;
        let rows = self.seqs.get(from..).unwrap_or_default().iter();
        let mut rows = rows.map(|seq| usize::try_from(seq.since(base)).unwrap_or(usize::MAX));
        let ms = |row: Option<usize>| row.and_then(|row| columns.axis_ms.get(row));
        if from == 0 {
            self.first_ms = ms(rows.clone().next()).unwrap_or(self.first_ms);
        }
        self.last_ms = ms(rows.clone().next_back()).unwrap_or(self.last_ms);
        let user = rows.rfind(|row| columns.user.get(*row).is_some_and(Symbol::is_some));
        let user = user.and_then(|row| columns.user.get(row));
        self.user = user.unwrap_or(self.user);
    }
}

/// Scans for the session's events before `cursor`; sealed chunks without the session are skipped.
#[must_use]
pub fn timeline(log: &Log, session: Symbol, cursor: Cursor) -> Timeline {
    let mut out = Timeline::default();
    for (base, chunk, rows) in chunks_with(log, session, cursor) {
        let before = out.seqs.len();
        for row in rows {
            out.add(chunk, base, row);
        }
        out.add_ends(chunk, base, before);
    }
    out
}

/// Where a session begins and how far it came before a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// As [`Timeline::first_ms`].
    pub first_ms: Ms,
    /// As [`Timeline::last_ms`].
    pub last_ms: Ms,
    /// As [`Timeline::truncated`].
    pub truncated: bool,
    /// An event ended it.
    pub ended: bool,
}

/// The ends of a session before `cursor`, without what lies between them; `None` where it has no event there.
#[must_use]
pub fn ends(log: &Log, session: Symbol, cursor: Cursor) -> Option<Ends> {
    let chunks = || chunks_with(log, session, cursor);
    let mut from_front = chunks().flat_map(|(_, chunk, rows)| rows.map(move |row| (chunk, row)));
    let mut from_back = chunks()
        .rev()
        .flat_map(|(_, chunk, rows)| rows.rev().map(move |row| (chunk, row)));
    let ms = |(chunk, row): (&Chunk, usize)| chunk.columns.axis_ms.get(row).unwrap_or_default();
    let (first, last) = (from_front.next()?, from_back.next()?);
    let counted = std::iter::once(last)
        .chain(from_back)
        .find(|(chunk, row)| !chunk.columns.has(*row, Flags::DUPLICATE));
    Some(Ends {
        first_ms: ms(first),
        last_ms: ms(last),
        truncated: !first.0.columns.has(first.1, Flags::START),
        ended: counted.is_some_and(|(chunk, row)| chunk.columns.has(row, Flags::END)),
    })
}

/// The chunks before a cursor, with the session's rows in each, ascending. The column is compared as a whole: of a session
/// that never ends, all of it is read.
fn chunks_with(
    log: &Log,
    session: Symbol,
    cursor: Cursor,
) -> impl DoubleEndedIterator<Item = (Seq, &Chunk, impl DoubleEndedIterator<Item = usize>)> {
    log.chunks(log.first()..cursor)
        .filter(move |(_, chunk, _)| chunk.may_have_session(session))
        .map(move |(base, chunk, rows)| {
            let column = &chunk.columns.session;
            let found = column.select(rows.clone(), |symbol| symbol == session);
            let found = RowSet::from_words(rows.len(), found);
            (
                base,
                &**chunk,
                found.iter().map(move |row| rows.start + row),
            )
        })
}
