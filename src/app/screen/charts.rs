//! The metric strip: four series that end at the playhead.

use super::number;
use super::spikes;
use crate::app::layout::{Layout, series_areas};
use crate::app::state::State;
use crate::app::view::{Piece, Series, Tone};
use crate::model::SafeText;
use crate::project::spikes::Series as Of;
use crate::project::{self, Window, series::Current};

/// The strip and the current values, which the header shows too.
pub struct Charts {
    series: project::Series,
    short: bool,
    quiet: bool,
    empty: bool,
    /// Of events, of errors and of latencies.
    alerts: [Option<Piece>; 3],
}

/// A chart of latencies reaches at least up to here, ms.
const LATENCY_TOP_MS: f64 = 500.0;
/// A chart of errors reaches at least up to this many, and to a tenth of the events, so that a single failure is no burst.
const ERRORS_TOP: u32 = 4;
/// A series narrower than this has a short title.
const SHORT_TITLES: u16 = 120;

/// Series in the strip.
const SERIES: u16 = 4;

/// The window of a chart with that many bars: it ends at the moment that the screen shows.
pub fn window(state: &State, bars: usize) -> Window {
    Window::ending_at(&state.log, state.cursor(), state.moment_ms(), bars)
}

/// The window of a trend with that many bars: as long as the strip's, so that one can be read under the other.
#[must_use]
pub fn trend_window(state: &State, layout: &Layout, bars: usize) -> Window {
    let strip = window(state, strip_bars(layout));
    let span_ms = strip.bucket_ms * strip.count as u64;
    Window {
        end_ms: strip.end_ms,
        bucket_ms: span_ms.div_ceil(bars.max(1) as u64).max(1),
        count: bars,
    }
}

fn strip_bars(layout: &Layout) -> usize {
    let areas = layout
        .strip
        .map(|strip| series_areas(strip, SERIES))
        .unwrap_or_default();
    areas
        .iter()
        .map(|a| usize::from(a.width))
        .max()
        .unwrap_or(40)
}

/// Counts as shares of the largest.
pub fn heights(counts: &[u32]) -> Vec<f32> {
    heights_of(counts, counts.iter().copied().max().unwrap_or(0))
}

/// Counts as shares of `most`.
pub fn heights_of(counts: &[u32], most: u32) -> Vec<f32> {
    let most = f64::from(most.max(1));
    #[expect(clippy::cast_possible_truncation, reason = "a share of 0 to 1")]
    counts
        .iter()
        .map(|c| (f64::from(*c) / most).min(1.0) as f32)
        .collect()
}

impl Charts {
    /// Counts what the strip shows; `None` where there is no room for it.
    pub fn of(state: &State, layout: &Layout) -> Option<Self> {
        layout.strip?;
        let window = window(state, strip_bars(layout));
        let series = project::series::series_over(
            &state.strip,
            &state.log,
            &state.activity,
            state.cursor(),
            state.moment_ms(),
            window,
        );
        Some(Self {
            series,
            short: layout.size.width < SHORT_TITLES,
            quiet: state.is_quiet(),
            empty: state.log.is_empty(),
            alerts: [Of::Events, Of::Errors, Of::Latency].map(|of| alert(state, window, of)),
        })
    }

    /// The values at the playhead.
    pub fn current(&self) -> Current {
        self.series.current
    }

    /// Four series of which nothing is known.
    fn unknown(&self) -> Vec<Series> {
        let titles = ["events/s", "errors/s", "latency p95", "active sessions"];
        let bars = vec![None; self.series.events.len()];
        titles
            .iter()
            .map(|title| series(title, "—", Tone::Dim, bars.clone(), Tone::Faint))
            .collect()
    }

    /// The four series.
    pub fn strip(&self) -> Vec<Series> {
        if self.empty {
            return self.unknown();
        }
        let now = self.series.current;
        // Values of a stream that fell silent are not those of the present.
        let strong = if self.quiet { Tone::Dim } else { Tone::Strong };
        let known = &self.series.known;
        let counts = |counts: &[u32]| only_known(heights(counts), known);
        let slowest = self
            .series
            .p95_ms
            .iter()
            .flatten()
            .copied()
            .fold(LATENCY_TOP_MS, f64::max);
        #[expect(clippy::cast_possible_truncation, reason = "a share of 0 to 1")]
        let p95 = self
            .series
            .p95_ms
            .iter()
            .map(|v| v.map(|ms| (ms / slowest) as f32))
            .collect();
        let busiest = self.series.events.iter().copied().max().unwrap_or(0);
        let failing = self.series.errors.iter().copied().max().unwrap_or(0);
        let errors = heights_of(
            &self.series.errors,
            failing.max(busiest / 10).max(ERRORS_TOP),
        );
        let errors = only_known(errors, known);
        let p95_value = now.p95_ms.map_or_else(|| "—".to_owned(), number::latency);
        let [of_events, of_errors, of_latency] = self.alerts.clone();
        let alerted = |alert, series| Series { alert, ..series };
        vec![
            alerted(
                of_events,
                series(
                    "events/s",
                    &number::rate(now.events_per_s),
                    strong,
                    counts(&self.series.events),
                    Tone::Blue,
                ),
            ),
            alerted(
                of_errors,
                series(
                    "errors/s",
                    &number::rate(now.errors_per_s),
                    error_tone(now, strong),
                    errors,
                    Tone::Error,
                ),
            ),
            alerted(
                of_latency,
                series(
                    if self.short { "p95" } else { "latency p95" },
                    &p95_value,
                    strong,
                    p95,
                    Tone::Amber,
                ),
            ),
            series(
                if self.short {
                    "active"
                } else {
                    "active sessions"
                },
                &number::grouped(u64::from(now.active)),
                strong,
                counts(&self.series.active),
                Tone::Green,
            ),
        ]
    }
}

/// The last episode in the window that was known at the moment of the screen. How far one goes that was not over then was not
/// known either.
fn alert(state: &State, window: Window, of: Of) -> Option<Piece> {
    let at_ms = state.moment_ms();
    let known = |spike: &&project::Spike| {
        spike.series == of
            && spike.raised_ms <= at_ms
            && spike.start_ms < window.end_ms
            && window.start_ms() < spike.end_ms
    };
    let spike = state.traffic.spikes().iter().rfind(known)?;
    let text = if spike.end_ms <= at_ms {
        format!("▲ {}", spikes::times(spike))
    } else {
        "▲ spike".to_owned()
    };
    Some(Piece::own(&text, spikes::tone(of)))
}

/// What lies in a hole is not nothing.
fn only_known(heights: Vec<f32>, known: &[bool]) -> Vec<Option<f32>> {
    let pairs = heights.into_iter().zip(known);
    pairs
        .map(|(height, known)| known.then_some(height))
        .collect()
}

fn error_tone(now: Current, none: Tone) -> Tone {
    if now.errors_per_s > 0.0 {
        Tone::ErrorStrong
    } else {
        none
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
