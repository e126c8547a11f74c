//! The prompt, two rows: the input with its status, and below it what it means.
//!
//! The second row begins under the first column of the input, so that a caret put after n blanks points at column n.

use super::widgets::canvas::Canvas;
use super::widgets::line;
use crate::app::layout::Area;
use crate::app::view::{Prompt, Tone};

/// Blank columns that stay between input and status.
const BETWEEN: u16 = 2;

/// Draws the prompt and returns the cell of the cursor.
pub fn render(canvas: &mut Canvas, prompt: &Prompt) -> Option<(u16, u16)> {
    let strong = canvas.theme().style(Tone::Strong);
    let width = canvas.width();
    let label = canvas.text(1, 0, width / 2, prompt.label.as_str(), strong);
    let x = (label + 2).min(width.saturating_sub(1));
    let room = width
        .saturating_sub(x)
        .saturating_sub(status(canvas, prompt, x));
    below(canvas, prompt, x);
    let input = Area {
        x,
        y: 0,
        width: room,
        height: 1,
    };
    input_row(&mut canvas.part(input), prompt)
}

/// The status goes when the input needs its place. Returns the columns it takes from the input.
fn status(canvas: &mut Canvas, prompt: &Prompt, x: u16) -> u16 {
    let end = canvas.width().saturating_sub(1);
    let status = line::total(&prompt.status);
    let input = line::width(prompt.text.as_str()).max(prompt.cursor.saturating_add(1));
    let needed = input.saturating_add(status).saturating_add(BETWEEN);
    if status == 0 || needed > end.saturating_sub(x) {
        return 1;
    }
    line::render_right(canvas, x, end, 0, &prompt.status);
    status + BETWEEN
}

fn below(canvas: &mut Canvas, prompt: &Prompt, x: u16) {
    let room = canvas.width().saturating_sub(x.saturating_add(1));
    line::render(canvas, x, 1, room, &prompt.below);
}

/// An input longer than its room is shown around the cursor.
fn input_row(canvas: &mut Canvas, prompt: &Prompt) -> Option<(u16, u16)> {
    let last = canvas.width().saturating_sub(1);
    let skipped = skip(prompt.text.as_str(), prompt.cursor.saturating_sub(last));
    let plain = canvas.theme().style(Tone::Plain);
    canvas.text(0, 0, canvas.width(), skipped.text, plain);
    if let Some(wrong) = &prompt.wrong {
        let start = wrong.start.saturating_sub(skipped.columns);
        let end = wrong.end.saturating_sub(skipped.columns);
        let style = canvas.theme().wrong();
        canvas.tint(start, 0, end.saturating_sub(start), style);
    }
    let cursor = prompt.cursor.saturating_sub(skipped.columns);
    canvas.cell(cursor.min(last), 0)
}

struct Skipped<'a> {
    text: &'a str,
    columns: u16,
}

/// Leaves out whole graphemes until at least so many columns are gone.
fn skip(text: &str, columns: u16) -> Skipped<'_> {
    let mut rest = Skipped { text, columns: 0 };
    for (grapheme, width) in line::graphemes(text) {
        if rest.columns >= columns {
            break;
        }
        rest.columns += width;
        let from = grapheme.as_ptr() as usize - text.as_ptr() as usize + grapheme.len();
        rest.text = &text[from..];
    }
    rest
}
