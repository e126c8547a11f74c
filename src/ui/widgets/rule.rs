//! Rules: the only chrome. A title stands in a rule at its left, a note at its right.

use super::canvas::Canvas;
use super::line;
use crate::app::layout::Area;
use crate::app::view::Piece;

/// A title may be cut to this many columns before the note gives way.
const TITLE_KEPT: u16 = 16;

/// The first row: `─ title ────── note ─`.
pub fn render(canvas: &mut Canvas, title: &[Piece], note: &[Piece]) {
    let width = canvas.width();
    let rule = canvas.theme().rule();
    canvas.repeat(0, 0, width, "─", rule);
    let room = width.saturating_sub(4);
    let note_width = line::total(note);
    let title_kept = line::total(title).min(TITLE_KEPT);
    let both = title_kept.saturating_add(note_width).saturating_add(3) <= room;
    let title_room = if note_width > 0 && both {
        let end = width - 2;
        line::render_right(canvas, 0, end, 0, note);
        blanks_around(canvas, end - note_width, note_width);
        room - note_width - 3
    } else {
        room
    };
    if !title.is_empty() && room > 0 {
        let used = line::render(canvas, 2, 0, title_room, title);
        blanks_around(canvas, 2, used);
    }
}

fn blanks_around(canvas: &mut Canvas, x: u16, width: u16) {
    let style = canvas.theme().rule();
    canvas.glyph(x.saturating_sub(1), 0, " ", style);
    canvas.glyph(x.saturating_add(width), 0, " ", style);
}

/// The line in the last column of a pane that another one touches, hanging from their rules; where the pane has a
/// scrollbar there, that is the line.
pub fn beside(screen: &mut Canvas, left: Area, right: Area, has_bar: bool) {
    if right.x != left.x.saturating_add(left.width) || right.y != left.y {
        return;
    }
    let x = left.width.saturating_sub(1);
    let mut pane = screen.part(left);
    let rule = pane.theme().rule();
    pane.glyph(x, 0, "┬", rule);
    if !has_bar {
        for y in 1..pane.height() {
            pane.glyph(x, y, "│", rule);
        }
    }
}

/// The line in the column that two panes side by side leave free, hanging from their rules.
pub fn between(screen: &mut Canvas, left: Area, right: Area) {
    let x = left.x.saturating_add(left.width);
    if right.x != x.saturating_add(1) || right.y != left.y {
        return;
    }
    let mut gap = screen.part(Area {
        x,
        width: 1,
        ..left
    });
    let rule = gap.theme().rule();
    gap.glyph(0, 0, "┬", rule);
    for y in 1..gap.height() {
        gap.glyph(0, y, "│", rule);
    }
}
