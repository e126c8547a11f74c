//! Which rows of a session's timeline are in view: its events, and the silences between them.
//!
//! Invariant: the window moves only when the playhead's row would leave it, and never shows less than it could.

use crate::model::Ms;
use crate::project::folded::Step;
use crate::project::timeline::SILENCE_MS;

/// A row of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// An event, by its index.
    Event(usize),
    /// The silence before the event with this index.
    Gap(usize, Ms),
}

/// The silence before an event, where it is one.
fn gap(steps: &[Step], at: usize) -> Option<Ms> {
    let before = steps.get(at.checked_sub(1)?)?;
    let ms = steps.get(at)?.ms.saturating_sub(before.ms);
    (ms >= SILENCE_MS).then_some(ms)
}

/// The rows from this event on.
#[must_use]
pub fn items(steps: &[Step], first: usize, height: usize) -> Vec<Item> {
    let rows = (first..steps.len()).flat_map(|at| {
        let silence = gap(steps, at).filter(|_| at > first);
        let silence = silence.map(|ms| Item::Gap(at, ms));
        silence.into_iter().chain([Item::Event(at)])
    });
    rows.take(height).collect()
}

/// Whether an event is in view where the first row is that of another, not later one.
fn reaches(steps: &[Step], first: usize, to: usize, height: usize) -> bool {
    let mut rows = 1;
    for at in first + 1..=to {
        rows += 1 + usize::from(gap(steps, at).is_some());
        if rows > height {
            return false;
        }
    }
    rows <= height
}

/// The earliest event that may stand first where this one is to be in view.
fn back_from(steps: &[Step], to: usize, height: usize) -> usize {
    let mut rows = 1;
    let mut first = to;
    while first > 0 {
        rows += 1 + usize::from(gap(steps, first).is_some());
        if rows > height {
            break;
        }
        first -= 1;
    }
    first
}

/// The first event in view: of the window before, if the playhead's event is in it. Next to the window it scrolls by that
/// event; further away it was a jump, which shows what led to the event, and a third of what follows.
#[must_use]
pub fn first_in_view(steps: &[Step], at: usize, kept: Option<usize>, height: usize) -> usize {
    let Some(last) = steps.len().checked_sub(1) else {
        return 0;
    };
    let height = height.max(1);
    let at = at.min(last);
    let jump = || back_from(steps, at, (height * 2 / 3).max(1));
    let first = match kept {
        Some(first) if at + 1 == first => at,
        Some(first) if at < first => jump(),
        Some(first) if reaches(steps, first, at, height) => first,
        Some(first) if at > 0 && reaches(steps, first, at - 1, height) => {
            back_from(steps, at, height)
        }
        _ => jump(),
    };
    first.min(back_from(steps, last, height))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Seq;

    /// Events a second apart, with a silence before each of `after_silence`.
    fn steps(count: u64, after_silence: &[u64]) -> Vec<Step> {
        let ms = |n: u64| {
            let silences = after_silence.iter().filter(|at| **at <= n).count();
            n * 1_000 + SILENCE_MS * silences as u64
        };
        let step = |n| Step {
            seq: Seq::ORIGIN.plus(n),
            ms: ms(n),
            latency_ms: None,
            speaker: None,
            is_error: false,
            repeated: false,
        };
        (0..count).map(step).collect()
    }

    #[test]
    fn silences_are_rows_but_for_one_at_the_top() {
        let steps = steps(4, &[1, 2]);
        let silence = SILENCE_MS + 1_000;
        let wanted = [Item::Event(1), Item::Gap(2, silence), Item::Event(2)];
        assert_eq!(items(&steps, 1, 3), wanted);
        assert!(reaches(&steps, 1, 2, 3) && !reaches(&steps, 1, 3, 3));
    }

    #[test]
    fn the_window_stays_while_the_event_is_in_it_and_scrolls_by_one_beside_it() {
        let steps = steps(100, &[]);
        let first = |at, kept| first_in_view(&steps, at, kept, 10);
        assert_eq!(first(45, Some(40)), 40);
        assert_eq!((first(39, Some(40)), first(50, Some(40))), (39, 41));
        assert_eq!((first(20, Some(40)), first(60, Some(40))), (15, 55));
        assert_eq!((first(99, None), first(0, None)), (90, 0));
    }

    #[test]
    fn the_event_is_in_view_whatever_the_window_was() {
        for (count, silences) in [(1, vec![]), (7, vec![3]), (40, vec![1, 2, 3, 20, 39])] {
            let steps = steps(count, &silences);
            for at in 0..steps.len() {
                for kept in (0..steps.len()).map(Some).chain([None]) {
                    for height in 1..12 {
                        let first = first_in_view(&steps, at, kept, height);
                        let shown = items(&steps, first, height);
                        assert!(shown.contains(&Item::Event(at)), "{at} {kept:?} {height}");
                    }
                }
            }
        }
    }
}
