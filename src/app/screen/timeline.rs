//! The timeline of the session screen: the whole session, with silences and turns; what follows the playhead is faint.

mod rows;

use super::session::{found, heading, older_may_be_missing};
use super::style::{own, theirs};
use super::{number, titled};
use crate::app::inspected::Inspected;
use crate::app::layout::{Area, PaneId};
use crate::app::state::State;
use crate::app::view::{Line, Pane, Row, Scrollbar, Table, Tone};
use crate::app::window::{Item, items};
use crate::project;
use crate::store::Seq;
use rows::{Rows, Widths};

pub use rows::turn_latency;

/// From this height on the columns have names over them.
const NAMED: usize = 9;

/// Rows for events and silences.
#[must_use]
pub fn timeline_height(state: &State) -> usize {
    let area = state.layout().session.unwrap_or_default();
    let height = usize::from(area.body().height);
    height - head(height)
}

fn head(height: usize) -> usize {
    usize::from(height >= NAMED)
}

/// The event in a row of the pane, if one is there.
#[must_use]
pub fn timeline_row(state: &State, row: usize) -> Option<Seq> {
    let inspected = state.inspected.as_ref()?;
    let height = timeline_height(state);
    let area = state.layout().session?;
    let row = row.checked_sub(head(usize::from(area.body().height)))?;
    match in_view(state, inspected, height).get(row)? {
        Item::Event(at) => inspected.shown().get(*at).map(|step| step.seq),
        Item::Gap(..) => None,
    }
}

fn in_view(state: &State, inspected: &Inspected, height: usize) -> Vec<Item> {
    let first = state.panes.timeline.map_or(0, |seq| {
        let folded = inspected.folded();
        folded.count_before(seq.before())
    });
    items(inspected.shown(), first, height)
}

/// The pane.
pub fn timeline_pane(state: &State, area: Area) -> Pane {
    let name = state.log.strings().get(state.panes.session);
    let inspected = state.inspected.as_ref();
    let Some(inspected) = inspected.filter(|i| !i.shown().is_empty()) else {
        return Pane {
            empty: nothing(state),
            ..titled(state, PaneId::Session, title_of_none(name))
        };
    };
    let line = project::timeline(&state.log, state.panes.session, state.cursor());
    let mut title = heading(state, name, &line);
    if line.truncated && older_may_be_missing(state) {
        title.extend(own("  start not loaded", Tone::Amber));
    }
    title.extend(found(state));
    let height = timeline_height(state);
    let items = in_view(state, inspected, height);
    let widths = Widths::of(area.width);
    let mut rows: Vec<Row> = Vec::with_capacity(items.len() + 1);
    if height < usize::from(area.body().height) {
        rows.push(Widths::names());
    }
    let rows_of = Rows::new(state, inspected, widths);
    rows.extend(items.iter().filter_map(|item| rows_of.row(*item)));
    Pane {
        note: count(inspected),
        table: Table {
            columns: widths.columns(),
            rows,
        },
        scrollbar: scrollbar(inspected, &items, area.body().height),
        ..titled(state, PaneId::Session, title)
    }
}

fn title_of_none(name: &[u8]) -> Line {
    [own("session ", Tone::Strong), theirs(name, 38, Tone::Cyan)].concat()
}

fn nothing(state: &State) -> Vec<Line> {
    let why = if state.panes.session.is_some() {
        "none of its events are here"
    } else {
        "no session here"
    };
    vec![
        own(why, Tone::Dim),
        own(
            "1 goes back to all events; stand on a row that has a session",
            Tone::Faint,
        ),
    ]
}

/// `event 9 of 31`.
fn count(inspected: &Inspected) -> Line {
    let all = number::grouped(inspected.shown().len() as u64);
    let here = match inspected.happened() as u64 {
        0 => "before the first".to_owned(),
        n => format!("event {}", number::grouped(n)),
    };
    [
        own(&here, Tone::Strong),
        own(&format!(" of {all}"), Tone::Dim),
    ]
    .concat()
}

fn scrollbar(inspected: &Inspected, items: &[Item], height: u16) -> Option<Scrollbar> {
    let shown = |item: &Item| match item {
        Item::Event(at) => Some(*at as u64),
        Item::Gap(..) => None,
    };
    let first = items.iter().find_map(shown)?;
    let count = items.iter().filter_map(shown).count() as u64;
    let total = inspected.shown().len() as u64;
    let bar = Scrollbar::over(total, first, count, height)?;
    Some(Scrollbar {
        ticks: ticks(inspected, height),
        ..bar
    })
}

/// A tick where the events that a row of the bar stands for hold more errors than usual for the session.
fn ticks(inspected: &Inspected, height: u16) -> Vec<(u16, Tone)> {
    let steps = inspected.shown().len();
    let rows = usize::from(height).max(1);
    let edge = |row: usize| (row * steps).div_ceil(rows);
    let outline = inspected.folded().outline();
    let errors = |row: usize| outline.errors(edge(row)..edge(row + 1)).len();
    let counts: Vec<usize> = (0..rows).map(errors).collect();
    let all: usize = counts.iter().sum();
    let is_many = |count: &usize| *count > 0 && count * rows >= 2 * all;
    let many = (0..height).zip(&counts).filter(|(_, count)| is_many(count));
    many.map(|(row, _)| (row, Tone::Error)).collect()
}
