//! The middle of the session screen.
//!
//! ```text
//! timeline                state          side by side from 100 columns on
//!                         entry
//!
//! timeline                               else one above the other
//! state                                  or the entry, where that has the focus
//! ```
//!
//! When rows are short the entry goes first, then the state; the timeline stays. The pane with the focus is always there.

use super::{Area, Layout, Open, PaneId, Rows, WIDE};

/// Rows of the state with its title where its fields stand one below the other.
const STATE_ROWS: u16 = 15;
/// The same where they stand in two columns.
const STATE_ROWS_IN_TWO: u16 = 8;
/// Rows of an entry, with its title, that say something.
const ENTRY_ROWS: u16 = 4;
/// Rows of the timeline, with its title, below which nothing stands beside it.
const TIMELINE_ROWS: u16 = 6;
/// Columns of the state.
const STATE_COLUMNS: (u16, u16) = (44, 84);

/// Gives the rows that are left to the panes.
pub(super) fn panes(out: &mut Layout, mut rows: Rows, open: Open) {
    let all = rows.take_top(rows.bottom.saturating_sub(rows.top));
    if let Some(zoomed) = open.zoomed {
        alone(out, all, zoomed);
    } else if all.width >= WIDE && all.height >= TIMELINE_ROWS {
        beside(out, all, open.focus);
    } else if all.height >= TIMELINE_ROWS + STATE_ROWS_IN_TWO {
        stacked(out, all, open.focus);
    } else {
        alone(out, all, open.focus);
    }
}

fn alone(out: &mut Layout, all: Area, pane: PaneId) {
    match pane {
        PaneId::State => out.state = Some(all),
        PaneId::Detail => out.detail = Some(all),
        _ => out.session = Some(all),
    }
}

fn beside(out: &mut Layout, all: Area, focus: PaneId) {
    let (least, most) = STATE_COLUMNS;
    let right = (all.width * 3 / 8).clamp(least, most);
    let (timeline, column) = split_columns(all, all.width - right);
    out.session = Some(timeline);
    let state = (all.height * 3 / 5).max(STATE_ROWS);
    if all.height >= state + ENTRY_ROWS {
        let (above, below) = split_rows(column, state);
        (out.state, out.detail) = (Some(above), Some(below));
    } else {
        alone(out, column, lower(focus));
    }
}

fn stacked(out: &mut Layout, all: Area, focus: PaneId) {
    let below = (all.height * 2 / 5).clamp(STATE_ROWS_IN_TWO, STATE_ROWS);
    let (timeline, place) = split_rows(all, all.height - below);
    out.session = Some(timeline);
    alone(out, place, lower(focus));
}

/// Which of the two has a place that only one of them can have.
const fn lower(focus: PaneId) -> PaneId {
    match focus {
        PaneId::Detail => PaneId::Detail,
        _ => PaneId::State,
    }
}

const fn split_columns(area: Area, width: u16) -> (Area, Area) {
    let right = Area {
        x: area.x + width,
        width: area.width - width,
        ..area
    };
    (Area { width, ..area }, right)
}

const fn split_rows(area: Area, height: u16) -> (Area, Area) {
    let below = Area {
        y: area.y + height,
        height: area.height - height,
        ..area
    };
    (Area { height, ..area }, below)
}
