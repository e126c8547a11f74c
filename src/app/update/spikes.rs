//! The list of spikes, going to one, and telling those that are raised while it follows.

use super::{lists, seek};
use crate::app::action::Effect;
use crate::app::input::{Code, Held, Key, Mouse, MouseKind};
use crate::app::keymap::{self, Command};
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::{markers, screen, spike_list};
use crate::query::Moment;

/// A key while the list is open.
pub fn press(state: &mut State, key: Key) -> Vec<Effect> {
    if key == Key::with(Held::Control, Code::Char('c')) {
        return vec![Effect::Quit];
    }
    match keymap::command(key) {
        Some(Command::Open) => return jump(state),
        Some(Command::Back | Command::Spikes | Command::Quit) => state.spike_list = None,
        Some(command) => {
            if let Some(by) = lists::rows(command) {
                spike_list::select(state, by);
            }
        }
        None => {}
    }
    Vec::new()
}

/// The wheel moves the selection, a click selects, one beside the list closes it.
pub fn point(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    match mouse.kind {
        MouseKind::WheelDown => spike_list::select(state, 1),
        MouseKind::WheelUp => spike_list::select(state, -1),
        MouseKind::Press => match screen::spike_row(state, mouse.column, mouse.row) {
            screen::Under::Row(by) => spike_list::select(state, by),
            screen::Under::List => {}
            screen::Under::Outside => state.spike_list = None,
        },
        MouseKind::Drag | MouseKind::Release => {}
    }
    Vec::new()
}

/// Goes where the selected one is looked at; from a silence that nothing broke yet to the last entry before it.
fn jump(state: &mut State) -> Vec<Effect> {
    let all = spike_list::all(state);
    let spike = spike_list::selected(state, &all).and_then(|at| all.get(at));
    state.spike_list = None;
    let Some(spike) = spike else {
        return Vec::new();
    };
    let before = || state.log.last_before(state.log.cursor_at(spike.start_ms));
    let seq = markers::place(&state.log, spike).or_else(|| before().map(|e| e.seq));
    let Some(seq) = seq else {
        return seek::go_to(state, Moment::At(spike.start_ms));
    };
    seek::stand_on(state, seq);
    state.tell(markers::spike_text(spike));
    Vec::new()
}

/// What was raised just now, while it follows. In the past one looks at the past: what is raised meanwhile is not told later.
pub fn raised(state: &mut State) -> Vec<Effect> {
    if !state.feed.history.idle || state.log.is_empty() {
        return Vec::new();
    }
    let at_ms = state.silent_until_ms();
    let raised = state.alarms.raised(state.traffic.spikes(), at_ms);
    if state.playhead != Playhead::Following {
        return Vec::new();
    }
    raised.into_iter().map(Effect::Spike).collect()
}
