//! The log in one line: times in the rule, density below it, marks below that, and the playhead across.

use super::widgets::canvas::Canvas;
use super::widgets::{bars, line, rule};
use crate::app::layout::Area;
use crate::app::view::{Ground, Piece, Scrubber, ScrubberBar, Tone};

/// Draws as many of the three rows as there are.
pub fn render(canvas: &mut Canvas, scrubber: &Scrubber) {
    times(canvas, scrubber);
    density(canvas, &scrubber.bars);
    if canvas.height() >= 3 {
        marks(canvas, &scrubber.marks);
    }
    playhead(canvas, scrubber);
}

/// A time that the playhead stands on is left out: half of it would be another time.
fn times(canvas: &mut Canvas, scrubber: &Scrubber) {
    let start = line::total(&scrubber.start).saturating_add(2);
    let end = canvas
        .width()
        .saturating_sub(line::total(&scrubber.end).saturating_add(2));
    let x = column(scrubber).unwrap_or(start);
    let shown = |label, free: bool| if free { label } else { &[] as &[Piece] };
    rule::render(
        canvas,
        shown(&scrubber.start, x >= start),
        shown(
            &scrubber.end,
            x < end || x >= canvas.width().saturating_sub(2),
        ),
    );
}

fn density(canvas: &mut Canvas, columns: &[ScrubberBar]) {
    let area = Area {
        x: 1,
        y: 1,
        width: canvas.width().saturating_sub(2),
        height: 1,
    };
    let mut row = canvas.part(area);
    for (x, bar) in (0..row.width()).zip(columns) {
        let faint = row.theme().style(Tone::Faint);
        match bar.ground {
            Ground::Known => bars::render(&mut row, x, Some(bar.height), bar.tone),
            Ground::Silent => row.glyph(x, 0, "┄", faint),
            Ground::NotLoaded => row.glyph(x, 0, "·", faint),
        }
    }
}

fn marks(canvas: &mut Canvas, marks: &[(u16, Piece)]) {
    let end = canvas.width().saturating_sub(1);
    for (at, piece) in marks {
        let x = at.saturating_add(1);
        let room = end.saturating_sub(x);
        line::render(canvas, x, 2, room, std::slice::from_ref(piece));
    }
}

fn playhead(canvas: &mut Canvas, scrubber: &Scrubber) {
    let Some(x) = column(scrubber) else {
        return;
    };
    let style = canvas.theme().playhead(scrubber.following);
    canvas.glyph(x, 0, "▼", style);
    if !scrubber.following {
        canvas.glyph(x, 2, "▲", style);
    }
}

fn column(scrubber: &Scrubber) -> Option<u16> {
    scrubber.playhead.map(|at| at.saturating_add(1))
}
