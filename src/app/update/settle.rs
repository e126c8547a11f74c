//! What must hold after every action: the playhead stands on the log, the feed shows the playhead, the session pane has a session.

use super::{consumer_groups, errors, sessions};
use crate::app::inspected::{Inspected, Subject};
use crate::app::layout::ScreenId;
use crate::app::playhead::Playhead;
use crate::app::screen;
use crate::app::state::State;
use crate::app::window::first_in_view;
use crate::model::Ms;
use crate::store::{Cursor, Log, Seq, Symbol};

/// While following, the session pane keeps its session until that has been silent for this long.
const SILENT_MS: Ms = 30_000;

/// Makes it hold.
pub fn settle(state: &mut State) {
    keep_playhead_on_log(state);
    keep_horizon(state);
    find_spikes(state);
    let loading = &state.loading;
    let is_asked = loading.going.is_some() || !loading.errands.is_empty();
    let is_idle = state.feed.history.idle && !is_asked;
    state.findings.refresh(&state.log, is_idle);
    match state.screen {
        ScreenId::Dashboard => {
            keep_playhead_in_feed(state);
            choose_session(state);
        }
        ScreenId::Metrics => choose_session(state),
        ScreenId::Session => {
            // It stays with its session, whoever speaks.
            if !state.panes.session.is_some() {
                state.panes.session = last_session(&state.log, state.cursor());
            }
            inspect(state);
            keep_playhead_in_timeline(state);
        }
        ScreenId::Errors => errors::settle(state),
        ScreenId::Groups => consumer_groups::settle(state),
    }
    sessions::keep_up(state);
}

/// The session of the last entry that has one.
fn last_session(log: &Log, cursor: Cursor) -> Symbol {
    let mut chunks = log.chunks(log.first()..cursor).rev();
    let found = chunks.find_map(|(_, chunk, rows)| {
        let mut sessions = chunk.columns.session.range(rows);
        sessions.rfind(|session| session.is_some())
    });
    found.unwrap_or_default()
}

/// Folds the session at the playhead.
fn inspect(state: &mut State) {
    let subject = Subject {
        log: &state.log,
        mapping: &state.options.mapping,
        session: state.panes.session,
        cursor: state.playhead.cursor(&state.log),
        horizon: state.horizon(),
        baseline: state.panes.baseline,
    };
    match &mut state.inspected {
        Some(inspected) => inspected.refresh(subject),
        None => state.inspected = Some(Box::new(Inspected::new(subject))),
    }
    let is_compared = state
        .inspected
        .as_ref()
        .is_some_and(|i| i.baseline().is_some());
    if !is_compared && state.panes.baseline.take().is_some() {
        state.tell("the entry that was compared with is not here any more");
    }
}

/// Moves the timeline only when the playhead's event would leave it.
fn keep_playhead_in_timeline(state: &mut State) {
    let height = screen::timeline_height(state);
    let Some(inspected) = &state.inspected else {
        return;
    };
    let (steps, happened) = (inspected.shown(), inspected.happened());
    let following = state.playhead == Playhead::Following;
    let kept = state.panes.timeline.filter(|_| !following);
    let kept = kept.and_then(|seq| steps.binary_search_by_key(&seq, |step| step.seq).ok());
    let at = happened.saturating_sub(1);
    let first = first_in_view(steps, at, kept, height);
    state.panes.timeline = steps.get(first).map(|step| step.seq);
}

/// At least one entry has happened wherever the playhead stands.
fn keep_playhead_on_log(state: &mut State) {
    let (low, high) = (state.log.first().next().after(), state.log.end());
    match &mut state.playhead {
        Playhead::Following => {}
        _ if state.log.is_empty() => state.playhead = Playhead::Following,
        Playhead::Paused(cursor) | Playhead::Playing { cursor, .. } => {
            *cursor = state.log.beside((*cursor).clamp(low, high.max(low)));
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
        state.traffic.find(&state.log, state.silent_until_ms());
        state.strip.keep_up(&state.log);
    }
}

/// Moves the feed only when the playhead's row would leave it.
fn keep_playhead_in_feed(state: &mut State) {
    if state.playhead == Playhead::Following {
        state.panes.anchor = None;
        return;
    }
    let Some(selected) = state.selected().map(|e| e.seq) else {
        state.panes.anchor = first_to_come(state);
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
    state.panes.anchor = Some(filled(state, anchor, rows));
}

/// Nothing that the filter shows has happened yet: the feed shows what will.
fn first_to_come(state: &State) -> Option<Seq> {
    let horizon = state.horizon();
    let rows = state.visible().after(state.cursor(), feed_height(state));
    rows.into_iter().rev().find(|seq| horizon.includes(*seq))
}

/// Where less stands above than the feed has rows, what follows fills them, up to the horizon.
fn filled(state: &State, anchor: Seq, rows: usize) -> Seq {
    let above = state.visible().before(anchor.after(), rows).len();
    let below = state.visible().after(anchor.after(), rows - above);
    let horizon = state.horizon();
    let mut below = below.into_iter().rev();
    below.find(|seq| horizon.includes(*seq)).unwrap_or(anchor)
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
