//! The middle of the metrics screen.
//!
//! ```text
//! figures                        the title and two or three rows of numbers
//! chart   chart   chart          as many side by side as are wide enough to read, three at most
//! chart   chart   chart
//! list    list    list           below; from 100 columns on three of them, else the first
//! ```
//!
//! When rows are short the lists go first, then the charts from the last on; the figures stay.

use super::{Area, Layout, Open, PaneId, Rows, TALL, WIDE};

/// Charts there are.
pub const CHARTS: u16 = 6;
/// A chart is at least as wide.
const CHART_COLUMNS: u16 = 38;
/// Charts beside each other, at most.
const BESIDE: u16 = 3;
/// Columns between charts.
const GAP: u16 = 2;
/// A chart is at least as high: title, three rows, times.
const CHART_ROWS: u16 = 5;
/// Lists have at least so many rows, with the title.
const LIST_ROWS: u16 = 5;

pub(super) fn panes(out: &mut Layout, mut rows: Rows, open: Open) {
    let left = rows.bottom.saturating_sub(rows.top);
    if open.zoomed == Some(PaneId::Lists) {
        out.lists = Some(rows.take_top(left));
        return;
    }
    let figures = if rows.width >= WIDE { 3 } else { 4 };
    out.figures = Some(rows.take_top(figures.min(left)));
    let mut left = left.saturating_sub(figures);
    if out.size.height >= TALL {
        rows.skip_top(1);
        left = left.saturating_sub(1);
    }
    let is_alone = open.zoomed == Some(PaneId::Charts);
    let wanted = rows_of_charts(rows.width) * CHART_ROWS;
    if !is_alone && left >= wanted.min(2 * CHART_ROWS) + LIST_ROWS {
        let below = (left * 3 / 10).max(LIST_ROWS);
        out.lists = Some(rows.take_bottom(below));
    }
    let left = rows.bottom.saturating_sub(rows.top);
    if left >= CHART_ROWS {
        out.charts = Some(rows.take_top(left));
    }
}

fn beside(width: u16) -> u16 {
    (width / CHART_COLUMNS).clamp(1, BESIDE)
}

fn rows_of_charts(width: u16) -> u16 {
    CHARTS.div_ceil(beside(width))
}

/// Where the charts stand; those that have no room are left out.
#[must_use]
pub fn chart_areas(area: Area) -> Vec<Area> {
    let beside = beside(area.width);
    let lines = (area.height / CHART_ROWS).clamp(1, rows_of_charts(area.width));
    let height = area.height / lines;
    let room = area.width.saturating_sub(2 + GAP * (beside - 1));
    let width = room / beside;
    let place = |n: u16| Area {
        x: area.x + 1 + n % beside * (width + GAP),
        y: area.y + n / beside * height,
        width,
        height,
    };
    if area.height < CHART_ROWS {
        return Vec::new();
    }
    (0..(beside * lines).min(CHARTS)).map(place).collect()
}

/// Columns before a plot, for its scale.
pub const SCALE: u16 = 7;

/// Columns of a chart's plot.
#[must_use]
pub const fn plot_columns(chart: Area) -> u16 {
    chart.width.saturating_sub(SCALE)
}

/// Where lists stand, side by side, by the shares of the width that they have; only the first where there is little room.
#[must_use]
pub fn list_areas(area: Area, shares: &[u16]) -> Vec<Area> {
    let shares = if area.width < WIDE {
        &shares[..shares.len().min(1)]
    } else {
        shares
    };
    let whole = shares.iter().sum::<u16>().max(1);
    let end = area.x.saturating_add(area.width);
    let mut x = area.x;
    let areas = shares.iter().enumerate().map(|(n, share)| {
        let width = if n + 1 == shares.len() {
            end.saturating_sub(x)
        } else {
            (area.width / whole * share).saturating_sub(1)
        };
        let place = Area { x, width, ..area };
        x = x.saturating_add(width + 1);
        place
    });
    areas.collect()
}
