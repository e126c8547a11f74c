//! Making a rendered buffer fit for a terminal: the last line of defense against hostile text, and the one form of
//! what looks the same, so that a comparison of cells is a comparison of pictures.
//!
//! Invariants of a buffer that went through [`sanitize`]: no symbol holds a control character. A wide symbol is
//! followed by cells whose symbol is empty, in the same row, and no other symbol is empty. Every terminal draws each
//! symbol as wide as we believe. A blank has only the style that can be seen on it.

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthChar;

/// What shows on a blank besides the background.
pub const SEEN_ON_BLANK: Modifier = Modifier::UNDERLINED
    .union(Modifier::REVERSED)
    .union(Modifier::CROSSED_OUT);
/// What is drawn at all. Nothing blinks, and nothing is hidden.
const DRAWN: Modifier = Modifier::BOLD
    .union(Modifier::DIM)
    .union(Modifier::ITALIC)
    .union(SEEN_ON_BLANK);

/// Shown in place of what must not reach a terminal.
const REPLACEMENT: &str = "?";

/// Brings `buffer` into the form that the module describes.
pub fn sanitize(buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width);
    if width == 0 {
        return;
    }
    for row in buffer.content.chunks_mut(width) {
        let mut x = 0;
        while let Some((cell, rest)) = row.get_mut(x..).and_then(<[Cell]>::split_first_mut) {
            let width = fit(cell, rest.len() + 1);
            x += width;
            if width > 1 {
                let style = cell.style();
                for covered in rest.iter_mut().take(width - 1) {
                    covered.set_symbol("").set_style(style);
                    covered.modifier = cell.modifier;
                }
            }
        }
    }
}

/// Makes one cell drawable within `room` columns and returns how many it takes.
fn fit(cell: &mut Cell, room: usize) -> usize {
    cell.modifier &= DRAWN;
    if let [byte] = cell.symbol().as_bytes() {
        match byte {
            b' ' => blank(cell),
            0x21..=0x7e => {}
            _ => drop(cell.set_symbol(REPLACEMENT)),
        }
        return 1;
    }
    if cell.symbol().is_empty() {
        cell.set_symbol(" ");
        blank(cell);
        return 1;
    }
    if cell.symbol().chars().any(is_control) {
        cell.set_symbol(REPLACEMENT);
        return 1;
    }
    let mut width = usize::from(cell.cell_width());
    // Terminals disagree about symbols of several characters: some add up the characters, some know clusters. Where the
    // two differ, the first character alone is drawn, about which they agree.
    if width != cell.symbol().chars().map(advance).sum() {
        let first = cell.symbol().chars().next().unwrap_or(' ');
        cell.set_char(first);
        width = advance(first);
    }
    if width == 0 || width > room {
        cell.set_symbol(REPLACEMENT);
        return 1;
    }
    width
}

fn blank(cell: &mut Cell) {
    cell.modifier &= SEEN_ON_BLANK;
    if cell.modifier.is_empty() {
        cell.fg = Color::Reset;
    }
}

/// How far a terminal without clusters moves for a character.
fn advance(c: char) -> usize {
    match c {
        // Halfwidth katakana sound marks: no width in Unicode's tables, one cell on every terminal.
        '\u{ff9e}' | '\u{ff9f}' => 1,
        _ => c.width().unwrap_or(0),
    }
}

/// Control characters, and those that change the direction or the place of the text around them.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0001}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn row(symbols: &[&str]) -> Vec<String> {
        let width = u16::try_from(symbols.len()).expect("a short row");
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        for (cell, symbol) in buffer.content.iter_mut().zip(symbols) {
            cell.set_symbol(symbol);
        }
        sanitize(&mut buffer);
        buffer
            .content
            .iter()
            .map(|cell| cell.symbol().to_owned())
            .collect()
    }

    #[test]
    fn controls_become_question_marks() {
        for hostile in [
            "\x1b",
            "\x1b[2J",
            "\n",
            "\u{9b}",
            "\u{7f}",
            "a\u{202e}",
            "\u{2066}",
            "\u{200b}",
        ] {
            assert_eq!(row(&["a", hostile, "b"]), ["a", "?", "b"], "{hostile:?}");
        }
    }

    #[test]
    fn a_wide_symbol_owns_the_cell_after_it() {
        assert_eq!(row(&["a", "コ", "x", "b"]), ["a", "コ", "", "b"]);
    }

    #[test]
    fn a_wide_symbol_without_room_is_not_drawn() {
        assert_eq!(row(&["a", "コ"]), ["a", "?"]);
    }

    #[test]
    fn symbols_about_which_terminals_disagree_are_reduced_to_their_first_character() {
        assert_eq!(row(&["👨‍👩‍👧", " ", "b"]), ["👨", "", "b"]);
        assert_eq!(row(&["❤\u{fe0f}", " ", "b"]), ["❤", " ", "b"]);
        assert_eq!(row(&["e\u{301}", "b"]), ["e\u{301}", "b"]);
    }

    #[test]
    fn a_lone_combining_mark_and_an_empty_symbol_stay_in_their_cell() {
        assert_eq!(row(&["\u{301}", "", "b"]), ["?", " ", "b"]);
    }

    #[test]
    fn a_blank_keeps_only_what_shows() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
        buffer.content[0].set_style(Style::new().fg(Color::Red).bold());
        buffer.content[1].set_style(Style::new().fg(Color::Red).bold().underlined());
        buffer.content[2].set_style(Style::new().bg(Color::Blue).dim());
        sanitize(&mut buffer);
        assert_eq!(buffer.content[0], Cell::EMPTY);
        assert_eq!(buffer.content[1].modifier, Modifier::UNDERLINED);
        assert_eq!(buffer.content[1].fg, Color::Red);
        assert_eq!(
            (buffer.content[2].bg, buffer.content[2].modifier),
            (Color::Blue, Modifier::empty())
        );
    }
}
