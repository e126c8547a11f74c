//! What the prompts do: the filter and run until, which show their answers while they are typed, going to a moment, and the
//! list of commands.

use super::{bookmarks, commands, group_changes, seek, until};
use crate::app::action::Effect;
use crate::app::input::{Code, Key};
use crate::app::palette;
use crate::app::prompt::{Prompt, Purpose, Typed};
use crate::app::state::State;
use crate::query::Filter;
use crate::query::time::parse_moment;
use crate::store::Direction;

/// A key while a prompt is open.
pub fn press(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(prompt) = &mut state.prompt else {
        return Vec::new();
    };
    match (&prompt.purpose, key.code) {
        (Purpose::RunUntil, Code::Up) => return run_until(state, Direction::Reverse),
        (Purpose::RunUntil, Code::Down) => return run_until(state, Direction::Forward),
        (Purpose::Confirm(proposal), code) if proposal.typed.is_none() => {
            return group_changes::press(state, key.held, code);
        }
        (Purpose::Palette { .. }, Code::Up) => return choose(state, -1),
        (Purpose::Palette { .. }, Code::Down) => return choose(state, 1),
        _ => {}
    }
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
    let Some(prompt) = &mut state.prompt else {
        return Vec::new();
    };
    let text = prompt.input.value().to_owned();
    let (error, effects) = match prompt.purpose {
        Purpose::Filter(_) => match apply_filter(state, &text) {
            Ok(effects) => (None, effects),
            Err(error) => (Some(error), Vec::new()),
        },
        Purpose::RunUntil => match Filter::parse(&text) {
            Ok(filter) => (None, until::preview(state, filter)),
            Err(error) => (Some(error), until::stop(state)),
        },
        Purpose::Palette { .. } => {
            prompt.purpose = Purpose::Palette { chosen: 0 };
            (None, Vec::new())
        }
        Purpose::GoTo | Purpose::Note { .. } | Purpose::Group(_) | Purpose::Confirm(_) => {
            (None, Vec::new())
        }
    };
    if let Some(prompt) = &mut state.prompt {
        prompt.error = error;
    }
    effects
}

/// Goes to the match in that direction; a mistake keeps the prompt open.
fn run_until(state: &mut State, direction: Direction) -> Vec<Effect> {
    let text = |prompt: &Prompt| prompt.input.value().trim().to_owned();
    let filter = state.prompt.as_ref().map(|p| Filter::parse(&text(p)));
    let Some(Ok(filter)) = filter else {
        return Vec::new();
    };
    state.prompt = None;
    until::run(state, filter, direction)
}

/// Moves the choice in the list of commands.
fn choose(state: &mut State, by: isize) -> Vec<Effect> {
    if let Some(prompt) = &mut state.prompt
        && let Purpose::Palette { chosen } = &mut prompt.purpose
    {
        let most = palette::listed(prompt.input.value())
            .len()
            .saturating_sub(1);
        *chosen = chosen.saturating_add_signed(by).min(most);
    }
    Vec::new()
}

fn done(state: &mut State) -> Vec<Effect> {
    if let Some(Purpose::RunUntil) = state.prompt.as_ref().map(|p| &p.purpose) {
        return run_until(state, Direction::Forward);
    }
    let Some(prompt) = state.prompt.take() else {
        return Vec::new();
    };
    if let Purpose::Group(_) | Purpose::Confirm(_) = prompt.purpose {
        return group_changes::answered(state, prompt);
    }
    let text = prompt.input.value().trim().to_owned();
    match &prompt.purpose {
        Purpose::Filter(_) if prompt.error.is_some() => state.prompt = Some(prompt),
        Purpose::Filter(_) | Purpose::RunUntil | Purpose::Group(_) | Purpose::Confirm(_) => {}
        Purpose::Palette { chosen } => {
            if let Some(item) = palette::listed(&text).get(*chosen) {
                return commands::run(state, item.command);
            }
        }
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
        Purpose::RunUntil => return until::stop(state),
        Purpose::GoTo | Purpose::Palette { .. } => return Vec::new(),
        Purpose::Group(_) | Purpose::Confirm(_) => {
            state.tell("nothing was changed");
            return Vec::new();
        }
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
