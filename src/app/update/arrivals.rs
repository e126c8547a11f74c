//! What a source tells, taken into the log.

use super::{history, memory};
use crate::app::action::Effect;
use crate::app::loading::Place;
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::model::{Flags, Ms};
use crate::project::Part;
use crate::query::{Moment, Scan};
use crate::store::{Arrival, History, Hole, Page};

/// Takes in one message of a source.
pub fn arrived(state: &mut State, arrival: Arrival) -> Vec<Effect> {
    match arrival {
        Arrival::Newer { page, received_at } => newer(state, &page, received_at),
        Arrival::Older { page } => older(state, &page),
        Arrival::Fetched { ticket, page, then } => history::fetched(state, ticket, &page, then),
        Arrival::History(history) => progress(state, history),
        Arrival::Held(held) => {
            history::let_go(state, held);
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
        state
            .activity
            .newer(Part::Newest, &chunk.columns, base, rows);
    }
    let range = places.start.before()..places.end.before();
    state.traffic.newer(&state.log, range);
    if !was_empty {
        note_clock(state, page, received_at);
    }
    make_room(state);
    let mut effects = memory::freeze_old(state);
    effects.extend(open_in_place(state));
    effects.extend(keep_up(state, page));
    effects
}

fn older(state: &mut State, page: &Page) -> Vec<Effect> {
    // What was evicted lay between this page and the oldest entry here.
    let is_hole = state.loading.dropped > 0;
    if is_hole || state.loading.is_full || !memory::has_room_for(state, page) {
        if !state.loading.is_full && !is_hole {
            state.tell("memory is full: older entries stay in the source (@ goes there, --memory gives more)");
        }
        state.loading.is_full = true;
        // They are counted as loaded by the source.
        state.loading.dropped += page.len() as u64;
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
        state
            .activity
            .older(Part::Newest, &chunk.columns, base, rows);
    }
    state.traffic.older(&state.log, first..end);
    let mut effects = memory::freeze_old(state);
    effects.extend(keep_up(state, page));
    effects
}

fn progress(state: &mut State, history: History) -> Vec<Effect> {
    state.feed.history = history;
    if state.loading.dropped == 0 {
        state.loading.at_start = history.at_start;
    }
    open_in_place(state)
}

/// Goes where the command line asked for as soon as that is loaded, or nothing more is loading.
fn open_in_place(state: &mut State) -> Vec<Effect> {
    let Some(moment) = state.opens_at else {
        return Vec::new();
    };
    let wanted_ms = moment.first_id().ms;
    let reached = state.log.axis_range().is_some_and(|(first, _)| {
        // Others of the same millisecond may come before it does.
        first < wanted_ms || (first == wanted_ms && is_here(state, moment))
    });
    if reached || (state.feed.history.idle && !state.log.is_empty()) {
        state.opens_at = None;
        return super::seek::go_to(state, moment);
    }
    Vec::new()
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

/// Drops entries when memory is short: the oldest, but while the playhead stands in a window of history, those on the other
/// side of the hole. A playhead among them is moved, and says so.
pub fn make_room(state: &mut State) {
    memory::catch_up(state);
    let budget = memory::budget(state);
    let at = state.cursor();
    let in_window = |hole: &Hole| state.playhead != Playhead::Following && at <= hole.from;
    let going = state.loading.going.is_some();
    let hole = state.log.hole().filter(|hole| going || in_window(hole));
    let dropped = history::went(state, |log| match hole {
        Some(hole) => log.evict_after(hole, budget),
        None => log.evict(budget),
    });
    if dropped == 0 {
        return;
    }
    // What belongs beside entries that went has no place any more.
    let void = hole.map_or(Place::Front, |_| Place::BeforeNewest);
    let is_hole_left = state.log.hole().is_some();
    let is_on_its_way = state.loading.awaits_window();
    state
        .loading
        .errands
        .retain(|e| is_on_its_way || e.place != void && (is_hole_left || !e.place.is_hole()));
    if at <= state.log.first() {
        state.tell("the oldest entries made room for new ones: the playhead moved to the oldest entry left");
    }
}

/// Brings the filter's matches up to date with a page that was taken in.
pub fn keep_up(state: &mut State, page: &Page) -> Vec<Effect> {
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
pub fn scanned(state: &mut State, generation: u64, part: &Scan) -> Vec<Effect> {
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
