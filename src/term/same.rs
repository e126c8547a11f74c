//! Whether cells look the same. What is compared is what this program sets; symbols of one byte, which most are, without a call.

use ratatui::buffer::Cell;

/// Whether two cells look the same.
#[inline]
pub fn same(one: &Cell, other: &Cell) -> bool {
    let symbols = match (one.symbol().as_bytes(), other.symbol().as_bytes()) {
        ([one], [other]) => one == other,
        (one, other) => one == other,
    };
    symbols && one.fg == other.fg && one.bg == other.bg && one.modifier == other.modifier
}

/// Whether two rows do.
pub fn same_row(one: &[Cell], other: &[Cell]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::style::{Color, Modifier};

    use super::*;

    fn any_cell() -> impl Strategy<Value = Cell> {
        let symbol = prop::sample::select(vec![" ", "a", "b", "", "é", "日", "e\u{301}"]);
        let color = prop::sample::select(vec![
            Color::Reset,
            Color::Red,
            Color::Indexed(1),
            Color::Rgb(1, 2, 3),
            Color::Rgb(1, 2, 4),
        ]);
        let modifier = prop::sample::select(vec![Modifier::empty(), Modifier::BOLD, Modifier::DIM]);
        let parts = (any::<bool>(), symbol, color.clone(), color, modifier);
        parts.prop_map(|(set, symbol, fg, bg, modifier)| {
            let mut cell = Cell::EMPTY;
            if set || symbol != " " {
                cell.set_symbol(symbol);
            }
            (cell.fg, cell.bg, cell.modifier) = (fg, bg, modifier);
            cell
        })
    }

    proptest! {
        #[test]
        fn cells_look_the_same_where_they_are_equal(one in any_cell(), other in any_cell()) {
            prop_assert_eq!(same(&one, &other), one == other);
            prop_assert!(same(&one, &one.clone()));
            prop_assert_eq!(same_row(&[one.clone(), other.clone()], &[one.clone(), one.clone()]), one == other);
        }
    }
}
