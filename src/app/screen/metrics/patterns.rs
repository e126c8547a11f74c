//! What follows what, what is rare, and when things happen.

use super::lists::height_of;
use crate::app::layout::Area;
use crate::app::metrics::Measured;
use crate::app::screen::style::{own, theirs};
use crate::app::screen::{inner_width, number};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Piece, Row, Table, Tone};
use crate::project::tally::patterns::{Follow, Rare};
use crate::project::tally::{self};
use crate::store::{Strings, Symbol};

/// Rows looked for at most.
const MOST: usize = 200;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Three panes.
pub fn patterns(state: &State, measured: &Measured, areas: &[Area]) -> Vec<Pane> {
    let strings = state.log.strings();
    let found = tally::patterns(&measured.total, strings, MOST);
    let scroll = state.metrics.choice.scroll;
    let at = |n: usize| areas.get(n).copied().unwrap_or_default();
    let from = |count: usize, area: Area| {
        scroll.min(count.saturating_sub(usize::from(area.body().height)))
    };
    let follows = found.follows.iter().skip(from(found.follows.len(), at(0)));
    let rare = found.rare.iter().skip(from(found.rare.len(), at(1)));
    vec![
        Pane {
            title: title("what follows what", "count, share, median gap"),
            table: Table {
                columns: follow_columns(at(0)),
                rows: follows.map(|f| follow(f, strings, at(0))).collect(),
            },
            ..Pane::default()
        },
        Pane {
            title: title("rare paths", "at most 2 % go on so"),
            table: Table {
                columns: rare_columns(at(1)),
                rows: rare.map(|r| path(r, strings, at(1))).collect(),
            },
            empty: vec![own("no path is rare here", Tone::Dim)],
            ..Pane::default()
        },
        times(&found.by_hour, &found.by_weekday, at(2)),
    ]
}

fn title(name: &str, more: &str) -> Line {
    let mut title = own(name, Tone::Strong);
    title.push(Piece::own(&format!("  {more}"), Tone::Dim));
    title
}

const NUMBERS: [u16; 3] = [6, 5, 6];

fn name_columns(area: Area) -> u16 {
    inner_width(area.width).saturating_sub(NUMBERS.iter().sum::<u16>() + 7) / 2
}

fn follow_columns(area: Area) -> Vec<Column> {
    let name = name_columns(area);
    let column = |width, gap, right| Column { width, gap, right };
    vec![
        column(name, 0, false),
        column(1, 1, false),
        column(name, 1, false),
        column(NUMBERS[0], 1, true),
        column(NUMBERS[1], 1, true),
        column(NUMBERS[2], 2, true),
    ]
}

fn follow(f: &Follow, strings: &Strings, area: Area) -> Row {
    let name = |symbol: Symbol| theirs(strings.get(symbol), name_columns(area), Tone::Plain);
    let gap = f
        .median_gap_ms
        .map_or_else(|| "—".to_owned(), number::latency);
    Row {
        cells: vec![
            Cell::Text(name(f.from)),
            Cell::Text(own("→", Tone::Dim)),
            Cell::Text(name(f.to)),
            Cell::Text(own(&number::grouped(f.count), Tone::Strong)),
            Cell::Text(own(&number::percent(f.share), Tone::Dim)),
            Cell::Text(own(&gap, Tone::Plain)),
        ],
        ..Row::default()
    }
}

fn rare_columns(area: Area) -> Vec<Column> {
    let session = if area.width < 70 { 0 } else { 14 };
    let room = inner_width(area.width).saturating_sub(5 + 6 + 4 + session);
    let column = |width, gap, right| Column { width, gap, right };
    vec![
        column(room, 0, false),
        column(5, 1, true),
        column(6, 1, true),
        column(session, if session > 0 { 2 } else { 0 }, false),
    ]
}

fn path(rare: &Rare, strings: &Strings, area: Area) -> Row {
    let columns = rare_columns(area);
    let each = columns[0].width.saturating_sub(6) / 3;
    let mut line = Line::new();
    for (n, symbol) in rare.path.into_iter().enumerate() {
        if n > 0 {
            line.push(Piece::own(" → ", Tone::Dim));
        }
        line.extend(theirs(strings.get(symbol), each, Tone::Plain));
    }
    Row {
        cells: vec![
            Cell::Text(line),
            Cell::Text(own(&number::grouped(rare.count), Tone::Strong)),
            Cell::Text(own(&number::percent(rare.share), Tone::Dim)),
            Cell::Text(theirs(
                strings.get(rare.session),
                columns[3].width,
                Tone::Cyan,
            )),
        ],
        ..Row::default()
    }
}

/// Hours as sparks over the width, weekdays as bars.
fn times(by_hour: &[u64; 24], by_weekday: &[u64; 7], area: Area) -> Pane {
    let width = inner_width(area.width);
    let column = |width, gap, right| Column { width, gap, right };
    let columns = vec![
        column(5, 0, false),
        column(8, 1, true),
        column(width.saturating_sub(17), 2, false),
    ];
    let top_hour = by_hour.iter().copied().max().unwrap_or(0);
    let per = usize::from(width.saturating_sub(17)) / 24;
    let sparks = by_hour
        .iter()
        .flat_map(|n| vec![height_of(*n, top_hour); per.max(1)]);
    let hours = Row {
        cells: vec![
            Cell::Text(own("0–24", Tone::Dim)),
            Cell::Text(own(&busiest(by_hour), Tone::Strong)),
            Cell::Spark(sparks.collect(), Tone::Blue),
        ],
        ..Row::default()
    };
    let top_day = by_weekday.iter().copied().max().unwrap_or(0);
    let days = DAYS.iter().zip(by_weekday).map(|(name, count)| Row {
        cells: vec![
            Cell::Text(own(name, Tone::Dim)),
            Cell::Text(own(&number::grouped(*count), Tone::Strong)),
            Cell::Bar(height_of(*count, top_day), Tone::Blue),
        ],
        ..Row::default()
    });
    Pane {
        title: title("when", "by hour, the busiest named, and by weekday"),
        table: Table {
            columns,
            rows: std::iter::once(hours).chain(days).collect(),
        },
        ..Pane::default()
    }
}

fn busiest(by_hour: &[u64; 24]) -> String {
    let most = by_hour.iter().enumerate().max_by_key(|(_, count)| **count);
    match most {
        Some((hour, count)) if *count > 0 => format!("{hour:02}:00"),
        _ => "—".to_owned(),
    }
}
