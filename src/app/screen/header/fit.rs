//! Which parts of the first row stay where not all of them fit.

use crate::app::view::{Line, Piece};

/// Something that stays or goes as a whole.
pub struct Part<R> {
    /// The highest goes first; 0 always stays.
    pub rank: R,
    /// With the blanks before it.
    pub line: Line,
    /// Columns kept for it at least: what grows and shrinks must not push others in and out.
    pub at_least: usize,
}

impl<R> Part<R> {
    fn width(&self) -> usize {
        let pieces = self.line.iter().map(|piece| piece.text.width());
        pieces.sum::<usize>().max(self.at_least)
    }
}

/// Keeps the parts that stay, and of the others, lowest rank first, those for which there is room: all of a rank or none.
pub fn fit<R: Copy + Ord>(parts: &mut Vec<Part<R>>, stays: R, room: usize) {
    let mut ranks: Vec<R> = parts.iter().map(|part| part.rank).collect();
    ranks.sort_unstable();
    ranks.dedup();
    let width_of = |rank: R| -> usize {
        let parts = parts.iter().filter(|part| part.rank == rank);
        parts.map(Part::width).sum()
    };
    let mut used = 0;
    ranks.retain(|rank| {
        let width = width_of(*rank);
        let keep = *rank <= stays || used + width <= room;
        used += if keep { width } else { 0 };
        keep
    });
    parts.retain(|part| ranks.contains(&part.rank));
}

/// All of them one after another; what stands first has no blanks before it.
pub fn joined<R>(parts: Vec<Part<R>>) -> Line {
    let line = parts.into_iter().flat_map(|part| part.line);
    line.skip_while(is_blank).collect()
}

fn is_blank(piece: &Piece) -> bool {
    piece.text.as_str().trim().is_empty()
}
