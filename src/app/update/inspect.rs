//! What the keys do on the session screen. What is the same on all screens is left to [`super::commands`].

use super::{commands, landing, seek};
use crate::app::action::Effect;
use crate::app::bookmarks::Bookmark;
use crate::app::keymap::Command;
use crate::app::layout::{PaneId, ScreenId};
use crate::app::screen;
use crate::app::state::{Detail, State};
use crate::model::EntryId;

/// The panes in the order of Tab.
const PANES: [PaneId; 3] = [PaneId::Session, PaneId::State, PaneId::Detail];

/// Opens a screen.
pub fn show(state: &mut State, screen: ScreenId) {
    if state.screen == screen {
        return;
    }
    state.screen = screen;
    state.inspected = None;
    state.metrics.measured = None;
    state.failing = None;
    state.groups.is_entry_open = false;
    state.panes.back_to = ScreenId::Dashboard;
    state.panes.zoomed = None;
    state.panes.focus = match screen {
        ScreenId::Dashboard => PaneId::Feed,
        ScreenId::Session => PaneId::Session,
        ScreenId::Metrics => PaneId::Charts,
        ScreenId::Errors => PaneId::Errors,
        ScreenId::Groups => PaneId::ConsumerGroups,
    };
}

/// Runs a command.
pub fn run(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Down => rows(state, 1),
        Command::Up => rows(state, -1),
        Command::PageDown => rows(state, page(state)),
        Command::PageUp => rows(state, -page(state)),
        Command::StepBack => step(state, -1),
        Command::StepForward => step(state, 1),
        Command::First => landing::to_session_edge(state, true),
        Command::NextError => to_error(state, true),
        Command::PreviousError => to_error(state, false),
        Command::NextPane => focus(state, 1),
        Command::PreviousPane => focus(state, -1),
        Command::Open => open(state),
        Command::NextForm => next_form(state),
        Command::Compare => compare(state),
        Command::Back => back(state),
        Command::Filter | Command::NarrowUser | Command::NarrowSession | Command::NarrowType => {
            return on_the_dashboard(state, command);
        }
        _ => return commands::common(state, command),
    }
    Vec::new()
}

/// A filter is of the feed: what it shows is seen there.
pub fn on_the_dashboard(state: &mut State, command: Command) -> Vec<Effect> {
    let effects = commands::common(state, command);
    show(state, ScreenId::Dashboard);
    effects
}

fn page(state: &State) -> i64 {
    let height = screen::timeline_height(state);
    i64::try_from(height).unwrap_or(1).max(2) - 1
}

/// Up and down belong to the focused pane.
fn rows(state: &mut State, by: i64) {
    match state.panes.focus {
        PaneId::Detail => scroll_entry(state, by),
        PaneId::State => scroll_state(state, by),
        _ => step(state, by),
    }
}

/// By events of this session.
fn step(state: &mut State, by: i64) {
    let Some(inspected) = &state.inspected else {
        return;
    };
    let steps = inspected.folded().steps();
    let by = isize::try_from(by).unwrap_or_default();
    let target = match inspected.happened().checked_sub(1) {
        Some(here) => here.saturating_add_signed(by),
        None => 0,
    };
    if let Some(step) = steps.get(target.min(steps.len().saturating_sub(1))) {
        let seq = step.seq;
        seek::stand_on(state, seq);
    }
}

fn scrolled(at: usize, by: i64, lines: usize) -> usize {
    let by = isize::try_from(by).unwrap_or_default();
    at.saturating_add_signed(by).min(lines.saturating_sub(1))
}

/// Scrolls the entry.
pub fn scroll_entry(state: &mut State, by: i64) {
    let lines = screen::detail_lines(state);
    let entry = &mut state.panes.entry;
    entry.scroll = scrolled(entry.scroll, by, lines);
}

fn scroll_state(state: &mut State, by: i64) {
    let lines = screen::state_lines(state);
    state.panes.state_scroll = scrolled(state.panes.state_scroll, by, lines);
}

/// To this session's next error, or the one before; at the live end, where none is next, to the newest.
fn to_error(state: &mut State, forward: bool) {
    let Some(inspected) = &state.inspected else {
        return;
    };
    let steps = inspected.folded().steps();
    let following = state.playhead == crate::app::playhead::Playhead::Following;
    let here = inspected.happened();
    let found = if forward && !following {
        steps
            .get(here..)
            .and_then(|s| s.iter().find(|s| s.is_error))
    } else {
        let end = if following {
            here
        } else {
            here.saturating_sub(1)
        };
        steps
            .get(..end)
            .and_then(|s| s.iter().rfind(|s| s.is_error))
    };
    match found.map(|step| step.seq) {
        Some(seq) => seek::stand_on(state, seq),
        None => state.tell(if forward {
            "no error of this session after this event"
        } else {
            "no error of this session before this event"
        }),
    }
}

fn focus(state: &mut State, by: isize) {
    state.panes.turn(&PANES, by);
}

/// The entry takes the whole middle, or gives it back.
fn open(state: &mut State) {
    let is_open = state.panes.zoomed == Some(PaneId::Detail);
    state.panes.zoomed = (!is_open).then_some(PaneId::Detail);
    state.panes.focus = if is_open {
        PaneId::Session
    } else {
        PaneId::Detail
    };
}

/// Shows the entry in its next form.
pub fn next_form(state: &mut State) {
    state.panes.entry = Detail {
        form: state.panes.entry.form.next(),
        scroll: 0,
    };
}

/// Begins to compare, or ends it.
fn compare(state: &mut State) {
    if state.panes.baseline.take().is_some() {
        return;
    }
    match comparison_point(state) {
        Some(id) => {
            state.panes.baseline = Some(id);
            let is_bookmark = state.bookmarks.all().iter().any(|mark| mark.id == id);
            let what = if is_bookmark {
                "the last bookmark"
            } else {
                "this event"
            };
            state.tell(format!(
                "the state is compared with that at {what}: move on, d ends it"
            ));
        }
        None => state.tell("there is no event here to compare with"),
    }
}

/// What a comparison begins at: the bookmark made last among this session's events, else the event here.
fn comparison_point(state: &State) -> Option<EntryId> {
    let is_of_session = |mark: &&Bookmark| {
        let entry = state.log.find(mark.id).and_then(|seq| state.log.get(seq));
        entry.is_some_and(|e| e.session() == state.panes.session)
    };
    let marks = state.bookmarks.all().iter().filter(is_of_session);
    let bookmark = marks.max_by_key(|mark| mark.made_ms).map(|mark| mark.id);
    bookmark.or_else(|| state.selected().map(|entry| entry.id()))
}

/// Gives back the room that one pane took, then the focus, then the screen.
fn back(state: &mut State) {
    state.notice = None;
    if state.panes.zoomed.take().is_some() || state.panes.focus != PaneId::Session {
        state.panes.focus = PaneId::Session;
        return;
    }
    show(state, state.panes.back_to);
    if state.screen == ScreenId::Errors {
        state.panes.focus = PaneId::Occurrences;
    }
}
