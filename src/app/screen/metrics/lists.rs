//! The most frequent types, users and sessions, as bars.

use crate::app::layout::Area;
use crate::app::metrics::Measured;
use crate::app::screen::style::{own, theirs};
use crate::app::screen::{inner_width, number};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Piece, Row, Table, Tone};
use crate::project::tally::Tops;
use crate::project::tally::figures::share;
use crate::store::Symbol;

/// Columns of a count and of a share.
const COUNT: u16 = 7;
const SHARE: u16 = 6;

/// Three lists.
pub fn lists(state: &State, measured: &Measured, areas: &[Area]) -> Vec<Pane> {
    let total = &measured.total;
    let mut sessions: Tops<Symbol> = Tops::default();
    for (symbol, session) in total.sessions.iter() {
        sessions.put(symbol, session.events);
    }
    let lists = [
        ("types", &total.kinds, Tone::Plain),
        ("users", &total.users, Tone::Cyan),
        ("sessions", &sessions, Tone::Cyan),
    ];
    let panes = lists.into_iter().zip(areas);
    panes
        .map(|((name, tops, tone), area)| list(state, name, tops, tone, *area))
        .collect()
}

fn list(state: &State, name: &str, tops: &Tops<Symbol>, tone: Tone, area: Area) -> Pane {
    let strings = state.log.strings();
    let height = usize::from(area.body().height);
    let scroll = state
        .metrics
        .choice
        .scroll
        .min(tops.len().saturating_sub(height));
    let largest = tops.largest(scroll + height, |symbol| strings.get(symbol));
    let top = largest.first().map_or(1, |(_, count, ())| *count);
    let width = inner_width(area.width);
    let columns = columns(width);
    let shown = largest.iter().skip(scroll);
    let rows = shown.map(|(symbol, count, ())| {
        let name = theirs(strings.get(*symbol), columns[0].width, tone);
        let part = share(*count, tops.total()).unwrap_or_default();
        Row {
            cells: vec![
                Cell::Text(name),
                Cell::Text(own(&number::grouped(*count), Tone::Strong)),
                Cell::Text(own(&number::percent(part), Tone::Dim)),
                Cell::Bar(height_of(*count, top), Tone::Blue),
            ],
            ..Row::default()
        }
    });
    Pane {
        title: title(name, tops),
        note: note(tops.len(), scroll, height),
        table: Table {
            rows: rows.collect(),
            columns,
        },
        ..Pane::default()
    }
}

fn title(name: &str, tops: &Tops<Symbol>) -> Line {
    let mut title = own(name, Tone::Strong);
    let count = number::grouped(tops.len() as u64);
    title.push(Piece::own(&format!(" {count}"), Tone::Dim));
    title
}

/// Which of them are in view, where not all are.
pub fn note(count: usize, scroll: usize, height: usize) -> Line {
    if count <= height {
        return Line::new();
    }
    let last = (scroll + height).min(count);
    own(&format!("{} – {last}", scroll + 1), Tone::Faint)
}

fn columns(width: u16) -> Vec<Column> {
    let name = (width / 2).min(28);
    let bar = width.saturating_sub(name + COUNT + SHARE + 6);
    let column = |width, gap, right| Column { width, gap, right };
    vec![
        column(name, 0, false),
        column(COUNT, 1, true),
        column(SHARE, 1, true),
        column(bar, 2, false),
    ]
}

/// A count as a share of the largest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a share of 0 to 1"
)]
pub fn height_of(count: u64, top: u64) -> f32 {
    (count as f64 / top.max(1) as f64) as f32
}
