//! Moves of the playhead: by rows, by time, to a moment.

use super::history;
use crate::app::action::Effect;
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::model::Ms;
use crate::query::time::Moment;
use crate::store::Seq;

/// Stands after an entry.
pub fn stand_on(state: &mut State, seq: Seq) {
    state.playhead = Playhead::Paused(seq.after());
}

/// By rows of the feed. The newest row is as far as it goes: `f` follows.
pub fn step(state: &mut State, rows: i64) {
    let Some(here) = state.selected().map(|e| e.seq) else {
        // Nothing that the filter shows has happened yet.
        let first = state.visible().after(state.cursor(), 1).first().copied();
        if let Some(first) = first.filter(|_| rows > 0) {
            stand_on(state, first);
        }
        return;
    };
    let count = usize::try_from(rows.unsigned_abs()).unwrap_or(usize::MAX);
    let target = if rows < 0 {
        state
            .visible()
            .before(here.before(), count)
            .first()
            .copied()
    } else {
        state.visible().after(here.after(), count).last().copied()
    };
    stand_on(state, target.unwrap_or(here));
}

/// By time, as far as the source reaches.
pub fn by_time(state: &mut State, ms: i64) -> Vec<Effect> {
    let to = Moment::At(state.moment_ms().saturating_add_signed(ms));
    if is_here(state, to) || !state.feed.history.idle {
        to_time(state, to.first_id().ms);
        return Vec::new();
    }
    history::fetch_window(state, to)
}

/// To everything up to this moment; the first entry where nothing had happened yet.
pub fn to_time(state: &mut State, ms: Ms) {
    let cursor = state.log.cursor_at(ms);
    if !state.log.is_empty() {
        state.playhead = Playhead::Paused(cursor.max(state.log.first().next().after()));
    }
}

/// To the oldest entry: of the source, or of those here that the filter shows.
pub fn to_first(state: &mut State) -> Vec<Effect> {
    if state.narrowing.is_none() && state.feed.history.idle && !state.loading.at_start {
        let first_ms = state.feed.history.first_id.map_or(0, |id| id.ms);
        return history::fetch_window(state, Moment::At(first_ms));
    }
    if let Some(seq) = state.visible().after(state.log.first(), 1).first() {
        stand_on(state, *seq);
    }
    Vec::new()
}

/// To a moment or an entry, which is fetched where it is not here; says so when there is none.
pub fn go_to(state: &mut State, moment: Moment) -> Vec<Effect> {
    if state.log.is_empty() {
        state.tell("there are no entries to go to yet");
        return Vec::new();
    }
    if is_here(state, moment) {
        stand_at(state, moment);
        return Vec::new();
    }
    if !state.feed.history.idle {
        state.opens_at = Some(moment);
        state.tell("going there as soon as history is loaded");
        return Vec::new();
    }
    history::fetch_window(state, moment)
}

/// Whether everything around a moment is here, or nowhere.
fn is_here(state: &State, moment: Moment) -> bool {
    if let Moment::Id(id) = moment
        && state.log.find(id).is_some()
    {
        return true;
    }
    let ms = moment.first_id().ms;
    let Some((first, _)) = state.log.axis_range() else {
        return true;
    };
    let in_hole = state.log.hole().is_some_and(|hole| {
        let at = |seq| state.log.get(seq).map_or(0, |e| e.axis_ms());
        (at(hole.from.last())..=at(hole.to.next())).contains(&ms)
    });
    !in_hole && (first < ms || state.loading.at_start)
}

/// To a moment or an entry among those that are here; says so when it is none of them.
pub fn stand_at(state: &mut State, moment: Moment) {
    let Some((first, last)) = state.log.axis_range() else {
        return;
    };
    match moment {
        Moment::Id(id) => match state.log.find(id) {
            Some(seq) => return stand_on(state, seq),
            None => state.tell(format!("there is no entry {id}: this is its time")),
        },
        Moment::At(ms) if ms < first => {
            state.tell("that is before the first entry: this is the first");
        }
        Moment::At(ms) if ms > last => state.tell("that is after the last entry: this is the last"),
        Moment::At(_) => {}
    }
    to_time(state, moment.first_id().ms);
}
