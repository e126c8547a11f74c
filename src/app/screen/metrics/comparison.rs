//! This window against the one before.

use crate::app::layout::Area;
use crate::app::metrics::Measured;
use crate::app::screen::style::own;
use crate::app::screen::{inner_width, number};
use crate::app::view::{Cell, Column, Pane, Piece, Row, Table, Tone};
use crate::project::tally::compare::{Difference, Side, differences};

/// The pane.
pub fn comparison(measured: &Measured, area: Area) -> Pane {
    let (from, to) = measured.window;
    let length_ms = to.saturating_sub(from);
    let told = measured.before.as_ref().map(|before| {
        let side = |tally| Side { tally, length_ms };
        differences(side(before), side(&measured.total))
    });
    let height = usize::from(area.body().height);
    let mut rows = vec![head()];
    rows.extend(told.iter().flatten().map(row));
    rows.truncate(height);
    let mut title = own("this window against the one before", Tone::Strong);
    let length = crate::model::time::span(length_ms);
    title.push(Piece::own(&format!("  {length} each"), Tone::Dim));
    let is_empty = measured
        .before
        .as_ref()
        .is_none_or(|before| before.events == 0);
    Pane {
        title,
        table: Table {
            columns: columns(inner_width(area.width)),
            rows: if is_empty { Vec::new() } else { rows },
        },
        empty: vec![own(
            "nothing is here of the window before this one",
            Tone::Dim,
        )],
        ..Pane::default()
    }
}

fn columns(width: u16) -> Vec<Column> {
    let column = |width, gap, right| Column { width, gap, right };
    vec![
        column(18, 0, false),
        column(11, 1, true),
        column(11, 2, true),
        column(9, 2, true),
        column(width.saturating_sub(60).max(10), 3, false),
    ]
}

fn head() -> Row {
    let words = ["", "before", "now", "change", "more than chance?"];
    Row {
        cells: words.map(|word| Cell::Text(own(word, Tone::Dim))).to_vec(),
        ..Row::default()
    }
}

fn row(d: &Difference) -> Row {
    let (tone, verdict) = match d.exceeds_chance() {
        Some(true) => (Tone::AmberStrong, "▲ yes"),
        Some(false) => (Tone::Plain, "no"),
        None => (Tone::Dim, "too little to tell"),
    };
    let value = |v: Option<f64>| match v {
        None => "—".to_owned(),
        Some(v) if d.metric == "error_rate" => number::percent(v),
        Some(v) if d.metric.ends_with("_ms") => number::latency(v),
        Some(v) => number::rate(v),
    };
    let change = match d.ratio() {
        Some(ratio) if ratio < 10.0 => format!("{:+.0} %", (ratio - 1.0) * 100.0),
        Some(ratio) => format!("{ratio:.0}×"),
        None => "—".to_owned(),
    };
    let name = d.metric.trim_end_matches("_ms").replace('_', " ");
    Row {
        cells: vec![
            Cell::Text(own(&name, Tone::Plain)),
            Cell::Text(own(&value(d.before), Tone::Dim)),
            Cell::Text(own(&value(d.now), Tone::Strong)),
            Cell::Text(own(&change, tone)),
            Cell::Text(own(verdict, tone)),
        ],
        ..Row::default()
    }
}
