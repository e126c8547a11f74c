//! Whom the selected group touched: its sessions and users, those with the most errors first.

use super::groups::distinct;
use super::style::{own, theirs};
use super::{inner_width, number};
use crate::app::failing::Failing;
use crate::app::layout::Area;
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Row, Table, Tone};
use crate::store::Symbol;

/// Columns of a number of errors.
const COUNT: u16 = 6;

/// The pane.
pub fn touched(state: &State, area: Area) -> Pane {
    let mut pane = Pane {
        title: own("touched", Tone::Strong),
        ..Pane::default()
    };
    let Some(failing) = state.failing.as_ref() else {
        return pane;
    };
    pane.title.extend(tally(failing));
    let height = usize::from(area.body().height);
    let touched = failing.touched();
    let rows = touched.sessions.len().max(touched.users.len()).min(height);
    let name = (inner_width(area.width) / 2).saturating_sub(COUNT + 3);
    let column = |width, gap, right| Column { width, gap, right };
    pane.table = Table {
        columns: vec![
            column(COUNT, 0, true),
            column(name, 2, false),
            column(COUNT, 2, true),
            column(name, 2, false),
        ],
        rows: (0..rows)
            .map(|at| Row {
                cells: [
                    cells(state, touched.sessions.get(at)),
                    cells(state, touched.users.get(at)),
                ]
                .concat(),
                ..Row::default()
            })
            .collect(),
    };
    pane.empty = vec![own("no session and no user is named", Tone::Dim)];
    pane
}

/// `41 sessions, 12 users`.
fn tally(failing: &Failing) -> Line {
    let group = failing.place().and_then(|at| failing.groups().get(at));
    let Some(group) = group else {
        return Line::new();
    };
    let told = |n: String, what: &str| {
        let plural = if n == "1" { "" } else { "s" };
        format!("{n} {what}{plural}")
    };
    let sessions = told(distinct(group.sessions), "session");
    let users = told(distinct(group.users), "user");
    own(&format!(" {sessions}, {users}"), Tone::Dim)
}

fn cells(state: &State, named: Option<&(Symbol, u64)>) -> Vec<Cell> {
    let Some((name, count)) = named else {
        return vec![Cell::default(), Cell::default()];
    };
    vec![
        Cell::Text(own(&number::grouped(*count), Tone::Strong)),
        Cell::Text(theirs(state.log.strings().get(*name), 60, Tone::Cyan)),
    ]
}
