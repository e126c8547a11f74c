//! The list of spikes, over everything.

use super::number;
use super::overlay::{self, Frame, Under};
use super::style::own;
use crate::app::spike_list;
use crate::app::state::State;
use crate::app::view::{Cell, Column, List, Pane, Row, Table, Tone};
use crate::model::time;
use crate::project::Spike;
use crate::project::spikes::Series;

/// What lies under a cell of the terminal.
#[must_use]
pub fn spike_row(state: &State, column: u16, row: u16) -> Under {
    let all = spike_list::all(state);
    frame(state, &all).under(column, row)
}

fn frame(state: &State, all: &[Spike]) -> Frame {
    Frame::of(state.size, all.len(), spike_list::selected(state, all))
}

/// The list, while it is open.
pub fn list(state: &State) -> Option<List> {
    state.spike_list?;
    let all = spike_list::all(state);
    let frame = frame(state, &all);
    let area = frame.area;
    let starts = all.iter().map(|spike| spike.start_ms);
    let time_width = overlay::time_width(state, area.width, starts);
    let shown = all.iter().enumerate();
    let shown = shown.skip(frame.shown.start).take(frame.shown.len());
    let rows = shown.map(|(at, spike)| Row {
        selected: frame.selected == Some(at),
        ..row(state, spike, time_width)
    });
    let keys: &[(&str, &str)] = if all.is_empty() {
        &[("Esc", "closes")]
    } else {
        &[("Enter", "goes there"), ("Esc", "closes")]
    };
    Some(List {
        area,
        pane: Pane {
            title: own("spikes", Tone::Strong),
            note: own(&number::grouped(all.len() as u64), Tone::Dim),
            focused: true,
            table: Table {
                columns: columns(time_width, area.width),
                rows: rows.collect(),
            },
            empty: vec![
                own("no spikes here", Tone::Dim),
                own(
                    "nothing came much faster, or paused much longer, than before",
                    Tone::Faint,
                ),
            ],
            scrollbar: frame.scrollbar(),
        },
        keys: overlay::keys(keys),
    })
}

/// What does not fit goes from the right: the score first.
fn columns(time: u16, width: u16) -> Vec<Column> {
    let column = |width, gap, right| Column { width, gap, right };
    let wanted = [
        column(1, 0, false),
        column(time, 1, false),
        column(5, 2, true),
        column(7, 2, false),
        column(8, 1, true),
        column(7, 2, true),
        column(9, 2, true),
        column(15, 2, true),
        column(9, 2, true),
    ];
    let mut left = super::inner_width(width);
    let fitting = wanted.into_iter().take_while(|column| {
        let taken = column.width + column.gap;
        let fits = taken <= left;
        left = left.saturating_sub(taken);
        fits
    });
    fitting.collect()
}

fn row(state: &State, spike: &Spike, time_width: u16) -> Row {
    let text = |text: &str, tone| Cell::Text(own(text, tone));
    let tone = tone(spike.series);
    let start = overlay::time(state, time_width, spike.start_ms);
    let far = overlay::distance(state, spike.start_ms);
    let length = time::span(spike.length_ms());
    let length = if spike.open {
        format!("{length}…")
    } else {
        length
    };
    Row {
        cells: vec![
            text("▲", tone),
            text(&start, Tone::Dim),
            text(&far, Tone::Dim),
            text(spike.series.word(), tone),
            text(&length, Tone::Plain),
            text(&times(spike), Tone::Strong),
            text(&value(spike.series, spike.peak), Tone::Plain),
            text(
                &format!("usual {}", value(spike.series, spike.expected)),
                Tone::Dim,
            ),
            text(&format!("score {:.0}", spike.score), Tone::Dim),
        ],
        selected: false,
        future: spike.raised_ms > state.moment_ms(),
    }
}

/// Errors are red wherever they are.
pub fn tone(series: Series) -> Tone {
    match series {
        Series::Errors => Tone::Error,
        Series::Events | Series::Latency => Tone::Amber,
        Series::Silence => Tone::Dim,
    }
}

/// `12×`; `new` where none were usual.
pub fn times(spike: &Spike) -> String {
    match (spike.series, spike.times()) {
        (Series::Silence, _) => String::new(),
        (_, Some(times)) if times < 1_000.0 => format!("{times:.0}×"),
        _ => "new".to_owned(),
    }
}

fn value(series: Series, value: f64) -> String {
    match series {
        Series::Events | Series::Errors | Series::Silence => format!("{}/s", number::rate(value)),
        Series::Latency => number::latency(value),
    }
}
