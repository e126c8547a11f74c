//! A piece of the screen that cannot be left: columns and rows count from its upper left corner, and what lies outside
//! is not drawn. No cell ever holds half of a wide glyph, or a symbol a terminal could take as control.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Style};

use crate::app::layout::Area;
use crate::ui::theme::Theme;
use crate::ui::widgets::line;

/// A part of a buffer, with the theme to draw in it.
pub struct Canvas<'a> {
    buffer: &'a mut Buffer,
    theme: Theme,
    area: Area,
}

impl<'a> Canvas<'a> {
    /// The whole buffer.
    pub fn new(buffer: &'a mut Buffer, theme: Theme) -> Self {
        let area = Area {
            x: 0,
            y: 0,
            width: buffer.area.right(),
            height: buffer.area.bottom(),
        };
        Self {
            buffer,
            theme,
            area,
        }
    }

    /// A part of this one, cut where it would reach beyond.
    pub fn part(&mut self, inner: Area) -> Canvas<'_> {
        let x = inner.x.min(self.area.width);
        let y = inner.y.min(self.area.height);
        let area = Area {
            x: self.area.x + x,
            y: self.area.y + y,
            width: inner.width.min(self.area.width - x),
            height: inner.height.min(self.area.height - y),
        };
        Canvas {
            buffer: self.buffer,
            theme: self.theme,
            area,
        }
    }

    pub fn theme(&self) -> Theme {
        self.theme
    }

    pub fn width(&self) -> u16 {
        self.area.width
    }

    pub fn height(&self) -> u16 {
        self.area.height
    }

    /// The cell of the terminal, if it lies inside.
    pub fn cell(&self, x: u16, y: u16) -> Option<(u16, u16)> {
        (x < self.area.width && y < self.area.height).then(|| (self.area.x + x, self.area.y + y))
    }

    /// One glyph of the program's own.
    pub fn glyph(&mut self, x: u16, y: u16, symbol: &str, style: Style) {
        self.put(x, y, symbol, 1, style);
    }

    /// As much of the text as fits in `limit` columns; returns the columns it took.
    pub fn text(&mut self, x: u16, y: u16, limit: u16, text: &str, style: Style) -> u16 {
        let room = limit.min(self.area.width.saturating_sub(x));
        let mut graphemes = line::graphemes(text).peekable();
        if graphemes.peek().is_some_and(|(_, width)| *width <= room) {
            self.mend_left(x, y);
        }
        let cells = self.run(x, y, room);
        let mut used = 0_u16;
        for (grapheme, width) in graphemes {
            let end = used.saturating_add(width);
            if end > limit {
                break;
            }
            if let Some([first, covered @ ..]) = cells.get_mut(used.into()..end.into()) {
                fill(first, grapheme, style);
                for cell in covered {
                    fill(cell, " ", style);
                }
            }
            used = end;
        }
        used
    }

    /// The cells of a run of columns, as far as they lie inside.
    fn run(&mut self, x: u16, y: u16, count: u16) -> &mut [Cell] {
        let Some((column, row)) = self.cell(x, y) else {
            return &mut [];
        };
        let whole = self.buffer.area;
        if !whole.contains((column, row).into()) {
            return &mut [];
        }
        let at = self.buffer.index_of(column, row);
        let count = count.min(self.area.width - x).min(whole.right() - column);
        let cells = self.buffer.content.get_mut(at..at + usize::from(count));
        cells.unwrap_or_default()
    }

    /// The same glyph over a run of columns.
    pub fn repeat(&mut self, x: u16, y: u16, count: u16, symbol: &str, style: Style) {
        for at in x..x.saturating_add(count).min(self.area.width) {
            self.put(at, y, symbol, 1, style);
        }
    }

    /// Changes the look of a run of columns and leaves their text. A background that is already there stays.
    pub fn tint(&mut self, x: u16, y: u16, count: u16, style: Style) {
        for at in x..x.saturating_add(count).min(self.area.width) {
            let Some(cell) = self.cell(at, y).and_then(|at| self.buffer.cell_mut(at)) else {
                continue;
            };
            if cell.bg == Color::Reset {
                cell.set_style(style);
            }
        }
    }

    /// Empties all of it.
    pub fn clear(&mut self) {
        for y in 0..self.area.height {
            for x in 0..self.area.width {
                self.put(x, y, " ", 1, Style::new());
                self.paint(x, y, " ", Style::new().bg(Color::Reset));
            }
        }
    }

    fn put(&mut self, x: u16, y: u16, symbol: &str, width: u16, style: Style) {
        if width == 0 || x.saturating_add(width) > self.area.width {
            return;
        }
        self.mend_left(x, y);
        self.paint(x, y, symbol, style);
        for covered in x.saturating_add(1)..x.saturating_add(width) {
            self.paint(covered, y, " ", style);
        }
    }

    /// A wide glyph whose right half is about to be overwritten goes as a whole.
    fn mend_left(&mut self, x: u16, y: u16) {
        let Some((column, row)) = self.cell(x, y) else {
            return;
        };
        let left = column.checked_sub(1).map(|column| (column, row));
        if let Some(cell) = left.and_then(|at| self.buffer.cell_mut(at))
            && cell.symbol().len() > 1
            && line::width(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
    }

    fn paint(&mut self, x: u16, y: u16, symbol: &str, style: Style) {
        let Some(cell) = self.cell(x, y).and_then(|at| self.buffer.cell_mut(at)) else {
            return;
        };
        fill(cell, symbol, style);
    }
}

fn fill(cell: &mut Cell, symbol: &str, style: Style) {
    cell.set_symbol(symbol);
    cell.fg = style.fg.unwrap_or(Color::Reset);
    cell.bg = style.bg.unwrap_or(cell.bg);
    cell.modifier = style.add_modifier;
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    fn row(buffer: &Buffer) -> String {
        buffer.content.iter().map(Cell::symbol).collect()
    }

    #[test]
    fn a_part_keeps_its_writing_inside() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        let mut canvas = Canvas::new(&mut buffer, Theme::default());
        let inner = Area {
            x: 2,
            y: 0,
            width: 2,
            height: 1,
        };
        canvas.part(inner).text(0, 0, 9, "abcdef", Style::new());
        canvas.part(inner).glyph(7, 7, "x", Style::new());
        assert_eq!(row(&buffer), "  ab  ");
    }

    #[test]
    fn half_of_a_wide_glyph_never_stays() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        let mut canvas = Canvas::new(&mut buffer, Theme::default());
        canvas.text(0, 0, 4, "日本", Style::new());
        canvas.glyph(1, 0, "x", Style::new());
        canvas.text(3, 0, 4, "本", Style::new());
        assert_eq!(row(&buffer), " x本 ");
    }

    #[test]
    fn control_and_bare_combining_marks_are_not_drawn() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        let mut canvas = Canvas::new(&mut buffer, Theme::default());
        canvas.text(0, 0, 4, "a\u{1b}[\u{301}\r\nb", Style::new());
        assert!(!row(&buffer).contains(char::is_control));
    }
}
