//! Which sessions were active when: spans of activity per session, so that "active at" is a count of spans.

mod spans;

use std::ops::Range;

use self::spans::Spans;
use crate::model::Ms;
use crate::store::{Columns, Cursor, Seq, Symbol};

/// A session without an event for that long is idle (DESIGN §3 rule 6).
pub const IDLE_MS: Ms = 30 * 60 * 1000;

/// When the sessions seen were active, in the newest part of the log and in a window of history before a hole. Grows with the
/// number of sessions, not of entries.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    newest: Spans,
    window: Spans,
}

/// A part of the log that grows by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What ends with the newest entry.
    Newest,
    /// What ends with a hole.
    Window,
}

impl Activity {
    /// Takes in rows after all others of their part, in symbols of the log; `base` is the place of row 0.
    pub fn newer(&mut self, part: Part, columns: &Columns, base: Seq, rows: Range<usize>) {
        self.part(part).newer(columns, base, rows);
    }

    /// Takes in rows before all others of their part, in symbols of the log; `base` is the place of row 0.
    pub fn older(&mut self, part: Part, columns: &Columns, base: Seq, rows: Range<usize>) {
        self.part(part).older(columns, base, rows);
    }

    /// The hole is filled: the window belongs to the newest part.
    pub fn join(&mut self) {
        let newest = std::mem::take(&mut self.newest);
        self.newest = std::mem::take(&mut self.window);
        self.newest.join(newest);
    }

    /// The window was dropped.
    pub fn drop_window(&mut self) {
        self.window = Spans::default();
    }

    fn part(&mut self, part: Part) -> &mut Spans {
        match part {
            Part::Newest => &mut self.newest,
            Part::Window => &mut self.window,
        }
    }

    /// When a session was last seen, and whether it ended then.
    #[must_use]
    pub fn last_seen(&self, session: Symbol) -> Option<(Ms, bool)> {
        let newest = self.newest.last_seen(session);
        newest.or_else(|| self.window.last_seen(session))
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
        let window = self.window.known(cursor, Some(&self.newest));
        let spans = window.chain(self.newest.known(cursor, None));
        for (start, until) in spans.filter(|(start, until)| *until > first && *start <= end_ms) {
            if let Some(change) = changes.get_mut(slot(start)) {
                *change += 1;
            }
            if let Some(change) = changes.get_mut(slot(until)) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Flags;

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
        activity.newer(Part::Newest, &all, Seq::ORIGIN, 0..ROWS.len());
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
        activity.newer(Part::Newest, &all, Seq::ORIGIN, 0..4);
        let active = |n| activity.active(Seq::ORIGIN.plus(n).before(), 1_000, 1, 1);
        let counts: Vec<u32> = (0..=4).flat_map(active).collect();
        assert_eq!(counts, [0, 1, 0, 1, 2]);
    }

    #[test]
    fn it_does_not_matter_from_which_end_the_rows_came() {
        let all = columns(&ROWS);
        let mut forward = Activity::default();
        forward.newer(Part::Newest, &all, Seq::ORIGIN, 0..ROWS.len());
        for cut in 0..=ROWS.len() {
            let mut both = Activity::default();
            both.newer(Part::Newest, &all, Seq::ORIGIN, cut..ROWS.len());
            for row in (0..cut).rev() {
                both.older(Part::Newest, &all, Seq::ORIGIN, row..row + 1);
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
