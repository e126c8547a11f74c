//! The scrubber's range: turned by the wheel and by keys, and moved along with the playhead. Clicks and drags on it.

use super::seek;
use crate::app::action::Effect;
use crate::app::input::{Mouse, MouseKind};
use crate::app::layout::ScreenId;
use crate::app::playhead::Playhead;
use crate::app::screen;
use crate::app::state::State;
use crate::app::zoom::{Turn, Zoom};
use crate::query::Moment;

/// One notch around the moment under the mouse.
pub fn by_wheel(state: &mut State, column: u16, turn: Turn) {
    if state.screen == ScreenId::Session {
        return;
    }
    if let (Some(extent), Some(ms)) = (state.extent(), screen::scrubber_moment(state, column)) {
        state.panes.zoom = state.panes.zoom.turn(extent, ms, turn);
    }
}

/// One notch around the playhead.
pub fn by_key(state: &mut State, turn: Turn) {
    if state.screen == ScreenId::Session {
        return state.tell("on this screen the scrubber shows the whole session");
    }
    let Some(extent) = state.extent() else {
        return;
    };
    let at_ms = state.moment_ms();
    let zoom = state.panes.zoom;
    let here = if zoom.shows(extent, at_ms) {
        zoom
    } else {
        zoom.moved_to(extent, at_ms)
    };
    state.panes.zoom = here.turn(extent, at_ms, turn);
}

/// The button went down on the scrubber, moved, or went up. What is not loaded is fetched only once it went up.
pub fn pointed(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    let was_dragging =
        std::mem::replace(&mut state.panes.dragging, mouse.kind != MouseKind::Release);
    if state.screen == ScreenId::Session {
        if let Some(seq) = screen::scrubber_step(state, mouse.column)
            && mouse.kind != MouseKind::Release
        {
            seek::stand_on(state, seq);
        }
        return Vec::new();
    }
    let Some(ms) = screen::scrubber_moment(state, mouse.column) else {
        return Vec::new();
    };
    let is_here = !state.absences().iter().any(|absence| absence.span.has(ms));
    match (is_here, mouse.kind) {
        (true, MouseKind::Press | MouseKind::Drag) => seek::to_time(state, ms),
        (false, MouseKind::Release) if was_dragging => return seek::go_to(state, Moment::At(ms)),
        _ => {}
    }
    Vec::new()
}

/// Where the playhead stood before an action.
#[derive(Clone, Copy)]
pub struct Before {
    playhead: Playhead,
    zoom: Zoom,
    in_view: bool,
}

/// Remembers it.
pub fn before(state: &State) -> Before {
    Before {
        playhead: state.playhead,
        zoom: state.panes.zoom,
        in_view: is_in_view(state),
    }
}

/// A playhead that leaves the range takes it along. One that was put down anywhere is shown; one that walks by itself while
/// something else is looked at is left alone.
pub fn move_along(state: &mut State, before: Before) {
    let Some(extent) = state.extent() else {
        return;
    };
    let put_down =
        matches!(state.playhead, Playhead::Paused(_)) && state.playhead != before.playhead;
    let turned = state.panes.zoom != before.zoom;
    if turned || state.panes.dragging || is_in_view(state) || !(before.in_view || put_down) {
        return;
    }
    state.panes.zoom = state.panes.zoom.moved_to(extent, state.moment_ms());
}

fn is_in_view(state: &State) -> bool {
    match (state.panes.zoom, state.extent()) {
        (Zoom::Part(_), Some(extent)) => state.panes.zoom.shows(extent, state.moment_ms()),
        _ => true,
    }
}
