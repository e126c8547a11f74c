//! One session's events before a cursor, with what they add up to.

use crate::model::{Class, Flags, Ms};
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
    for (base, chunk, rows) in log
        .chunks(log.first()..cursor)
        .filter(|(_, chunk, _)| chunk.may_have_session(session))
    {
        let (from, before) = (rows.start, out.seqs.len());
        for (offset, _) in chunk
            .columns
            .session
            .range(rows)
            .enumerate()
            .filter(|(_, s)| *s == session)
        {
            out.add(chunk, base, from + offset);
        }
        out.add_ends(chunk, base, before);
    }
    out
}
