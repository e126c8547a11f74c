//! The list of commands, above its prompt.

use super::style::own;
use crate::app::layout::{Area, Layout};
use crate::app::palette::{self, Item};
use crate::app::prompt::Purpose;
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, List, Pane, Row, Scrollbar, Table, Tone};

/// Columns of the list, with its edges.
const WIDTH: u16 = 78;
/// Columns for the keys.
const KEYS: u16 = 12;
/// Rows of commands at most.
const ROWS: u16 = 12;

/// The list, while it is open.
pub fn list(state: &State, layout: &Layout) -> Option<List> {
    let prompt = state.prompt.as_ref()?;
    let Purpose::Palette { chosen } = prompt.purpose else {
        return None;
    };
    let items = palette::listed(prompt.input.value());
    let total = u16::try_from(items.len()).unwrap_or(u16::MAX);
    let fitting = (layout.size.height / 2).saturating_sub(2);
    let height = total.clamp(1, ROWS).min(fitting);
    let first = (chosen + 1).saturating_sub(usize::from(height));
    let width = WIDTH.min(layout.size.width.saturating_sub(2));
    let shown = items.iter().enumerate().skip(first);
    let rows = shown
        .take(usize::from(height))
        .map(|(at, item)| row(item, at == chosen));
    let place = |n: usize| n as u64;
    Some(List {
        area: Area {
            x: 1,
            y: layout.footer.y.saturating_sub(height + 2),
            width,
            height: height + 2,
        },
        pane: Pane {
            title: own("commands", Tone::Strong),
            note: own(&items.len().to_string(), Tone::Dim),
            focused: true,
            table: Table {
                columns: columns(width),
                rows: rows.collect(),
            },
            empty: vec![own("no command is called that", Tone::Dim)],
            scrollbar: Scrollbar::over(place(items.len()), place(first), height.into(), height),
        },
        keys: Line::new(),
    })
}

fn columns(width: u16) -> Vec<Column> {
    let title = Column {
        width: width.saturating_sub(KEYS + 5),
        ..Column::default()
    };
    let keys = Column {
        width: KEYS,
        gap: 1,
        right: true,
    };
    vec![title, keys]
}

fn row(item: &Item, selected: bool) -> Row {
    Row {
        cells: vec![
            Cell::Text(own(item.title, Tone::Plain)),
            Cell::Text(own(&item.keys, Tone::Dim)),
        ],
        selected,
        future: false,
    }
}
