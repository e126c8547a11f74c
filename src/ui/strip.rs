//! The metric strip: series side by side, each a title row with its newest value, and bars below.

use super::widgets::canvas::Canvas;
use super::widgets::{bars, line};
use crate::app::layout::{Area, series_areas};
use crate::app::view::{Piece, Series, Tone};

/// Blank columns between a title and its value.
const VALUE_GAP: u16 = 2;

/// Draws as many of the series as the strip has room for.
pub fn render(canvas: &mut Canvas, strip: &[Series]) {
    let whole = Area {
        x: 0,
        y: 0,
        width: canvas.width(),
        height: canvas.height(),
    };
    let count = u16::try_from(strip.len()).unwrap_or(u16::MAX);
    for (area, series) in series_areas(whole, count).into_iter().zip(strip) {
        title(&mut canvas.part(area), series);
        let mut below = canvas.part(area.body());
        bars::render_all(&mut below, &series.bars, |value| (value, series.tone));
    }
}

/// The value is always whole if anything is: the title is cut first, and the alert shrinks to its glyph.
fn title(canvas: &mut Canvas, series: &Series) {
    let value = std::slice::from_ref(&series.value);
    let room = canvas.width().saturating_sub(line::total(value));
    let name = [Piece::new(series.title.clone(), Tone::Dim)];
    let wanted = line::total(&name);
    let gap = VALUE_GAP.min(room.saturating_sub(wanted).max(1));
    let name_used = line::render(canvas, 0, 0, room.saturating_sub(gap), &name);
    let x = if name_used == 0 { 0 } else { name_used + gap };
    let value_room = canvas.width().saturating_sub(x);
    let used = x + line::render(canvas, x, 0, value_room, value);
    if let Some(piece) = &series.alert {
        alert(canvas, used + VALUE_GAP, piece);
    }
}

fn alert(canvas: &mut Canvas, from: u16, piece: &Piece) {
    let text = piece.text.as_str();
    let whole = line::width(text);
    let room = canvas.width().saturating_sub(from);
    let glyph = line::graphemes(text).next().map_or(0, |(_, width)| width);
    let shown = if whole <= room { whole } else { glyph };
    let style = canvas.theme().style(piece.tone);
    if shown <= room {
        canvas.text(canvas.width() - shown, 0, shown, text, style);
    }
}
