//! The last row: keys and what they do.

use super::widgets::canvas::Canvas;
use super::widgets::line;
use crate::app::view::Tone;
use crate::model::SafeText;

/// Blank columns between two keys.
const APART: u16 = 3;

/// Draws the pairs that fit. The last one, which opens the help, always stays; those before it drop out from the end.
pub fn render(canvas: &mut Canvas, keys: &[(SafeText, SafeText)]) {
    let Some((last, others)) = keys.split_last() else {
        return;
    };
    let end = canvas.width().saturating_sub(1);
    let room = end.saturating_sub(width(last));
    let mut x = 1;
    for key in others {
        let next = width(key).saturating_add(APART).saturating_add(x);
        if next > room {
            break;
        }
        pair(canvas, x, key);
        x = next;
    }
    pair(canvas, x, last);
}

fn width((key, label): &(SafeText, SafeText)) -> u16 {
    let label = line::width(label.as_str());
    line::width(key.as_str())
        .saturating_add(u16::from(label > 0))
        .saturating_add(label)
}

fn pair(canvas: &mut Canvas, x: u16, (key, label): &(SafeText, SafeText)) {
    let theme = canvas.theme();
    let room = canvas.width().saturating_sub(x);
    let used = canvas.text(x, 0, room, key.as_str(), theme.style(Tone::Strong)) + 1;
    let room = room.saturating_sub(used);
    canvas.text(x + used, 0, room, label.as_str(), theme.style(Tone::Dim));
}
