//! The marks below the density: kinds of them are laid one after the other, and what finds its place taken is left out.
//!
//! Invariant: no two marks overlap, and words have a blank at both sides.

use unicode_width::UnicodeWidthStr;

use crate::app::view::{Piece, Tone};

/// The row of marks.
pub struct Marks {
    taken: Vec<bool>,
    laid: Vec<(u16, Piece)>,
    /// From here on nothing has happened yet: drawn faint.
    future: usize,
}

impl Marks {
    /// An empty row; `playhead` has the only column that is taken from the start.
    pub fn new(columns: usize, playhead: Option<usize>, future: usize) -> Self {
        let mut taken = vec![false; columns];
        if let Some(at) = playhead.and_then(|at| taken.get_mut(at)) {
            *at = true;
        }
        Self {
            taken,
            laid: Vec::new(),
            future,
        }
    }

    /// Lays the first of these texts that fits, beginning at a column.
    pub fn lay(&mut self, column: usize, texts: &[&str], tone: Tone) {
        let Some(text) = texts.iter().find(|text| self.fits(column, text.width())) else {
            return;
        };
        let (from, to) = self.room(column, text.width());
        let future = column >= self.future;
        let tone = if future { Tone::Faint } else { tone };
        for taken in self.taken.iter_mut().take(to).skip(from) {
            *taken = true;
        }
        let at = u16::try_from(column).unwrap_or(u16::MAX);
        self.laid.push((at, Piece::own(text, tone)));
    }

    /// Lays the first of these texts that fits, ending at a column; whether one did.
    pub fn lay_before(&mut self, column: usize, texts: &[&str], tone: Tone) -> bool {
        let fits = |text: &&&str| {
            let from = (column + 1).checked_sub(text.width());
            from.is_some_and(|from| self.fits(from, text.width()))
        };
        let Some(text) = texts.iter().find(fits) else {
            return false;
        };
        self.lay(column + 1 - text.width(), &[text], tone);
        true
    }

    /// Whether one of these texts fits, beginning at a column.
    pub fn has_room(&self, column: usize, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.fits(column, text.width()))
    }

    /// Lays words in the middle of a stretch of columns.
    pub fn lay_within(&mut self, from: usize, to: usize, text: &str, tone: Tone) {
        if let Some(free) = to.saturating_sub(from).checked_sub(text.width() + 1) {
            self.lay(from + free.div_ceil(2), &[text], tone);
        }
    }

    fn fits(&self, column: usize, width: usize) -> bool {
        let (from, to) = self.room(column, width);
        let room = self.taken.get(from..to);
        column + width <= self.taken.len() && room.is_some_and(|room| !room.contains(&true))
    }

    /// The columns that a text needs.
    fn room(&self, column: usize, width: usize) -> (usize, usize) {
        let around = usize::from(width > 1);
        let to = (column + width + around).min(self.taken.len());
        (column.saturating_sub(around), to)
    }

    /// From the left.
    pub fn laid(mut self) -> Vec<(u16, Piece)> {
        self.laid.sort_by_key(|(column, _)| *column);
        self.laid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(marks: Marks) -> Vec<(u16, String)> {
        let laid = marks.laid().into_iter();
        laid.map(|(at, piece)| (at, piece.text.as_str().to_owned()))
            .collect()
    }

    #[test]
    fn what_comes_first_keeps_its_place() {
        let mut marks = Marks::new(20, Some(3), 20);
        marks.lay(3, &["▪"], Tone::Error);
        marks.lay(5, &["▲ 12×", "▲"], Tone::Error);
        marks.lay(4, &["▪"], Tone::Error);
        marks.lay(7, &["▪"], Tone::Error);
        marks.lay(10, &["▪"], Tone::Error);
        marks.lay(12, &["◆ deploy"], Tone::Magenta);
        marks.lay(13, &["▪"], Tone::Error);
        let expected = [(5, "▲ 12×"), (12, "◆ deploy")];
        assert_eq!(texts(marks), expected.map(|(at, t)| (at, t.to_owned())));
    }

    #[test]
    fn what_is_too_long_is_said_shorter_or_not_at_all() {
        let mut marks = Marks::new(6, None, 6);
        marks.lay(4, &["▲ 12×", "▲"], Tone::Error);
        marks.lay_within(0, 4, "4m gap", Tone::Faint);
        assert_eq!(texts(marks), [(4, "▲".to_owned())]);
    }
}
