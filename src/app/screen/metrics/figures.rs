//! The numbers above the charts.

use crate::app::layout::{Area, PaneId};
use crate::app::metrics::{Length, Measured};
use crate::app::screen::style::own;
use crate::app::screen::{focused, inner_width, number};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Piece, Row, Table, Tone};
use crate::app::zoom::Zoom;
use crate::model::{Ms, time};
use crate::project::tally::Figures;
use crate::project::tally::figures::Quantiles;

/// Columns between groups of figures.
const GAP: usize = 3;

/// Title and rows.
pub fn figures(state: &State, measured: &Measured, area: Area) -> Pane {
    let width = inner_width(area.width);
    let rows = usize::from(area.body().height);
    let lines = wrapped(groups(&measured.figures), usize::from(width), rows);
    let rows = lines.into_iter().map(|line| Row {
        cells: vec![Cell::Text(line)],
        ..Row::default()
    });
    let column = Column {
        width,
        gap: 0,
        right: false,
    };
    let is_empty = state.log.is_empty();
    Pane {
        title: title(state),
        note: note(state, measured),
        focused: focused(state, PaneId::Charts),
        table: Table {
            columns: vec![column],
            rows: if is_empty { Vec::new() } else { rows.collect() },
        },
        empty: if is_empty {
            vec![own("nothing to measure yet", Tone::Dim)]
        } else {
            Vec::new()
        },
        scrollbar: None,
    }
}

fn title(state: &State) -> Line {
    let choice = state.metrics.choice;
    let mut title = own("metrics", Tone::Strong);
    title.push(Piece::own(" ", Tone::Dim));
    for length in Length::ALL {
        let tone = if length == choice.length {
            Tone::AmberStrong
        } else {
            Tone::Faint
        };
        let word = match (length, state.panes.zoom) {
            (Length::All, Zoom::Part(_)) => "scrubber",
            _ => length.word(),
        };
        title.push(Piece::own(&format!(" {word}"), tone));
    }
    title.push(Piece::own(
        &format!("   {} time", choice.axis.word()),
        Tone::Dim,
    ));
    if state.narrowing.is_some() {
        title.push(Piece::own("   what the filter shows", Tone::Amber));
    }
    title
}

fn note(state: &State, measured: &Measured) -> Line {
    let zone = state.options.zone;
    let (from, to) = measured.window;
    let day: Ms = 24 * 60 * 60 * 1000;
    let pattern = if to.saturating_sub(from) >= day {
        "%m-%d %H:%M"
    } else {
        "%H:%M:%S"
    };
    let text = format!(
        "{} – {}",
        zone.format(from, pattern),
        zone.format(to, pattern)
    );
    let bucket = format!("  a column {}", time::span(measured.bucket_ms));
    vec![
        Piece::own(&text, Tone::Plain),
        Piece::own(&bucket, Tone::Dim),
    ]
}

fn groups(f: &Figures) -> Vec<Line> {
    let mut groups = vec![
        group(
            "events",
            &number::grouped(f.events),
            &per(f.events_per_s, "/s"),
        ),
        errors(f),
        latency("latency", &f.latency),
        group(
            "tokens",
            &known(f.tokens.map(number::short)),
            &per(f.tokens_per_min, "/min"),
        ),
        sessions(f),
        latency("turn", &f.turns),
        latency("pipeline", &f.pipeline),
        each(f),
    ];
    let odd = [
        ("duplicates", f.duplicates),
        ("faults", f.faults),
        ("time after id", f.ahead),
        ("without time", f.untimed),
        ("types left out", f.cut.types),
        ("users left out", f.cut.users),
        ("sessions summed up", f.cut.sessions),
    ];
    let odd = odd.into_iter().filter(|(_, count)| *count > 0);
    groups.extend(odd.map(|(name, count)| {
        vec![
            Piece::own(&format!("{name} "), Tone::Amber),
            Piece::own(&number::grouped(count), Tone::Strong),
        ]
    }));
    groups
}

fn group(name: &str, value: &str, more: &str) -> Line {
    let mut line = vec![
        Piece::own(&format!("{name} "), Tone::Dim),
        Piece::own(value, Tone::Strong),
    ];
    if !more.is_empty() {
        line.push(Piece::own(&format!("  {more}"), Tone::Plain));
    }
    line
}

fn errors(f: &Figures) -> Line {
    let tone = if f.errors > 0 {
        Tone::ErrorStrong
    } else {
        Tone::Strong
    };
    let share = f
        .error_rate
        .map(|rate| format!("  {}", number::percent(rate)));
    vec![
        Piece::own("errors ", Tone::Dim),
        Piece::own(&number::grouped(f.errors), tone),
        Piece::own(&share.unwrap_or_default(), Tone::Plain),
    ]
}

fn latency(name: &str, q: &Quantiles) -> Line {
    let mut line = own(name, Tone::Dim);
    if q.count == 0 {
        line.push(Piece::own(" —", Tone::Dim));
        return line;
    }
    for (name, value) in [
        ("p50", q.p50),
        ("p95", q.p95),
        ("p99", q.p99),
        ("max", q.max),
    ] {
        line.push(Piece::own(&format!(" {name} "), Tone::Faint));
        line.push(Piece::own(&known(value.map(number::latency)), Tone::Plain));
    }
    line
}

fn sessions(f: &Figures) -> Line {
    let active = format!("{} active", number::grouped(f.active));
    let mut line = group("sessions", &number::grouped(f.sessions), &active);
    for (status, count) in f.states.named() {
        if count > 0 {
            line.push(Piece::own(
                &format!("  {} ", number::grouped(count)),
                Tone::Plain,
            ));
            line.push(Piece::own(status.word(), Tone::Dim));
        }
    }
    line.push(Piece::own(
        &format!(
            "  {} began, {} ended",
            number::grouped(f.started),
            number::grouped(f.ended)
        ),
        Tone::Dim,
    ));
    line
}

fn each(f: &Figures) -> Line {
    let events = known(f.mean_events.map(|n| format!("{n:.1}")));
    let length = known(f.mean_duration_ms.map(number::latency));
    group("a session", &events, &format!("events in {length}"))
}

fn known(value: Option<String>) -> String {
    value.unwrap_or_else(|| "—".to_owned())
}

fn per(rate: Option<f64>, unit: &str) -> String {
    rate.map(|rate| format!("{}{unit}", number::rate(rate)))
        .unwrap_or_default()
}

/// Groups one after another, as many a line as fit.
fn wrapped(groups: Vec<Line>, width: usize, rows: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut used = usize::MAX;
    for group in groups {
        let needed: usize = group.iter().map(|piece| piece.text.width()).sum();
        if used.saturating_add(GAP + needed) > width {
            lines.push(Line::new());
            used = 0;
        }
        let Some(line) = lines.last_mut() else { break };
        if used > 0 {
            line.push(Piece::own(&" ".repeat(GAP), Tone::Plain));
            used += GAP;
        }
        line.extend(group);
        used += needed;
    }
    lines.truncate(rows);
    lines
}
