//! The list of sessions: opening it, keys and mouse in it, and opening a session from it.

use super::inspect;
use crate::app::action::Effect;
use crate::app::input::{Code, Held, Key, Mouse, MouseKind};
use crate::app::keymap::{self, Command};
use crate::app::layout::ScreenId;
use crate::app::screen::{Under, listed_session};
use crate::app::sessions::{Order, Sessions};
use crate::app::state::State;

/// Rows of the list that a page key moves.
const PAGE: isize = 10;

/// Opens the list at the session of the session pane.
pub fn open(state: &mut State) {
    state.sessions = Some(Box::new(Sessions::at(state.panes.session)));
    keep_up(state);
}

/// Brings the open list up to date with log, playhead and filter.
pub fn keep_up(state: &mut State) {
    let Some(mut list) = state.sessions.take() else {
        return;
    };
    let (visible, cursor) = (state.visible(), state.cursor());
    list.refresh(&visible, state.generation, cursor, &state.findings);
    state.sessions = Some(list);
}

/// A key while the list is open.
pub fn press(state: &mut State, key: Key) -> Vec<Effect> {
    if key == Key::with(Held::Control, Code::Char('c')) {
        return vec![Effect::Quit];
    }
    let order = match (key.held, key.code) {
        (Held::None, Code::Char('a')) => Some(Order::Active),
        (Held::None, Code::Char('e')) => Some(Order::Errors),
        (Held::None, Code::Char('n')) => Some(Order::Findings),
        (Held::None, Code::Char('t')) => Some(Order::Tokens),
        _ => None,
    };
    let cursor = state.cursor();
    let Some(list) = &mut state.sessions else {
        return Vec::new();
    };
    if let Some(order) = order {
        list.sort_by(order, &state.findings, cursor);
        return Vec::new();
    }
    match keymap::command(key) {
        Some(Command::Down) => list.select(1),
        Some(Command::Up) => list.select(-1),
        Some(Command::PageDown) => list.select(PAGE),
        Some(Command::PageUp) => list.select(-PAGE),
        Some(Command::First) => list.select(isize::MIN),
        Some(Command::Last) => list.select(isize::MAX),
        Some(Command::Open) => inspect_selected(state),
        Some(Command::Back | Command::Sessions | Command::Quit) => state.sessions = None,
        _ => {}
    }
    Vec::new()
}

/// The wheel moves the selection, a click selects, one beside the list closes it.
pub fn point(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    let under = listed_session(state, mouse.column, mouse.row);
    let Some(list) = &mut state.sessions else {
        return Vec::new();
    };
    match (mouse.kind, under) {
        (MouseKind::WheelDown, _) => list.select(1),
        (MouseKind::WheelUp, _) => list.select(-1),
        (MouseKind::Press, Under::Row(by)) => list.select(by),
        (MouseKind::Press, Under::Outside) => state.sessions = None,
        _ => {}
    }
    Vec::new()
}

/// The session screen tells of it as of the playhead.
fn inspect_selected(state: &mut State) {
    let Some(list) = state.sessions.take() else {
        return;
    };
    if !list.selected.is_some() {
        return;
    }
    state.panes.session = list.selected;
    state.panes.baseline = None;
    state.panes.timeline = None;
    state.panes.state_scroll = 0;
    inspect::show(state, ScreenId::Session);
}
