//! Glyphs and colors of text output. Color has meaning: red errors, green starts, blue the user's part, magenta summaries,
//! cyan names one can filter by, amber slowness and clocks that are off.

use crate::model::{Class, Event, Flags};

/// A color of the terminal's own palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// Times, what is beside the point.
    Dim,
    /// Errors.
    Red,
    /// Started.
    Green,
    /// The user's part.
    Blue,
    /// Summaries.
    Magenta,
    /// Names.
    Cyan,
    /// What to look at.
    Amber,
}

/// Writes text in a tone, if colors are wanted.
pub fn paint(out: &mut Vec<u8>, color: bool, tone: Tone, text: &str) {
    let code = match tone {
        Tone::Plain => "",
        Tone::Dim => "2",
        Tone::Red => "31",
        Tone::Green => "32",
        Tone::Blue => "34",
        Tone::Magenta => "35",
        Tone::Cyan => "36",
        Tone::Amber => "33",
    };
    if color && !code.is_empty() && !text.is_empty() {
        out.extend_from_slice(format!("\x1b[{code}m{text}\x1b[0m").as_bytes());
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

/// The tone of an event's kind.
#[must_use]
pub fn tone(event: &Event<'_>) -> Tone {
    let by_user = event.role.as_deref() == Some(b"user");
    match event.class {
        _ if event.flags.has(Flags::ERROR) => Tone::Red,
        Class::Started => Tone::Green,
        Class::Message if by_user => Tone::Blue,
        Class::Summary => Tone::Magenta,
        _ => Tone::Plain,
    }
}

/// The sign of an event's class, one column wide.
#[must_use]
pub fn glyph(event: &Event<'_>, ascii: bool) -> &'static str {
    match (event.class, ascii) {
        (class, false) => class.glyph(),
        (Class::Error, true) => "x",
        (Class::Started, true) => "+",
        (Class::Ended, true) => "#",
        (Class::Message, true) => ">",
        (Class::Search, true) => "?",
        (Class::Summary, true) => "=",
        (Class::Cleared, true) => "o",
        (Class::Other, true) => ".",
    }
}
