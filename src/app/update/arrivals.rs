//! What a source tells, taken into the log.

use crate::app::action::Effect;
use crate::app::state::State;
use crate::model::{Flags, Ms};
use crate::query::{Moment, Scan};
use crate::store::{Arrival, History, Page};

/// Takes in one message of a source.
pub fn arrived(state: &mut State, arrival: Arrival) -> Vec<Effect> {
    match arrival {
        Arrival::Newer { page, received_at } => newer(state, &page, received_at),
        Arrival::Older { page } => older(state, &page),
        Arrival::History(history) => {
            progress(state, history);
            Vec::new()
        }
        Arrival::Link(link) => {
            state.feed.link = link;
            Vec::new()
        }
        Arrival::Notice(trouble) => {
            state.tell(trouble.one_line());
            Vec::new()
        }
    }
}

fn newer(state: &mut State, page: &Page, received_at: Ms) -> Vec<Effect> {
    let was_empty = state.log.is_empty();
    let places = state.log.append(page);
    for (base, chunk, rows) in state.log.chunks(places.start.before()..places.end.before()) {
        state.activity.newer(&chunk.columns, base, rows);
    }
    if !was_empty {
        note_clock(state, page, received_at);
    }
    make_room(state);
    open_in_place(state);
    keep_up(state, page)
}

fn older(state: &mut State, page: &Page) -> Vec<Effect> {
    state.feed.asked = false;
    // What was evicted lay between this page and the oldest entry here.
    let is_hole = state.log.evicted() > 0;
    let needs = state.log.memory_bytes() + page.payloads.memory_bytes();
    if is_hole || state.feed.is_full || needs > state.options.memory_bytes {
        if !state.feed.is_full && !is_hole {
            state.tell("memory is full: older entries stay in the source (--memory gives more)");
        }
        state.feed.is_full = true;
        return Vec::new();
    }
    let places = state.log.prepend(page);
    let (first, end) = (places.start.before(), places.end.before());
    let added: Vec<_> = state
        .log
        .chunks(first..end)
        .map(|(base, chunk, rows)| (base, std::sync::Arc::clone(chunk), rows))
        .collect();
    for (base, chunk, rows) in added.into_iter().rev() {
        state.activity.older(&chunk.columns, base, rows);
    }
    keep_up(state, page)
}

fn progress(state: &mut State, history: History) {
    if history.idle {
        state.feed.asked = false;
    }
    state.feed.history = history;
    open_in_place(state);
}

/// Goes where the command line asked for as soon as that is loaded, or nothing more is loading.
fn open_in_place(state: &mut State) {
    let Some(moment) = state.opens_at else { return };
    let wanted_ms = moment.first_id().ms;
    let reached = state.log.axis_range().is_some_and(|(first, _)| {
        // Others of the same millisecond may come before it does.
        first < wanted_ms || (first == wanted_ms && is_here(state, moment))
    });
    if reached || (state.feed.history.idle && !state.log.is_empty()) {
        state.opens_at = None;
        super::seek::go_to(state, moment);
    }
}

fn is_here(state: &State, moment: Moment) -> bool {
    match moment {
        Moment::At(_) => true,
        Moment::Id(id) => state.log.find(id).is_some(),
    }
}

/// The quickest arrival so far tells how far this machine's clock is ahead of the server's.
fn note_clock(state: &mut State, page: &Page, received_at: Ms) {
    let Some((_, last)) = page.id_range() else {
        return;
    };
    let behind = received_at.saturating_sub(last.ms);
    state.clock.ahead_ms = Some(
        state
            .clock
            .ahead_ms
            .map_or(behind, |least| least.min(behind)),
    );
}

/// Drops the oldest entries when memory is short; a playhead among them is moved, and says so.
fn make_room(state: &mut State) {
    let at = state.cursor();
    if state.log.evict(state.options.memory_bytes) > 0 && at <= state.log.first() {
        state.tell("the oldest entries made room for new ones: the playhead moved to the oldest entry left");
    }
}

/// Brings the filter's matches up to date with a page that was taken in.
fn keep_up(state: &mut State, page: &Page) -> Vec<Effect> {
    let Some(narrowing) = &mut state.narrowing else {
        return Vec::new();
    };
    narrowing.keep_up(&state.log);
    if page.columns.flags.iter().any(|f| f.has(Flags::END)) {
        narrowing.note_end();
    }
    refresh(state)
}

/// A part of a scan's answer.
pub fn scanned(state: &mut State, generation: u64, part: Scan) -> Vec<Effect> {
    if let Some(narrowing) = &mut state.narrowing {
        narrowing.scanned(generation, part, &state.log);
    }
    refresh(state)
}

fn refresh(state: &mut State) -> Vec<Effect> {
    let Some(narrowing) = &mut state.narrowing else {
        return Vec::new();
    };
    let effect = narrowing.refresh(state.generation + 1, &state.log);
    state.generation += u64::from(effect.is_some());
    effect.into_iter().collect()
}
