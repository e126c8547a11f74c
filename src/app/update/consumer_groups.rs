//! What the keys do on the screen of consumer groups. What is the same on all screens is left to [`super::commands`].

use super::{commands, group_changes, inspect};
use crate::app::action::Effect;
use crate::app::consumer_groups::{Chosen, Reach, Watch};
use crate::app::keymap::Command;
use crate::app::layout::{PaneId, ScreenId};
use crate::app::screen;
use crate::app::state::State;
use crate::model::consumer_groups::PendingPayload;
use crate::model::line;

/// Runs a command.
pub fn run(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Down => rows(state, 1),
        Command::Up => rows(state, -1),
        Command::PageDown => rows(state, page(state)),
        Command::PageUp => rows(state, -page(state)),
        Command::First => rows(state, isize::MIN),
        Command::Last => rows(state, isize::MAX),
        Command::NextPane => focus(state, 1),
        Command::PreviousPane => focus(state, -1),
        Command::Open => open(state),
        Command::NextForm if state.groups.is_entry_open => inspect::next_form(state),
        Command::Back => back(state),
        Command::Copy => return copy(state),
        command if command.changes_groups() => return group_changes::begin(state, command),
        Command::Filter | Command::NarrowUser | Command::NarrowSession | Command::NarrowType => {
            return inspect::on_the_dashboard(state, command);
        }
        _ => return commands::common(state, command),
    }
    Vec::new()
}

fn page(state: &State) -> isize {
    let height = screen::consumer_group_rows(state);
    height.cast_signed().max(2) - 1
}

/// Up and down belong to the focused pane.
fn rows(state: &mut State, by: isize) {
    let pane = state.panes.focus;
    if pane == PaneId::Detail {
        return inspect::scroll_entry(state, i64::try_from(by).unwrap_or_default());
    }
    let (count, here) = place(state, pane);
    let to = match here {
        Some(at) => at.saturating_add_signed(by),
        None => 0,
    };
    select(state, pane, to.min(count.saturating_sub(1)));
}

/// How many rows a pane has in all, and which is selected.
fn place(state: &State, pane: PaneId) -> (usize, Option<usize>) {
    let groups = &state.groups;
    let chosen = &groups.chosen;
    match pane {
        PaneId::Streams => {
            let at = groups
                .streams()
                .iter()
                .position(|s| Some(&s.key) == chosen.stream.as_ref());
            (groups.streams().len(), at)
        }
        PaneId::Consumers => {
            let all = groups.consumers();
            (
                all.len(),
                all.iter()
                    .position(|c| Some(&c.name) == chosen.consumer.as_ref()),
            )
        }
        PaneId::Pending => {
            let all = groups.pending();
            (
                all.len(),
                all.iter().position(|e| Some(e.id) == chosen.entry),
            )
        }
        _ => {
            let name = groups.group_name();
            let at = groups.groups().position(|(stream, group)| {
                name.as_ref()
                    .is_some_and(|n| n.stream == stream.key && n.group == group.name)
            });
            (groups.groups().count(), at)
        }
    }
}

/// Selects what stands in this row of a pane.
pub fn select(state: &mut State, pane: PaneId, at: usize) {
    let groups = &mut state.groups;
    match pane {
        PaneId::Streams => {
            let key = groups.streams().get(at).map(|s| s.key.clone());
            if key.is_some() && key != groups.chosen.stream {
                groups.chosen = Chosen {
                    stream: key,
                    ..Chosen::default()
                };
            }
        }
        PaneId::Consumers => {
            let name = groups.consumers().get(at).map(|c| c.name.clone());
            groups.chosen.consumer = name.or(groups.chosen.consumer.take());
        }
        PaneId::Pending => {
            let id = groups.pending().get(at).map(|e| e.id);
            if id.is_some() && id != groups.chosen.entry {
                groups.chosen.entry = id;
                state.panes.entry.scroll = 0;
            }
        }
        _ => {
            let found = groups.groups().nth(at);
            let found = found.map(|(stream, group)| (stream.key.clone(), group.name.clone()));
            let Some((stream, group)) = found else { return };
            let chosen = &groups.chosen;
            if chosen.stream.as_ref() != Some(&stream) || chosen.group.as_ref() != Some(&group) {
                groups.chosen = Chosen {
                    stream: Some(stream),
                    group: Some(group),
                    ..Chosen::default()
                };
            }
        }
    }
    state.groups.keep_chosen();
}

/// The panes in the order of Tab. The entry takes the place of the consumers.
fn panes(state: &State) -> [PaneId; 4] {
    let (third, fourth) = if state.groups.is_entry_open {
        (PaneId::Pending, PaneId::Detail)
    } else {
        (PaneId::Consumers, PaneId::Pending)
    };
    [PaneId::Streams, PaneId::ConsumerGroups, third, fourth]
}

fn focus(state: &mut State, by: isize) {
    let order = panes(state);
    state.panes.turn(&order, by);
}

/// Of a stream its groups, of a group its pending entries, of a pending entry all of it.
fn open(state: &mut State) {
    let zoomed = state.panes.zoomed.is_some();
    match state.panes.focus {
        PaneId::Streams => state.panes.focus = PaneId::ConsumerGroups,
        PaneId::ConsumerGroups | PaneId::Consumers => state.panes.focus = PaneId::Pending,
        PaneId::Detail => return close_entry(state),
        _ if state.groups.is_entry_open => return close_entry(state),
        _ if state.groups.entry().is_some() => {
            state.groups.is_entry_open = true;
            state.panes.entry.scroll = 0;
            // Where there is no room beside it, it has the focus to be seen.
            let is_beside = state.size.width >= crate::app::layout::WIDE;
            if !is_beside || zoomed {
                state.panes.focus = PaneId::Detail;
            }
        }
        _ => {}
    }
    if zoomed {
        state.panes.zoomed = Some(state.panes.focus);
    }
}

fn close_entry(state: &mut State) {
    state.groups.is_entry_open = false;
    state.panes.focus = PaneId::Pending;
    if state.panes.zoomed.is_some() {
        state.panes.zoomed = Some(PaneId::Pending);
    }
}

/// Closes one thing at a time, goes back to the groups, then to the dashboard.
fn back(state: &mut State) {
    if state.notice.take().is_some() || state.panes.zoomed.take().is_some() {
        return;
    }
    if state.groups.is_entry_open {
        close_entry(state);
    } else if state.panes.focus == PaneId::ConsumerGroups {
        inspect::show(state, ScreenId::Dashboard);
    } else {
        state.panes.focus = PaneId::ConsumerGroups;
    }
}

fn copy(state: &mut State) -> Vec<Effect> {
    let Some((entry, stream)) = state
        .groups
        .entry()
        .zip(state.groups.chosen.stream.as_ref())
    else {
        state.tell("there is no pending entry here to copy");
        return Vec::new();
    };
    let PendingPayload::Present(fields) = &entry.entry else {
        state.tell("this entry was deleted: nothing of it is left to copy");
        return Vec::new();
    };
    let fields: Vec<_> = fields
        .iter()
        .map(|(n, v)| (n.as_slice(), v.as_slice()))
        .collect();
    let mut text = Vec::new();
    line::write_entry(&mut text, entry.id, stream, &fields);
    let id = entry.id;
    commands::copy_line(state, id, &text)
}

/// What must hold after every action while the screen is open: the focus is on a pane of it.
pub fn settle(state: &mut State) {
    let panes = panes(state);
    let here = state.panes.focus;
    if !panes.contains(&here) {
        state.panes.focus = match here {
            PaneId::Detail | PaneId::Consumers => PaneId::Pending,
            _ => PaneId::ConsumerGroups,
        };
    }
    if let Some(zoomed) = &mut state.panes.zoomed {
        *zoomed = state.panes.focus;
    }
}

/// Tells the shell to look at something else than before, if so: only while the screen is open is anything looked at.
pub fn watch(state: &mut State) -> Option<Effect> {
    let is_open = state.screen == ScreenId::Groups && state.groups.reach != Reach::None;
    let wanted = is_open.then(|| Watch {
        pending_of: state.groups.group_name(),
    });
    if wanted == state.groups.watched {
        return None;
    }
    state.groups.watched.clone_from(&wanted);
    Some(Effect::WatchGroups(wanted))
}
