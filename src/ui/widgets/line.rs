//! Lines of pieces: how wide they are, and drawing them cut by grapheme with an ellipsis.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::canvas::Canvas;
use crate::app::view::Piece;

const ELLIPSIS: &str = "…";

/// The graphemes that a terminal shows, each with its columns (never 0).
pub fn graphemes(text: &str) -> impl Iterator<Item = (&str, u16)> {
    Graphemes { rest: text }
}

/// What is left of a text. It always begins with a grapheme.
struct Graphemes<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Graphemes<'a> {
    type Item = (&'a str, u16);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let grapheme = match self.rest.as_bytes() {
                // Only what is not ASCII combines with a printable character before it.
                [b' '..=b'~'] | [b' '..=b'~', 0..0x80, ..] => self.rest.get(..1)?,
                _ => self.rest.graphemes(true).next()?,
            };
            self.rest = self.rest.get(grapheme.len()..)?;
            let columns = match grapheme.as_bytes() {
                [b' '..=b'~'] => 1,
                _ if grapheme.contains(char::is_control) => 0,
                _ => u16::try_from(grapheme.width()).unwrap_or(0),
            };
            if columns > 0 {
                return Some((grapheme, columns));
            }
        }
    }
}

/// Columns of a text.
pub fn width(text: &str) -> u16 {
    // The last one before what is not ASCII may combine with it.
    let plain = match text.bytes().position(|byte| !byte.is_ascii()) {
        Some(other) => other.saturating_sub(1),
        None => text.len(),
    };
    let (plain, rest) = text.split_at(plain);
    let shown = plain.bytes().filter(|b| matches!(b, b' '..=b'~')).count();
    let shown = u16::try_from(shown).unwrap_or(u16::MAX);
    graphemes(rest).fold(shown, |sum, (_, columns)| sum.saturating_add(columns))
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
    let is_cut = wanted > limit;
    let mut left = if is_cut {
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
        if is_cut && took < width(text) {
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
    use proptest::prelude::*;
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

    /// What is there to be combined: plain characters, line ends, marks, joiners, flags, syllables, wide ones.
    fn any_text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "a",
            " ",
            "~",
            "\r",
            "\n",
            "\u{1b}",
            "\u{7f}",
            "\u{301}",
            "\u{200d}",
            "\u{fe0f}",
            "…",
            "é",
            "日",
            "👩",
            "🇩",
            "🇪",
            "\u{1f3fd}",
            "ᄀ",
            "ᅡ",
            "ᆨ",
            "\u{600}",
            "\u{915}",
            "\u{94d}",
            "\u{937}",
            "\u{903}",
        ]);
        prop_oneof![
            prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
            any::<String>(),
        ]
    }

    proptest! {
        #[test]
        fn plain_text_on_the_way_changes_no_grapheme(text in any_text()) {
            let all = text.graphemes(true).map(|grapheme| {
                let hidden = grapheme.contains(char::is_control);
                let columns = if hidden { 0 } else { grapheme.width() };
                (grapheme, u16::try_from(columns).unwrap_or(0))
            });
            let shown: Vec<(&str, u16)> = all.filter(|(_, columns)| *columns > 0).collect();
            prop_assert_eq!(width(&text), shown.iter().map(|(_, columns)| columns).sum::<u16>());
            prop_assert_eq!(graphemes(&text).collect::<Vec<_>>(), shown);
        }
    }
}
