//! The list of sessions, over everything: only the rows in view are built.

use super::number;
use super::overlay::{self, FRAME, Under, placed};
use super::style::{own, theirs};
use crate::app::layout::Area;
use crate::app::sessions::{Order, Sessions};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, List, Pane, Row, Scrollbar, Table, Tone};
use crate::project::findings::words;
use crate::project::session_state::SessionStatus;
use crate::store::Symbol;

/// Rows that are no sessions: the names of the columns.
const HEAD: u16 = 1;
/// From this width on users and messages are told.
const WIDE: u16 = 100;

fn area(state: &State, list: &Sessions) -> Area {
    placed(state.size, list.sorted().len().max(2) + usize::from(HEAD))
}

fn height(area: Area) -> usize {
    usize::from(area.height.saturating_sub(FRAME + HEAD))
}

/// The place of the first session in view: the selected one stands in the middle, but at the ends.
fn first(list: &Sessions, area: Area) -> usize {
    let most = list.sorted().len().saturating_sub(height(area));
    list.place().saturating_sub(height(area) / 2).min(most)
}

/// What lies under a cell of the terminal; a session, so many rows from the selected one.
#[must_use]
pub fn listed_session(state: &State, column: u16, row: u16) -> Under {
    let Some(list) = &state.sessions else {
        return Under::Outside;
    };
    let area = area(state, list);
    if !area.contains(column, row) {
        return Under::Outside;
    }
    let into = row.checked_sub(area.body().y + HEAD).map(usize::from);
    let place = into.map(|at| first(list, area) + at);
    match place.filter(|at| *at < list.sorted().len() && into.is_some_and(|n| n < height(area))) {
        Some(at) => Under::Row(at.cast_signed() - list.place().cast_signed()),
        None => Under::List,
    }
}

/// The list, while it is open.
pub fn list(state: &State) -> Option<List> {
    let list = state.sessions.as_ref()?;
    let area = area(state, list);
    let first = first(list, area);
    let total = list.sorted().len();
    let columns = columns(area.width);
    let shown = list.sorted().iter().skip(first).take(height(area));
    let rows: Vec<Row> = shown
        .map(|session| row(state, list, *session, &columns))
        .collect();
    let scrollbar = Scrollbar::over(
        total as u64,
        first as u64,
        rows.len() as u64,
        area.height.saturating_sub(FRAME),
    );
    let rows = match total {
        0 => rows,
        _ => std::iter::once(head(list.order)).chain(rows).collect(),
    };
    Some(List {
        area,
        pane: Pane {
            title: title(state),
            note: own(&number::grouped(total as u64), Tone::Dim),
            focused: true,
            table: Table { columns, rows },
            empty: empty(state),
            scrollbar,
        },
        keys: keys(total > 0),
    })
}

fn empty(state: &State) -> Vec<Line> {
    let why = if state.narrowing.is_some() {
        "none has an event here that the filter shows"
    } else {
        "no entry before the playhead names one"
    };
    vec![own("no sessions", Tone::Dim), own(why, Tone::Faint)]
}

fn title(state: &State) -> Line {
    let mut line = own("sessions", Tone::Strong);
    if state.narrowing.is_some() {
        line.extend(own(" with an event that the filter shows", Tone::Dim));
    }
    match state.findings.dropped() {
        0 => {}
        n => {
            let n = number::grouped(n);
            line.extend(own(
                &format!(" findings of {n} may be missing"),
                Tone::Amber,
            ));
        }
    }
    line
}

fn keys(any: bool) -> Line {
    let sorts = [
        ("a", "active"),
        ("e", "errors"),
        ("n", "findings"),
        ("t", "tokens"),
    ];
    let mut keys = Vec::new();
    if any {
        keys.push(("Enter", "opens"));
        keys.extend(sorts);
    }
    keys.push(("Esc", "closes"));
    overlay::keys(&keys)
}

fn columns(width: u16) -> Vec<Column> {
    let wide = width >= WIDE;
    let (session, user, messages) = if wide { (24, 14, 8) } else { (16, 0, 0) };
    let column = |width, right| Column {
        width,
        gap: if width == 0 { 0 } else { 2 },
        right,
    };
    let mut columns = vec![
        Column {
            gap: 1,
            ..column(session, false)
        },
        column(user, false),
        column(9, false),
        column(5, true),
        column(7, true),
        column(messages, true),
        column(6, true),
        column(7, true),
    ];
    let taken: u16 = columns.iter().map(|c| c.width + c.gap).sum();
    let rest = super::inner_width(width).saturating_sub(taken + 2);
    columns.push(column(rest, false));
    columns
}

fn head(order: Order) -> Row {
    let names = [
        ("session", None),
        ("user", None),
        ("state", None),
        ("last", Some(Order::Active)),
        ("events", None),
        ("messages", None),
        ("errors", Some(Order::Errors)),
        ("tokens", Some(Order::Tokens)),
        ("findings", Some(Order::Findings)),
    ];
    let cells = names.map(|(name, by)| {
        let tone = if by == Some(order) {
            Tone::Strong
        } else {
            Tone::Dim
        };
        Cell::Text(own(name, tone))
    });
    Row {
        cells: cells.to_vec(),
        ..Row::default()
    }
}

fn row(state: &State, list: &Sessions, session: Symbol, columns: &[Column]) -> Row {
    let Some(told) = list.told(session) else {
        return Row::default();
    };
    let moment = state.moment_ms();
    let width = |at: usize| columns.get(at).map_or(0, |c: &Column| c.width);
    let name = |symbol: Symbol, at| {
        let bytes = state.log.strings().get(symbol);
        Cell::Text(theirs(bytes, width(at), Tone::Plain))
    };
    let count = |n: u64, tone| Cell::Text(own(&number::short(n), tone));
    let status = told.status(moment, list.starts_known());
    let status_tone = match status {
        SessionStatus::Open => Tone::Green,
        SessionStatus::Truncated => Tone::Amber,
        SessionStatus::Ended | SessionStatus::Idle => Tone::Dim,
    };
    let age = number::age(moment.saturating_sub(told.last_ms));
    let errors = if told.errors == 0 {
        Tone::Dim
    } else {
        Tone::Error
    };
    let unknown = || Cell::Text(own("—", Tone::Faint));
    let silent = told.silence.at(u64::from(session.0), moment);
    let known = state.findings.of(session, state.cursor());
    let found = words(known.chain(&silent)).join(", ");
    let found = if found.is_empty() {
        found
    } else {
        format!("▲ {found}")
    };
    Row {
        cells: vec![
            name(session, 0),
            if told.user.is_some() {
                name(told.user, 1)
            } else {
                unknown()
            },
            Cell::Text(own(status.word(), status_tone)),
            Cell::Text(own(&age, Tone::Dim)),
            count(told.events, Tone::Plain),
            count(told.messages, Tone::Plain),
            count(told.errors, errors),
            told.tokens.map_or_else(unknown, |n| count(n, Tone::Plain)),
            Cell::Text(own(&found, Tone::Amber)),
        ],
        selected: session == list.selected,
        future: false,
    }
}
