//! What the lists over everything have in common: where one stands, which rows are in view, what lies under the mouse.
//!
//! Invariant: drawing and the mouse read the same [`Frame`], so that a click hits what is seen.

use std::ops::Range;

use super::number;
use crate::app::layout::{Area, Size, WIDE};
use crate::app::state::State;
use crate::app::view::{Line, Piece, Scrollbar, Tone};
use crate::model::Ms;

/// A list is no wider than this.
const WIDEST: u16 = 130;
/// Rows of a list that are none of its items: title and keys.
pub const FRAME: u16 = 2;
/// Rows that the words for an empty list take.
const EMPTY: u16 = 3;

/// What lies under the mouse while a list is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    /// A row, so many from the selected one.
    Row(isize),
    /// The list.
    List,
    /// Something else.
    Outside,
}

/// Where a list stands, and what of it is in view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// In the middle, with a row and some columns of what lies below left free where there is room.
    pub area: Area,
    /// The rows in view: the selected one stands in the middle, but at the ends.
    pub shown: Range<usize>,
    /// The selected row.
    pub selected: Option<usize>,
    total: usize,
}

impl Frame {
    /// Of a list with that many rows.
    pub fn of(size: Size, total: usize, selected: Option<usize>) -> Self {
        let area = placed(size, total);
        let rows = usize::from(area.height.saturating_sub(FRAME));
        let most = total.saturating_sub(rows);
        let first = selected.unwrap_or(0).saturating_sub(rows / 2).min(most);
        Self {
            area,
            shown: first..total.min(first + rows),
            selected,
            total,
        }
    }

    /// What lies under a cell of the terminal.
    pub fn under(&self, column: u16, row: u16) -> Under {
        if !self.area.contains(column, row) {
            return Under::Outside;
        }
        let into = row.checked_sub(self.area.body().y).map(usize::from);
        match (into.filter(|at| *at < self.shown.len()), self.selected) {
            (Some(at), Some(selected)) => {
                Under::Row((self.shown.start + at).cast_signed() - selected.cast_signed())
            }
            _ => Under::List,
        }
    }

    /// At the right edge, where not all rows are in view.
    pub fn scrollbar(&self) -> Option<Scrollbar> {
        Scrollbar::over(
            self.total as u64,
            self.shown.start as u64,
            self.shown.len() as u64,
            self.area.height.saturating_sub(FRAME),
        )
    }
}

/// In the middle, with a row and some columns of what lies below left free where there is room.
pub fn placed(size: Size, rows: usize) -> Area {
    let width = size.width.saturating_sub(4).min(WIDEST);
    let wanted = u16::try_from(rows).unwrap_or(u16::MAX).max(EMPTY);
    let height = wanted
        .saturating_add(FRAME)
        .min(size.height.saturating_sub(2));
    Area {
        x: (size.width - width) / 2,
        y: (size.height - height) / 2,
        width,
        height,
    }
}

/// Keys and what they do, for the lower rule.
pub fn keys(keys: &[(&str, &str)]) -> Line {
    let mut line = Line::new();
    for (at, (key, what)) in keys.iter().enumerate() {
        let gap = if at == 0 { "" } else { "   " };
        line.push(Piece::own(&format!("{gap}{key}"), Tone::Strong));
        line.push(Piece::own(&format!(" {what}"), Tone::Dim));
    }
    line
}

/// Columns for the time of a row.
pub fn time_width(state: &State, width: u16, mut times: impl Iterator<Item = Ms>) -> u16 {
    let wide = width >= WIDE;
    let zone = state.options.zone;
    let day = |ms| zone.format(ms, "%Y-%m-%d");
    let here = day(state.present_ms());
    // The day only stands there where it is not the same for all.
    match (times.all(|ms| day(ms) == here), wide) {
        (true, true) => 12,
        (true, false) => 8,
        (false, true) => 19,
        (false, false) => 14,
    }
}

/// The time of a row in a column that is so wide.
pub fn time(state: &State, width: u16, ms: Ms) -> String {
    let zone = state.options.zone;
    match width {
        8 => zone.clock_seconds(ms),
        12 => zone.clock(ms),
        14 => zone.format(ms, "%m-%d %H:%M:%S"),
        _ => zone.format(ms, "%Y-%m-%d %H:%M:%S"),
    }
}

/// How far from the playhead: `-4m`, `+12 s`.
pub fn distance(state: &State, ms: Ms) -> String {
    let here = state.moment_ms();
    match ms.abs_diff(here) {
        0..1_000 => "here".to_owned(),
        far if ms < here => format!("-{}", number::age(far)),
        far => format!("+{}", number::age(far)),
    }
}
