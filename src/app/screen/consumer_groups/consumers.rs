//! The consumers of the selected group.

use super::{InView, coarse_cell, column, count, dimmed, names, rest, text};
use crate::app::consumer_groups::ConsumerGroups;
use crate::app::layout::{Area, PaneId};
use crate::app::screen::style::{own, theirs};
use crate::app::screen::{inner_width, titled};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Row, Table, Tone};
use crate::model::consumer_groups::ConsumerStatus;
use crate::project::backlog::may_be_dead;

/// Where the selected one stands.
pub fn place(groups: &ConsumerGroups) -> Option<usize> {
    let name = groups.chosen.consumer.as_ref()?;
    groups.consumers().iter().position(|c| c.name == *name)
}

/// The pane.
pub fn consumers(state: &State, area: Area) -> Pane {
    let groups = &state.groups;
    let all = groups.consumers();
    let view = InView::of(area, place(groups));
    let chosen = groups.chosen.consumer.as_ref();
    let rows = view.cut(all.iter()).map(|consumer| Row {
        selected: Some(&consumer.name) == chosen,
        ..row(state, consumer)
    });
    let title = match groups.group() {
        Some(_) => [own("consumers", Tone::Strong), super::total(all.len())].concat(),
        None => own("consumers", Tone::Strong),
    };
    Pane {
        table: Table {
            columns: columns(area.width),
            rows: if all.is_empty() {
                Vec::new()
            } else {
                dimmed(state, view.rows(head(), rows))
            },
        },
        empty: nothing(state),
        scrollbar: view.scrollbar(all.len(), area),
        ..titled(state, PaneId::Consumers, title)
    }
}

fn nothing(state: &State) -> Vec<Line> {
    let dim = |text| vec![own(text, Tone::Dim)];
    match state.groups.group() {
        None => dim("no group is selected"),
        Some(group) if group.consumers.is_none() => dim("its consumers may not be asked for"),
        Some(_) => dim("nobody has read for this group yet"),
    }
}

const PENDING: u16 = 8;
const AGE: u16 = 8;
const STATE: u16 = 5;

fn columns(width: u16) -> Vec<Column> {
    let others = [
        column(PENDING, true),
        column(AGE, true),
        column(AGE, true),
        column(STATE, false),
    ];
    let mut columns = vec![rest(width, &others, 8)];
    columns.extend(others);
    columns
}

fn head() -> Row {
    names(&["consumer", "pending", "idle", "inactive", ""])
}

fn row(state: &State, consumer: &ConsumerStatus) -> Row {
    let is_dead = may_be_dead(consumer);
    let tone = if is_dead { Tone::Amber } else { Tone::Plain };
    let cells = vec![
        Cell::Text(theirs(
            &consumer.name,
            inner_width(state.size.width),
            Tone::Cyan,
        )),
        count(Some(consumer.pending), PENDING, Tone::Strong),
        coarse_cell(consumer.idle_ms, tone),
        coarse_cell(consumer.inactive_ms, Tone::Dim),
        text(if is_dead { "dead?" } else { "" }, Tone::Amber),
    ];
    Row {
        cells,
        ..Row::default()
    }
}
