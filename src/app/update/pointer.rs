//! The mouse: click a row, turn the wheel, drag the scrubber.

use super::{bookmarks, consumer_groups, scrubber, seek, sessions, spikes};
use crate::app::action::Effect;
use crate::app::input::{Mouse, MouseKind};
use crate::app::keymap::Command;
use crate::app::layout::{Area, PaneId, ScreenId};
use crate::app::screen::{self, FeedRow};
use crate::app::state::State;
use crate::app::zoom::Turn;

/// Rows that one notch of the wheel moves.
const NOTCH: i64 = 3;

/// Takes in a mouse report.
pub fn mouse(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    if state.help.is_some() {
        if mouse.kind == MouseKind::Press {
            state.help = None;
        }
        return Vec::new();
    }
    if state.bookmarks.list.is_some() {
        return bookmarks::point(state, mouse);
    }
    if state.sessions.is_some() {
        return sessions::point(state, mouse);
    }
    if state.spike_list.is_some() {
        return spikes::point(state, mouse);
    }
    let on_scrubber = is_on_scrubber(state, mouse);
    match mouse.kind {
        MouseKind::Press if on_scrubber => return scrubber::pointed(state, mouse),
        MouseKind::Drag | MouseKind::Release if state.panes.dragging => {
            return scrubber::pointed(state, mouse);
        }
        MouseKind::WheelUp if on_scrubber => scrubber::by_wheel(state, mouse.column, Turn::In),
        MouseKind::WheelDown if on_scrubber => scrubber::by_wheel(state, mouse.column, Turn::Out),
        MouseKind::Press => press(state, mouse),
        MouseKind::WheelUp => wheel(state, mouse, -NOTCH),
        MouseKind::WheelDown => wheel(state, mouse, NOTCH),
        MouseKind::Drag | MouseKind::Release => {}
    }
    Vec::new()
}

fn is_on_scrubber(state: &State, mouse: Mouse) -> bool {
    let area = state.layout().scrubber;
    area.is_some_and(|area| area.contains(mouse.column, mouse.row))
}

/// The pane under the mouse with its area.
fn pane_at(state: &State, mouse: Mouse) -> Option<(PaneId, Area)> {
    let l = state.layout();
    let panes = [
        (PaneId::Feed, l.feed),
        (PaneId::Session, l.session),
        (PaneId::Errors, l.errors),
        (PaneId::State, l.state),
        (PaneId::Detail, l.detail),
        (PaneId::Charts, l.charts),
        (PaneId::Lists, l.lists),
        (PaneId::Occurrences, l.occurrences),
        (PaneId::Streams, l.streams),
        (PaneId::ConsumerGroups, l.consumer_groups),
        (PaneId::Consumers, l.consumers),
        (PaneId::Pending, l.pending),
    ];
    let mut present = panes.into_iter().filter_map(|(id, area)| Some((id, area?)));
    present.find(|(_, area)| area.contains(mouse.column, mouse.row))
}

fn press(state: &mut State, mouse: Mouse) {
    let Some((pane, area)) = pane_at(state, mouse) else {
        return;
    };
    state.panes.focus = pane;
    let Some(row) = mouse.row.checked_sub(area.body().y).map(usize::from) else {
        return;
    };
    match pane {
        PaneId::Feed => {
            if let Some(FeedRow::Entry(seq)) = screen::feed_rows(state).get(row) {
                seek::stand_on(state, *seq);
            }
        }
        PaneId::Session => {
            let found = match state.screen {
                ScreenId::Dashboard | ScreenId::Errors => screen::session_row(state, row),
                ScreenId::Session => screen::timeline_row(state, row),
                ScreenId::Metrics | ScreenId::Groups => None,
            };
            if let Some(seq) = found {
                seek::stand_on(state, seq);
            }
        }
        PaneId::Errors if state.screen == ScreenId::Errors => {
            state.panes.group = screen::group_row(state, row).or(state.panes.group);
        }
        PaneId::Occurrences => {
            if let Some(seq) = screen::occurrence_row(state, row) {
                seek::stand_on(state, seq);
            }
        }
        PaneId::Errors => {
            if let Some(group) = screen::error_row(state, row) {
                state.panes.group = Some(group.fingerprint);
                seek::stand_on(state, group.last);
            }
        }
        PaneId::Streams | PaneId::ConsumerGroups | PaneId::Consumers | PaneId::Pending => {
            if let Some(at) = screen::consumer_group_row(state, pane, row) {
                consumer_groups::select(state, pane, at);
            }
        }
        PaneId::Detail | PaneId::State | PaneId::Charts | PaneId::Lists => {}
    }
}

/// The wheel turns what is under it, whatever has the focus; on the scrubber it zooms.
fn wheel(state: &mut State, mouse: Mouse, rows: i64) {
    let Some((pane, _)) = pane_at(state, mouse) else {
        return;
    };
    let focus = std::mem::replace(&mut state.panes.focus, pane);
    for _ in 0..rows.unsigned_abs() {
        super::commands::run(state, if rows < 0 { Command::Up } else { Command::Down });
    }
    state.panes.focus = focus;
}
