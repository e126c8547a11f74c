//! Moves of the playhead: by rows, by time, to errors, to a session's ends, to a moment.

use crate::app::action::Effect;
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::model::{EntryId, Flags, Ms};
use crate::project::timeline;
use crate::query::time::Moment;
use crate::store::{Cursor, Direction, Fetch, IdRange, Log, Seq};

/// So close to the oldest entry here, older ones are asked for.
const NEAR: u64 = 200;

/// Stands after an entry.
pub fn stand_on(state: &mut State, seq: Seq) {
    state.playhead = Playhead::Paused(seq.after());
}

/// By rows of the feed. The newest row is as far as it goes: `f` follows.
pub fn step(state: &mut State, rows: i64) {
    let Some(here) = state.selected().map(|e| e.seq) else {
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

/// By time; at least one entry has happened wherever it stands.
pub fn by_time(state: &mut State, ms: i64) {
    to_time(state, state.moment_ms().saturating_add_signed(ms));
}

/// To everything up to this moment; the first entry where nothing had happened yet.
pub fn to_time(state: &mut State, ms: Ms) {
    let cursor = state.log.cursor_at(ms);
    if !state.log.is_empty() {
        state.playhead = Playhead::Paused(cursor.max(state.log.first().next().after()));
    }
}

/// To the next error that the feed shows, or the one before; from the live end, where none is next, to the newest.
pub fn to_error(state: &mut State, forward: bool) {
    let Some(here) = state.selected().map(|e| e.seq) else {
        return;
    };
    let following = state.playhead == Playhead::Following;
    let forward = forward && !following;
    let found = match (&state.narrowing, forward) {
        (None, true) => next_error(&state.log, here.after()),
        (None, false) => previous_error(
            &state.log,
            if following {
                here.after()
            } else {
                here.before()
            },
        ),
        (Some(n), true) => n
            .matches()
            .iter()
            .copied()
            .filter(|s| *s > here)
            .find(|s| is_error(&state.log, *s)),
        (Some(n), false) => n
            .matches()
            .iter()
            .rev()
            .copied()
            .filter(|s| *s < here || (following && *s == here))
            .find(|s| is_error(&state.log, *s)),
    };
    match found {
        Some(seq) => stand_on(state, seq),
        None => state.tell(if forward {
            "no error after this one"
        } else {
            "no error before this one"
        }),
    }
}

fn is_error(log: &Log, seq: Seq) -> bool {
    log.get(seq).is_some_and(|e| e.flags().has(Flags::ERROR))
}

fn next_error(log: &Log, from: Cursor) -> Option<Seq> {
    let mut chunks = log.chunks(from..log.end());
    chunks.find_map(|(base, chunk, rows)| {
        chunk
            .errors()
            .find(|row| *row >= rows.start)
            .map(|row| base.plus(row as u64))
    })
}

fn previous_error(log: &Log, to: Cursor) -> Option<Seq> {
    let mut chunks = log.chunks(log.first()..to).rev();
    chunks.find_map(|(base, chunk, rows)| {
        chunk
            .errors()
            .rev()
            .find(|row| *row < rows.end)
            .map(|row| base.plus(row as u64))
    })
}

/// To the first or last event of the session in the session pane.
pub fn to_session_edge(state: &mut State, start: bool) {
    let line = timeline(&state.log, state.panes.session, state.log.end());
    let seq = if start {
        line.seqs.first()
    } else {
        line.seqs.last()
    };
    match seq {
        Some(seq) => stand_on(state, *seq),
        None => state.tell("this row belongs to no session"),
    }
}

/// To the oldest entry that the feed shows.
pub fn to_first(state: &mut State) {
    if let Some(seq) = state.visible().after(state.log.first(), 1).first() {
        stand_on(state, *seq);
    }
}

/// To a moment or an entry; says so when it lies outside.
pub fn go_to(state: &mut State, moment: Moment) {
    let Some((first, last)) = state.log.axis_range() else {
        return state.tell("there are no entries to go to yet");
    };
    match moment {
        Moment::Id(id) => match state.log.find(id) {
            Some(seq) => return stand_on(state, seq),
            None => state.tell(format!(
                "{id} is not among the entries here: this is its time"
            )),
        },
        Moment::At(ms) if ms < first => {
            state.tell("that is before the first entry here: this is the first");
        }
        Moment::At(ms) if ms > last => state.tell("that is after the last entry: this is the last"),
        Moment::At(_) => {}
    }
    to_time(
        state,
        match moment {
            Moment::At(ms) => ms,
            Moment::Id(id) => id.ms,
        },
    );
}

/// Asks for older entries when the playhead comes near the oldest one here.
pub fn wants_older(state: &mut State) -> Option<Effect> {
    let feed = &state.feed;
    let wants = state.playhead != Playhead::Following
        && state.cursor().since(state.log.first()) < NEAR
        && feed.history.idle
        && !feed.history.at_start
        && !feed.asked
        && !feed.is_full
        // What was evicted has its place in the log still, and nothing can be put before it.
        && state.log.evicted() == 0;
    if !wants {
        return None;
    }
    state.feed.asked = true;
    let oldest = state.log.get(state.log.first().next());
    let to = oldest.map_or(EntryId::MAX, |entry| entry.id());
    let here = (0..).map_while(|n| state.log.get(state.log.first().next().plus(n)));
    let here = here.take_while(|entry| entry.id() == to);
    Some(Effect::Fetch(Fetch {
        ticket: 0,
        range: IdRange { to, ..IdRange::ALL },
        direction: Direction::Reverse,
        count: state.options.older_count,
        except: here.map(|e| (e.stream().to_vec(), to)).collect(),
    }))
}
