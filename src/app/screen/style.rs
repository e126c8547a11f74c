//! Glyphs and tones of events: shape first, color second, so that black and white still tells.

use crate::app::view::{Line, Piece, Tone};
use crate::model::event::SLOW_MS;
use crate::model::{Class, Event, SafeText, gist};

/// The tone of a class's glyph and kind. A message is blue where the user speaks.
pub fn tone(event: &Event<'_>) -> Tone {
    match event.class {
        Class::Started => Tone::Green,
        Class::Message if is_user(event) => Tone::Blue,
        Class::Search => Tone::Cyan,
        Class::Summary => Tone::Magenta,
        Class::Error => Tone::ErrorStrong,
        Class::Ended => Tone::Dim,
        Class::Message | Class::Cleared | Class::Other => Tone::Plain,
    }
}

fn is_user(event: &Event<'_>) -> bool {
    matches!(event.role.as_deref(), Some(b"user" | b"human"))
}

/// What an event says, in tones. Roles take a column of their own, so that what was said lines up.
pub fn says(event: &Event<'_>, width: u16) -> Line {
    // The table cuts what is too long, so that there is one ellipsis and not two.
    let said = gist(event, usize::from(width) + 8);
    let is_message = event.class == Class::Message;
    let is_error = event.class == Class::Error;
    let mut line = Line::new();
    if !said.lead.is_empty() {
        let lead_tone = match event.class {
            Class::Message if is_user(event) => Tone::Blue,
            Class::Error => Tone::Error,
            _ => Tone::Dim,
        };
        let blanks = if is_message {
            ROLE_WIDTH.saturating_sub(said.lead.width()).max(1)
        } else {
            1
        };
        line.push(Piece::new(said.lead, lead_tone));
        line.push(Piece::own(&" ".repeat(blanks), Tone::Plain));
    }
    line.push(Piece::new(
        said.text,
        if is_error { Tone::Error } else { Tone::Plain },
    ));
    if !said.aside.is_empty() {
        line.push(Piece::own("  ", Tone::Plain));
        line.push(Piece::new(said.aside, Tone::Dim));
    }
    line
}

/// `assistant` and a blank.
const ROLE_WIDTH: usize = 10;

/// A latency, amber where it is slow.
pub fn latency(ms: Option<f64>) -> Line {
    let Some(ms) = ms else { return Line::new() };
    vec![Piece::own(
        &super::number::latency(ms),
        if ms >= SLOW_MS {
            Tone::Amber
        } else {
            Tone::Dim
        },
    )]
}

/// One piece of our own words.
pub fn own(text: &str, tone: Tone) -> Line {
    vec![Piece::own(text, tone)]
}

/// One piece of an event's words, in at most so many columns.
pub fn theirs(bytes: &[u8], width: u16, tone: Tone) -> Line {
    vec![Piece::new(SafeText::line(bytes, usize::from(width)), tone)]
}
