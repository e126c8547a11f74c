//! One session's events before a cursor, with what they add up to.

use std::ops::Range;

use crate::model::{Flags, Ms};
use crate::query::RowSet;
use crate::store::{Chunk, Cursor, Log, Seq, SessionSums, Symbol};

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
    /// Its events.
    pub count: u64,
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

    /// Takes in what comes after everything so far; `sums` are of rows of the chunk.
    fn join(&mut self, chunk: &Chunk, sums: &SessionSums) {
        let ms = |row: u32| chunk.columns.axis_ms.get(row as usize).unwrap_or_default();
        if self.count == 0 {
            self.first_ms = ms(sums.first);
            self.truncated = !sums.begins;
        }
        self.last_ms = ms(sums.last);
        self.count += u64::from(sums.rows);
        if sums.user.is_some() {
            self.user = sums.user;
        }
        self.ended = sums.ended.unwrap_or(self.ended);
        self.messages += u64::from(sums.messages);
        self.errors += u64::from(sums.errors);
        if let Some(tokens) = sums.tokens() {
            let so_far = self.tokens.unwrap_or_default();
            self.tokens = Some(so_far.saturating_add(tokens));
        }
    }
}

/// A session up to `cursor`: the sums of sealed chunks, and what is read of the others.
#[must_use]
pub fn timeline(log: &Log, session: Symbol, cursor: Cursor) -> Timeline {
    let mut out = Timeline::default();
    for (_, chunk, rows) in log.chunks(log.first()..cursor) {
        if !chunk.may_have_session(session) {
            continue;
        }
        let kept = chunk.sums_of(session).filter(|_| rows.len() == chunk.len());
        if let Some(sums) = kept {
            out.join(chunk, sums);
        } else if let Some(sums) =
            SessionSums::of(&chunk.columns, session, rows_of(chunk, session, rows))
        {
            out.join(chunk, &sums);
        }
    }
    out
}

/// The places of a session's events before `cursor`, newest first. Reads no further than it is asked.
pub fn before(log: &Log, session: Symbol, cursor: Cursor) -> impl Iterator<Item = Seq> {
    let chunks = chunks_with(log, session, log.first()..cursor).rev();
    chunks.flat_map(|(base, _, rows)| rows.rev().map(move |row| base.plus(row as u64)))
}

/// The places of a session's events after `cursor`, oldest first. Reads no further than it is asked.
pub fn after(log: &Log, session: Symbol, cursor: Cursor) -> impl Iterator<Item = Seq> {
    let chunks = chunks_with(log, session, cursor..log.end());
    chunks.flat_map(|(base, _, rows)| rows.map(move |row| base.plus(row as u64)))
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
    let chunks = || chunks_with(log, session, log.first()..cursor);
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

/// The chunks of a range, with the session's rows in each, ascending.
fn chunks_with(
    log: &Log,
    session: Symbol,
    range: Range<Cursor>,
) -> impl DoubleEndedIterator<Item = (Seq, &Chunk, impl DoubleEndedIterator<Item = usize>)> {
    log.chunks(range)
        .filter(move |(_, chunk, _)| chunk.may_have_session(session))
        .map(move |(base, chunk, rows)| (base, &**chunk, rows_of(chunk, session, rows)))
}

/// The session's rows among some of a chunk, ascending. The column is compared as a whole: of a session that never ends, all of
/// it is read.
fn rows_of(
    chunk: &Chunk,
    session: Symbol,
    rows: Range<usize>,
) -> impl DoubleEndedIterator<Item = usize> + use<> {
    let column = &chunk.columns.session;
    let found = column.select(rows.clone(), |symbol| symbol == session);
    let found = RowSet::from_words(rows.len(), found);
    found.iter().map(move |row| rows.start + row)
}
