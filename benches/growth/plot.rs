//! The plot: times at the left, memory at the right, both axes logarithmic. It reads on a light and on a dark page.

use std::fmt::Write as _;

use crate::figures::{Figures, ms, short};

const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 400.0;
/// Of a panel's plotting area, and its left edges.
const TOP: f64 = 56.0;
const BOTTOM: f64 = 350.0;
const PANEL: f64 = 270.0;
const LEFTS: [f64; 2] = [62.0, 530.0];
/// Labels at the ends of lines keep at least this distance.
const LABEL_GAP: f64 = 16.0;

const STYLE: &str = "
  text { font: 12px -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #57606a }
  .title { font-size: 13px; fill: #1f2328; font-weight: 600 }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round }
  .s0 { stroke: #0969da } .d0 { fill: #0969da }
  .s1 { stroke: #8250df } .d1 { fill: #8250df }
  .s2 { stroke: #bf8700 } .d2 { fill: #9a6700 }
  .s3 { stroke: #1a7f37 } .d3 { fill: #1a7f37 }
  .s4 { stroke: #8c959f } .d4 { fill: #6e7781 }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 }
    .title { fill: #e6edf3 }
    .grid { stroke: #30363d }
    .s0 { stroke: #58a6ff } .d0 { fill: #58a6ff }
    .s1 { stroke: #bc8cff } .d1 { fill: #bc8cff }
    .s2 { stroke: #d29922 } .d2 { fill: #d29922 }
    .s3 { stroke: #3fb950 } .d3 { fill: #3fb950 }
    .s4 { stroke: #6e7681 } .d4 { fill: #8b949e }
  }
";

/// A line: its color's number, its name, and its values.
struct Series {
    color: usize,
    name: &'static str,
    values: Vec<f64>,
}

/// A plotting area: over which powers of ten it goes, and how a power is called.
struct Panel<'a> {
    left: f64,
    title: &'static str,
    powers: std::ops::RangeInclusive<i32>,
    unit: fn(i32) -> String,
    sizes: &'a [u64],
    series: Vec<Series>,
}

/// The whole picture.
pub fn svg(figures: &[Figures]) -> String {
    let sizes: Vec<u64> = figures.iter().map(|f| f.entries).collect();
    let series = |color, name, value: &dyn Fn(&Figures) -> f64| Series {
        color,
        name,
        values: figures.iter().map(value).collect(),
    };
    let times = vec![
        series(0, "load all", &|f| ms(f.program.loaded)),
        series(1, "filter, substring", &|f| ms(f.inside.substring)),
        series(2, "seek, p99", &|f| ms(f.inside.seek_p99)),
        series(3, "frame, p99", &|f| ms(f.inside.frame_p99)),
    ];
    let memory = vec![
        series(0, "lookback", &|f| megabytes(f.program.resident)),
        series(4, "Redis", &|f| megabytes(f.redis)),
    ];
    let panels = [
        panel(LEFTS[0], "time", milliseconds, &sizes, times),
        panel(LEFTS[1], "memory, resident", bytes, &sizes, memory),
    ];
    let drawn: String = panels.iter().map(Panel::svg).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" \
         aria-label=\"Load, filter, seek and frame time, and memory, by the number of events\">\n<style>{STYLE}</style>\n{drawn}</svg>\n"
    )
}

fn panel<'a>(
    left: f64,
    title: &'static str,
    unit: fn(i32) -> String,
    sizes: &'a [u64],
    series: Vec<Series>,
) -> Panel<'a> {
    let values = || series.iter().flat_map(|s| s.values.iter().copied());
    let least = values().fold(f64::INFINITY, f64::min).max(1e-3);
    let most = values().fold(least, f64::max);
    Panel {
        left,
        title,
        powers: power(least.log10().floor())..=power(most.log10().ceil()),
        unit,
        sizes,
        series,
    }
}

impl Panel<'_> {
    fn svg(&self) -> String {
        let mut out = String::new();
        let (left, right) = (self.left, self.left + PANEL);
        let title_y = TOP - 26.0;
        let _ = writeln!(
            out,
            "<text class=\"title\" x=\"{left}\" y=\"{title_y}\">{}</text>",
            self.title
        );
        for power in self.powers.clone() {
            let y = self.y(10f64.powi(power));
            let _ = writeln!(
                out,
                "<line class=\"grid\" x1=\"{left}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\"/>"
            );
            let (x, y) = (left - 8.0, y + 4.0);
            let _ = writeln!(
                out,
                "<text x=\"{x}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>",
                (self.unit)(power)
            );
        }
        for size in self.sizes {
            let (x, y) = (self.x(*size), BOTTOM + 20.0);
            let _ = writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{}</text>",
                short(*size)
            );
        }
        let (x, y) = (left + PANEL / 2.0, BOTTOM + 40.0);
        let _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">events</text>"
        );
        for series in &self.series {
            self.line(&mut out, series);
        }
        self.labels(&mut out);
        out
    }

    fn line(&self, out: &mut String, series: &Series) {
        let points = || self.sizes.iter().zip(&series.values);
        let path: Vec<String> = points()
            .map(|(size, value)| format!("{:.1},{:.1}", self.x(*size), self.y(*value)))
            .collect();
        let color = series.color;
        let _ = writeln!(
            out,
            "<polyline class=\"line s{color}\" points=\"{}\"/>",
            path.join(" ")
        );
        for (size, value) in points() {
            let (x, y) = (self.x(*size), self.y(*value));
            let _ = writeln!(
                out,
                "<circle class=\"d{color}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"
            );
        }
    }

    /// Each name stands where its line ends; they move apart, downwards, where lines end together.
    fn labels(&self, out: &mut String) {
        let end = |series: &Series| series.values.last().map_or(BOTTOM, |value| self.y(*value));
        let mut by_height: Vec<&Series> = self.series.iter().collect();
        by_height.sort_by(|a, b| end(a).total_cmp(&end(b)));
        let mut free = f64::NEG_INFINITY;
        for series in by_height {
            let y = (end(series) + 4.0).max(free);
            free = y + LABEL_GAP;
            let x = self.left + PANEL + 10.0;
            let (color, name) = (series.color, series.name);
            let _ = writeln!(
                out,
                "<text class=\"d{color}\" x=\"{x}\" y=\"{y:.1}\">{name}</text>"
            );
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    fn x(&self, size: u64) -> f64 {
        let ends = [self.sizes.first(), self.sizes.last()];
        let [first, last] = ends.map(|size| size.map_or(1.0, |size| *size as f64).log10());
        let wide = (last - first).max(1.0);
        self.left + ((size as f64).log10() - first) / wide * PANEL
    }

    fn y(&self, value: f64) -> f64 {
        let (first, last) = (
            f64::from(*self.powers.start()),
            f64::from(*self.powers.end()),
        );
        let tall = (last - first).max(1.0);
        BOTTOM - (value.max(1e-3).log10() - first) / tall * (BOTTOM - TOP)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a power of ten of what can be measured"
)]
fn power(of: f64) -> i32 {
    of as i32
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The name of a power of ten of a millisecond.
fn milliseconds(power: i32) -> String {
    match power {
        3.. => format!("{} s", 10_i64.pow(power.unsigned_abs() - 3)),
        0..3 => format!("{} ms", 10_i64.pow(power.unsigned_abs())),
        _ => format!(
            "{} µs",
            10_i64.pow(3_u32.saturating_sub(power.unsigned_abs()))
        ),
    }
}

/// The name of a power of ten of a megabyte.
fn bytes(power: i32) -> String {
    match power {
        3.. => format!("{} GB", 10_i64.pow(power.unsigned_abs() - 3)),
        0..3 => format!("{} MB", 10_i64.pow(power.unsigned_abs())),
        _ => format!(
            "{} kB",
            10_i64.pow(3_u32.saturating_sub(power.unsigned_abs()))
        ),
    }
}
