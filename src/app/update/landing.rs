//! Jumps of the playhead to markers: errors, spikes, a session's ends, gaps.

use super::seek::stand_on;
use crate::app::loading::Count;
use crate::app::markers::{self, Find};
use crate::app::playhead::Playhead;
use crate::app::screen::number;
use crate::app::state::State;
use crate::store::{Cursor, Direction, Seq};

/// Where a search begins: beside the entry that the playhead stands on. From the live end, where nothing is next, it goes
/// back and begins with the newest.
pub fn begins(state: &State, here: Seq, direction: Direction) -> (Cursor, Direction) {
    match (state.playhead, direction) {
        (Playhead::Following, _) => (here.after(), Direction::Reverse),
        (_, Direction::Forward) => (here.after(), direction),
        (_, Direction::Reverse) => (here.before(), direction),
    }
}

/// To the next error that the feed shows, or the one before.
pub fn to_error(state: &mut State, direction: Direction) {
    let Some(here) = state.selected().map(|e| e.seq) else {
        return;
    };
    let what = match state.narrowing {
        Some(_) => "error that matches",
        None => "error",
    };
    if let Some(text) = jump(state, here, markers::error, what, direction) {
        // An error tells itself; what was passed over does not.
        if text.contains(PASSED) {
            state.tell(text);
        }
    }
}

/// To the next spike, or the one before.
pub fn to_spike(state: &mut State, direction: Direction) {
    to(state, markers::spike, "spike", direction);
}

/// To the next marker of any kind, or the one before.
pub fn to_marker(state: &mut State, direction: Direction) {
    to(state, markers::next_marker, "marker", direction);
}

fn to(state: &mut State, find: Find, what: &str, direction: Direction) {
    let Some(here) = state.log.last_before(state.cursor()).map(|e| e.seq) else {
        return;
    };
    if let Some(text) = jump(state, here, find, what, direction) {
        state.tell(text);
    }
}

const PASSED: &str = "; passed over ";

/// Stands on the marker and gives back what it is; tells where there is none.
fn jump(
    state: &mut State,
    here: Seq,
    find: Find,
    what: &str,
    direction: Direction,
) -> Option<String> {
    let (from, direction) = begins(state, here, direction);
    let Some(marker) = find(state, from, direction) else {
        let text = nothing(state, here, what, direction);
        state.tell(text);
        return None;
    };
    let passed = passed_hole(state, here, marker.seq);
    let passed =
        passed.map(|n| format!("{PASSED}{} entries that are not loaded", number::count(n)));
    stand_on(state, marker.seq);
    Some(marker.text() + &passed.unwrap_or_default())
}

/// That nothing was found, and how much was not looked at.
pub fn nothing(state: &State, here: Seq, what: &str, direction: Direction) -> String {
    let where_to = match direction {
        Direction::Forward => "after",
        Direction::Reverse => "before",
    };
    let missing = state.missing();
    let between = match direction {
        Direction::Forward => passed_hole(state, here, state.log.end().last()),
        Direction::Reverse => passed_hole(state, here, state.log.first().next()),
    };
    let older = Some(missing.older).filter(|n| n.n > 0 && direction == Direction::Reverse);
    let unseen = [between, older].into_iter().flatten().reduce(|a, b| Count {
        n: a.n + b.n,
        exact: a.exact && b.exact,
    });
    match unseen {
        None => format!("no {what} {where_to} this one"),
        Some(n) => format!(
            "no {what} {where_to} this one here; {} more entries are not loaded",
            number::count(n)
        ),
    }
}

/// What is missing between two entries.
fn passed_hole(state: &State, a: Seq, b: Seq) -> Option<Count> {
    let (a, b) = (a.min(b), a.max(b));
    let hole = state.log.hole()?;
    (hole.from.includes(a) && !hole.from.includes(b)).then(|| state.missing().between)
}

/// To the first or last event of the session in the session pane.
pub fn to_session_edge(state: &mut State, start: bool) {
    match markers::session_edges(&state.log, state.panes.session) {
        Some((first, last)) => stand_on(state, if start { first } else { last }),
        None => state.tell("this row belongs to no session"),
    }
}
