//! Bars of eighth blocks, one a column.

use super::canvas::Canvas;
use crate::app::view::Tone;

const BLOCKS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// The height of a bar in eighths of a row. Anything above nothing shows, and nothing exceeds the rows.
fn eighths(value: f32, rows: u16) -> u16 {
    let full = rows.saturating_mul(8);
    if value <= 0.0 || full == 0 {
        return 0;
    }
    let height = (value.min(1.0) * f32::from(full)).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and a u16"
    )]
    let height = height as u16;
    height.clamp(1, full)
}

/// One bar over the whole height of the canvas, standing on its last row: `·` where the value is unknown, and a thin
/// line where it is known to be nothing.
pub fn render(canvas: &mut Canvas, x: u16, value: Option<f32>, tone: Tone) {
    let rows = canvas.height();
    let Some(base) = rows.checked_sub(1) else {
        return;
    };
    let faint = canvas.theme().style(Tone::Faint);
    let Some(value) = value.filter(|v| !v.is_nan()) else {
        canvas.glyph(x, base, "·", faint);
        return;
    };
    let height = eighths(value, rows);
    if height == 0 {
        canvas.glyph(x, base, BLOCKS[1], faint);
        return;
    }
    let style = canvas.theme().style(tone);
    for above in 0..height.div_ceil(8) {
        let part = usize::from(height - above * 8).min(8);
        canvas.glyph(x, base - above, BLOCKS[part], style);
    }
}

/// The newest of `values` that fit, the last at the right edge.
pub fn render_all<T: Copy>(
    canvas: &mut Canvas,
    values: &[T],
    bar: impl Fn(T) -> (Option<f32>, Tone),
) {
    let room = usize::from(canvas.width());
    let shown = &values[values.len().saturating_sub(room)..];
    let first = canvas.width() - u16::try_from(shown.len()).unwrap_or(canvas.width());
    for (x, value) in (first..).zip(shown) {
        let (value, tone) = bar(*value);
        render(canvas, x, value, tone);
    }
}

/// One bar from the left edge, a thin one, so that bars of rows one below the other stay apart. Anything above nothing shows.
pub fn lying(canvas: &mut Canvas, value: f32, tone: Tone) {
    let halves = eighths(value, canvas.width()).div_ceil(4);
    let style = canvas.theme().style(tone);
    canvas.repeat(0, 0, halves / 2, "━", style);
    if halves % 2 == 1 {
        canvas.glyph(halves / 2, 0, "╸", style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_above_nothing_shows() {
        assert_eq!(eighths(0.0, 3), 0);
        assert_eq!(eighths(0.0001, 3), 1);
        assert_eq!(eighths(0.5, 3), 12);
    }

    #[test]
    fn no_value_exceeds_the_rows() {
        assert_eq!(eighths(f32::INFINITY, 3), 24);
        assert_eq!(eighths(7.0, 1), 8);
        assert_eq!(eighths(1.0, 0), 0);
        assert_eq!(eighths(-1.0, 1), 0);
    }
}
