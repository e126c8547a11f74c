//! What must hold after every action: the playhead stands on the log, the feed shows the playhead, the session pane has a session.

use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::model::Ms;
use crate::store::{Seq, Symbol};

/// While following, the session pane keeps its session until that has been silent for this long.
const SILENT_MS: Ms = 30_000;

/// Makes it hold.
pub fn settle(state: &mut State) {
    keep_playhead_on_log(state);
    keep_horizon(state);
    keep_playhead_in_feed(state);
    choose_session(state);
    find_spikes(state);
}

/// At least one entry has happened wherever the playhead stands.
fn keep_playhead_on_log(state: &mut State) {
    let (low, high) = (state.log.first().next().after(), state.log.end());
    match &mut state.playhead {
        Playhead::Following => {}
        _ if state.log.is_empty() => state.playhead = Playhead::Following,
        Playhead::Paused(cursor) | Playhead::Playing { cursor, .. } => {
            *cursor = (*cursor).clamp(low, high.max(low));
        }
    }
}

/// Set on leaving the live end; a playhead that plays past it takes it along.
fn keep_horizon(state: &mut State) {
    state.panes.horizon = match state.playhead {
        Playhead::Following => None,
        Playhead::Paused(_) | Playhead::Playing { .. } => Some(
            state
                .panes
                .horizon
                .unwrap_or(state.log.end())
                .max(state.cursor()),
        ),
    };
}

/// While history is loading, what is usual changes with every page.
fn find_spikes(state: &mut State) {
    if state.feed.history.idle && !state.log.is_empty() {
        state.traffic.find(state.moment_end());
    }
}

/// Moves the feed only when the playhead's row would leave it.
fn keep_playhead_in_feed(state: &mut State) {
    if state.playhead == Playhead::Following {
        state.panes.anchor = None;
        return;
    }
    let Some(selected) = state.selected().map(|e| e.seq) else {
        state.panes.anchor = None;
        return;
    };
    // The row of a hole takes one.
    let rows = feed_height(state) - usize::from(state.log.hole().is_some());
    let rows = rows.max(1);
    let anchor = match state.panes.anchor {
        None => selected,
        Some(anchor) if selected > anchor => selected,
        Some(anchor) => anchor_above(state, selected, anchor, rows),
    };
    state.panes.anchor = Some(anchor);
}

/// The same anchor while the row is in view. One row above it, the feed scrolls by that row; further up it was a jump, which
/// shows what led to the row, and a third of the feed of what follows.
fn anchor_above(state: &State, selected: Seq, anchor: Seq, rows: usize) -> Seq {
    let shown = state.visible().before(anchor.after(), rows);
    let Some(first) = shown.first().filter(|first| **first > selected) else {
        return anchor;
    };
    let is_next = state.visible().before(first.before(), 1).first() == Some(&selected);
    let below = if is_next { rows } else { rows / 3 + 1 };
    let after = state.visible().after(selected.before(), below);
    after.last().copied().unwrap_or(selected)
}

/// Rows of the feed.
pub fn feed_height(state: &State) -> usize {
    usize::from(state.layout().feed.map_or(1, |area| area.body().height)).max(1)
}

/// In the past it is the session of the playhead's row. While following it stays until it falls silent, so that nothing flickers.
fn choose_session(state: &mut State) {
    let of_row = state.selected().map_or(Symbol::NONE, |e| e.session());
    let keep = state.playhead == Playhead::Following && state.panes.session.is_some() && {
        let last = state.activity.last_seen(state.panes.session);
        last.is_some_and(|(at, ended)| !ended && state.present_ms().saturating_sub(at) < SILENT_MS)
    };
    if !keep && of_row.is_some() {
        state.panes.session = of_row;
    }
}
