//! The error pane: failures that say the same, grouped, the most frequent first.

use super::style::{own, theirs};
use super::{charts, inner_width, number, titled};
use crate::app::layout::{Area, PaneId};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Row, Scrollbar, Table, Tone};
use crate::project::errors::{error_groups_among, trends};
use crate::project::{self, ErrorGroup};

/// The groups as of the playhead, under the filter.
#[must_use]
pub fn error_groups(state: &State) -> Vec<ErrorGroup> {
    match &state.narrowing {
        None => project::error_groups(&state.log, state.cursor()),
        Some(n) => error_groups_among(&state.log, n.matches().membership(), state.cursor()),
    }
}

/// The group in a row of the pane.
#[must_use]
pub fn error_row(state: &State, row: usize) -> Option<ErrorGroup> {
    let mut groups = error_groups(state);
    let height = state
        .layout()
        .errors
        .map_or(0, |area| usize::from(area.body().height));
    let at = first_row(state, &groups, height) + row;
    (at < groups.len()).then(|| groups.swap_remove(at))
}

/// The first visible group: the selected one stays in view.
fn first_row(state: &State, groups: &[ErrorGroup], height: usize) -> usize {
    let selected = groups
        .iter()
        .position(|g| Some(g.fingerprint) == state.panes.group)
        .unwrap_or(0);
    (selected + 1).saturating_sub(height)
}

/// The error pane.
pub fn errors(state: &State, area: Area) -> Pane {
    let groups = error_groups(state);
    let height = usize::from(area.body().height);
    let first = first_row(state, &groups, height);
    let widths = Widths::of(area.width);
    let window = charts::trend_window(state, &state.layout(), usize::from(widths.trend));
    let trends = trends(&state.log, state.cursor(), window);
    let top = trends
        .values()
        .flatten()
        .copied()
        .max()
        .unwrap_or(0)
        .max(TREND_TOP);
    let shown = groups.iter().skip(first).take(height);
    let rows: Vec<Row> = shown
        .map(|g| row(state, g, widths, trends.get(&g.fingerprint), top))
        .collect();
    let scrollbar = Scrollbar::over(
        groups.len() as u64,
        first as u64,
        rows.len() as u64,
        area.body().height,
    );
    let empty = if groups.is_empty() {
        let where_to = if state.narrowing.is_some() {
            "no errors among the matches"
        } else {
            "no errors up to here"
        };
        vec![own(where_to, Tone::Dim)]
    } else {
        Vec::new()
    };
    let table = Table {
        columns: widths.columns(),
        rows,
    };
    Pane {
        table,
        empty,
        scrollbar,
        ..titled(state, PaneId::Errors, title(&groups))
    }
}

fn title(groups: &[ErrorGroup]) -> Line {
    let mut title = own("errors", Tone::Strong);
    let total: u64 = groups.iter().map(|g| g.count).sum();
    if total > 0 {
        let plural = if groups.len() == 1 { "" } else { "s" };
        title.extend(own(
            &format!(
                " {} in {} group{plural}",
                number::grouped(total),
                groups.len()
            ),
            Tone::Dim,
        ));
    }
    title
}

#[derive(Clone, Copy)]
struct Widths {
    code: u16,
    message: u16,
    trend: u16,
}

/// The trends of all groups have one scale, which reaches at least up to this many errors.
const TREND_TOP: u32 = 4;
const COUNT: u16 = 6;
const AGE: u16 = 5;

impl Widths {
    fn of(width: u16) -> Self {
        let trend = match width {
            0..60 => 0,
            60..90 => 12,
            _ => 24,
        };
        let code = if width < 60 { 13 } else { 17 };
        let fixed = COUNT + 2 + code + 2 + 2 + AGE + if trend > 0 { 2 + trend } else { 0 };
        Self {
            code,
            message: inner_width(width).saturating_sub(fixed),
            trend,
        }
    }

    fn columns(self) -> Vec<Column> {
        vec![
            Column {
                width: COUNT,
                gap: 0,
                right: true,
            },
            Column {
                width: self.code,
                gap: 2,
                right: false,
            },
            Column {
                width: self.message,
                gap: 2,
                right: false,
            },
            Column {
                width: AGE,
                gap: 2,
                right: true,
            },
            Column {
                width: self.trend,
                gap: if self.trend > 0 { 2 } else { 0 },
                right: false,
            },
        ]
    }
}

fn row(
    state: &State,
    group: &ErrorGroup,
    widths: Widths,
    trend: Option<&Vec<u32>>,
    top: u32,
) -> Row {
    let [kind, code, message] = group.parts(&state.log);
    let name = if code.is_empty() { kind } else { code };
    let last_ms = state.log.get(group.last).map_or(0, |e| e.axis_ms());
    let age = number::age(state.moment_ms().saturating_sub(last_ms));
    let trend = trend.map_or_else(
        || vec![0.0; usize::from(widths.trend)],
        |counts| charts::heights_of(counts, top),
    );
    let cells = vec![
        Cell::Text(own(&number::grouped(group.count), Tone::Strong)),
        Cell::Text(theirs(name, widths.code, Tone::Error)),
        Cell::Text(theirs(message, widths.message, Tone::Plain)),
        Cell::Text(own(&age, Tone::Dim)),
        Cell::Spark(trend, Tone::Error),
    ];
    let selected =
        state.panes.focus == PaneId::Errors && state.panes.group == Some(group.fingerprint);
    Row {
        cells,
        selected,
        future: false,
    }
}
