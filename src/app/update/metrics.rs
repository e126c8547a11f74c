//! What the keys do on the metrics screen, and what it measures. What is the same on all screens is left to
//! [`super::commands`].

use super::{commands, inspect};
use crate::app::action::Effect;
use crate::app::keymap::Command;
use crate::app::layout::metrics::{chart_areas, plot_columns};
use crate::app::layout::{PaneId, ScreenId};
use crate::app::metrics::{Below, Choice, Length, Measured, Subject};
use crate::app::narrowing::Narrowing;
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::zoom::Zoom;
use crate::model::Ms;
use crate::project::tally::{Axis, How};

/// Buckets where there is no room for charts.
const BUCKETS: u16 = 60;
/// While following it is measured no more often: figures that change faster are not read.
const REST_MS: Ms = 250;
/// Rows that a page of the lists has.
const PAGE: i64 = 8;

/// Runs a command.
pub fn run(state: &mut State, command: Command) -> Vec<Effect> {
    let choice = &mut state.metrics.choice;
    let lists = state.panes.focus == PaneId::Lists;
    match command {
        Command::Longer => choice.length = choice.length.next(),
        Command::Axis => {
            choice.axis = match choice.axis {
                Axis::Id => Axis::Event,
                Axis::Event => Axis::Id,
            }
        }
        Command::Patterns => turn(choice, Below::Patterns),
        Command::Compare => turn(choice, Below::Comparison),
        Command::NextPane | Command::PreviousPane => focus(state),
        Command::Down if lists => scroll(choice, 1),
        Command::Up if lists => scroll(choice, -1),
        Command::PageDown if lists => scroll(choice, PAGE),
        Command::PageUp if lists => scroll(choice, -PAGE),
        Command::Down => return commands::common(state, Command::StepForward),
        Command::Up => return commands::common(state, Command::StepBack),
        Command::Open => inspect::show(state, ScreenId::Dashboard),
        Command::Back => return back(state),
        _ => return commands::common(state, command),
    }
    Vec::new()
}

fn turn(choice: &mut Choice, below: Below) {
    choice.below = if choice.below == below {
        Below::Lists
    } else {
        below
    };
    choice.scroll = 0;
}

fn scroll(choice: &mut Choice, by: i64) {
    let by = isize::try_from(by).unwrap_or_default();
    choice.scroll = choice.scroll.saturating_add_signed(by);
}

fn focus(state: &mut State) {
    state.panes.turn(&[PaneId::Charts, PaneId::Lists], 1);
}

/// Closes one thing at a time, then the screen.
fn back(state: &mut State) -> Vec<Effect> {
    let choice = &mut state.metrics.choice;
    if state.notice.take().is_some() || state.panes.zoomed.take().is_some() {
        return Vec::new();
    }
    if choice.below != Below::Lists {
        turn(choice, Below::Lists);
    } else if state.panes.focus != PaneId::Charts {
        state.panes.focus = PaneId::Charts;
    } else if state.panes.zoom != Zoom::Loaded {
        state.panes.zoom = Zoom::Loaded;
    } else {
        inspect::show(state, ScreenId::Dashboard);
    }
    Vec::new()
}

/// Measures what the screen shows, while it is open. The scrubber has moved before: the window may be what it shows.
pub fn measure(state: &mut State) {
    if state.screen != ScreenId::Metrics {
        return;
    }
    let choice = state.metrics.choice;
    let layout = state.layout();
    let chart = layout
        .charts
        .and_then(|area| chart_areas(area).first().copied());
    let columns = chart.map_or(BUCKETS, plot_columns).max(2);
    let narrowing = state.narrowing.as_ref();
    let subject = Subject {
        log: &state.log,
        matches: narrowing.map(Narrowing::matches),
        filter: narrowing.map_or((0, false), |n| (state.generation, n.is_asked())),
        cursor: state.cursor(),
        now_ms: state.clock.now_ms,
        window: window(state, choice.length),
        length_ms: choice.length.ms(),
        compares: choice.below == Below::Comparison,
        how: How {
            axis: choice.axis,
            zone: state.options.zone,
        },
        most_buckets: usize::from(columns),
    };
    // A quiet stream may not be looked at again: what is there is measured at once.
    let is_live = state.playhead == Playhead::Following && !state.is_quiet();
    match &mut state.metrics.measured {
        Some(measured) if is_live && measured.is_recent(&subject, REST_MS) => {}
        Some(measured) => measured.refresh(&subject),
        None => state.metrics.measured = Some(Box::new(Measured::new(&subject))),
    }
}

/// It ends at the moment that the screen shows; its start is excluded.
fn window(state: &State, length: Length) -> (Ms, Ms) {
    let to = state.moment_ms();
    let from = match length.ms() {
        Some(ms) => to.saturating_sub(ms),
        None => match state.panes.zoom {
            Zoom::Part(span) => span.start_ms.saturating_sub(1),
            Zoom::Loaded | Zoom::Whole => oldest(state),
        },
    };
    (from.min(to), to)
}

/// So that the oldest entry is in the window.
fn oldest(state: &State) -> Ms {
    state
        .log
        .axis_range()
        .map_or(0, |(start, _)| start.saturating_sub(1))
}
