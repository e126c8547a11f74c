//! The filter prompt, which shows its answer while it is typed, and the prompt that goes to a moment.

use super::bookmarks;
use super::seek;
use crate::app::action::Effect;
use crate::app::input::Key;
use crate::app::prompt::{Prompt, Purpose, Typed};
use crate::app::state::State;
use crate::query::Filter;
use crate::query::time::parse_moment;

/// A key while a prompt is open.
pub fn press(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(prompt) = &mut state.prompt else {
        return Vec::new();
    };
    match prompt.press(key) {
        Typed::Same => Vec::new(),
        Typed::Changed => changed(state),
        Typed::Done => done(state),
        Typed::Cancelled => cancelled(state),
    }
}

/// Pasted text goes into the prompt; without one it opens the filter with it.
pub fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let Some(prompt) = &mut state.prompt else {
        return Vec::new();
    };
    prompt.paste(text);
    changed(state)
}

/// Puts a filter in force from its text.
///
/// # Errors
/// What is wrong with the text; the filter in force stays.
pub fn apply_filter(
    state: &mut State,
    text: &str,
) -> Result<Vec<Effect>, crate::query::FilterError> {
    let filter = Filter::parse(text)?;
    if state.narrowing.as_ref().is_some_and(|n| n.filter == filter) {
        return Ok(Vec::new());
    }
    Ok(super::narrow(state, filter))
}

fn changed(state: &mut State) -> Vec<Effect> {
    let Some(prompt) = &state.prompt else {
        return Vec::new();
    };
    let text = prompt.input.value().to_owned();
    let (error, effects) = match prompt.purpose {
        Purpose::Filter(_) => match apply_filter(state, &text) {
            Ok(effects) => (None, effects),
            Err(error) => (Some(error), Vec::new()),
        },
        Purpose::GoTo | Purpose::Note { .. } => (None, Vec::new()),
    };
    if let Some(prompt) = &mut state.prompt {
        prompt.error = error;
    }
    effects
}

fn done(state: &mut State) -> Vec<Effect> {
    let Some(prompt) = state.prompt.take() else {
        return Vec::new();
    };
    let text = prompt.input.value().trim().to_owned();
    match &prompt.purpose {
        Purpose::Filter(_) if prompt.error.is_some() => state.prompt = Some(prompt),
        Purpose::Filter(_) => {}
        Purpose::GoTo if text.is_empty() => {}
        Purpose::Note { mark, is_new } => return bookmarks::keep(state, mark, text, *is_new),
        Purpose::GoTo => match parse_moment(&text, state.now()) {
            Ok(moment) => return seek::go_to(state, moment),
            Err(error) => {
                state.prompt = Some(Prompt {
                    error: Some(error),
                    ..prompt
                });
            }
        },
    }
    Vec::new()
}

/// The filter from before comes back with its matches, brought up to date.
fn cancelled(state: &mut State) -> Vec<Effect> {
    let Some(prompt) = state.prompt.take() else {
        return Vec::new();
    };
    let before = match prompt.purpose {
        Purpose::Filter(before) => before,
        Purpose::Note { .. } => {
            state.bookmarks.drop_draft();
            return Vec::new();
        }
        Purpose::GoTo => return Vec::new(),
    };
    let filter = before.map(|n| n.filter).unwrap_or_default();
    let now = state
        .narrowing
        .as_ref()
        .map(|n| n.filter.clone())
        .unwrap_or_default();
    if filter == now {
        Vec::new()
    } else {
        super::narrow(state, filter)
    }
}
