//! Running until a filter matches: first through what is here, then through what only the source holds, in the order in
//! which the playhead would pass it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::history::edge;
use super::landing::{begins, nothing};
use super::seek;
use crate::app::action::Effect;
use crate::app::layout::ScreenId;
use crate::app::playhead::Playhead;
use crate::app::prompt::{Prompt, Purpose};
use crate::app::search::{Answer, Hit, Hunt, Leg, Question, Stretch};
use crate::app::state::State;
use crate::model::EntryId;
use crate::query::{Filter, Moment, Plan};
use crate::store::{Cursor, Direction, Hole, IdRange, Seq};

/// What is run until when nothing was yet.
const FIRST: &str = "is:error";

/// Opens the prompt with what was run until last.
pub fn open(state: &mut State) -> Vec<Effect> {
    let last = state.search.until.clone();
    let filter = last.or_else(|| Filter::parse(FIRST).ok());
    let filter = filter.unwrap_or_default();
    state.prompt = Some(Prompt::new(Purpose::RunUntil, filter.to_string()));
    preview(state, filter)
}

/// Counts what matches on both sides of the playhead.
pub fn preview(state: &mut State, filter: Filter) -> Vec<Effect> {
    let mut effects = stop(state);
    let Some(here) = here(state).filter(|_| !filter.is_empty()) else {
        return effects;
    };
    let (on, _) = begins(state, here, Direction::Forward);
    let (back, _) = begins(state, here, Direction::Reverse);
    effects.push(Effect::Search {
        generation: state.search.generation,
        plan: plan(state, filter),
        question: Question::Tally {
            log: state.log.snapshot(),
            behind: state.log.first()..back,
            ahead: on..state.log.end(),
        },
    });
    effects
}

/// Ends what is under way.
pub fn stop(state: &mut State) -> Vec<Effect> {
    state.search.generation += 1;
    state.search.tally = None;
    state.search.hunt = None;
    vec![Effect::StopSearch]
}

/// Once more, without a prompt.
pub fn again(state: &mut State, direction: Direction) -> Vec<Effect> {
    match state.search.until.clone() {
        Some(filter) => run(state, filter, direction),
        None => open(state),
    }
}

/// Goes to the nearest match in this direction: one that the feed shows, and on the session screen one of the session.
pub fn run(state: &mut State, filter: Filter, direction: Direction) -> Vec<Effect> {
    let mut effects = stop(state);
    if filter.is_empty() {
        return effects;
    }
    state.search.until = Some(filter.clone());
    let Some(here) = here(state) else {
        state.tell("there are no entries to look at yet");
        return effects;
    };
    if let Playhead::Playing { cursor, .. } = state.playhead {
        state.playhead = Playhead::Paused(cursor);
    }
    let plan = plan(state, filter);
    let (from, direction) = begins(state, here, direction);
    let all = legs(state, from, direction);
    let wanted = all.len();
    let is_answered = |leg: &Leg| matches!(leg, Leg::Here(_)) || !plan.needs_sessions();
    let legs: VecDeque<Leg> = all.into_iter().filter(is_answered).collect();
    state.search.hunt = Some(Hunt {
        here_only: legs.len() < wanted,
        plan,
        log: state.log.snapshot(),
        direction,
        here,
        playhead: state.playhead,
        legs,
        in_source: false,
        looked_at: (0, 0),
    });
    effects.extend(go_on(state));
    effects
}

/// The entry that the playhead stands on.
fn here(state: &State) -> Option<Seq> {
    state.log.last_before(state.cursor()).map(|e| e.seq)
}

fn plan(state: &State, filter: Filter) -> Arc<Plan> {
    let filter = match (state.screen, &state.narrowing) {
        (ScreenId::Session, _) => {
            let session = state.log.strings().get(state.panes.session);
            Filter::equals("session", session).and(filter)
        }
        (_, Some(narrowing)) => narrowing.filter.clone().and(filter),
        (_, None) => filter,
    };
    let mapping = (*state.options.mapping).clone();
    Arc::new(filter.plan(state.now()).with_mapping(mapping))
}

/// Everything on that side of a boundary, in order.
fn legs(state: &State, from: Cursor, direction: Direction) -> Vec<Leg> {
    let log = &state.log;
    let (first, end) = (log.first(), log.end());
    let source = |stretch: Option<Stretch>| stretch.map(Leg::Source);
    let legs = match (direction, log.hole()) {
        (Direction::Forward, Some(hole)) if from <= hole.from => vec![
            Some(Leg::Here(from..hole.from)),
            source(between(state, hole)),
            Some(Leg::Here(hole.to..end)),
        ],
        (Direction::Forward, _) => vec![Some(Leg::Here(from..end))],
        (Direction::Reverse, Some(hole)) if hole.from < from => vec![
            Some(Leg::Here(hole.to..from)),
            source(between(state, hole)),
            Some(Leg::Here(first..hole.from)),
            source(older(state)),
        ],
        (Direction::Reverse, _) => vec![Some(Leg::Here(first..from)), source(older(state))],
    };
    legs.into_iter().flatten().collect()
}

fn older(state: &State) -> Option<Stretch> {
    if state.loading.at_start {
        return None;
    }
    let edge = edge(state, state.log.first().next())?;
    let range = IdRange {
        from: EntryId::MIN,
        to: edge.id,
    };
    let except = edge.here;
    Some(Stretch { range, except })
}

fn between(state: &State, hole: Hole) -> Option<Stretch> {
    let older = edge(state, hole.from.last())?;
    let newer = edge(state, hole.to.next())?;
    let range = IdRange {
        from: older.id,
        to: newer.id,
    };
    let except = [older.here, newer.here].concat();
    (range.from <= range.to).then_some(Stretch { range, except })
}

/// Looks through the next stretch; without one there is no match.
fn go_on(state: &mut State) -> Vec<Effect> {
    let Some(hunt) = &mut state.search.hunt else {
        return Vec::new();
    };
    let Some(leg) = hunt.legs.pop_front() else {
        return not_found(state);
    };
    hunt.in_source = matches!(leg, Leg::Source(_));
    let direction = hunt.direction;
    let question = match leg {
        Leg::Here(range) => Question::Here {
            log: hunt.log.clone(),
            range,
            direction,
        },
        Leg::Source(stretch) => Question::Source { stretch, direction },
    };
    vec![Effect::Search {
        generation: state.search.generation,
        plan: Arc::clone(&hunt.plan),
        question,
    }]
}

fn not_found(state: &mut State) -> Vec<Effect> {
    if let Some(hunt) = state.search.hunt.take() {
        let text = if hunt.here_only {
            let here = nothing(state, hunt.here, "match", hunt.direction);
            format!("{here} (is:open and is:ended can be told only of what is here)")
        } else {
            match hunt.direction {
                Direction::Forward => "no match after this one".to_owned(),
                Direction::Reverse => "no match before this one".to_owned(),
            }
        };
        state.tell(text);
    }
    Vec::new()
}

/// Takes in an answer; one to another question is dropped.
pub fn answered(state: &mut State, generation: u64, answer: Answer) -> Vec<Effect> {
    if generation != state.search.generation {
        return Vec::new();
    }
    if let Answer::Tally(tally) = answer {
        state.search.tally = Some(tally);
        return Vec::new();
    }
    let Some(hunt) = &mut state.search.hunt else {
        return Vec::new();
    };
    match answer {
        Answer::Tally(_) => {}
        Answer::LookedAt(count) => hunt.looked_at.1 = count,
        Answer::Found {
            hit: None,
            looked_at,
        } => {
            hunt.looked_at = (hunt.looked_at.0 + looked_at, 0);
            return go_on(state);
        }
        Answer::Found { hit: Some(hit), .. } => return found(state, hit),
        Answer::Failed(what) => {
            state.search.hunt = None;
            state.tell(format!("could not search the source: {what}"));
        }
    }
    Vec::new()
}

fn found(state: &mut State, hit: Hit) -> Vec<Effect> {
    let hunt = state.search.hunt.take();
    if hunt.is_some_and(|hunt| hunt.playhead != state.playhead) {
        let id = hit.id;
        state.tell(format!(
            "the next match is {id}: the playhead was moved meanwhile (@ goes there)"
        ));
        return Vec::new();
    }
    let is_it = |seq: &Seq| state.log.get(*seq).is_some_and(|e| e.id() == hit.id);
    match hit.seq.filter(is_it) {
        Some(seq) => {
            seek::stand_on(state, seq);
            Vec::new()
        }
        None => seek::go_to(state, Moment::Id(hit.id)),
    }
}
