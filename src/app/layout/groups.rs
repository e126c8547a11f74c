//! The middle of the screen of consumer groups.
//!
//! ```text
//! streams                        the full width
//! groups                         the full width
//! consumers      pending         side by side from 100 columns on; while an entry is open it takes the place of the consumers
//!
//! streams
//! groups
//! pending                        else only these; or the consumers, or the entry, where they have the focus
//! ```
//!
//! When rows are short only the pane with the focus stays.

use super::{Area, Layout, Open, PaneId, Rows, WIDE};

/// Rows of the streams with their title.
const STREAMS: (u16, u16) = (4, 8);
/// Rows of the groups with their title.
const GROUPS: (u16, u16) = (5, 14);
/// Columns of the consumers.
const CONSUMERS: (u16, u16) = (46, 70);
/// Rows of the middle below which one pane has all of it.
const LEAST: u16 = 13;

/// Gives the rows that are left to the panes.
pub(super) fn panes(out: &mut Layout, mut rows: Rows, open: Open) {
    let left = rows.bottom.saturating_sub(rows.top);
    if open.zoomed.is_some() || left < LEAST {
        let all = rows.take_top(left);
        return alone(out, all, open.zoomed.unwrap_or(open.focus));
    }
    let between = |part: u16, (least, most): (u16, u16)| part.clamp(least, most);
    out.streams = Some(rows.take_top(between(left / 6, STREAMS)));
    out.consumer_groups = Some(rows.take_top(between(left * 3 / 10, GROUPS)));
    let lower = rows.take_top(left);
    if lower.width >= WIDE {
        return beside(out, lower, open.detail);
    }
    let pane = match open.focus {
        PaneId::Consumers => PaneId::Consumers,
        PaneId::Detail if open.detail => PaneId::Detail,
        _ => PaneId::Pending,
    };
    alone(out, lower, pane);
}

fn beside(out: &mut Layout, lower: Area, entry_is_open: bool) {
    let (least, most) = CONSUMERS;
    let width = if entry_is_open {
        lower.width / 2
    } else {
        (lower.width * 2 / 5).clamp(least, most)
    };
    let left = Some(Area { width, ..lower });
    let right = Some(Area {
        x: lower.x + width,
        width: lower.width - width,
        ..lower
    });
    if entry_is_open {
        (out.pending, out.detail) = (left, right);
    } else {
        (out.consumers, out.pending) = (left, right);
    }
}

fn alone(out: &mut Layout, all: Area, pane: PaneId) {
    match pane {
        PaneId::Streams => out.streams = Some(all),
        PaneId::Consumers => out.consumers = Some(all),
        PaneId::Pending => out.pending = Some(all),
        PaneId::Detail => out.detail = Some(all),
        _ => out.consumer_groups = Some(all),
    }
}
