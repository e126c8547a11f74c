//! The mouse: click a row, turn the wheel, drag the scrubber.

use super::bookmarks;
use super::seek;
use crate::app::action::Effect;
use crate::app::input::{Mouse, MouseKind};
use crate::app::keymap::Command;
use crate::app::layout::{Area, PaneId};
use crate::app::screen;
use crate::app::state::State;

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
    match mouse.kind {
        MouseKind::Press => press(state, mouse),
        MouseKind::Drag if state.panes.dragging => scrub(state, mouse.column),
        MouseKind::Drag => {}
        MouseKind::Release => state.panes.dragging = false,
        MouseKind::WheelUp => wheel(state, mouse, -NOTCH),
        MouseKind::WheelDown => wheel(state, mouse, NOTCH),
    }
    Vec::new()
}

/// The pane under the mouse with its area.
fn pane_at(state: &State, mouse: Mouse) -> Option<(PaneId, Area)> {
    let l = state.layout();
    let panes = [
        (PaneId::Feed, l.feed),
        (PaneId::Session, l.session),
        (PaneId::Errors, l.errors),
        (PaneId::Detail, l.detail),
    ];
    let mut present = panes.into_iter().filter_map(|(id, area)| Some((id, area?)));
    present.find(|(_, area)| area.contains(mouse.column, mouse.row))
}

fn press(state: &mut State, mouse: Mouse) {
    if state
        .layout()
        .scrubber
        .is_some_and(|area| area.contains(mouse.column, mouse.row))
    {
        state.panes.dragging = true;
        return scrub(state, mouse.column);
    }
    let Some((pane, area)) = pane_at(state, mouse) else {
        return;
    };
    state.panes.focus = pane;
    let Some(row) = mouse.row.checked_sub(area.body().y).map(usize::from) else {
        return;
    };
    match pane {
        PaneId::Feed => {
            if let Some(seq) = screen::feed_rows(state).get(row) {
                seek::stand_on(state, *seq);
            }
        }
        PaneId::Session => {
            if let Some(seq) = screen::session_row(state, row) {
                seek::stand_on(state, seq);
            }
        }
        PaneId::Errors => {
            if let Some(group) = screen::error_row(state, row) {
                state.panes.group = Some(group);
            }
        }
        PaneId::Detail => {}
    }
}

fn scrub(state: &mut State, column: u16) {
    if let Some(ms) = screen::scrubber_moment(state, column) {
        seek::to_time(state, ms);
    }
}

/// The wheel turns what is under it, whatever has the focus.
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
