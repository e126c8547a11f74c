//! The session's state at the playhead, field by field of the one table, with what the last event changed, or what is
//! different from the entry that it is compared with.

mod findings;
mod words;

use super::style::own;
use super::timeline::turn_latency;
use super::{inner_width, number, titled};
use crate::app::inspected::{Baseline, Inspected};
use crate::app::layout::{Area, PaneId};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Row, Scrollbar, Table, Tone};
use crate::project::session_fields::{Change, FIELDS};
use words::{Told, Words, beside};

/// Columns of the names.
const NAME: u16 = 14;
/// From this width on names and values stand in line with those of the entry below.
const ROOMY: u16 = 56;
/// Columns from which on the fields stand in two columns where they are more than the rows.
const TWO: u16 = 72;

/// Lines of the state in all.
#[must_use]
pub fn state_lines(state: &State) -> usize {
    let Some(area) = state.layout().state else {
        return 0;
    };
    if is_in_two(area) {
        FIELDS.len().div_ceil(2)
    } else {
        FIELDS.len()
    }
}

fn is_in_two(area: Area) -> bool {
    area.width >= TWO && usize::from(area.body().height) < FIELDS.len()
}

fn is_roomy(area: Area) -> bool {
    area.width >= ROOMY && !is_in_two(area)
}

/// The pane.
pub fn session_state(state: &State, area: Area) -> Pane {
    let Some(inspected) = state.inspected.as_ref() else {
        return titled(state, PaneId::State, own("state", Tone::Strong));
    };
    let moment = state.moment_ms();
    let compared = inspected.compared(moment);
    let changes = compared.unwrap_or_else(|| inspected.changed_by_last());
    let is_compared = inspected.baseline().is_some();
    let standing = inspected.standing(moment);
    let words = Words {
        state,
        moment,
        is_compared,
        roomy: is_roomy(area),
    };
    let fields: Vec<Told> = FIELDS
        .iter()
        .map(|field| words.told(field, standing, &changes))
        .collect();
    let height = usize::from(area.body().height);
    let (columns, mut rows) = if is_in_two(area) {
        in_two(area.width, &fields)
    } else {
        in_one(area.width, &fields)
    };
    let total = rows.len();
    let first = state.panes.state_scroll.min(total.saturating_sub(height));
    rows = rows.into_iter().skip(first).take(height).collect();
    let found = findings::rows(state, inspected, height.saturating_sub(total));
    let room = height.saturating_sub(total + found.len());
    rows.extend(found);
    rows.extend(turns(inspected, room, is_roomy(area)));
    let bar = (total as u64, first as u64, height as u64);
    Pane {
        note: note(state, inspected, &changes),
        table: Table { columns, rows },
        scrollbar: Scrollbar::over(bar.0, bar.1, bar.2, area.body().height),
        ..titled(state, PaneId::State, title(inspected))
    }
}

fn title(inspected: &Inspected) -> Line {
    let at = match inspected.happened() as u64 {
        0 => "before the first event".to_owned(),
        n => format!("at event {}", number::grouped(n)),
    };
    [own("state ", Tone::Strong), own(&at, Tone::Dim)].concat()
}

fn note(state: &State, inspected: &Inspected, changes: &[Change<'_>]) -> Line {
    if let Some(baseline) = inspected.baseline() {
        return against(state, baseline);
    }
    match inspected.last() {
        None => Line::new(),
        Some(step) if step.repeated => own("repeated: changes nothing", Tone::Dim),
        Some(_) if changes.is_empty() => own("nothing changed by it", Tone::Dim),
        Some(_) => own("changed by it", Tone::Amber),
    }
}

/// `◆ against event 5, 14:01:20`.
fn against(state: &State, baseline: &Baseline) -> Line {
    let clock = state.options.zone.clock_seconds(baseline.id.ms);
    let place = match baseline.count() as u64 {
        0 => "before its first".to_owned(),
        n => format!("event {}", number::grouped(n)),
    };
    [
        own("◆ ", Tone::Magenta),
        own(&format!("against {place}, {clock}"), Tone::Amber),
    ]
    .concat()
}

/// Numbers end in one column.
fn right(mut line: Line) -> Line {
    let width: usize = line.iter().map(|piece| piece.text.width()).sum();
    let blanks = " ".repeat(WAITED.saturating_sub(width));
    line.splice(0..0, own(&blanks, Tone::Plain));
    line
}

fn left(width: u16, gap: u16) -> Column {
    Column {
        width,
        gap,
        right: false,
    }
}

fn in_one(width: u16, fields: &[Told]) -> (Vec<Column>, Vec<Row>) {
    let (name, gap) = if width < ROOMY {
        (NAME, 1)
    } else {
        (NAME + 2, 2)
    };
    let room = inner_width(width).saturating_sub(1 + name + gap);
    let columns = vec![left(name, 1), left(room, gap)];
    let rows = fields.iter().map(|told| Row {
        cells: vec![
            Cell::Text(own(told.name, Tone::Dim)),
            Cell::Text(told.text.clone()),
        ],
        selected: told.changed,
        ..Row::default()
    });
    (columns, rows.collect())
}

/// The first half beside the second. A band would be one of two fields, so only the bar tells which changed.
fn in_two(width: u16, fields: &[Told]) -> (Vec<Column>, Vec<Row>) {
    let room = inner_width(width) / 2;
    let value = room.saturating_sub(NAME + 4);
    let half = [left(1, 0), left(NAME, 1), left(value, 1)];
    let columns = [half, [left(1, 1), half[1], half[2]]].concat();
    let (first, second) = fields.split_at(fields.len().div_ceil(2));
    let rows = (0..first.len()).map(|at| {
        let pair = [first.get(at), second.get(at)];
        let cells = pair.into_iter().flatten().flat_map(|told| {
            let mark = if told.changed { "▌" } else { "" };
            [
                Cell::Text(own(mark, Tone::Amber)),
                Cell::Text(own(told.name, Tone::Dim)),
                Cell::Text(told.text.clone()),
            ]
        });
        Row {
            cells: cells.collect(),
            ..Row::default()
        }
    });
    (columns, rows.collect())
}

/// Blank rows around the turns.
const BLANKS: usize = 2;
/// Columns of how long a turn took: `812 ms`, `1m 12s`.
const WAITED: usize = 6;

/// The last turns up to the playhead, as many as there is room for.
fn turns(inspected: &Inspected, room: usize, roomy: bool) -> Vec<Row> {
    let (folded, happened) = (inspected.folded(), inspected.happened());
    let count = folded.turns().count_before(happened);
    let fitting = room.saturating_sub(BLANKS + 1).min(count);
    if fitting == 0 {
        return Vec::new();
    }
    let row = |name: Line, text: Line| Row {
        cells: vec![Cell::Text(name), Cell::Text(text)],
        ..Row::default()
    };
    let mut rows = vec![Row::default(), row(own("turns", Tone::Strong), Line::new())];
    for number in count - fitting..count {
        let Some(turn) = folded.turns().get(number, happened) else {
            continue;
        };
        let told = turn.told(folded.steps());
        let is_last = number + 1 == count;
        let waited = match told.latency_ms {
            Some(ms) => right(turn_latency(ms)),
            None if is_last => own("no answer yet", Tone::Dim),
            None => own("no answer", Tone::Dim),
        };
        let failed = match told.errors {
            0 => Line::new(),
            1 => own("1 error", Tone::Error),
            n => own(&format!("{} errors", number::grouped(n)), Tone::Error),
        };
        let name = format!("turn {}", number::grouped(number as u64 + 1));
        rows.push(row(own(&name, Tone::Dim), beside(waited, failed, roomy)));
    }
    rows
}
