//! The screen of consumer groups: streams, their groups, and of the selected group its consumers and its pending entries.
//!
//! Invariant: a still system gives the same frame at every look, so ages are coarse and how long a look took is rounded up.

mod consumers;
mod groups;
mod pending;
mod streams;

use super::style::own;
use super::{inner_width, number};
use crate::app::layout::{Area, Layout, PaneId};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Row, Scrollbar, Tone};
use crate::model::{EntryId, Ms};

pub use pending::opened;

/// The four panes.
#[derive(Debug, Default)]
pub struct Panes {
    pub streams: Pane,
    pub groups: Pane,
    pub consumers: Pane,
    pub pending: Pane,
}

/// What has an area is filled.
pub fn panes(state: &State, layout: &Layout) -> Panes {
    let fill = |area: Option<Area>, pane: fn(&State, Area) -> Pane| {
        area.map(|area| pane(state, area)).unwrap_or_default()
    };
    Panes {
        streams: fill(layout.streams, streams::streams),
        groups: fill(layout.consumer_groups, groups::groups),
        consumers: fill(layout.consumers, consumers::consumers),
        pending: fill(layout.pending, pending::pending),
    }
}

/// From this height on the columns have names over them.
const NAMED: u16 = 3;

/// Which rows of a list are in view: the selected one always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InView {
    head: usize,
    first: usize,
    height: usize,
}

impl InView {
    fn of(area: Area, selected: Option<usize>) -> Self {
        let body = area.body().height;
        let head = u16::from(body >= NAMED);
        let height = usize::from(body - head);
        Self {
            head: usize::from(head),
            first: (selected.unwrap_or(0) + 1).saturating_sub(height),
            height,
        }
    }

    /// What is in view of all.
    fn cut<I: Iterator>(self, all: I) -> impl Iterator<Item = I::Item> {
        all.skip(self.first).take(self.height)
    }

    /// Names over rows, where there is room for names.
    fn rows(self, names: Row, rows: impl Iterator<Item = Row>) -> Vec<Row> {
        let names = std::iter::once(names).take(self.head);
        names.chain(rows).collect()
    }

    fn scrollbar(self, total: usize, area: Area) -> Option<Scrollbar> {
        let [total, first, height] = [total, self.first, self.height].map(|n| n as u64);
        Scrollbar::over(total, first, height, area.body().height)
    }
}

/// Rows that a page key moves in the pane with the focus.
#[must_use]
pub fn consumer_group_rows(state: &State) -> usize {
    let area = area_of(state, state.panes.focus).unwrap_or_default();
    InView::of(area, None).height
}

/// The row of the list that is under a row of a pane.
#[must_use]
pub fn consumer_group_row(state: &State, pane: PaneId, row: usize) -> Option<usize> {
    let groups = &state.groups;
    let selected = match pane {
        PaneId::Streams => streams::place(groups),
        PaneId::ConsumerGroups => groups::place(groups),
        PaneId::Consumers => consumers::place(groups),
        PaneId::Pending => pending::place(groups),
        _ => return None,
    };
    let view = InView::of(area_of(state, pane)?, selected);
    Some(view.first + row.checked_sub(view.head)?)
}

fn area_of(state: &State, pane: PaneId) -> Option<Area> {
    let layout = state.layout();
    match pane {
        PaneId::Streams => layout.streams,
        PaneId::ConsumerGroups => layout.consumer_groups,
        PaneId::Consumers => layout.consumers,
        PaneId::Pending => layout.pending,
        _ => None,
    }
}

/// A column with its gap, left out where it has no width.
const fn column(width: u16, right: bool) -> Column {
    Column {
        width,
        gap: if width == 0 { 0 } else { 2 },
        right,
    }
}

/// The first column, which takes what the others leave.
fn rest(width: u16, others: &[Column], least: u16) -> Column {
    let taken: u16 = others.iter().map(|c| c.width + c.gap).sum();
    Column {
        width: inner_width(width).saturating_sub(taken).max(least),
        gap: 0,
        right: false,
    }
}

fn names(names: &[&str]) -> Row {
    let cells = names.iter().map(|name| text(name, Tone::Faint));
    Row {
        cells: cells.collect(),
        ..Row::default()
    }
}

fn text(text: &str, tone: Tone) -> Cell {
    Cell::Text(own(text, tone))
}

/// What the server does not tell.
fn unknown() -> Cell {
    text("n/a", Tone::Faint)
}

/// Grouped where that is narrow enough.
fn counted(n: u64, width: u16) -> String {
    let grouped = number::grouped(n);
    if grouped.len() <= usize::from(width) {
        grouped
    } else {
        number::short(n)
    }
}

fn count(n: Option<u64>, width: u16, tone: Tone) -> Cell {
    let tone = if n == Some(0) { Tone::Dim } else { tone };
    n.map_or_else(unknown, |n| text(&counted(n, width), tone))
}

fn rate(per_s: Option<f64>) -> Cell {
    per_s.map_or_else(
        || text("—", Tone::Faint),
        |per_s| {
            let tone = if per_s > 0.0 { Tone::Plain } else { Tone::Dim };
            text(&number::rate(per_s), tone)
        },
    )
}

/// The time of an id: with its day, where that is not today.
fn when(state: &State, id: EntryId) -> String {
    let zone = state.options.zone;
    let day = |ms| zone.format(ms, "%Y-%m-%d");
    if day(id.ms) == day(state.clock.now_ms) {
        zone.clock_seconds(id.ms)
    } else {
        zone.format(id.ms, "%y-%m-%d %H:%M")
    }
}

/// `< 10 s`, `20 s`, `4m`, `3h`: as [`number::age`], but below a minute by tens of seconds.
fn coarse(ms: Ms) -> String {
    match ms {
        0..10_000 => "< 10 s".to_owned(),
        10_000..60_000 => format!("{} s", ms / 10_000 * 10),
        _ => number::age(ms),
    }
}

fn coarse_cell(ms: Option<Ms>, tone: Tone) -> Cell {
    ms.map_or_else(unknown, |ms| text(&coarse(ms), tone))
}

/// A look that is older than this, or that failed, says so.
const FRESH_MS: Ms = 5_000;

/// How old what is shown is, where that is to be said.
fn stale(state: &State) -> Option<Ms> {
    let seen = state.groups.seen.as_ref()?;
    let age = state.clock.now_ms.saturating_sub(seen.snapshot.taken_at);
    let is_late = age > FRESH_MS.max(seen.next_in_ms.saturating_mul(2));
    (is_late || state.groups.trouble.is_some()).then_some(age)
}

/// Rows of a look that cannot be trusted any more are faint.
fn dimmed(state: &State, rows: Vec<Row>) -> Vec<Row> {
    let future = stale(state).is_some();
    let dim = |row| Row { future, ..row };
    rows.into_iter().map(dim).collect()
}

/// ` 3`, or nothing where there is none.
fn total(n: usize) -> Line {
    own(&format!(" {}", number::grouped(n as u64)), Tone::Dim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_change_seldom() {
        assert_eq!(
            [0, 9_999, 10_000, 59_999, 60_000, 3_600_000].map(coarse),
            ["< 10 s", "< 10 s", "10 s", "50 s", "1m", "1h"]
        );
    }

    #[test]
    fn a_count_is_as_exact_as_its_column_is_wide() {
        assert_eq!(counted(12_345, 6), "12,345");
        assert_eq!(counted(12_345, 5), "12k");
        assert_eq!(counted(u64::MAX, 9).len(), 14);
    }
}
