//! A pane: a rule with its title, rows below it or words why there are none, and a bar at the right edge.

use super::widgets::canvas::Canvas;
use super::widgets::{line, rule, table};
use crate::app::layout::Area;
use crate::app::view::{Line, Pane, Scrollbar, Table, Tone};

/// Draws the pane.
pub fn render(canvas: &mut Canvas, pane: &Pane) {
    heading(canvas, pane);
    let mut body = body(canvas);
    if pane.table.rows.is_empty() {
        empty(&mut body, &pane.empty);
    } else {
        rows(&mut body, &pane.table);
    }
    if let Some(bar) = &pane.scrollbar {
        scrollbar(&mut body, bar);
    }
}

fn body<'a>(canvas: &'a mut Canvas) -> Canvas<'a> {
    let whole = Area {
        x: 0,
        y: 0,
        width: canvas.width(),
        height: canvas.height(),
    };
    canvas.part(whole.body())
}

/// The focused pane has a bright title and a heavy mark before it.
fn heading(canvas: &mut Canvas, pane: &Pane) {
    rule::render(canvas, &pane.title, &pane.note);
    let theme = canvas.theme();
    let name = pane
        .title
        .first()
        .map_or(0, |p| line::width(p.text.as_str()));
    if pane.focused {
        canvas.glyph(0, 0, "━", theme.edge());
        canvas.tint(2, 0, name, theme.style(Tone::Strong));
    } else {
        canvas.tint(2, 0, name, theme.quiet());
    }
}

/// Rows begin in the second column: the first is the selection's, the last the scrollbar's.
fn rows(body: &mut Canvas, table: &Table) {
    let inner = Area {
        x: 1,
        y: 0,
        width: body.width().saturating_sub(2),
        height: body.height(),
    };
    table::render(&mut body.part(inner), table);
    for (y, row) in (0..body.height()).zip(&table.rows) {
        if row.selected {
            band(body, y);
        }
    }
}

/// The bar goes over the band, so that both are seen where the band is only reversed.
fn band(body: &mut Canvas, y: u16) {
    let theme = body.theme();
    body.tint(0, y, body.width(), theme.band());
    body.glyph(0, y, "▌", theme.edge());
}

fn empty(body: &mut Canvas, lines: &[Line]) {
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = body.height().saturating_sub(count) / 2;
    let room = body.width().saturating_sub(4);
    for (y, pieces) in (top..body.height()).zip(lines) {
        let width = line::total(pieces).min(room);
        line::render(body, 2 + (room - width) / 2, y, room, pieces);
    }
}

fn scrollbar(body: &mut Canvas, bar: &Scrollbar) {
    let Some(x) = body.width().checked_sub(1) else {
        return;
    };
    let theme = body.theme();
    let thumb = bar.thumb_start..bar.thumb_start.saturating_add(bar.thumb_rows.max(1));
    for y in 0..body.height() {
        if thumb.contains(&y) {
            body.glyph(x, y, "▐", theme.style(Tone::Faint));
        } else {
            body.glyph(x, y, "│", theme.rule());
        }
    }
    for (y, tone) in &bar.ticks {
        body.glyph(x, *y, "▪", theme.style(*tone));
    }
}
