//! Draws an [`app::view::View`](crate::app::view::View) into cells. It decides where and in which color, never what.
//!
//! ```text
//! header      lookback  ● LIVE  localhost:6379 memory:events              1,204 ev/s   err 0.8 %   p95 812 ms
//! banner      (one row of trouble)
//! strip       events/s  1,204      errors/s  9.6  ▲ spike     latency p95  812 ms     active sessions  214
//!             ▅▆▇█▇▆▅▆▇█▇▆         ▁▁▁▁▁▇█▇▁▁▁▁▁▁▁▁▁▁▁▁▁     ▃▃▃▂▃▃▇███▇▃            ▅▆▆▇▇████▇▇▆
//! pane        ━ feed all events ───────────────────────────────────────────────────────── 98,331 entries ─
//!              14:05:16.917  › message.added    sess-3e54  user  Retention is one week…              133 tok│
//!             ▌14:05:19.120  ✗ error.occurred   sess-598a  tool_error rate limited by…  5149 ms             ▐
//! pane, pane  ─ session sess-7a3f  open 12m 04s ────────┬─ errors 214 in 12 groups ────────────────────────
//!              +00:00  ▸ session.started                │ 112  tool_error  search timed out after ‹n› ms  ▁▁▆█▁
//! scrubber    ─ 13:10:02 ──────────────────────────────────────────────────────────────▼───────── 14:05:19 ─
//!              ▃▃▃▄▄▃▃▃▃▄▄▄▃▃▃▃▃▃▄▄▄▃▃▃▃▃┄┄┄┄┄▃▃▃▃▂▂▃▃▃▃▃▄▄▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▇▇█▇▃▃▃▃▂▂▃▃▃▃
//!                     ▪          ▪▪             ◆ deploy                               ▲
//! footer       space pause   ← → step   [ ] marker   / filter   f follow   ? help
//! ```
//!
//! Invariant: every cell of the buffer is a function of the view and the theme, and no region writes outside its area,
//! whatever the sizes.

pub mod theme;

mod banner;
mod chart;
mod footer;
mod header;
mod help;
mod list;
mod pane;
mod prompt;
mod scrubber;
mod strip;
mod widgets;

use ratatui::buffer::Buffer;

use crate::app::layout::metrics::chart_areas;
use crate::app::view::{Footer, View};
use theme::Theme;
use widgets::ascii;
use widgets::canvas::Canvas;
use widgets::rule;

/// Draws the view over the whole buffer. Returns the cell of the cursor (column, row) while a prompt is open.
pub fn render(view: &View, theme: &Theme, buffer: &mut Buffer) -> Option<(u16, u16)> {
    buffer.reset();
    let mut screen = Canvas::new(buffer, *theme);
    regions(view, &mut screen);
    let cursor = last_rows(view, &mut screen);
    if let Some(list) = &view.list {
        list::render(&mut screen, list);
    }
    if let Some(help) = &view.help {
        help::render(&mut screen, help);
    }
    if theme.ascii {
        ascii::simplify(buffer);
    }
    cursor.filter(|_| view.help.is_none())
}

fn regions(view: &View, screen: &mut Canvas) {
    let layout = &view.layout;
    header::render(&mut screen.part(layout.header), &view.header);
    if let (Some(area), Some(line)) = (layout.banner, &view.banner) {
        banner::render(&mut screen.part(area), line);
    }
    if let Some(area) = layout.strip {
        strip::render(&mut screen.part(area), &view.strip);
    }
    let panes = [
        (layout.feed, &view.feed),
        (layout.session, &view.session),
        (layout.errors, &view.errors),
        (layout.state, &view.state),
        (layout.detail, &view.detail),
        (layout.occurrences, &view.occurrences),
        (layout.touched, &view.touched),
        (layout.streams, &view.streams),
        (layout.consumer_groups, &view.consumer_groups),
        (layout.consumers, &view.consumers),
        (layout.pending, &view.pending),
    ];
    for (area, pane) in panes {
        if let Some(area) = area {
            pane::render(&mut screen.part(area), pane);
        }
    }
    metrics(view, screen);
    if let (Some(left), Some(right)) = (layout.session, layout.errors) {
        rule::between(screen, left, right);
    }
    if let (Some(left), Some(right)) = (layout.session, layout.state.or(layout.detail)) {
        rule::beside(screen, left, right, view.session.scrollbar.is_some());
    }
    if let (Some(left), Some(right)) = (layout.consumers, layout.pending) {
        rule::beside(screen, left, right, view.consumers.scrollbar.is_some());
    }
    if let (Some(left), Some(right)) = (layout.pending, layout.detail) {
        rule::beside(screen, left, right, view.pending.scrollbar.is_some());
    }
    if let (Some(left), Some(right)) = (layout.occurrences, layout.detail) {
        rule::beside(screen, left, right, view.occurrences.scrollbar.is_some());
    }
    if let Some(area) = layout.scrubber {
        scrubber::render(&mut screen.part(area), &view.scrubber);
    }
}

fn metrics(view: &View, screen: &mut Canvas) {
    let (layout, metrics) = (&view.layout, &view.metrics);
    if let Some(area) = layout.figures {
        pane::render(&mut screen.part(area), &metrics.figures);
    }
    let charts = layout.charts.map(chart_areas).unwrap_or_default();
    for (area, chart) in charts.into_iter().zip(&metrics.charts) {
        chart::render(&mut screen.part(area), chart);
    }
    for (area, list) in &metrics.lists {
        pane::render(&mut screen.part(*area), list);
    }
    for pair in metrics.lists.windows(2) {
        rule::between(screen, pair[0].0, pair[1].0);
    }
}

fn last_rows(view: &View, screen: &mut Canvas) -> Option<(u16, u16)> {
    let area = view.layout.footer;
    match &view.footer {
        Footer::Keys(keys) => {
            footer::render(&mut screen.part(area), keys);
            None
        }
        Footer::Notice(line) => {
            let mut canvas = screen.part(area);
            let room = canvas.width().saturating_sub(1);
            widgets::line::render(&mut canvas, 1, 0, room, line);
            None
        }
        Footer::Prompt(prompt) => prompt::render(&mut screen.part(area), prompt),
    }
}
