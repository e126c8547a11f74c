//! Which sessions were active when: spans of activity per session, so that "active at" is a count of spans.

use hashbrown::HashMap;

use crate::model::{Flags, Ms};
use crate::store::{Columns, Symbol};

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
    ended: bool,
}

impl Span {
    /// Up to here (excluded) the session counts as active.
    const fn until_ms(self) -> Ms {
        if self.ended {
            self.last_ms
        } else {
            self.last_ms + IDLE_MS
        }
    }
}

impl Activity {
    /// Takes in rows at the live end, in symbols of the log.
    pub fn newer(&mut self, columns: &Columns, rows: std::ops::Range<usize>) {
        for (session, at, end) in sightings(columns, rows) {
            let open = self
                .newest
                .get(&session)
                .and_then(|i| self.spans.get_mut(*i));
            match open.filter(|span| at < span.until_ms() && !span.ended) {
                Some(span) => {
                    span.last_ms = span.last_ms.max(at);
                    span.ended = end;
                }
                None => self.begin(session, at, end, true),
            }
        }
    }

    /// Takes in rows of history at the old end, in symbols of the log.
    pub fn older(&mut self, columns: &Columns, rows: std::ops::Range<usize>) {
        for (session, at, end) in sightings(columns, rows).rev() {
            let next = self
                .oldest
                .get(&session)
                .and_then(|i| self.spans.get_mut(*i));
            match next.filter(|span| !end && span.start_ms < at + IDLE_MS) {
                Some(span) => span.start_ms = span.start_ms.min(at),
                None => self.begin(session, at, end, false),
            }
        }
    }

    fn begin(&mut self, session: Symbol, at: Ms, ended: bool, newest: bool) {
        let index = self.spans.len();
        self.spans.push(Span {
            start_ms: at,
            last_ms: at,
            ended,
        });
        if newest {
            self.newest.insert(session, index);
            self.oldest.entry(session).or_insert(index);
        } else {
            self.oldest.insert(session, index);
            self.newest.entry(session).or_insert(index);
        }
    }

    /// When a session was last seen, and whether it ended then.
    #[must_use]
    pub fn last_seen(&self, session: Symbol) -> Option<(Ms, bool)> {
        let span = self.spans.get(*self.newest.get(&session)?)?;
        Some((span.last_ms, span.ended))
    }

    /// Sessions that are open and not idle at each of these moments, which are `step_ms` apart and end at `end_ms`.
    #[must_use]
    pub fn active(&self, end_ms: Ms, step_ms: Ms, count: usize) -> Vec<u32> {
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
            .filter(|s| s.until_ms() > first && s.start_ms <= end_ms)
        {
            if let Some(change) = changes.get_mut(slot(span.start_ms)) {
                *change += 1;
            }
            if let Some(change) = changes.get_mut(slot(span.until_ms())) {
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
    rows: std::ops::Range<usize>,
) -> impl DoubleEndedIterator<Item = (Symbol, Ms, bool)> {
    rows.filter_map(|row| {
        let session = *columns.session.get(row).filter(|s| s.is_some())?;
        Some((
            session,
            *columns.axis_ms.get(row)?,
            columns.has(row, Flags::END),
        ))
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

    #[test]
    fn a_session_is_active_from_its_first_event_to_its_end_or_until_it_idles() {
        let mut activity = Activity::default();
        let all = columns(&ROWS);
        activity.newer(&all, 0..ROWS.len());
        assert_eq!(activity.active(6_000, 1_000, 7), [0, 1, 2, 1, 1, 2, 2]);
        assert_eq!(activity.active(5_000 + IDLE_MS, 1, 1), [0]);
        assert_eq!(activity.active(2_000 + 2 * IDLE_MS, 1, 1), [1]);
    }

    #[test]
    fn it_does_not_matter_from_which_end_the_rows_came() {
        let all = columns(&ROWS);
        let mut forward = Activity::default();
        forward.newer(&all, 0..ROWS.len());
        for cut in 0..=ROWS.len() {
            let mut both = Activity::default();
            both.newer(&all, cut..ROWS.len());
            for row in (0..cut).rev() {
                both.older(&all, row..row + 1);
            }
            let end = 4_000 + 2 * IDLE_MS;
            assert_eq!(
                both.active(end, 1_000, 4_000),
                forward.active(end, 1_000, 4_000),
                "cut at {cut}"
            );
        }
    }
}
