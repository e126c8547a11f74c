//! One step of the interface: a state and an action make the next state, and what the shell has to do.

mod arrivals;
mod bookmarks;
mod commands;
mod consumer_groups;
mod errors;
mod group_changes;
mod history;
mod inspect;
mod landing;
mod lists;
mod memory;
mod metrics;
mod pointer;
mod prompts;
mod scrubber;
mod seek;
mod sessions;
mod settle;
mod spikes;
mod until;

use super::action::{Action, Effect};
use super::bookmarks::Keeping;
use super::consumer_groups::Reach;
use super::input::{Code, Held, Key};
use super::keymap::{self, Command};
use super::layout::Size;
use super::narrowing::Narrowing;
use super::playhead::Playhead;
use super::state::State;
use crate::model::Ms;
use crate::query::Filter;

pub use prompts::apply_filter;
pub use seek::go_to;

/// Applies an action. Deterministic: the same actions lead from the same state to the same state.
pub fn update(state: &mut State, action: Action) -> Vec<Effect> {
    let before = scrubber::before(state);
    let mut effects = match action {
        Action::Arrived(arrival) => arrivals::arrived(state, arrival),
        Action::Tick { elapsed_ms } => {
            tick(state, elapsed_ms);
            Vec::new()
        }
        Action::Key(key) => press(state, key),
        Action::Mouse(mouse) => pointer::mouse(state, mouse),
        Action::Paste(text) => prompts::paste(state, &text),
        Action::Resize(size) => {
            state.size = size;
            Vec::new()
        }
        Action::Resident(bytes) => {
            memory::resident(state, bytes);
            Vec::new()
        }
        Action::Frozen(chunks) => memory::frozen(state, &chunks),
        Action::Measured(cost) => {
            // It may have been closed meanwhile.
            state.cost = state.cost.map(|_| cost);
            Vec::new()
        }
        Action::Scanned { generation, scan } => arrivals::scanned(state, generation, &scan),
        Action::Bookmarks(kept) => {
            bookmarks::kept(state, kept);
            Vec::new()
        }
        Action::Looked(look) => {
            state.groups.take(look);
            Vec::new()
        }
        Action::FoundDeleted(deleted) => {
            group_changes::found_deleted(state, deleted);
            Vec::new()
        }
        Action::CountedMoved(count) => {
            group_changes::counted(state, count);
            Vec::new()
        }
        Action::GroupChanged(outcome) => {
            group_changes::ended(state, &outcome);
            Vec::new()
        }
        Action::Edited(edited) => {
            group_changes::edited(state, edited);
            Vec::new()
        }
        Action::Searched { generation, answer } => until::answered(state, generation, answer),
    };
    settle::settle(state);
    scrubber::move_along(state, before);
    metrics::measure(state);
    effects.extend(spikes::raised(state));
    effects.extend(consumer_groups::watch(state));
    effects.extend(history::wants_more(state));
    effects
}

fn tick(state: &mut State, elapsed_ms: Ms) {
    state.clock.now_ms = state.clock.now_ms.saturating_add(elapsed_ms);
    if state
        .notice
        .as_ref()
        .is_some_and(|n| n.until_ms <= state.clock.now_ms)
    {
        state.notice = None;
    }
    history::tick(state, elapsed_ms);
    if let Playhead::Playing { .. } = state.playhead {
        let visible = state.visible();
        state.playhead = state.playhead.advance(&visible, elapsed_ms, state.pace);
    }
}

fn press(state: &mut State, key: Key) -> Vec<Effect> {
    if state.prompt.is_some() {
        return prompts::press(state, key);
    }
    if let Some(scroll) = state.help {
        return press_in_help(state, key, scroll);
    }
    if state.bookmarks.list.is_some() {
        return bookmarks::press(state, key);
    }
    if state.sessions.is_some() {
        return sessions::press(state, key);
    }
    if state.spike_list.is_some() {
        return spikes::press(state, key);
    }
    match keymap::command(key) {
        Some(command) => commands::run(state, command),
        None => Vec::new(),
    }
}

/// The help scrolls; any other key closes it.
fn press_in_help(state: &mut State, key: Key, scroll: u16) -> Vec<Effect> {
    if key == Key::with(Held::Control, Code::Char('c')) {
        return vec![Effect::Quit];
    }
    state.help = match keymap::command(key) {
        Some(Command::Down) => Some(scroll.saturating_add(1)),
        Some(Command::Up) => Some(scroll.saturating_sub(1)),
        Some(Command::PageDown) => Some(scroll.saturating_add(10)),
        Some(Command::PageUp) => Some(scroll.saturating_sub(10)),
        _ => None,
    };
    Vec::new()
}

/// A recording was played to its end: from here on the user goes on, in a terminal of this size and without a source, and
/// nothing is kept outside.
pub fn recording_ended(state: &mut State, size: Size, torn: bool) {
    state.size = size;
    state.bookmarks.keeping = Keeping::UntilTheEnd;
    // What was seen of the groups stays on the glass, and nothing can be changed from here.
    state.groups.reach = match state.groups.reach {
        Reach::None => Reach::None,
        Reach::Looks | Reach::Changes => Reach::Looks,
    };
    // Whoever froze them has no end here any more.
    state.memory.is_freezing = false;
    state.groups.changing = None;
    state.groups.counting = None;
    state.groups.draft = None;
    match state.playhead {
        Playhead::Following => seek::step(state, 0),
        Playhead::Playing { cursor, .. } => state.playhead = Playhead::Paused(cursor),
        Playhead::Paused(_) => {}
    }
    state.tell(if torn {
        "the recording ends here; its last line was not written to its end and is left out"
    } else {
        "the recording ends here: what you see is what came out"
    });
    settle::settle(state);
    metrics::measure(state);
}

/// Puts a filter in force; the empty one shows everything.
pub fn narrow(state: &mut State, filter: Filter) -> Vec<Effect> {
    state.generation += 1;
    state.panes.anchor = None;
    if filter.is_empty() {
        state.narrowing = None;
        return Vec::new();
    }
    let now = state.now();
    let mapping = &state.options.mapping;
    let (narrowing, effect) = Narrowing::begin(filter, state.generation, now, mapping, &state.log);
    state.narrowing = Some(narrowing);
    effect.into_iter().collect()
}
