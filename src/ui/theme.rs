//! What a tone looks like: the only place that names a color.
//!
//! Content has the terminal's own foreground and nothing but pills and the selection has a background, so a light
//! terminal works too. In black and white every difference is also one of glyph or place.

use ratatui::style::{Color, Modifier, Style};

use crate::app::view::Tone;

/// How many colors the terminal has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Depth {
    /// None: bold, dim, underlined and reversed only.
    Mono,
    /// The sixteen named ones.
    Ansi16,
    /// All of them.
    #[default]
    Rgb,
}

/// The look of the whole screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Theme {
    /// The colors at hand.
    pub depth: Depth,
    /// Whether only ASCII reaches the terminal.
    pub ascii: bool,
}

/// The colors of one depth.
struct Palette {
    red: Color,
    amber: Color,
    green: Color,
    blue: Color,
    cyan: Color,
    magenta: Color,
    ink: Color,
}

const RGB: Palette = Palette {
    red: Color::Rgb(0xe0, 0x6c, 0x75),
    amber: Color::Rgb(0xe5, 0xc0, 0x7b),
    green: Color::Rgb(0x98, 0xc3, 0x79),
    blue: Color::Rgb(0x61, 0xaf, 0xef),
    cyan: Color::Rgb(0x56, 0xb6, 0xc2),
    magenta: Color::Rgb(0xc6, 0x78, 0xdd),
    ink: Color::Rgb(0x1b, 0x1d, 0x21),
};

const ANSI16: Palette = Palette {
    red: Color::Red,
    amber: Color::Yellow,
    green: Color::Green,
    blue: Color::Blue,
    cyan: Color::Cyan,
    magenta: Color::Magenta,
    ink: Color::Black,
};

const DIM: Color = Color::Rgb(0x7f, 0x84, 0x8e);
const FAINT: Color = Color::Rgb(0x4b, 0x52, 0x63);
const RULE: Color = Color::Rgb(0x3b, 0x41, 0x4d);
const BAND: Color = Color::Rgb(0x2c, 0x31, 0x3a);

impl Theme {
    /// A theme for a terminal.
    #[must_use]
    pub const fn new(depth: Depth, ascii: bool) -> Self {
        Self { depth, ascii }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, tone: Tone) -> Style {
        match self.depth {
            Depth::Mono => mono(tone),
            Depth::Ansi16 => colored(&ANSI16, tone, ansi16_grey),
            Depth::Rgb => colored(&RGB, tone, rgb_grey),
        }
    }

    /// Rules, tracks and separators.
    #[must_use]
    pub fn rule(&self) -> Style {
        match self.depth {
            Depth::Rgb => Style::new().fg(RULE),
            Depth::Ansi16 | Depth::Mono => self.style(Tone::Faint),
        }
    }

    /// Laid over the cells of the selected row. With sixteen colors its text is white: on a grey that each terminal
    /// chooses for itself no other color is sure to be readable.
    #[must_use]
    pub fn band(&self) -> Style {
        match self.depth {
            Depth::Rgb => Style::new().bg(BAND),
            Depth::Ansi16 => Style::new()
                .fg(Color::White)
                .bg(Color::DarkGray)
                .remove_modifier(Modifier::DIM),
            Depth::Mono => Style::new()
                .add_modifier(Modifier::REVERSED)
                .remove_modifier(Modifier::DIM),
        }
    }

    /// The bar at the left edge of the selected row, and the mark of the focused pane.
    #[must_use]
    pub fn edge(&self) -> Style {
        match self.depth {
            Depth::Mono => Style::new().add_modifier(Modifier::BOLD),
            _ => self.style(Tone::Amber),
        }
    }

    /// The playhead on the scrubber.
    #[must_use]
    pub fn playhead(&self, following: bool) -> Style {
        let tone = if following { Tone::Green } else { Tone::Amber };
        self.style(tone).add_modifier(Modifier::BOLD)
    }

    /// Laid over what has not happened yet.
    #[must_use]
    pub fn future(&self) -> Style {
        self.style(Tone::Faint).remove_modifier(Modifier::BOLD)
    }

    /// Laid over the title of a pane without the focus.
    #[must_use]
    pub fn quiet(&self) -> Style {
        Style::new().remove_modifier(Modifier::BOLD)
    }

    /// Laid over the part of an input that is wrong.
    #[must_use]
    pub fn wrong(&self) -> Style {
        self.style(Tone::Error).add_modifier(Modifier::UNDERLINED)
    }
}

fn bold() -> Style {
    Style::new().add_modifier(Modifier::BOLD)
}

fn mono(tone: Tone) -> Style {
    match tone {
        Tone::Strong | Tone::Error | Tone::ErrorStrong | Tone::AmberStrong => bold(),
        Tone::Dim | Tone::Faint => Style::new().add_modifier(Modifier::DIM),
        Tone::PillLive | Tone::PillPast | Tone::PillLost | Tone::PillIdle => {
            bold().add_modifier(Modifier::REVERSED)
        }
        Tone::Plain | Tone::Amber | Tone::Green | Tone::Blue | Tone::Cyan | Tone::Magenta => {
            Style::new()
        }
    }
}

fn colored(palette: &Palette, tone: Tone, grey: fn(Tone) -> Style) -> Style {
    match tone {
        Tone::Plain => Style::new(),
        Tone::Strong => bold(),
        Tone::Dim | Tone::Faint | Tone::PillIdle => grey(tone),
        Tone::Error => Style::new().fg(palette.red),
        Tone::ErrorStrong => bold().fg(palette.red),
        Tone::Amber => Style::new().fg(palette.amber),
        Tone::AmberStrong => bold().fg(palette.amber),
        Tone::Green => Style::new().fg(palette.green),
        Tone::Blue => Style::new().fg(palette.blue),
        Tone::Cyan => Style::new().fg(palette.cyan),
        Tone::Magenta => Style::new().fg(palette.magenta),
        Tone::PillLive => bold().fg(palette.ink).bg(palette.green),
        Tone::PillPast => bold().fg(palette.ink).bg(palette.amber),
        Tone::PillLost => bold().fg(palette.ink).bg(palette.red),
    }
}

fn rgb_grey(tone: Tone) -> Style {
    match tone {
        Tone::Faint => Style::new().fg(FAINT),
        Tone::PillIdle => bold().fg(RGB.ink).bg(DIM),
        _ => Style::new().fg(DIM),
    }
}

/// Dim is the terminal's own text at half strength: its named light grey is unreadable on white, and its dark grey is
/// taken by what is faint.
fn ansi16_grey(tone: Tone) -> Style {
    match tone {
        Tone::Faint => Style::new().fg(Color::DarkGray),
        Tone::PillIdle => bold().fg(Color::Black).bg(Color::Gray),
        _ => Style::new().add_modifier(Modifier::DIM),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TONES: [Tone; 16] = [
        Tone::Plain,
        Tone::Strong,
        Tone::Dim,
        Tone::Faint,
        Tone::Error,
        Tone::ErrorStrong,
        Tone::Amber,
        Tone::AmberStrong,
        Tone::Green,
        Tone::Blue,
        Tone::Cyan,
        Tone::Magenta,
        Tone::PillLive,
        Tone::PillPast,
        Tone::PillLost,
        Tone::PillIdle,
    ];

    #[test]
    fn only_pills_have_a_background() {
        for depth in [Depth::Ansi16, Depth::Rgb] {
            let theme = Theme::new(depth, false);
            let painted = TONES.map(|tone| theme.style(tone).bg.is_some());
            assert_eq!(painted.iter().filter(|p| **p).count(), 4);
            assert!(painted[12..].iter().all(|p| *p));
        }
    }

    #[test]
    fn black_and_white_names_no_color() {
        let theme = Theme::new(Depth::Mono, false);
        let mut styles = TONES.map(|tone| theme.style(tone)).to_vec();
        styles.extend([theme.rule(), theme.band(), theme.edge(), theme.wrong()]);
        styles.extend([theme.playhead(true), theme.future(), theme.quiet()]);
        assert!(styles.iter().all(|s| s.fg.is_none() && s.bg.is_none()));
    }

    #[test]
    fn with_colors_every_tone_looks_different() {
        for depth in [Depth::Ansi16, Depth::Rgb] {
            let theme = Theme::new(depth, false);
            for (at, one) in TONES.iter().enumerate() {
                for other in &TONES[at + 1..] {
                    assert_ne!(theme.style(*one), theme.style(*other), "{one:?} {other:?}");
                }
            }
        }
    }
}
