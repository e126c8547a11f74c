//! The middle of the error screen.
//!
//! ```text
//! strip
//! groups                         the full width
//! occurrences     entry          side by side from 100 columns on
//!                 touched
//!
//! groups
//! occurrences                    else only these; or the entry, where that has the focus
//! ```
//!
//! When rows are short they go in this order: touched, the strip, then all but the pane with the focus.

use super::{Area, Layout, Open, PaneId, Rows, TALL, WIDE};

/// Rows of the groups with their title.
const GROUPS: (u16, u16) = (5, 18);
/// Rows of whom a group touched, with the title.
const TOUCHED: u16 = 7;
/// Rows of the entry, with its title, that say something.
const ENTRY: u16 = 8;
/// Rows of the middle below which one pane has all of it.
const LEAST: u16 = 10;

/// Gives the rows that are left to the panes.
pub(super) fn panes(out: &mut Layout, mut rows: Rows, open: Open) {
    out.strip = match out.size.height {
        0..20 => None,
        20..TALL => Some(rows.take_top(2)),
        _ => Some(rows.take_top(4)),
    };
    if out.size.height >= TALL {
        rows.skip_top(1);
    }
    let left = rows.bottom.saturating_sub(rows.top);
    if open.zoomed.is_some() || left < LEAST {
        let all = rows.take_top(left);
        return alone(out, all, open.zoomed.unwrap_or(open.focus));
    }
    let (least, most) = GROUPS;
    out.errors = Some(rows.take_top((left * 2 / 5).clamp(least, most)));
    let lower = rows.take_top(left);
    if lower.width < WIDE {
        let pane = match open.focus {
            PaneId::Detail => PaneId::Detail,
            _ => PaneId::Occurrences,
        };
        return alone(out, lower, pane);
    }
    beside(out, lower);
}

fn beside(out: &mut Layout, lower: Area) {
    let width = lower.width / 2;
    out.occurrences = Some(Area { width, ..lower });
    let right = Area {
        x: lower.x + width,
        width: lower.width - width,
        ..lower
    };
    if right.height < ENTRY + TOUCHED {
        out.detail = Some(right);
        return;
    }
    let height = right.height - TOUCHED;
    out.detail = Some(Area { height, ..right });
    out.touched = Some(Area {
        y: right.y + height,
        height: TOUCHED,
        ..right
    });
}

fn alone(out: &mut Layout, all: Area, pane: PaneId) {
    match pane {
        PaneId::Occurrences => out.occurrences = Some(all),
        PaneId::Detail => out.detail = Some(all),
        _ => out.errors = Some(all),
    }
}
