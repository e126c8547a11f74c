//! The style a terminal draws with, and the shortest way from one to the next (ECMA-48 SGR).

use std::io::Write;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::sanitize::SEEN_ON_BLANK;

/// Colors and attributes in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    /// The terminal's own colors.
    pub const PLAIN: Self = Self {
        fg: Color::Reset,
        bg: Color::Reset,
        modifier: Modifier::empty(),
    };

    /// What a cell needs.
    #[must_use]
    pub fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        }
    }

    /// Whether `cell` would look right if it were drawn with this: on a blank, little shows.
    #[must_use]
    pub fn suits(self, cell: &Cell) -> bool {
        if self == Self::of(cell) {
            return true;
        }
        let seen = cell.modifier & SEEN_ON_BLANK;
        cell.symbol() == " "
            && self.bg == cell.bg
            && self.modifier & SEEN_ON_BLANK == seen
            && (seen.is_empty() || self.fg == cell.fg)
    }

    /// Appends the change from `from` (None: unknown) to this.
    pub fn select(self, from: Option<Self>, out: &mut Vec<u8>) {
        if from == Some(self) {
            return;
        }
        let mut afresh = Parameters::default();
        afresh.push(b"");
        self.add_to(&mut afresh, Self::PLAIN);
        let shortest = match from {
            Some(from) => {
                let change = self.change_from(from);
                if change.0.len() <= afresh.0.len() {
                    change
                } else {
                    afresh
                }
            }
            None => afresh,
        };
        out.extend_from_slice(b"\x1b[");
        // An empty first parameter is 0.
        out.extend_from_slice(shortest.0.get(1..).unwrap_or_default());
        out.push(b'm');
    }

    /// Turns off what is on, then on what is not.
    fn change_from(self, mut from: Self) -> Parameters {
        let mut change = Parameters::default();
        for (off, group) in OFF {
            let gone = from.modifier - self.modifier;
            if gone.intersects(group) {
                change.push(off);
                from.modifier -= group;
            }
        }
        self.add_to(&mut change, from);
        change
    }

    fn add_to(self, parameters: &mut Parameters, from: Self) {
        for (on, modifier) in ON {
            if self.modifier.contains(modifier) && !from.modifier.contains(modifier) {
                parameters.push(on);
            }
        }
        if self.fg != from.fg {
            parameters.color(self.fg, 30);
        }
        if self.bg != from.bg {
            parameters.color(self.bg, 40);
        }
    }
}

const ON: [(&[u8], Modifier); 6] = [
    (b"1", Modifier::BOLD),
    (b"2", Modifier::DIM),
    (b"3", Modifier::ITALIC),
    (b"4", Modifier::UNDERLINED),
    (b"7", Modifier::REVERSED),
    (b"9", Modifier::CROSSED_OUT),
];

const OFF: [(&[u8], Modifier); 5] = [
    (b"22", Modifier::BOLD.union(Modifier::DIM)),
    (b"23", Modifier::ITALIC),
    (b"24", Modifier::UNDERLINED),
    (b"27", Modifier::REVERSED),
    (b"29", Modifier::CROSSED_OUT),
];

/// `;1;38;5;17`: each parameter with a semicolon before it.
#[derive(Default)]
struct Parameters(Vec<u8>);

impl Parameters {
    fn push(&mut self, parameter: &[u8]) {
        self.0.push(b';');
        self.0.extend_from_slice(parameter);
    }

    /// `base` is 30 for the foreground, 40 for the background.
    fn color(&mut self, color: Color, base: u8) {
        let named = |n: u8| if n < 8 { base + n } else { base + 60 + n - 8 };
        let n = match color {
            Color::Reset => base + 9,
            Color::Black => named(0),
            Color::Red => named(1),
            Color::Green => named(2),
            Color::Yellow => named(3),
            Color::Blue => named(4),
            Color::Magenta => named(5),
            Color::Cyan => named(6),
            Color::Gray => named(7),
            Color::DarkGray => named(8),
            Color::LightRed => named(9),
            Color::LightGreen => named(10),
            Color::LightYellow => named(11),
            Color::LightBlue => named(12),
            Color::LightMagenta => named(13),
            Color::LightCyan => named(14),
            Color::White => named(15),
            Color::Indexed(n @ 0..16) => named(n),
            Color::Indexed(n) => {
                let _ = write!(self.0, ";{};5;{n}", base + 8);
                return;
            }
            Color::Rgb(r, g, b) => {
                let _ = write!(self.0, ";{};2;{r};{g};{b}", base + 8);
                return;
            }
        };
        let _ = write!(self.0, ";{n}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(from: Option<Pen>, to: Pen) -> String {
        let mut out = Vec::new();
        to.select(from, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    fn pen(fg: Color, bg: Color, modifier: Modifier) -> Pen {
        Pen { fg, bg, modifier }
    }

    #[test]
    fn no_change_is_no_bytes() {
        assert_eq!(change(Some(Pen::PLAIN), Pen::PLAIN), "");
    }

    #[test]
    fn the_plain_pen_is_one_short_reset() {
        let red = pen(Color::Red, Color::Blue, Modifier::BOLD);
        assert_eq!(change(Some(red), Pen::PLAIN), "\x1b[m");
        assert_eq!(change(None, Pen::PLAIN), "\x1b[m");
    }

    #[test]
    fn only_what_differs_is_written() {
        let red = pen(Color::Red, Color::Rgb(1, 2, 3), Modifier::BOLD);
        let green = pen(Color::LightGreen, Color::Rgb(1, 2, 3), Modifier::BOLD);
        assert_eq!(change(Some(red), green), "\x1b[92m");
        assert_eq!(
            change(
                Some(red),
                pen(Color::Reset, Color::Rgb(1, 2, 3), Modifier::BOLD)
            ),
            "\x1b[39m"
        );
    }

    #[test]
    fn bold_and_dim_are_turned_off_together() {
        let bg = Color::Rgb(10, 20, 30);
        let both = pen(Color::Reset, bg, Modifier::BOLD | Modifier::DIM);
        let dim = pen(Color::Reset, bg, Modifier::DIM);
        assert_eq!(change(Some(both), dim), "\x1b[22;2m");
    }

    #[test]
    fn starting_afresh_is_taken_when_it_is_shorter() {
        let many = Modifier::BOLD | Modifier::ITALIC | Modifier::UNDERLINED | Modifier::REVERSED;
        let busy = pen(Color::Red, Color::Red, many);
        assert_eq!(
            change(
                Some(busy),
                pen(Color::Green, Color::Reset, Modifier::empty())
            ),
            "\x1b[;32m"
        );
    }

    #[test]
    fn low_palette_entries_are_written_as_the_named_colors() {
        assert_eq!(
            change(
                None,
                pen(Color::Indexed(9), Color::Indexed(17), Modifier::empty())
            ),
            "\x1b[;91;48;5;17m"
        );
    }
}
