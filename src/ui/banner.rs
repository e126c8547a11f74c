//! One row of trouble under the header.

use super::widgets::canvas::Canvas;
use super::widgets::line;
use crate::app::view::Piece;

/// Draws the row.
pub fn render(canvas: &mut Canvas, pieces: &[Piece]) {
    let room = canvas.width().saturating_sub(2);
    line::render(canvas, 1, 0, room, pieces);
}
