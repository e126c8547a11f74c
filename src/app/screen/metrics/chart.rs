//! The charts.

use std::sync::Arc;

use super::scale::{Decades, linear, round_up};
use crate::app::layout::Area;
use crate::app::layout::metrics::plot_columns;
use crate::app::metrics::{Bucket, Measured};
use crate::app::screen::number;
use crate::app::screen::style::own;
use crate::app::state::State;
use crate::app::view::{Chart, Line, Piece, Plot, Tone};
use crate::model::{Ms, SafeText, Zone};
use crate::project::spikes::Series;
use crate::project::tally::Axis;
use crate::project::{Tally, series};

/// Rows of a heatmap at most; each is a part of a factor of ten.
const HEAT_ROWS: usize = 24;
/// Less than this part of a bucket tells no rate.
const PART: Ms = 5;

/// As many of the charts as have room, in the order in which they matter.
pub fn charts(state: &State, measured: &Measured, areas: &[Area]) -> Vec<Chart> {
    let Some(area) = areas.first() else {
        return Vec::new();
    };
    let plots = Plots {
        state,
        measured,
        known: series::known(&state.log, measured.grid()),
        times: times(measured, state.options.zone, plot_columns(*area)),
    };
    let all: [fn(&Plots<'_>) -> Chart; 6] = [
        |plots| plots.events(),
        |plots| plots.errors(),
        |plots| plots.latency(),
        |plots| plots.active(),
        |plots| plots.tokens(),
        |plots| plots.heat(),
    ];
    let shown = all.into_iter().take(areas.len());
    shown.map(|chart| chart(&plots)).collect()
}

struct Plots<'a> {
    state: &'a State,
    measured: &'a Measured,
    known: Vec<bool>,
    times: Vec<(u16, SafeText)>,
}

impl Plots<'_> {
    fn values(&self, of: impl Fn(&Tally) -> u64) -> Vec<Option<f64>> {
        let values = self.measured.buckets.iter().map(|b| float(of(&b.tally)));
        values.map(Some).collect()
    }

    /// What came in each bucket per `unit_ms` of the time in which it could. The last one is not over: it is told once a part
    /// of it is.
    fn rates(&self, unit_ms: f64, of: impl Fn(&Tally) -> u64) -> Vec<Option<f64>> {
        let (from, to) = self.measured.window;
        let bucket_ms = self.measured.bucket_ms;
        let starts = (self.measured.start_ms..).step_by(usize::try_from(bucket_ms).unwrap_or(1));
        let buckets = starts.zip(&self.measured.buckets);
        let rates = buckets.map(|(start, bucket)| {
            let open_ms = (start + bucket_ms).min(to).saturating_sub(start.max(from));
            let count = float(of(&bucket.tally));
            (open_ms >= bucket_ms / PART).then(|| count * unit_ms / float(open_ms.max(1)))
        });
        rates.collect()
    }

    /// Values as bars, on a scale that reaches at least up to `least`.
    fn bars(&self, title: Line, values: &[Option<f64>], least: f64, tone: Tone) -> Chart {
        let top = round_up(values.iter().flatten().copied().fold(least, f64::max));
        let heights = values.iter().zip(&self.known);
        #[expect(clippy::cast_possible_truncation, reason = "a share of 0 to 1")]
        let heights = heights.map(|(v, known)| v.filter(|_| *known).map(|v| (v / top) as f32));
        let word = |v: f64| match v {
            v if v >= 1_000.0 => number::short(whole(v)),
            v if v.fract() == 0.0 => number::grouped(whole(v)),
            v => number::rate(v),
        };
        Chart {
            title,
            plot: Plot::Bars(heights.collect(), tone),
            scale: linear(top, word),
            times: self.times.clone(),
            ..Chart::default()
        }
    }

    fn spikes(&self, series: Series, chart: Chart) -> Chart {
        let (start, bucket) = (self.measured.start_ms, self.measured.bucket_ms);
        let at_ms = self.measured.window.1;
        let known = self.state.traffic.spikes().iter();
        let known = known.filter(|spike| spike.series == series && spike.raised_ms <= at_ms);
        let count = self.measured.buckets.len() as u64;
        let inside = known.filter_map(|spike| {
            let at = spike.peak_ms.checked_sub(start)? / bucket;
            (at < count).then(|| u16::try_from(at).ok()).flatten()
        });
        Chart {
            spikes: inside.collect(),
            ..chart
        }
    }

    fn events(&self) -> Chart {
        let values = self.rates(1_000.0, |t| t.events);
        let value = self.measured.figures.events_per_s.map(number::rate);
        let title = title("events/s", value, Tone::Strong);
        self.spikes(Series::Events, self.bars(title, &values, 0.0, Tone::Blue))
    }

    fn errors(&self) -> Chart {
        let values = self.rates(1_000.0, |t| t.errors);
        let figures = &self.measured.figures;
        let value = figures.error_rate.map(number::percent);
        let tone = if figures.errors > 0 {
            Tone::ErrorStrong
        } else {
            Tone::Strong
        };
        let title = title("errors/s", value, tone);
        // A single failure is no burst.
        let least = 4_000.0 / float(self.measured.bucket_ms);
        self.spikes(
            Series::Errors,
            self.bars(title, &values, least, Tone::Error),
        )
    }

    fn active(&self) -> Chart {
        let is_all = self.state.narrowing.is_none() && self.state.metrics.choice.axis == Axis::Id;
        let (name, values) = if is_all {
            ("active sessions", self.active_at_ends())
        } else {
            (
                "sessions with an event",
                self.values(|t| t.sessions.count()),
            )
        };
        let value = values
            .last()
            .copied()
            .flatten()
            .map(|n| number::grouped(whole(n)));
        self.bars(title(name, value, Tone::Strong), &values, 0.0, Tone::Green)
    }

    /// The last bucket is not over: it shows the moment itself.
    fn active_at_ends(&self) -> Vec<Option<f64>> {
        let grid = self.measured.grid();
        let (cursor, at_ms) = (self.state.cursor(), self.measured.window.1);
        let activity = &self.state.activity;
        let mut counts = activity.active(cursor, grid.end_ms, grid.bucket_ms, grid.count);
        let now = activity.active(cursor, at_ms, 1, 1);
        if let (Some(last), Some(now)) = (counts.last_mut(), now.first()) {
            *last = *now;
        }
        counts.into_iter().map(|n| Some(f64::from(n))).collect()
    }

    fn tokens(&self) -> Chart {
        let values = self.rates(60_000.0, |t| t.tokens);
        let value = self
            .measured
            .figures
            .tokens_per_min
            .map(|n| number::short(whole(n)));
        self.bars(
            title("tokens/min", value, Tone::Strong),
            &values,
            0.0,
            Tone::Magenta,
        )
    }

    fn scale(&self) -> Decades {
        let latency = &self.measured.total.latency;
        let smallest = latency.quantile(0.01).unwrap_or(10.0);
        Decades::over(smallest, latency.max().unwrap_or(1_000.0))
    }

    fn latency(&self) -> Chart {
        let scale = self.scale();
        let of = |bucket: &Arc<Bucket>| bucket.quantiles.map(|q| q.map(|ms| scale.height(ms)));
        let latency = &self.measured.figures.latency;
        let value = |q: Option<f64>| q.map_or_else(|| "—".to_owned(), number::latency);
        let mut line = own("latency ", Tone::Dim);
        for (glyph, tone, name, q) in [
            ("•", Tone::Blue, " p50 ", latency.p50),
            ("━", Tone::Amber, " p95 ", latency.p95),
            ("+", Tone::Plain, " p99 ", latency.p99),
        ] {
            line.push(Piece::own(&format!(" {glyph}"), tone));
            line.push(Piece::own(name, Tone::Dim));
            line.push(Piece::own(&value(q), Tone::Strong));
        }
        let chart = Chart {
            title: line,
            plot: Plot::Points(self.measured.buckets.iter().map(of).collect()),
            scale: scale.labels(),
            times: self.times.clone(),
            ..Chart::default()
        };
        self.spikes(Series::Latency, chart)
    }

    fn heat(&self) -> Chart {
        let scale = self.scale();
        let columns = self.measured.buckets.iter().map(|bucket| {
            let mut rows = vec![0_u32; HEAT_ROWS];
            for (part, count) in (0_u32..).zip(&bucket.heat) {
                let decade = (f64::from(part) + 0.5) / f64::from(Bucket::PARTS);
                let at = scale.height(10_f64.powf(decade)) * 0.999 * 24.0;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "below the number of rows"
                )]
                if let Some(row) = rows.get_mut(at as usize) {
                    *row += count;
                }
            }
            rows
        });
        Chart {
            title: vec![
                Piece::own("latency, how many", Tone::Dim),
                Piece::own("  ░▒▓█ more", Tone::Faint),
            ],
            plot: Plot::Heat(columns.collect()),
            scale: scale.labels(),
            times: self.times.clone(),
            ..Chart::default()
        }
    }
}

fn title(name: &str, value: Option<String>, tone: Tone) -> Line {
    let value = value.unwrap_or_else(|| "—".to_owned());
    vec![
        Piece::own(name, Tone::Dim),
        Piece::own(&format!("  {value}"), tone),
    ]
}

/// The moments at which the first, the middle and the last bucket begin, as far as there is room.
fn times(measured: &Measured, zone: Zone, columns: u16) -> Vec<(u16, SafeText)> {
    let count = u16::try_from(measured.buckets.len()).unwrap_or(u16::MAX);
    let day = 24 * 60 * 60 * 1000;
    let pattern = match (
        measured.window.1.saturating_sub(measured.window.0),
        measured.bucket_ms,
    ) {
        (length, _) if length > 2 * day => "%m-%d",
        (_, bucket) if bucket >= 60_000 => "%H:%M",
        _ => "%H:%M:%S",
    };
    let word = |at: u16| {
        let ms: Ms = measured.start_ms + u64::from(at) * measured.bucket_ms;
        (at, SafeText::own(&zone.format(ms, pattern)))
    };
    let places = match columns {
        0..20 => vec![0],
        20..36 => vec![0, count.saturating_sub(1)],
        _ => vec![0, count / 2, count.saturating_sub(1)],
    };
    places.into_iter().map(word).collect()
}

#[expect(clippy::cast_precision_loss, reason = "shown with few digits")]
fn float(n: u64) -> f64 {
    n as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative"
)]
fn whole(value: f64) -> u64 {
    value.round() as u64
}
