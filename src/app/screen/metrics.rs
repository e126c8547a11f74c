//! The metrics screen: figures, charts, and lists below them, over a window that ends at the playhead.

mod chart;
mod comparison;
mod figures;
mod lists;
mod patterns;
mod scale;

use super::style::own;
use crate::app::layout::metrics::{chart_areas, list_areas};
use crate::app::layout::{Area, Layout, PaneId};
use crate::app::metrics::{Below, Measured};
use crate::app::state::State;
use crate::app::view::{Metrics, Pane, Tone};

/// All of it; nothing where the screen is not open.
pub fn metrics(state: &State, layout: &Layout) -> Metrics {
    let Some(measured) = &state.metrics.measured else {
        return Metrics::default();
    };
    Metrics {
        figures: figures::figures(state, measured, layout.figures.unwrap_or_default()),
        charts: layout
            .charts
            .map(|area| chart::charts(state, measured, &chart_areas(area)))
            .unwrap_or_default(),
        lists: layout
            .lists
            .map(|area| below(state, measured, area))
            .unwrap_or_default(),
    }
}

fn below(state: &State, measured: &Measured, area: Area) -> Vec<(Area, Pane)> {
    let choice = state.metrics.choice;
    let areas = list_areas(area, choice.below.shares());
    let mut panes = match choice.below {
        Below::Lists => lists::lists(state, measured, &areas),
        Below::Patterns => patterns::patterns(state, measured, &areas),
        Below::Comparison => vec![comparison::comparison(measured, area)],
    };
    for (n, pane) in panes.iter_mut().enumerate() {
        pane.focused = n == 0 && super::focused(state, PaneId::Lists);
        if pane.table.rows.is_empty() && pane.empty.is_empty() {
            pane.empty = vec![own("none in this window", Tone::Dim)];
        }
    }
    areas.into_iter().zip(panes).collect()
}
