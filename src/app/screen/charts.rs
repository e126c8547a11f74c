//! The metric strip: four series that end at the playhead.

use super::number;
use crate::app::layout::{Layout, series_areas};
use crate::app::state::State;
use crate::app::view::{Piece, Series, Tone};
use crate::model::SafeText;
use crate::project::{self, Window, series::Current};

/// The strip and the current values, which the header shows too.
pub struct Charts {
    series: project::Series,
}

/// Series in the strip.
const SERIES: u16 = 4;

/// The window of a chart with that many bars: it ends at the moment that the screen shows.
pub fn window(state: &State, bars: usize) -> Window {
    Window::ending_at(&state.log, state.cursor(), state.moment_ms(), bars)
}

/// Counts as shares of the largest.
pub fn heights(counts: &[u32]) -> Vec<f32> {
    let most = f64::from(counts.iter().copied().max().unwrap_or(0).max(1));
    #[expect(clippy::cast_possible_truncation, reason = "a share of 0 to 1")]
    counts
        .iter()
        .map(|c| (f64::from(*c) / most) as f32)
        .collect()
}

impl Charts {
    /// Counts what the strip shows; `None` where there is no room for it.
    pub fn of(state: &State, layout: &Layout) -> Option<Self> {
        let areas = series_areas(layout.strip?, SERIES);
        let bars = areas
            .iter()
            .map(|a| usize::from(a.width))
            .max()
            .unwrap_or(0);
        let window = window(state, bars);
        let series = project::series(
            &state.log,
            &state.activity,
            state.cursor(),
            state.moment_ms(),
            window,
        );
        Some(Self { series })
    }

    /// The values at the playhead.
    pub fn current(&self) -> Current {
        self.series.current
    }

    /// The four series.
    pub fn strip(&self) -> Vec<Series> {
        let now = self.series.current;
        let counts = |counts: &[u32]| heights(counts).into_iter().map(Some).collect::<Vec<_>>();
        let slowest = self
            .series
            .p95_ms
            .iter()
            .flatten()
            .copied()
            .fold(1.0, f64::max);
        #[expect(clippy::cast_possible_truncation, reason = "a share of 0 to 1")]
        let p95 = self
            .series
            .p95_ms
            .iter()
            .map(|v| v.map(|ms| (ms / slowest) as f32))
            .collect();
        let p95_value = now.p95_ms.map_or_else(|| "—".to_owned(), number::latency);
        vec![
            series(
                "events/s",
                &number::rate(now.events_per_s),
                Tone::Strong,
                counts(&self.series.events),
                Tone::Blue,
            ),
            series(
                "errors/s",
                &number::rate(now.errors_per_s),
                error_tone(now),
                counts(&self.series.errors),
                Tone::Error,
            ),
            series("latency p95", &p95_value, Tone::Strong, p95, Tone::Amber),
            series(
                "active sessions",
                &number::grouped(u64::from(now.active)),
                Tone::Strong,
                counts(&self.series.active),
                Tone::Green,
            ),
        ]
    }
}

fn error_tone(now: Current) -> Tone {
    if now.errors_per_s > 0.0 {
        Tone::ErrorStrong
    } else {
        Tone::Strong
    }
}

fn series(
    title: &str,
    value: &str,
    value_tone: Tone,
    bars: Vec<Option<f32>>,
    tone: Tone,
) -> Series {
    Series {
        title: SafeText::own(title),
        value: Piece::own(value, value_tone),
        alert: None,
        bars,
        tone,
    }
}
