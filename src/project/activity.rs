//! Which sessions were active when: spans of activity per session, so that "active at" is a count of spans.

use std::ops::Range;

use hashbrown::HashMap;

use crate::model::{Flags, Ms};
use crate::store::{Columns, Cursor, Seq, Symbol};

/// A session without an event for that long is idle (DESIGN §3 rule 6).
pub const IDLE_MS: Ms = 30 * 60 * 1000;

/// The spans of activity of all sessions seen. Grows with the number of sessions, not of entries.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    spans: Vec<Span>,
    newest: HashMap<Symbol, usize>,
    oldest: HashMap<Symbol, usize>,
}

/// A time in which a session spoke at least every [`IDLE_MS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
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

impl Activity {
    /// Takes in rows at the live end, in symbols of the log; `base` is the place of row 0.
    pub fn newer(&mut self, columns: &Columns, base: Seq, rows: Range<usize>) {
        for seen in sightings(columns, base, rows) {
            let open = self
                .newest
                .get(&seen.session)
                .and_then(|i| self.spans.get_mut(*i));
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
    pub fn older(&mut self, columns: &Columns, base: Seq, rows: Range<usize>) {
        for seen in sightings(columns, base, rows).rev() {
            let next = self
                .oldest
                .get(&seen.session)
                .and_then(|i| self.spans.get_mut(*i));
            match next.filter(|span| !seen.end && span.start_ms < seen.at_ms + IDLE_MS) {
                Some(span) => {
                    span.start_ms = span.start_ms.min(seen.at_ms);
                    span.first = seen.seq;
                }
                None => self.begin(seen, false),
            }
        }
    }

    fn begin(&mut self, seen: Sighting, newest: bool) {
        let index = self.spans.len();
        self.spans.push(Span {
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
    pub fn last_seen(&self, session: Symbol) -> Option<(Ms, bool)> {
        let span = self.spans.get(*self.newest.get(&session)?)?;
        Some((span.last_ms, span.ended))
    }

    /// Sessions that are open and not idle at each of these moments, which are `step_ms` apart and end at `end_ms`. What
    /// stands at or after `cursor` does not count, though it be of the same millisecond.
    #[must_use]
    pub fn active(&self, cursor: Cursor, end_ms: Ms, step_ms: Ms, count: usize) -> Vec<u32> {
        let step = step_ms.max(1);
        let first = end_ms.saturating_sub(step * (count as u64).saturating_sub(1));
        // The first moment that is not before `ms`.
        let slot = |ms: Ms| {
            usize::try_from(ms.saturating_sub(first).div_ceil(step))
                .unwrap_or(count)
                .min(count)
        };
        let mut changes = vec![0_i64; count + 1];
        for span in self
            .spans
            .iter()
            .filter(|s| cursor.includes(s.first))
            .filter(|s| s.until_ms(cursor) > first && s.start_ms <= end_ms)
        {
            if let Some(change) = changes.get_mut(slot(span.start_ms)) {
                *change += 1;
            }
            if let Some(change) = changes.get_mut(slot(span.until_ms(cursor))) {
                *change -= 1;
            }
        }
        let running = changes.iter().scan(0_i64, |sum, change| {
            *sum += change;
            Some(u32::try_from(*sum).unwrap_or(0))
        });
        running.take(count).collect()
    }
}

fn sightings(
    columns: &Columns,
    base: Seq,
    rows: Range<usize>,
) -> impl DoubleEndedIterator<Item = Sighting> {
    rows.filter_map(move |row| {
        Some(Sighting {
            session: *columns.session.get(row).filter(|s| s.is_some())?,
            seq: base.plus(row as u64),
            at_ms: *columns.axis_ms.get(row)?,
            end: columns.has(row, Flags::END),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(rows: &[(u32, Ms, bool)]) -> Columns {
        Columns {
            session: rows.iter().map(|r| Symbol(r.0)).collect(),
            axis_ms: rows.iter().map(|r| r.1).collect(),
            flags: rows
                .iter()
                .map(|r| if r.2 { Flags::END } else { Flags::default() })
                .collect(),
            ..Columns::default()
        }
    }

    const ROWS: [(u32, Ms, bool); 6] = [
        (1, 1_000, false),
        (2, 2_000, false),
        (1, 3_000, true),
        (0, 3_500, false),
        (1, 5_000, false),
        (2, 2_000 + 2 * IDLE_MS, false),
    ];

    const END: Cursor = Seq::ORIGIN.plus(ROWS.len() as u64).before();

    #[test]
    fn a_session_is_active_from_its_first_event_to_its_end_or_until_it_idles() {
        let mut activity = Activity::default();
        let all = columns(&ROWS);
        activity.newer(&all, Seq::ORIGIN, 0..ROWS.len());
        assert_eq!(activity.active(END, 6_000, 1_000, 7), [0, 1, 2, 1, 1, 2, 2]);
        assert_eq!(activity.active(END, 5_000 + IDLE_MS, 1, 1), [0]);
        assert_eq!(activity.active(END, 2_000 + 2 * IDLE_MS, 1, 1), [1]);
    }

    #[test]
    fn what_has_not_happened_does_not_count_though_it_be_of_the_same_millisecond() {
        let mut activity = Activity::default();
        let all = columns(&[
            (1, 1_000, false),
            (1, 1_000, true),
            (2, 1_000, false),
            (1, 1_000, false),
        ]);
        activity.newer(&all, Seq::ORIGIN, 0..4);
        let active = |n| activity.active(Seq::ORIGIN.plus(n).before(), 1_000, 1, 1);
        let counts: Vec<u32> = (0..=4).flat_map(active).collect();
        assert_eq!(counts, [0, 1, 0, 1, 2]);
    }

    #[test]
    fn it_does_not_matter_from_which_end_the_rows_came() {
        let all = columns(&ROWS);
        let mut forward = Activity::default();
        forward.newer(&all, Seq::ORIGIN, 0..ROWS.len());
        for cut in 0..=ROWS.len() {
            let mut both = Activity::default();
            both.newer(&all, Seq::ORIGIN, cut..ROWS.len());
            for row in (0..cut).rev() {
                both.older(&all, Seq::ORIGIN, row..row + 1);
            }
            let end = 4_000 + 2 * IDLE_MS;
            assert_eq!(
                both.active(END, end, 1_000, 4_000),
                forward.active(END, end, 1_000, 4_000),
                "cut at {cut}"
            );
        }
    }
}
