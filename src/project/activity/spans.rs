//! The spans of activity of the sessions in one run of the log without holes.

use std::ops::Range;

use hashbrown::HashMap;

use super::IDLE_MS;
use crate::model::{Flags, Ms};
use crate::store::{Columns, Cursor, Seq, Symbol};

/// Grows with the number of sessions, not of entries.
#[derive(Clone, Debug)]
pub(super) struct Spans {
    all: Vec<Span>,
    newest: HashMap<Symbol, usize>,
    oldest: HashMap<Symbol, usize>,
    /// What was taken in; fetched again after an eviction it changes nothing.
    covered: Range<Cursor>,
}

/// A time in which a session spoke at least every [`IDLE_MS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    session: Symbol,
    start_ms: Ms,
    last_ms: Ms,
    first: Seq,
    last: Seq,
    ended: bool,
}

impl Span {
    /// Up to here (excluded) the session counts as active, as known at `cursor`.
    const fn until_ms(self, cursor: Cursor) -> Ms {
        if self.ended && cursor.includes(self.last) {
            self.last_ms
        } else {
            self.last_ms + IDLE_MS
        }
    }
}

/// A session's event: where, when, and whether it ends there.
#[derive(Clone, Copy)]
struct Sighting {
    session: Symbol,
    seq: Seq,
    at_ms: Ms,
    end: bool,
}

impl Default for Spans {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            newest: HashMap::new(),
            oldest: HashMap::new(),
            covered: Seq(u64::MAX).before()..Cursor::START,
        }
    }
}

impl Spans {
    /// Takes in rows at the live end, in symbols of the log; `base` is the place of row 0.
    pub(super) fn newer(&mut self, columns: &Columns, base: Seq, rows: Range<usize>) {
        self.cover(base, &rows);
        for seen in sightings(columns, base, rows) {
            let open = self
                .newest
                .get(&seen.session)
                .and_then(|i| self.all.get_mut(*i));
            match open.filter(|span| !span.ended && seen.at_ms < span.last_ms + IDLE_MS) {
                Some(span) => {
                    span.last_ms = span.last_ms.max(seen.at_ms);
                    span.last = seen.seq;
                    span.ended = seen.end;
                }
                None => self.begin(seen, true),
            }
        }
    }

    /// Takes in rows of history at the old end, in symbols of the log; `base` is the place of row 0.
    pub(super) fn older(&mut self, columns: &Columns, base: Seq, rows: Range<usize>) {
        let known = self.covered.start;
        self.cover(base, &rows);
        let news = sightings(columns, base, rows).rev();
        for seen in news.filter(|seen| known.includes(seen.seq)) {
            let next = self
                .oldest
                .get(&seen.session)
                .and_then(|i| self.all.get_mut(*i));
            match next.filter(|span| !seen.end && span.start_ms < seen.at_ms + IDLE_MS) {
                Some(span) => {
                    span.start_ms = span.start_ms.min(seen.at_ms);
                    span.first = seen.seq;
                }
                None => self.begin(seen, false),
            }
        }
    }

    fn cover(&mut self, base: Seq, rows: &Range<usize>) {
        let (from, to) = (base.plus(rows.start as u64), base.plus(rows.end as u64));
        self.covered.start = self.covered.start.min(from.before());
        self.covered.end = self.covered.end.max(to.before());
    }

    fn begin(&mut self, seen: Sighting, newest: bool) {
        let index = self.all.len();
        self.all.push(Span {
            session: seen.session,
            start_ms: seen.at_ms,
            last_ms: seen.at_ms,
            first: seen.seq,
            last: seen.seq,
            ended: seen.end,
        });
        if newest {
            self.newest.insert(seen.session, index);
            self.oldest.entry(seen.session).or_insert(index);
        } else {
            self.oldest.insert(seen.session, index);
            self.newest.entry(seen.session).or_insert(index);
        }
    }

    /// When a session was last seen, and whether it ended then.
    #[must_use]
    pub(super) fn last_seen(&self, session: Symbol) -> Option<(Ms, bool)> {
        let span = self.all.get(*self.newest.get(&session)?)?;
        Some((span.last_ms, span.ended))
    }

    /// Where the session of a span goes on after this run, if it does before it idles.
    fn goes_on(&self, session: Symbol) -> Option<Span> {
        self.all.get(*self.oldest.get(&session)?).copied()
    }

    /// From when to when sessions were active, as known at `cursor`; where one goes on in `then`, up to there.
    pub(super) fn known<'a>(
        &'a self,
        cursor: Cursor,
        then: Option<&'a Self>,
    ) -> impl Iterator<Item = (Ms, Ms)> + 'a {
        let happened = self.all.iter().filter(move |s| cursor.includes(s.first));
        happened.map(move |span| {
            let until = span.until_ms(cursor);
            let next = then.and_then(|then| then.goes_on(span.session));
            let next = next.filter(|next| cursor.includes(next.first));
            let until = next.map_or(until, |next| until.min(next.start_ms));
            (span.start_ms, until.max(span.start_ms))
        })
    }

    /// Takes in what comes right after it.
    pub(super) fn join(&mut self, later: Self) {
        let Self {
            all,
            newest,
            oldest,
            covered,
        } = later;
        let shift = self.all.len();
        self.all.extend(all);
        for (session, at) in oldest {
            self.link(session, at + shift);
        }
        for (session, at) in newest {
            self.newest.insert(session, at + shift);
        }
        self.covered.end = self.covered.end.max(covered.end);
    }

    /// A session's first span after the seam goes on its last one before it, unless it ended or fell idle between.
    fn link(&mut self, session: Symbol, at: usize) {
        let Some(before) = self.newest.get(&session).copied() else {
            self.oldest.insert(session, at);
            return;
        };
        let Some(start) = self.all.get(before).copied() else {
            return;
        };
        if let Some(span) = self.all.get_mut(at)
            && !start.ended
            && span.start_ms < start.last_ms + IDLE_MS
        {
            (span.start_ms, span.first) = (start.start_ms, start.first);
            // What is left of the one before it never counts.
            if let Some(left) = self.all.get_mut(before) {
                (left.first, left.last) = (Seq(u64::MAX), Seq(u64::MAX));
            }
            if self.oldest.get(&session) == Some(&before) {
                self.oldest.insert(session, at);
            }
        }
    }
}

fn sightings(
    columns: &Columns,
    base: Seq,
    rows: Range<usize>,
) -> impl DoubleEndedIterator<Item = Sighting> {
    rows.filter_map(move |row| {
        Some(Sighting {
            session: columns.session.get(row).filter(|s| s.is_some())?,
            seq: base.plus(row as u64),
            at_ms: columns.axis_ms.get(row)?,
            end: columns.has(row, Flags::END),
        })
    })
}
