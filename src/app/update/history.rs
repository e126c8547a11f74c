//! Which parts of history are asked for, and how what comes is taken into the log: before the oldest entry here, or as a
//! window around a far moment, with a hole up to the newest part.

use std::ops::Range;

use super::arrivals::{keep_up, make_room};
use super::{memory, seek};
use crate::app::action::Effect;
use crate::app::loading::{Errand, Going, Place, StillHeld, Window};
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::model::{EntryId, Ms};
use crate::project::Part;
use crate::query::Moment;
use crate::store::{Cursor, Direction, Fetch, Held, Hole, IdRange, Log, Page, Seq, Then};

/// So close to an end of what is here, more is asked for.
const NEAR: u64 = 200;
/// Entries asked for on each side of a far moment.
const WINDOW: u64 = 1_000;
/// Entries looked at on each side of an edge for others with the same id: one a stream.
const SHARED: i64 = 64;
/// A wait that is noticed.
const NOTICED_MS: Ms = 300;
/// Entries asked for at once when the playhead comes near a hole.
const FILL: u64 = 10_000;

/// Asks for a window around a moment, in the place of the one before.
pub fn fetch_window(state: &mut State, moment: Moment) -> Vec<Effect> {
    drop_window(state);
    state.loading.going = Some(Going {
        to: moment,
        waited_ms: 0,
        window: Window::Awaited { at_start: false },
    });
    let (before, from) = match moment {
        Moment::At(ms) => (
            EntryId::new(ms, u64::MAX),
            EntryId::new(ms, u64::MAX).next(),
        ),
        Moment::Id(id) => (id, id.next()),
    };
    let Some(newest) = edge(state, state.log.first().next()) else {
        return Vec::new();
    };
    let to = newest.id;
    let back = IdRange {
        from: EntryId::MIN,
        to: before.min(to),
    };
    let on = IdRange { from, to };
    let mut effects = vec![ask(state, Place::Front, back, WINDOW, newest.here.clone())];
    if from <= to {
        effects.push(ask(state, Place::AfterWindow, on, WINDOW, newest.here));
    }
    effects
}

/// Says that it is on the way where that takes long enough to be noticed.
pub fn tick(state: &mut State, elapsed_ms: Ms) {
    let Some(going) = &mut state.loading.going else {
        return;
    };
    let before = going.waited_ms;
    going.waited_ms += elapsed_ms;
    if before < NOTICED_MS && going.waited_ms >= NOTICED_MS {
        let at = state.options.zone.full(going.to.first_id().ms);
        state.tell(format!("on the way to {at} …"));
    }
}

/// Forgets the window and what was asked for around it.
pub fn drop_window(state: &mut State) {
    state.loading.errands.clear();
    if let Some(hole) = state.log.hole() {
        went(state, |log| log.drop_before(hole));
    }
}

/// Takes entries out of the log, and notes that they went. Returns how many.
pub fn went(state: &mut State, take_out: impl FnOnce(&mut Log) -> Range<Cursor>) -> u64 {
    let (before, had_hole) = (state.log.len(), state.log.hole().is_some());
    let gone = take_out(&mut state.log);
    let count = before - state.log.len();
    state.loading.dropped += count;
    if let Some(narrowing) = &mut state.narrowing {
        narrowing.forget(&gone);
    }
    if had_hole && state.log.hole().is_none() {
        state.activity.drop_window();
    }
    if gone.start < state.log.first() {
        state.loading.at_start = false;
    }
    count
}

/// Entries that are here: stream and id.
type Here = Vec<(Vec<u8>, EntryId)>;

/// An end of what is here: the id, and the entries with it.
pub struct Edge {
    /// The id.
    pub id: EntryId,
    /// The streams that have it, each with the id.
    pub here: Here,
}

/// The edge at an entry.
pub fn edge(state: &State, seq: Seq) -> Option<Edge> {
    let id = state.log.get(seq)?.id();
    let beside = |n| state.log.step(seq.before(), n);
    let same = state
        .log
        .seqs(beside(-SHARED)..beside(SHARED))
        .filter_map(|seq| state.log.get(seq))
        .filter(|e| e.id() == id);
    Some(Edge {
        id,
        here: same.map(|e| (e.stream().to_vec(), id)).collect(),
    })
}

fn ask(state: &mut State, place: Place, range: IdRange, count: u64, except: Here) -> Effect {
    let direction = match place {
        Place::Front | Place::BeforeNewest => Direction::Reverse,
        Place::AfterWindow => Direction::Forward,
    };
    state.loading.ticket += 1;
    let ticket = state.loading.ticket;
    state.loading.errands.push(Errand {
        ticket,
        place,
        until: match direction {
            Direction::Reverse => range.from,
            Direction::Forward => range.to,
        },
        came: 0,
    });
    Effect::Fetch(Fetch {
        ticket,
        range,
        direction,
        count,
        except,
    })
}

/// Asks for more when the playhead comes near an end of what is here.
pub fn wants_more(state: &mut State) -> Vec<Effect> {
    let is_still = state.playhead == Playhead::Following || state.loading.going.is_some();
    if is_still || !state.feed.history.idle || state.log.is_empty() {
        return Vec::new();
    }
    let cursor = state.cursor();
    let mut effects = Vec::new();
    if let Some(hole) = state.log.hole() {
        if cursor <= hole.from && state.log.count(cursor..hole.from) < NEAR {
            effects.extend(fill(state, Place::AfterWindow));
        } else if cursor > hole.to && state.log.count(hole.to..cursor) < NEAR {
            effects.extend(fill(state, Place::BeforeNewest));
        }
    }
    if state.log.count(state.log.first()..cursor) < NEAR {
        effects.extend(older(state));
    }
    effects
}

fn older(state: &mut State) -> Option<Effect> {
    let loading = &state.loading;
    let is_full = loading.is_full && state.log.hole().is_none();
    if loading.at_start || is_full || loading.is_under_way(Place::Front) {
        return None;
    }
    let edge = edge(state, state.log.first().next())?;
    let range = IdRange {
        from: EntryId::MIN,
        to: edge.id,
    };
    let count = match state.log.hole() {
        Some(_) => FILL,
        None => state.options.older_count,
    };
    Some(ask(state, Place::Front, range, count, edge.here))
}

fn fill(state: &mut State, place: Place) -> Option<Effect> {
    if state.loading.is_under_way(place) {
        return None;
    }
    let hole = state.log.hole()?;
    let older = edge(state, hole.from.last())?;
    let newer = edge(state, hole.to.next())?;
    let range = IdRange {
        from: older.id,
        to: newer.id,
    };
    if range.from > range.to {
        close(state, hole);
        return None;
    }
    let here = [older.here, newer.here].concat();
    Some(ask(state, place, range, FILL, here))
}

/// Takes in an answer; one that nobody waits for any more is dropped.
pub fn fetched(state: &mut State, ticket: u64, page: &Page, then: Then) -> Vec<Effect> {
    let Some(at) = state
        .loading
        .errands
        .iter()
        .position(|e| e.ticket == ticket)
    else {
        return Vec::new();
    };
    let Some(errand) = state.loading.errands.get_mut(at) else {
        return Vec::new();
    };
    errand.came += page.len() as u64;
    let errand = *errand;
    if then != Then::More {
        state.loading.errands.remove(at);
    }
    let mut effects = Vec::new();
    if !page.is_empty() {
        if !has_room(state, page, errand.place) {
            state.loading.errands.retain(|e| e.ticket != ticket);
            return Vec::new();
        }
        take_in(state, page, errand.place);
        effects.extend(keep_up(state, page));
    }
    match then {
        Then::More | Then::Enough => {}
        Then::Exhausted => exhausted(state, errand),
        Then::Failed(trouble) => {
            if state.loading.awaits_window() {
                state.loading.errands.clear();
            }
            state.loading.going = None;
            state.tell(format!("could not load older entries: {}", trouble.what));
        }
    }
    if errand.place == Place::Front && state.log.hole().is_none() {
        // What came must not go at once, or it would be asked for again without end.
        state.loading.is_full |= !memory::fits(state, 0);
    } else {
        make_room(state);
    }
    arrive(state);
    effects
}

/// Before the oldest entry of all there is nothing that could make room but the newest part.
fn has_room(state: &mut State, page: &Page, place: Place) -> bool {
    let room = place.is_hole()
        || state.log.hole().is_some()
        || state.loading.going.is_some()
        || memory::has_room_for(state, page);
    if !room && !state.loading.is_full {
        state.loading.is_full = true;
        state.tell(
            "memory is full: older entries stay in the source (@ goes there, --memory gives more)",
        );
    }
    room
}

fn take_in(state: &mut State, page: &Page, place: Place) {
    state.loading.fetched += page.len() as u64;
    let hole = state.log.hole();
    let (places, part, newer) = match (place, hole) {
        // The first page of a window makes it.
        (Place::Front | Place::AfterWindow, None) if state.loading.awaits_window() => {
            begin_window(state);
            (state.log.place(page), Part::Window, true)
        }
        (Place::Front, Some(_)) => (state.log.prepend(page), Part::Window, false),
        (Place::Front, None) => (state.log.prepend(page), Part::Newest, false),
        (Place::AfterWindow, Some(hole)) => {
            (state.log.grow_on(hole.from, page), Part::Window, true)
        }
        (Place::BeforeNewest, Some(hole)) => {
            (state.log.grow_back(hole.to, page), Part::Newest, false)
        }
        (Place::AfterWindow | Place::BeforeNewest, None) => return,
    };
    let range = places.start.before()..places.end.before();
    note_activity(state, range.clone(), part, newer);
    if state.log.hole().is_none() {
        state.traffic.older(&state.log, range.clone());
    }
    if let Some(narrowing) = &mut state.narrowing {
        narrowing.note_filled(&state.log, range);
    }
}

/// What was found out of the window's start is now true of the log's.
fn begin_window(state: &mut State) {
    if let Some(going) = &mut state.loading.going {
        state.loading.at_start = going.window == Window::Awaited { at_start: true };
        going.window = Window::Here;
    }
}

fn note_activity(state: &mut State, range: Range<Cursor>, part: Part, newer: bool) {
    let chunks: Vec<_> = state
        .log
        .chunks(range)
        .map(|(base, chunk, rows)| (base, std::sync::Arc::clone(chunk), rows))
        .collect();
    if newer {
        for (base, chunk, rows) in chunks {
            state.activity.newer(part, &chunk.columns, base, rows);
        }
    } else {
        for (base, chunk, rows) in chunks.into_iter().rev() {
            state.activity.older(part, &chunk.columns, base, rows);
        }
    }
}

/// The range of a fetch holds no more.
fn exhausted(state: &mut State, errand: Errand) {
    if errand.place == Place::Front {
        match &mut state.loading.going {
            Some(Going {
                window: Window::Awaited { at_start },
                ..
            }) => *at_start = true,
            _ => state.loading.at_start = true,
        }
        return;
    }
    let Some(hole) = state.log.hole() else {
        return;
    };
    // An eviction may have made the hole wider since.
    let far = match errand.place {
        Place::AfterWindow => hole.to.next(),
        Place::Front | Place::BeforeNewest => hole.from.last(),
    };
    if state.log.get(far).is_some_and(|e| e.id() == errand.until) {
        close(state, hole);
    }
}

/// Nothing is missing in the hole: the window is a part of what is newest.
fn close(state: &mut State, hole: Hole) {
    state.log.close(hole.from);
    state.activity.join();
    state.traffic.recount(&state.log);
}

/// Goes where it was to go as soon as the entries on both sides of that place have come.
fn arrive(state: &mut State) {
    let mut errands = state.loading.errands.iter();
    if errands.any(|e| e.place != Place::BeforeNewest && e.came == 0) {
        return;
    }
    if let Some(going) = state.loading.going.take() {
        // A window that never began: there is nothing before the oldest entry here.
        state.loading.at_start |= going.window == Window::Awaited { at_start: true };
        seek::stand_at(state, going.to);
    }
}

/// The source let go of its oldest entries: those that are here stay, and those that are not will not come.
pub fn let_go(state: &mut State, held: Held) {
    for (stream, first) in held.moved {
        let kept = held.kept.iter().find(|(name, _)| *name == stream);
        let kept = kept.map(|(_, last)| *last);
        let still_held = &mut state.loading.still_held;
        still_held.retain(|held| held.stream != stream);
        still_held.push(StillHeld {
            stream,
            first,
            kept,
        });
    }
    let Some(first) = held.first_id else { return };
    state.feed.history.first_id = Some(first);
    let from = state.log.cursor_at(first.ms.saturating_sub(1));
    let here = state.log.count(from..state.log.end());
    if let Some(total) = held.total {
        let left = total.saturating_sub(here);
        state.loading.lost += state.not_loaded().saturating_sub(left);
    }
    let oldest = state.log.get(state.log.first().next());
    if oldest.is_some_and(|e| e.id() <= first) && state.feed.history.idle {
        state.loading.at_start = true;
    }
}
