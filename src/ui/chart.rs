//! A chart: a title, a plot with its scale at the left, and times below.

use super::theme::Theme;
use super::widgets::canvas::Canvas;
use super::widgets::{bars, line};
use crate::app::layout::Area;
use crate::app::layout::metrics::SCALE;
use crate::app::view::{Chart, Plot, Tone};

/// Glyphs of p50, p95 and p99, from the one drawn last to the one drawn first.
const POINTS: [(&str, Tone); 3] = [("•", Tone::Blue), ("━", Tone::Amber), ("+", Tone::Plain)];
const SHADES: [&str; 4] = ["░", "▒", "▓", "█"];

/// Draws it.
pub fn render(canvas: &mut Canvas, chart: &Chart) {
    let (width, height) = (canvas.width(), canvas.height());
    line::render(canvas, 0, 0, width, &chart.title);
    let plot = Area {
        x: SCALE.min(width),
        y: 1,
        width: width.saturating_sub(SCALE),
        height: height.saturating_sub(2),
    };
    let grid = Grid {
        buckets: chart.plot.len().max(1),
        columns: usize::from(plot.width),
    };
    scale(canvas, plot, chart);
    draw(&mut canvas.part(plot), &chart.plot, grid);
    times(canvas, plot, chart, grid);
}

/// Buckets over the whole width: some may be a column wider than others.
#[derive(Clone, Copy)]
struct Grid {
    buckets: usize,
    columns: usize,
}

impl Grid {
    fn start(self, bucket: usize) -> u16 {
        let most = self.columns.max(self.buckets);
        u16::try_from(bucket * most / self.buckets).unwrap_or(u16::MAX)
    }

    /// The first column of a bucket, and how many it has.
    fn place(self, bucket: usize) -> (u16, u16) {
        let start = self.start(bucket);
        (start, self.start(bucket + 1).saturating_sub(start))
    }
}

/// A label beside the row at its height; where two would share a row, the higher one.
fn scale(canvas: &mut Canvas, plot: Area, chart: &Chart) {
    let style = canvas.theme().style(Tone::Dim);
    let room = SCALE - 1;
    let mut last = None;
    for (height, text) in chart.scale.iter().rev() {
        let y = row_at(*height, plot.height);
        if last == Some(y) || y >= plot.height {
            continue;
        }
        last = Some(y);
        let width = u16::try_from(text.width()).unwrap_or(room).min(room);
        canvas.text(room - width, plot.y + y, room, text.as_str(), style);
    }
}

/// The row of a height, counted from the top.
fn row_at(height: f32, rows: u16) -> u16 {
    let Some(last) = rows.checked_sub(1) else {
        return 0;
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and a u16"
    )]
    let up = (height.clamp(0.0, 1.0) * f32::from(last)).round() as u16;
    last - up.min(last)
}

fn draw(canvas: &mut Canvas, plot: &Plot, grid: Grid) {
    match plot {
        Plot::Bars(values, tone) => {
            for (n, value) in values.iter().enumerate() {
                let (x, each) = grid.place(n);
                for x in x..x.saturating_add(each).min(canvas.width()) {
                    bars::render(canvas, x, *value, *tone);
                }
            }
        }
        Plot::Points(values) => {
            for (n, points) in values.iter().enumerate() {
                draw_points(canvas, grid.place(n), points);
            }
        }
        Plot::Heat(columns) => {
            let most = columns.iter().flat_map(|c| heated(c, canvas.height()));
            let most = most.max().unwrap_or(0);
            for (n, column) in columns.iter().enumerate() {
                draw_heat(canvas, grid.place(n), column, most);
            }
        }
    }
}

fn draw_points(canvas: &mut Canvas, (x, each): (u16, u16), points: &[Option<f32>; 3]) {
    let theme: Theme = canvas.theme();
    let Some(base) = canvas.height().checked_sub(1) else {
        return;
    };
    if points.iter().all(Option::is_none) {
        canvas.glyph(x, base, "·", theme.style(Tone::Faint));
        return;
    }
    for ((glyph, tone), height) in POINTS.iter().zip(points).rev() {
        if let Some(height) = height {
            let y = row_at(*height, canvas.height());
            canvas.repeat(x, y, each, glyph, theme.style(*tone));
        }
    }
}

/// A column's counts, from the bottom, summed up to the rows there are.
fn heated(column: &[u32], rows: u16) -> Vec<u32> {
    let mut sums = vec![0; usize::from(rows)];
    for (at, count) in column.iter().enumerate() {
        let row = at * usize::from(rows) / column.len().max(1);
        if let Some(sum) = sums.get_mut(row) {
            *sum += count;
        }
    }
    sums
}

/// Shades by the root of the share, so that few are seen beside many.
fn draw_heat(canvas: &mut Canvas, (x, each): (u16, u16), column: &[u32], most: u32) {
    let style = canvas.theme().style(Tone::Amber);
    let rows = canvas.height();
    for (row, count) in heated(column, rows).into_iter().enumerate() {
        let Ok(up) = u16::try_from(row) else { return };
        if count == 0 || up >= rows {
            continue;
        }
        let part = (f64::from(count) / f64::from(most.max(1))).sqrt();
        let shade = SHADES.iter().enumerate().rfind(|(n, _)| {
            let from = f64::from(u8::try_from(*n).unwrap_or(0)) / 4.0;
            part > from
        });
        let glyph = shade.map_or(SHADES[0], |(_, glyph)| glyph);
        canvas.repeat(x, rows - 1 - up, each, glyph, style);
    }
}

/// Times begin under their bucket, or end at the right edge; spikes stand over them.
fn times(canvas: &mut Canvas, plot: Area, chart: &Chart, grid: Grid) {
    let y = plot.y.saturating_add(plot.height);
    let theme = canvas.theme();
    let end = plot.x.saturating_add(plot.width);
    for (bucket, text) in &chart.times {
        let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
        let x = plot.x.saturating_add(grid.start(usize::from(*bucket)));
        let x = x.min(end.saturating_sub(width));
        canvas.text(
            x,
            y,
            end.saturating_sub(x),
            text.as_str(),
            theme.style(Tone::Faint),
        );
    }
    for bucket in &chart.spikes {
        let x = plot.x.saturating_add(grid.start(usize::from(*bucket)));
        if x < end {
            canvas.glyph(x, y, "▲", theme.style(Tone::AmberStrong));
        }
    }
}
