//! Lines of pieces: how wide they are, and drawing them cut by grapheme with an ellipsis.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::canvas::Canvas;
use crate::app::view::Piece;

const ELLIPSIS: &str = "…";

/// The graphemes that a terminal shows, each with its columns (never 0).
pub fn graphemes(text: &str) -> impl Iterator<Item = (&str, u16)> {
    // Of plain text every character is one, but for a line's end of two.
    let plain = if text.is_ascii() { text } else { "" };
    let plain = (0..plain.len()).filter_map(|at| {
        let is_shown = matches!(plain.as_bytes().get(at), Some(0x20..0x7f));
        is_shown.then(|| plain.get(at..=at)).flatten()
    });
    let other = if text.is_ascii() { "" } else { text };
    let other = other.graphemes(true).filter_map(|grapheme| {
        let columns = match grapheme.as_bytes() {
            [0x20..0x7f] => 1,
            _ if grapheme.contains(char::is_control) => 0,
            _ => u16::try_from(grapheme.width()).unwrap_or(0),
        };
        (columns > 0).then_some((grapheme, columns))
    });
    plain.map(|character| (character, 1)).chain(other)
}

/// Columns of a text.
pub fn width(text: &str) -> u16 {
    if text.is_ascii() {
        let shown = text.bytes().filter(|b| (0x20..0x7f).contains(b)).count();
        return u16::try_from(shown).unwrap_or(u16::MAX);
    }
    graphemes(text).fold(0, |sum, (_, columns)| sum.saturating_add(columns))
}

/// Columns of all pieces.
pub fn total(pieces: &[Piece]) -> u16 {
    pieces
        .iter()
        .fold(0, |sum, p| sum.saturating_add(width(p.text.as_str())))
}

/// Draws the pieces within `limit` columns, cut with `…` where they are longer; returns the columns they took.
pub fn render(canvas: &mut Canvas, x: u16, y: u16, limit: u16, pieces: &[Piece]) -> u16 {
    let limit = limit.min(canvas.width().saturating_sub(x));
    let wanted = total(pieces);
    let mut left = if wanted > limit {
        limit.saturating_sub(1)
    } else {
        wanted
    };
    let mut used = 0;
    for piece in pieces {
        let style = canvas.theme().style(piece.tone);
        let text = piece.text.as_str();
        let took = canvas.text(x.saturating_add(used), y, left, text, style);
        used += took;
        left -= took;
        if took < width(text) {
            if limit > 0 {
                canvas.glyph(x.saturating_add(used), y, ELLIPSIS, style);
                used += 1;
            }
            break;
        }
    }
    used
}

/// As [`render`], ending at column `end` (exclusive) and not reaching left of `from`; returns where it begins.
pub fn render_right(canvas: &mut Canvas, from: u16, end: u16, y: u16, pieces: &[Piece]) -> u16 {
    let room = end.saturating_sub(from);
    let x = end - total(pieces).min(room);
    render(canvas, x, y, room, pieces);
    x
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::*;
    use crate::app::view::Tone;
    use crate::ui::theme::Theme;

    fn drawn(pieces: &[&str], limit: u16) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        let pieces: Vec<Piece> = pieces.iter().map(|t| Piece::own(t, Tone::Plain)).collect();
        let mut canvas = Canvas::new(&mut buffer, Theme::default());
        let used = render(&mut canvas, 0, 0, limit, &pieces);
        assert!(used <= limit.min(12));
        let row: String = buffer
            .content
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        row.trim_end().to_owned()
    }

    #[test]
    fn a_line_that_fits_is_whole() {
        assert_eq!(drawn(&["session ", "a"], 9), "session a");
    }

    #[test]
    fn a_long_line_ends_in_an_ellipsis() {
        assert_eq!(drawn(&["session ", "sess-1"], 10), "session s…");
        assert_eq!(drawn(&["session ", "sess-1"], 9), "session …");
        assert_eq!(drawn(&["abc"], 1), "…");
        assert_eq!(drawn(&["abc"], 0), "");
    }

    #[test]
    fn a_cut_never_splits_a_grapheme() {
        assert_eq!(drawn(&["日本語"], 4), "日 …");
        assert_eq!(drawn(&["cafe\u{301} au"], 5), "cafe\u{301}…");
    }
}
