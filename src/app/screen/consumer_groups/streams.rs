//! The streams, and how they were looked at.

use super::{
    InView, column, count, counted, dimmed, names, rate, rest, stale, text, unknown, when,
};
use crate::app::consumer_groups::{ConsumerGroups, Reach};
use crate::app::layout::{Area, PaneId};
use crate::app::playhead::Playhead;
use crate::app::screen::style::{own, theirs};
use crate::app::screen::{inner_width, number, titled};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Row, Table, Tone};
use crate::model::consumer_groups::StreamStatus;
use crate::model::{EntryId, Ms};

/// From these widths on ids stand beside their times, and times of the oldest entries.
const WITH_IDS: u16 = 140;
const WITH_FIRST: u16 = 100;

/// Where the selected one stands.
pub fn place(groups: &ConsumerGroups) -> Option<usize> {
    let key = groups.chosen.stream.as_ref()?;
    groups.streams().iter().position(|s| s.key == *key)
}

/// The pane.
pub fn streams(state: &State, area: Area) -> Pane {
    let groups = &state.groups;
    let all = groups.streams();
    if all.is_empty() {
        return Pane {
            empty: nothing(state),
            note: cadence(state),
            ..titled(state, PaneId::Streams, title(state, 0))
        };
    }
    let widths = Widths::of(area.width);
    let view = InView::of(area, place(groups));
    let chosen = groups.chosen.stream.as_ref();
    let ids = all.iter().flat_map(|stream| [stream.first, stream.last]);
    let times = ids.flatten().map(|id| when(state, id).len());
    let time = times.max().unwrap_or(TODAY);
    let rows = view.cut(all.iter()).map(|stream| Row {
        selected: Some(&stream.key) == chosen,
        ..row(state, stream, widths, time)
    });
    Pane {
        note: cadence(state),
        table: Table {
            columns: widths.columns(area.width),
            rows: dimmed(state, view.rows(head(), rows)),
        },
        scrollbar: view.scrollbar(all.len(), area),
        ..titled(state, PaneId::Streams, title(state, all.len()))
    }
}

/// In the past it is said that this is not what the playhead shows: Redis keeps no history of its groups.
fn title(state: &State, count: usize) -> Line {
    let mut title = own("streams", Tone::Strong);
    if count > 0 {
        title.extend(super::total(count));
    }
    let seen = state.groups.seen.as_ref();
    if let Some(seen) = seen.filter(|_| state.playhead != Playhead::Following) {
        let at = state.options.zone.format(seen.snapshot.taken_at, "%H:%M");
        title.extend(own(
            &format!("  groups as of {at}, now: they have no history"),
            Tone::Amber,
        ));
    }
    title
}

/// What looking costs; or how old what is shown is.
fn cadence(state: &State) -> Line {
    if let Some(age) = stale(state) {
        let why = state.groups.trouble.as_ref();
        let why = why.map_or_else(Line::new, |trouble| {
            let what = theirs(trouble.what.as_bytes(), 60, Tone::Amber);
            [what, own("  ", Tone::Plain)].concat()
        });
        let old = own(&format!("seen {} ago", number::age(age)), Tone::AmberStrong);
        return [why, old].concat();
    }
    let Some(seen) = &state.groups.seen else {
        return Line::new();
    };
    let snapshot = &seen.snapshot;
    let commands = state.groups.most_commands();
    let plural = if commands == 1 { "" } else { "s" };
    let text = format!(
        "looks every {}  {} command{plural} in {}",
        number::age(seen.next_in_ms.next_multiple_of(1_000)),
        number::grouped(commands.into()),
        at_most(snapshot.took_ms),
    );
    own(&text, Tone::Dim)
}

/// Rounded up, so that it says the same from look to look.
fn at_most(ms: Ms) -> String {
    let steps = [20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];
    match steps.into_iter().find(|step| ms < *step) {
        Some(step) => format!("< {}", crate::model::time::span(step)),
        None => crate::model::time::span(ms),
    }
}

fn nothing(state: &State) -> Vec<Line> {
    let groups = &state.groups;
    let dim = |text| own(text, Tone::Dim);
    let faint = |text| own(text, Tone::Faint);
    match (groups.reach, &groups.trouble, &groups.seen) {
        (Reach::None, ..) => vec![
            dim("there are no consumer groups here"),
            faint("they are Redis's: watch a server with --redis"),
        ],
        (_, Some(trouble), _) => vec![
            theirs(trouble.what.as_bytes(), 200, Tone::Plain),
            theirs(trouble.hint.as_bytes(), 200, Tone::Dim),
        ],
        (_, None, None) => vec![dim("looking …")],
        (_, None, Some(_)) => vec![dim("no stream here yet")],
    }
}

#[derive(Clone, Copy)]
struct Widths {
    memory: u16,
    out: u16,
    trimmed: u16,
    first: u16,
    last: u16,
    groups: u16,
}

const LENGTH: u16 = 11;
const RATE: u16 = 7;
const TIME: u16 = 14;
const TIME_AND_ID: u16 = TIME + 2 + 18;
/// Columns of a time of today.
const TODAY: usize = 8;

impl Widths {
    fn of(width: u16) -> Self {
        let (first, last) = match width {
            WITH_IDS.. => (TIME_AND_ID, TIME_AND_ID),
            WITH_FIRST.. => (TIME, TIME),
            70.. => (0, TIME),
            _ => (0, 0),
        };
        Self {
            memory: if width >= 60 { 7 } else { 0 },
            out: if width >= WITH_FIRST { RATE } else { 0 },
            trimmed: if width >= 70 { 10 } else { 0 },
            first,
            last,
            groups: if width >= WITH_FIRST { 6 } else { 0 },
        }
    }

    fn columns(self, width: u16) -> Vec<Column> {
        let others = [
            column(LENGTH, true),
            column(self.memory, true),
            column(RATE, true),
            column(self.out, true),
            column(self.trimmed, true),
            column(self.first, false),
            column(self.last, false),
            column(self.groups, true),
        ];
        let mut columns = vec![rest(width, &others, 8)];
        columns.extend(others);
        columns
    }
}

fn head() -> Row {
    names(&[
        "stream", "entries", "memory", "in/s", "out/s", "trimmed", "first", "last", "groups",
    ])
}

fn row(state: &State, stream: &StreamStatus, widths: Widths, time: usize) -> Row {
    let pace = state.groups.backlog.stream(&stream.key);
    let memory = stream.memory_bytes.and_then(|n| usize::try_from(n).ok());
    let cells = vec![
        Cell::Text(theirs(
            &stream.key,
            inner_width(state.size.width),
            Tone::Cyan,
        )),
        count(stream.length, LENGTH, Tone::Strong),
        memory.map_or_else(unknown, |n| text(&number::bytes(n), Tone::Plain)),
        rate(pace.in_per_s),
        rate(pace.out_per_s),
        stream.trimmed.map_or_else(unknown, |n| {
            let tone = if n > 0 { Tone::Plain } else { Tone::Dim };
            text(&counted(n, widths.trimmed), tone)
        }),
        moment(state, stream.first, widths.first, time),
        moment(state, stream.last, widths.last, time),
        count(Some(stream.groups.len() as u64), widths.groups, Tone::Plain),
    ];
    Row {
        cells,
        ..Row::default()
    }
}

/// An empty stream has no first entry.
fn moment(state: &State, id: Option<EntryId>, width: u16, time: usize) -> Cell {
    let Some(id) = id.filter(|id| *id != EntryId::MIN) else {
        return text("—", Tone::Faint);
    };
    let mut line = own(&format!("{:<time$}", when(state, id)), Tone::Plain);
    if width > TIME {
        line.extend(own(&format!("  {id}"), Tone::Dim));
    }
    Cell::Text(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_a_look_took_is_said_in_steps() {
        assert_eq!(
            [0, 19, 20, 499].map(at_most),
            ["< 20 ms", "< 20 ms", "< 50 ms", "< 500 ms"]
        );
        assert_eq!(at_most(12_000), "12.0 s");
    }
}
