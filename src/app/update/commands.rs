//! What the keys do.

use super::settle::feed_height;
use super::{
    bookmarks, consumer_groups, errors, inspect, landing, metrics, scrubber, seek, sessions, until,
};
use crate::app::action::Effect;
use crate::app::cost::Cost;
use crate::app::keymap::Command;
use crate::app::layout::{PaneId, ScreenId};
use crate::app::playhead::{Playhead, Rhythm};
use crate::app::prompt::{Prompt, Purpose};
use crate::app::reopen;
use crate::app::screen;
use crate::app::spike_list;
use crate::app::state::{Detail, State};
use crate::app::zoom::{Turn, Zoom};
use crate::model::EntryId;
use crate::project::timeline;
use crate::query::Filter;
use crate::store::{Direction, Symbol};

/// Runs a command on the screen that is open.
pub fn run(state: &mut State, command: Command) -> Vec<Effect> {
    if command == Command::Back && state.search.hunt.is_some() {
        state.tell("search stopped");
        return until::stop(state);
    }
    match state.screen {
        ScreenId::Dashboard => common(state, command),
        ScreenId::Session => inspect::run(state, command),
        ScreenId::Metrics => metrics::run(state, command),
        ScreenId::Errors => errors::run(state, command),
        ScreenId::Groups => consumer_groups::run(state, command),
    }
}

/// Runs a command as the dashboard does, and every screen that has no meaning of its own for it.
pub fn common(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Down => rows(state, 1),
        Command::Up => rows(state, -1),
        Command::PageDown => rows(state, page(state)),
        Command::PageUp => rows(state, -page(state)),
        Command::First => return seek::to_first(state),
        Command::Last | Command::Follow => state.playhead = Playhead::Following,
        Command::NextPane => focus(state, 1),
        Command::PreviousPane => focus(state, -1),
        Command::Zoom => {
            state.panes.zoomed = state.panes.zoomed.is_none().then_some(state.panes.focus);
        }
        Command::Open => open(state),
        Command::NextForm => next_form(state),
        Command::Filter => return open_filter(state),
        Command::Back => return back(state),
        Command::PlayPause => play_pause(state),
        Command::StepBack => seek::step(state, -1),
        Command::StepForward => seek::step(state, 1),
        Command::SecondBack => return seek::by_time(state, -1_000),
        Command::SecondForward => return seek::by_time(state, 1_000),
        Command::MinuteBack => return seek::by_time(state, -60_000),
        Command::MinuteForward => return seek::by_time(state, 60_000),
        Command::NextError => landing::to_error(state, Direction::Forward),
        Command::PreviousError => landing::to_error(state, Direction::Reverse),
        Command::NextMarker => landing::to_marker(state, Direction::Forward),
        Command::PreviousMarker => landing::to_marker(state, Direction::Reverse),
        Command::NextSpike => landing::to_spike(state, Direction::Forward),
        Command::PreviousSpike => landing::to_spike(state, Direction::Reverse),
        Command::RunUntil => return until::open(state),
        Command::NextMatch => return until::again(state, Direction::Forward),
        Command::PreviousMatch => return until::again(state, Direction::Reverse),
        Command::SessionStart => landing::to_session_edge(state, true),
        Command::SessionEnd => landing::to_session_edge(state, false),
        Command::Slower => pace(state, -1),
        Command::Faster => pace(state, 1),
        Command::IdleCompression => idle(state),
        Command::Rhythm => rhythm(state),
        Command::ScrubberOut => scrubber::by_key(state, Turn::Out),
        Command::ScrubberIn => scrubber::by_key(state, Turn::In),
        Command::GoTo => state.prompt = Some(Prompt::new(Purpose::GoTo, String::new())),
        Command::Bookmark => bookmarks::mark(state),
        Command::Bookmarks => bookmarks::open(state),
        Command::Sessions => sessions::open(state),
        Command::Spikes => spike_list::open(state),
        Command::NarrowUser | Command::NarrowSession | Command::NarrowType => {
            return narrow_to_row(state, command);
        }
        Command::Show(screen) => inspect::show(state, screen),
        Command::Compare => state.tell("2 opens the session, where d compares its state"),
        Command::Longer | Command::Axis | Command::Patterns => {
            inspect::show(state, ScreenId::Metrics);
        }
        Command::Acknowledge
        | Command::AcknowledgeDeleted
        | Command::Claim
        | Command::Forget
        | Command::SetId
        | Command::CreateGroup
        | Command::DestroyGroup
        | Command::Republish
        | Command::RepublishEdited => {
            state.tell("5 shows the consumer groups, which this key changes");
        }
        Command::Copy => return copy(state),
        Command::CopyCommand => return copy_command(state),
        Command::Palette => {
            state.prompt = Some(Prompt::new(Purpose::Palette { chosen: 0 }, String::new()));
        }
        Command::Cost => {
            state.cost = match state.cost {
                Some(_) => None,
                None => Some(Cost::default()),
            }
        }
        Command::Help => state.help = Some(0),
        Command::Quit => return vec![Effect::Quit],
    }
    Vec::new()
}

fn page(state: &State) -> i64 {
    i64::try_from(feed_height(state)).unwrap_or(1).max(2) - 1
}

/// Up and down belong to the focused pane.
fn rows(state: &mut State, by: i64) {
    match state.panes.focus {
        PaneId::Feed => seek::step(state, by),
        PaneId::Session => step_in_session(state, by),
        PaneId::Errors => step_in_errors(state, by),
        _ => scroll_detail(state, by),
    }
}

/// Moves the playhead to another event of the session; the ends of the session stop it.
fn step_in_session(state: &mut State, by: i64) {
    let (log, session, cursor) = (&state.log, state.panes.session, state.cursor());
    let last_happened = timeline::before(log, session, cursor).next();
    let steps = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
    let target = if by > 0 {
        // Before the session's first event, that one counts as the one it stands on.
        let steps = steps + usize::from(last_happened.is_none());
        timeline::after(log, session, cursor).take(steps).last()
    } else {
        let happened = timeline::before(log, session, cursor);
        let target = happened.take(steps.saturating_add(1)).last();
        target.or_else(|| timeline::after(log, session, cursor).next())
    };
    if let Some(seq) = target.or(last_happened) {
        seek::stand_on(state, seq);
    }
}

fn step_in_errors(state: &mut State, by: i64) {
    let groups = screen::error_groups(state);
    let at = groups
        .iter()
        .position(|g| Some(g.fingerprint) == state.panes.group);
    let target = match at {
        Some(at) => at.saturating_add_signed(isize::try_from(by).unwrap_or_default()),
        None => 0,
    };
    state.panes.group = groups
        .get(target.min(groups.len().saturating_sub(1)))
        .map(|g| g.fingerprint);
}

fn scroll_detail(state: &mut State, by: i64) {
    let most = screen::detail_lines(state).saturating_sub(1);
    if let Some(detail) = &mut state.panes.detail {
        detail.scroll = detail
            .scroll
            .saturating_add_signed(isize::try_from(by).unwrap_or_default())
            .min(most);
    }
}

/// Only panes that are on the screen take the focus.
fn focus(state: &mut State, by: isize) {
    let panes: &[PaneId] = match (&state.panes.detail, state.panes.zoomed) {
        (Some(_), _) => &[PaneId::Feed, PaneId::Detail],
        _ => &[PaneId::Feed, PaneId::Session, PaneId::Errors],
    };
    state.panes.turn(panes, by);
    if state.panes.focus == PaneId::Errors && state.panes.group.is_none() {
        step_in_errors(state, 0);
    }
}

/// On an error group: stands on its newest error. On the session: opens its screen. Else opens the detail, or closes it.
fn open(state: &mut State) {
    if state.panes.focus == PaneId::Session && state.panes.detail.is_none() {
        inspect::show(state, ScreenId::Session);
    } else if state.panes.focus == PaneId::Errors {
        let groups = screen::error_groups(state);
        let group = groups
            .iter()
            .find(|g| Some(g.fingerprint) == state.panes.group)
            .or(groups.first());
        let Some(last) = group.map(|g| g.last) else {
            return;
        };
        seek::stand_on(state, last);
        show_detail(state);
    } else if state.panes.detail.is_some() {
        close_detail(state);
    } else if state.selected().is_some() {
        if state.playhead == Playhead::Following {
            seek::step(state, 0);
        }
        show_detail(state);
    }
}

fn show_detail(state: &mut State) {
    state.panes.detail = Some(Detail {
        scroll: 0,
        ..state.panes.detail.unwrap_or_default()
    });
    state.panes.focus = PaneId::Feed;
    state.panes.zoomed = None;
}

fn close_detail(state: &mut State) {
    state.panes.detail = None;
    if state.panes.focus == PaneId::Detail {
        state.panes.focus = PaneId::Feed;
    }
    if state.panes.zoomed == Some(PaneId::Detail) {
        state.panes.zoomed = None;
    }
}

fn next_form(state: &mut State) {
    match &mut state.panes.detail {
        Some(detail) => {
            *detail = Detail {
                form: detail.form.next(),
                scroll: 0,
            }
        }
        None => open(state),
    }
}

fn open_filter(state: &mut State) -> Vec<Effect> {
    let text = state
        .narrowing
        .as_ref()
        .map(|n| n.filter.to_string())
        .unwrap_or_default();
    let before = state.narrowing.clone().map(Box::new);
    state.prompt = Some(Prompt::new(Purpose::Filter(before), text));
    Vec::new()
}

/// Closes one thing at a time, the nearest first; then the scrubber shows all again, and at last the filter is dropped.
fn back(state: &mut State) -> Vec<Effect> {
    if state.notice.take().is_some() {
        return Vec::new();
    }
    if state.panes.zoomed.take().is_some() {
        return Vec::new();
    }
    if state.panes.detail.is_some() {
        close_detail(state);
        return Vec::new();
    }
    if state.panes.focus != PaneId::Feed {
        state.panes.focus = PaneId::Feed;
        return Vec::new();
    }
    if std::mem::take(&mut state.panes.zoom) != Zoom::Loaded {
        return Vec::new();
    }
    if state.narrowing.is_some() {
        return super::narrow(state, Filter::default());
    }
    Vec::new()
}

fn play_pause(state: &mut State) {
    match state.playhead {
        Playhead::Following => seek::step(state, 0),
        Playhead::Paused(cursor) => state.playhead = Playhead::play_from(cursor, &state.log),
        Playhead::Playing { cursor, .. } => state.playhead = Playhead::Paused(cursor),
    }
}

fn pace(state: &mut State, by: isize) {
    state.pace = state.pace.step(by);
    state.tell(format!("plays at {}", state.pace));
}

fn rhythm(state: &mut State) {
    state.pace = state.pace.other_rhythm();
    state.tell(match state.pace.rhythm {
        Rhythm::Recorded => format!("plays as recorded, at {}", state.pace),
        Rhythm::Even => format!("plays evenly, {}", state.pace),
    });
}

fn idle(state: &mut State) {
    state.pace.compress_idle = !state.pace.compress_idle;
    state.tell(if state.pace.compress_idle {
        "idle time over 2 s is played as 2 s"
    } else {
        "idle time is played in full"
    });
}

/// The filter that the row suggests is added, or taken out again when it is there.
fn narrow_to_row(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(entry) = state.selected() else {
        return Vec::new();
    };
    let (field, symbol) = match command {
        Command::NarrowUser => ("user", entry.user()),
        Command::NarrowSession => ("session", session_of(state)),
        _ => ("type", entry.kind()),
    };
    if !symbol.is_some() {
        state.tell(format!("this row has no {field}"));
        return Vec::new();
    }
    let wanted = Filter::equals(field, state.log.strings().get(symbol));
    let now = state
        .narrowing
        .as_ref()
        .map(|n| n.filter.clone())
        .unwrap_or_default();
    let others = now.clone().without(field);
    // Wherever it stands among the others: what is there already adds nothing.
    let already = !now.is_empty() && now.clone().and(wanted.clone()) == now;
    let stays = entry.seq;
    let filter = if already { others } else { others.and(wanted) };
    let was_following = state.playhead == Playhead::Following;
    let effects = super::narrow(state, filter);
    if !was_following {
        seek::stand_on(state, stays);
    }
    effects
}

/// The row's session; from the session pane it is the pane's.
fn session_of(state: &State) -> Symbol {
    match state.panes.focus {
        PaneId::Session => state.panes.session,
        _ => state.selected().map_or(Symbol::NONE, |e| e.session()),
    }
}

/// More than this is not put on a clipboard through a terminal, bytes.
const COPY_MAX_BYTES: usize = 55_000;

fn copy(state: &mut State) -> Vec<Effect> {
    let Some(entry) = state.selected() else {
        return Vec::new();
    };
    let mut line = Vec::new();
    crate::model::line::write_entry(&mut line, entry.id(), entry.stream(), &entry.fields());
    let id = entry.id();
    copy_line(state, id, &line)
}

/// Copies the line of an entry.
pub fn copy_line(state: &mut State, id: EntryId, line: &[u8]) -> Vec<Effect> {
    let id = id.to_string();
    if line.len() > COPY_MAX_BYTES {
        state.tell(format!(
            "this entry is too large for the clipboard: copied its id, {id}"
        ));
        return vec![Effect::Copy(id)];
    }
    let text = String::from_utf8_lossy(line).trim_end().to_owned();
    state.tell(format!("copied {id} as JSON"));
    vec![Effect::Copy(text)]
}

fn copy_command(state: &mut State) -> Vec<Effect> {
    let line = match reopen::command_line(state) {
        Ok(line) if line.text.len() > COPY_MAX_BYTES => {
            Err("the command line is too long for the clipboard".to_owned())
        }
        line => line,
    };
    match line {
        Ok(line) => {
            let hint = if line.needs_password {
                " (set REDIS_PASSWORD for it)"
            } else {
                ""
            };
            state.tell(format!("copied{hint}: {}", line.text));
            vec![Effect::Copy(line.text)]
        }
        Err(why) => {
            state.tell(why);
            Vec::new()
        }
    }
}
