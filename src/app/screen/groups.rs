//! The groups of the error screen: failures that say the same, the most frequent first.

use super::style::{own, theirs};
use super::{charts, inner_width, number, titled};
use crate::app::failing::Failing;
use crate::app::layout::{Area, PaneId};
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Row, Scrollbar, Table, Tone};
use crate::model::{Ms, fingerprint, time};
use crate::project::Window;
use crate::project::errors::{Distinct, Totals, count_errors};
use crate::store::{Cursor, Seq, Symbol};

/// From this height on the columns have names over them.
const NAMED: usize = 4;
/// The trends of all groups have one scale, which reaches at least up to this many errors.
const TREND_TOP: u32 = 4;

/// Rows for groups.
#[must_use]
pub fn groups_height(state: &State) -> usize {
    let height = state.layout().errors.unwrap_or_default().body().height;
    usize::from(height) - head(usize::from(height))
}

fn head(height: usize) -> usize {
    usize::from(height >= NAMED)
}

/// The group in a row of the pane.
#[must_use]
pub fn group_row(state: &State, row: usize) -> Option<Symbol> {
    let failing = state.failing.as_ref()?;
    let height = usize::from(state.layout().errors?.body().height);
    let at = first_row(failing, groups_height(state)) + row.checked_sub(head(height))?;
    failing.groups().get(at).map(|group| group.fingerprint)
}

/// The first visible group: the selected one stays in view.
fn first_row(failing: &Failing, height: usize) -> usize {
    (failing.place().unwrap_or(0) + 1).saturating_sub(height)
}

/// The pane.
pub fn groups(state: &State, area: Area) -> Pane {
    let Some(failing) = state.failing.as_ref().filter(|f| f.errors() > 0) else {
        return Pane {
            empty: nothing(state),
            ..titled(state, PaneId::Errors, title(state, None))
        };
    };
    let height = groups_height(state);
    let first = first_row(failing, height);
    let widths = Widths::of(area.width);
    let window = trend_window(state, usize::from(widths.trend));
    let shown: Vec<&Totals<Seq>> = failing.groups().iter().skip(first).take(height).collect();
    let trends = trends(state, failing, &shown, window);
    let top = trends.iter().flatten().copied().max().unwrap_or(0);
    let mut rows = Vec::with_capacity(height + 1);
    if height < usize::from(area.body().height) {
        rows.push(names(window));
    }
    let each = shown.iter().zip(&trends);
    rows.extend(each.map(|(group, trend)| row(state, failing, group, trend, top.max(TREND_TOP))));
    let total = failing.groups().len() as u64;
    Pane {
        note: note(failing),
        table: Table {
            columns: widths.columns(),
            rows,
        },
        scrollbar: Scrollbar::over(total, first as u64, height as u64, area.body().height),
        ..titled(state, PaneId::Errors, title(state, Some(failing)))
    }
}

fn nothing(state: &State) -> Vec<Line> {
    let following = state.playhead == Playhead::Following;
    let is_next = count_errors(&state.log, state.cursor()..state.log.end()) > 0;
    let (why, how) = match (&state.narrowing, following) {
        _ if state.log.is_empty() => ("nothing has happened yet", ""),
        (Some(_), true) => ("no errors among the matches", "/ changes the filter"),
        (Some(_), false) => (
            "no errors among the matches up to here",
            "/ changes the filter",
        ),
        (None, true) => ("no errors", ""),
        (None, false) if is_next => ("no errors up to here", "e goes to the next one"),
        (None, false) => ("no errors up to here, and none later", ""),
    };
    vec![own(why, Tone::Dim), own(how, Tone::Faint)]
}

/// How many errors in how many groups, under which filter.
fn title(state: &State, failing: Option<&Failing>) -> Line {
    let mut title = own("errors", Tone::Strong);
    if let Some(failing) = failing {
        let groups = failing.groups().len() as u64;
        let plural = if groups == 1 { "" } else { "s" };
        let (errors, groups) = (number::grouped(failing.errors()), number::grouped(groups));
        title.extend(own(
            &format!(" {errors} in {groups} group{plural}"),
            Tone::Dim,
        ));
        if failing.is_behind(&state.log) || state.visible().is_scanning() {
            title.extend(own(" so far", Tone::Dim));
        }
    }
    if let Some(narrowing) = &state.narrowing {
        title.extend(own("  ", Tone::Plain));
        title.extend(theirs(
            narrowing.filter.to_string().as_bytes(),
            200,
            Tone::Cyan,
        ));
    }
    title
}

fn note(failing: &Failing) -> Line {
    match failing.others() {
        0 => Line::new(),
        n => own(
            &format!(
                "{} more in groups that are not told apart",
                number::grouped(n)
            ),
            Tone::Amber,
        ),
    }
}

/// From the oldest entry here to the moment that the screen shows. Its parts have round lengths and borders, so that the bars
/// move only when a part is over.
fn trend_window(state: &State, count: usize) -> Window {
    let end_ms = state.moment_ms();
    let start_ms = state.log.axis_range().map_or(end_ms, |(first, _)| first);
    let parts = (count as u64).saturating_sub(1).max(1);
    let bucket_ms = rounded_up(end_ms.saturating_sub(start_ms) / parts + 1);
    Window {
        end_ms: (end_ms / bucket_ms + 1) * bucket_ms,
        bucket_ms,
        count,
    }
}

/// To 1, 2, 3 or 5 times a power of ten.
fn rounded_up(ms: Ms) -> Ms {
    let powers = (0..19).map(|n| 10_u64.pow(n));
    let mut lengths = powers.flat_map(|power| [1, 2, 3, 5].map(|n| power.saturating_mul(n)));
    lengths.find(|length| *length >= ms).unwrap_or(Ms::MAX)
}

/// The errors of each group in each part of the window.
fn trends(
    state: &State,
    failing: &Failing,
    shown: &[&Totals<Seq>],
    window: Window,
) -> Vec<Vec<u32>> {
    if window.count == 0 {
        return vec![Vec::new(); shown.len()];
    }
    let start = window.start_ms().saturating_sub(1);
    let ends = (0..=window.count as u64).map(|n| start.saturating_add(window.bucket_ms * n));
    let ends: Vec<Cursor> = ends
        .map(|ms| state.log.cursor_at(ms).min(state.cursor()))
        .collect();
    let trend = |group: &&Totals<Seq>| {
        let counts = ends.iter();
        let counts = counts.map(|end| failing.faults_of(group.fingerprint, *end).len());
        let counts: Vec<usize> = counts.collect();
        let next = counts.iter().skip(1);
        let each = next.zip(&counts).map(|(end, start)| end - start);
        each.map(|n| u32::try_from(n).unwrap_or(u32::MAX)).collect()
    };
    shown.iter().map(trend).collect()
}

#[derive(Clone, Copy)]
struct Widths {
    share: u16,
    code: u16,
    message: u16,
    sessions: u16,
    users: u16,
    first: u16,
    trend: u16,
}

const COUNT: u16 = 7;
const AGE: u16 = 5;

impl Widths {
    /// Where it is narrow the trend, when it began and the share go, then sessions and users.
    fn of(width: u16) -> Self {
        let (code, share, first, trend) = match width {
            0..60 => (13, 0, 0, 0),
            60..100 => (16, 0, 0, 0),
            100..130 => (18, 6, 8, 12),
            _ => (22, 6, 8, 24),
        };
        let counts = if width < 60 { 0 } else { 8 };
        let mut out = Self {
            share,
            code,
            message: 0,
            sessions: counts,
            users: counts.min(6),
            first,
            trend,
        };
        let taken: u16 = out.columns().iter().map(|c| c.width + c.gap).sum();
        out.message = inner_width(width).saturating_sub(taken);
        out
    }

    fn columns(self) -> Vec<Column> {
        let column = |width, right| Column {
            width,
            gap: if width == 0 { 0 } else { 2 },
            right,
        };
        vec![
            Column {
                width: COUNT,
                gap: 0,
                right: true,
            },
            column(self.share, true),
            column(self.code, false),
            Column {
                width: self.message,
                gap: 2,
                right: false,
            },
            column(self.sessions, true),
            column(self.users, true),
            column(self.first, true),
            column(AGE, true),
            column(self.trend, false),
        ]
    }
}

fn names(window: Window) -> Row {
    let span = time::span(window.bucket_ms * window.count as u64);
    let names = [
        "errors", "share", "code", "message", "sessions", "users", "first", "last",
    ];
    let mut cells: Vec<Cell> = names
        .iter()
        .map(|name| Cell::Text(own(name, Tone::Faint)))
        .collect();
    cells.push(Cell::Text(own(&format!("trend, {span}"), Tone::Faint)));
    Row {
        cells,
        ..Row::default()
    }
}

fn row(state: &State, failing: &Failing, group: &Totals<Seq>, trend: &[u32], top: u32) -> Row {
    let [kind, code, message] = fingerprint::parts(state.log.strings().get(group.fingerprint));
    let name = if code.is_empty() { kind } else { code };
    let ms = |seq| state.log.get(seq).map_or(0, |e| e.axis_ms());
    let ago = |seq| number::age(state.moment_ms().saturating_sub(ms(seq)));
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let share = group.count as f64 / failing.errors().max(1) as f64;
    let dim = |text: &str| Cell::Text(own(text, Tone::Dim));
    let cells = vec![
        Cell::Text(own(&number::grouped(group.count), Tone::Strong)),
        dim(&number::percent(share)),
        Cell::Text(theirs(name, 40, Tone::Error)),
        Cell::Text(theirs(message, 400, Tone::Plain)),
        dim(&distinct(group.sessions)),
        dim(&distinct(group.users)),
        dim(&began(state, ms(group.first))),
        dim(&ago(group.last)),
        Cell::Spark(charts::heights_of(trend, top), Tone::Error),
    ];
    Row {
        cells,
        selected: failing.group() == Some(group.fingerprint),
        future: false,
    }
}

/// The time of day; what began a day ago or longer says how long ago.
fn began(state: &State, ms: u64) -> String {
    let ago = state.moment_ms().saturating_sub(ms);
    if ago < 86_400_000 {
        state.options.zone.clock_seconds(ms)
    } else {
        number::age(ago)
    }
}

/// `41`, or `41+` where there may be more.
pub fn distinct(distinct: Distinct) -> String {
    let more = if distinct.at_least { "+" } else { "" };
    format!("{}{more}", number::grouped(distinct.count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_trend_has_a_round_length() {
        let lengths = [0, 1, 4, 11, 299, 1_000, 7_001].map(rounded_up);
        assert_eq!(lengths, [1, 1, 5, 20, 300, 1_000, 10_000]);
        assert_eq!(rounded_up(Ms::MAX), Ms::MAX);
    }
}
