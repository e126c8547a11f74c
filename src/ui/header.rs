//! The first row: state, source and playhead at the left, rates at the right.

use super::widgets::canvas::Canvas;
use super::widgets::line;
use crate::app::view::{Header, Piece};

/// Blank columns between two groups at the right.
const APART: u16 = 3;
/// Blank columns that stay between left and right.
const BETWEEN: u16 = 2;

/// Draws the row. The left wins: the right drops whole pieces from its left end.
pub fn render(canvas: &mut Canvas, header: &Header) {
    let end = canvas.width().saturating_sub(1);
    let used = line::render(canvas, 1, 0, end.saturating_sub(1), &header.left);
    let from = 1 + used + if used > 0 { BETWEEN } else { 0 };
    let mut x = end;
    for (at, piece) in header.right.iter().rev().enumerate() {
        let gap = if at == 0 { 0 } else { APART };
        let needed = gap.saturating_add(line::width(piece.text.as_str()));
        if x.saturating_sub(needed) < from {
            break;
        }
        right_piece(canvas, x - gap, piece);
        x -= needed;
    }
}

fn right_piece(canvas: &mut Canvas, end: u16, piece: &Piece) {
    line::render_right(canvas, 0, end, 0, std::slice::from_ref(piece));
}
