//! Aligned tables of safe text: names left, numbers right, two blanks between.

use unicode_width::UnicodeWidthStr;

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Names.
    Left,
    /// Numbers.
    Right,
}

/// The lines of a table, the first row being its head; nothing follows the last cell of a line.
#[must_use]
pub fn lines(columns: &[Align], rows: &[Vec<String>]) -> Vec<String> {
    let width = |n: usize| {
        let cells = rows.iter().filter_map(|row| row.get(n));
        cells.map(|cell| cell.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    rows.iter()
        .map(|row| {
            let cells = row.iter().zip(columns).zip(&widths);
            let padded: Vec<String> = cells
                .map(|((cell, align), width)| pad(cell, *align, *width))
                .collect();
            padded.join("  ").trim_end().to_owned()
        })
        .collect()
}

/// A cell filled up with blanks to `width` columns of the terminal.
#[must_use]
pub fn pad(cell: &str, align: Align, width: usize) -> String {
    let blanks = " ".repeat(width.saturating_sub(cell.width()));
    match align {
        Align::Left => format!("{cell}{blanks}"),
        Align::Right => format!("{blanks}{cell}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_by_width_and_not_by_characters() {
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        let rows = [row("name", "n"), row("日本", "1200"), row("abcdef", "7")];
        assert_eq!(
            lines(&[Align::Left, Align::Right], &rows),
            ["name       n", "日本    1200", "abcdef     7"]
        );
    }
}
