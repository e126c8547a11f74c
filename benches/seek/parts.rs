//! What a screen asks of the projections, each by itself.

use std::hint::black_box;

use lookback::app::layout::Layout;
use lookback::app::{State, screen};
use lookback::project::errors::{count_errors, trends};
use lookback::project::{Window, density, error_groups, series, timeline};

/// Bars of the strip and of a trend, columns of the scrubber, rows of the feed, as they are at 200×50.
const STRIP: usize = 47;
const TREND: usize = 24;
const COLUMNS: usize = 198;
const ROWS: u64 = 22;

/// Its name, and what it does.
pub type Part = (&'static str, fn(&State));

/// All of them; some are parts of others.
pub const PARTS: [Part; 9] = [
    ("screen, everything", |state| {
        black_box(screen(state));
    }),
    ("timeline (session pane)", |state| {
        black_box(timeline(&state.log, state.panes.session, state.cursor()));
    }),
    ("density (scrubber)", |state| {
        let loaded = state.extent().map(|extent| extent.loaded);
        let span = loaded.map_or(0..1, |loaded| loaded.start_ms..loaded.end_ms);
        black_box(density(&state.log, span, COLUMNS));
    }),
    ("error_groups (error pane)", |state| {
        black_box(error_groups(&state.log, state.cursor()));
    }),
    ("trends (error pane)", |state| {
        let strip = window(state, STRIP);
        let bucket_ms = strip.bucket_ms * STRIP as u64 / TREND as u64;
        let window = Window {
            bucket_ms,
            count: TREND,
            ..strip
        };
        black_box(trends(&state.log, state.cursor(), window));
    }),
    ("series (strip, header)", |state| {
        let (log, window) = (&state.log, window(state, STRIP));
        let at_ms = state.moment_ms();
        black_box(series(log, &state.activity, state.cursor(), at_ms, window));
    }),
    ("  of it activity", |state| {
        let window = window(state, STRIP);
        let active = |end_ms, step_ms, count| {
            state
                .activity
                .active(state.cursor(), end_ms, step_ms, count)
        };
        black_box(active(window.end_ms, window.bucket_ms, window.count));
        black_box(active(state.moment_ms(), 1, 1));
    }),
    ("count_errors (feed's ticks)", |state| {
        let first = state.log.first().next();
        let total = state.horizon().since(state.log.first());
        for row in 0..ROWS {
            let edge = |row| first.plus(row * total / ROWS).before();
            black_box(count_errors(&state.log, edge(row)..edge(row + 1)));
        }
    }),
    ("layout", |state| {
        let layout: Layout = state.layout();
        black_box(layout);
    }),
];

fn window(state: &State, bars: usize) -> Window {
    Window::ending_at(&state.log, state.cursor(), state.moment_ms(), bars)
}
