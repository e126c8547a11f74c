//! What the keys do on the error screen: groups, then the occurrences of one, then the session at that moment. What is the same
//! on all screens is left to [`super::commands`].

use super::{commands, inspect, seek};
use crate::app::action::Effect;
use crate::app::failing::{Failing, Subject};
use crate::app::keymap::Command;
use crate::app::layout::{PaneId, ScreenId};
use crate::app::playhead::Playhead;
use crate::app::screen;
use crate::app::state::State;
use crate::store::Seq;

/// The panes in the order of Tab.
const PANES: [PaneId; 3] = [PaneId::Errors, PaneId::Occurrences, PaneId::Detail];

/// Runs a command.
pub fn run(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Down => rows(state, 1),
        Command::Up => rows(state, -1),
        Command::PageDown => rows(state, page(state)),
        Command::PageUp => rows(state, -page(state)),
        // Before the first error there is no group yet.
        Command::NextError | Command::PreviousError if !has_group(state) => {
            return of_the_playhead(state, command);
        }
        Command::NextError => to_occurrence(state, true),
        Command::PreviousError => to_occurrence(state, false),
        Command::NextPane => focus(state, 1),
        Command::PreviousPane => focus(state, -1),
        Command::Open => open(state),
        Command::NextForm => inspect::next_form(state),
        Command::Back => back(state),
        Command::NarrowUser | Command::NarrowSession | Command::NarrowType => {
            return narrow(state, command);
        }
        Command::Show(ScreenId::Session) => {
            let session = state.selected().map(|entry| entry.session());
            state.panes.session = session
                .filter(|s| s.is_some())
                .unwrap_or(state.panes.session);
            inspect::show(state, ScreenId::Session);
            state.panes.back_to = ScreenId::Errors;
        }
        // These speak of the selected error.
        Command::Copy | Command::Bookmark => return commands::common(state, command),
        _ => return of_the_playhead(state, command),
    }
    Vec::new()
}

fn has_group(state: &State) -> bool {
    state.failing.as_ref().is_some_and(|f| f.group().is_some())
}

/// Runs a command that speaks of the playhead's entry, whatever is selected here.
fn of_the_playhead(state: &mut State, command: Command) -> Vec<Effect> {
    let failing = state.failing.take();
    let effects = commands::common(state, command);
    if state.screen == ScreenId::Errors {
        state.failing = failing;
    }
    effects
}

/// Narrows to what the selected error is of; the playhead stays where it is.
fn narrow(state: &mut State, command: Command) -> Vec<Effect> {
    let stays = state.playhead;
    let effects = commands::common(state, command);
    state.playhead = stays;
    effects
}

fn page(state: &State) -> i64 {
    let height = match state.panes.focus {
        PaneId::Occurrences => screen::occurrences_height(state),
        _ => screen::groups_height(state),
    };
    i64::try_from(height).unwrap_or(1).max(2) - 1
}

/// Up and down belong to the focused pane; the newest occurrence is the uppermost.
fn rows(state: &mut State, by: i64) {
    match state.panes.focus {
        PaneId::Occurrences => step(state, by),
        PaneId::Detail => inspect::scroll_entry(state, by),
        _ => step_in_groups(state, by),
    }
}

fn step_in_groups(state: &mut State, by: i64) {
    let Some(failing) = &state.failing else {
        return;
    };
    let by = isize::try_from(by).unwrap_or_default();
    let to = failing.place().map_or(0, |at| at.saturating_add_signed(by));
    let groups = failing.groups();
    if let Some(group) = groups.get(to.min(groups.len().saturating_sub(1))) {
        state.panes.group = Some(group.fingerprint);
        state.panes.occurrence = None;
        state.panes.entry.scroll = 0;
    }
}

/// To an older occurrence, or by a negative number to a newer one.
fn step(state: &mut State, by: i64) {
    let Some(failing) = &state.failing else {
        return;
    };
    let faults = failing.faults(state.horizon());
    let by = isize::try_from(by).unwrap_or_default();
    let to = match failing.happened().checked_sub(1) {
        Some(here) => here.saturating_add_signed(by.saturating_neg()),
        None if by < 0 => 0,
        None => return,
    };
    if let Some(fault) = faults.get(to.min(faults.len().saturating_sub(1))) {
        let seq = fault.seq;
        stand_on(state, seq);
    }
}

fn stand_on(state: &mut State, seq: Seq) {
    seek::stand_on(state, seq);
    state.panes.entry.scroll = 0;
}

/// To the group's next occurrence, or the one before.
fn to_occurrence(state: &mut State, forward: bool) {
    let Some(failing) = &state.failing else {
        return;
    };
    let here = state.log.last_before(state.cursor()).map(|e| e.seq);
    let following = state.playhead == Playhead::Following;
    let found = if forward {
        failing.faults(state.log.end()).get(failing.happened())
    } else {
        let end = here.filter(|_| !following).map(Seq::before);
        failing.faults(end.unwrap_or(state.cursor())).last()
    };
    match found.map(|fault| fault.seq) {
        Some(seq) => stand_on(state, seq),
        None => state.tell(if forward {
            "no error of this group after this moment"
        } else {
            "no error of this group before this moment"
        }),
    }
}

fn focus(state: &mut State, by: isize) {
    state.panes.turn(&PANES, by);
}

/// Of a group its occurrences; of an occurrence its session at that moment; of the entry all of it, or the room back.
fn open(state: &mut State) {
    match state.panes.focus {
        PaneId::Detail => {
            let is_open = state.panes.zoomed.take() == Some(PaneId::Detail);
            state.panes.zoomed = (!is_open).then_some(PaneId::Detail);
        }
        PaneId::Occurrences => open_session(state),
        _ => {
            let has_any = state.failing.as_ref().is_some_and(|f| f.happened() > 0);
            if has_any {
                state.panes.focus = PaneId::Occurrences;
                state.panes.zoomed = None;
            }
        }
    }
}

fn open_session(state: &mut State) {
    let Some(entry) = state.selected() else {
        return;
    };
    let (seq, session) = (entry.seq, entry.session());
    if !session.is_some() {
        state.tell("this error names no session");
        return;
    }
    stand_on(state, seq);
    state.panes.session = session;
    inspect::show(state, ScreenId::Session);
    state.panes.back_to = ScreenId::Errors;
}

/// Gives back the room that one pane took, then goes from pane to pane, then to the dashboard.
fn back(state: &mut State) {
    if state.notice.take().is_some() || state.panes.zoomed.take().is_some() {
        return;
    }
    match state.panes.focus {
        PaneId::Detail => state.panes.focus = PaneId::Occurrences,
        PaneId::Occurrences => state.panes.focus = PaneId::Errors,
        _ => inspect::show(state, ScreenId::Dashboard),
    }
}

/// What must hold after every action while the screen is open.
pub fn settle(state: &mut State) {
    let mut failing = state.failing.take().unwrap_or_default();
    failing.refresh(Subject {
        log: &state.log,
        narrowing: state.narrowing.as_ref(),
        cursor: state.playhead.cursor(&state.log),
        group: state.panes.group,
        is_loading: !state.feed.history.idle,
    });
    state.panes.group = failing.group().or(state.panes.group);
    // Where the program opens on this screen, nothing has had the focus yet.
    if !PANES.contains(&state.panes.focus) {
        state.panes.focus = PaneId::Errors;
    }
    keep_in_view(state, &failing);
    state.failing = Some(failing);
}

/// Moves the list of occurrences only when the selected one would leave it.
fn keep_in_view(state: &mut State, failing: &Failing) {
    let faults = failing.faults(state.horizon());
    let here = faults.len()
        - failing
            .happened()
            .clamp(usize::from(!faults.is_empty()), faults.len());
    let height = screen::occurrences_height(state).max(1);
    let following = state.playhead == Playhead::Following;
    let kept = state.panes.occurrence.filter(|_| !following);
    let kept = kept.and_then(|seq| faults.binary_search_by_key(&seq, |fault| fault.seq).ok());
    let top = kept.map_or(0, |at| faults.len() - 1 - at);
    let top = top.clamp((here + 1).saturating_sub(height), here);
    let top = top.min(faults.len().saturating_sub(height));
    let first = faults
        .len()
        .checked_sub(1 + top)
        .and_then(|at| faults.get(at));
    state.panes.occurrence = first.map(|fault| fault.seq);
}
