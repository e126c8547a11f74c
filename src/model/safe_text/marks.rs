//! Which characters must not reach a terminal, and what stands there instead.

use std::fmt::Write;

/// Appends the visible mark for a character that is not shown as itself; `false` where it needs none.
///
/// Marked is what moves the cursor or changes the terminal's state (C0, DEL, C1), what reorders text (bidirectional
/// controls), what cannot be seen (zero width, fillers, tags), and what breaks lines.
pub(super) fn push_mark(out: &mut String, c: char) -> bool {
    match c {
        '\n' => out.push('↵'),
        '\t' => out.push('⇥'),
        '\u{7f}' => out.push('␡'),
        c if c < ' ' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('␀')),
        c if is_hidden(c) => push_code(out, c),
        _ => return false,
    }
    true
}

/// The mark for a byte that is part of no character.
pub(super) fn push_byte(out: &mut String, byte: u8) {
    let _ = write!(out, "\\x{byte:02x}");
}

fn push_code(out: &mut String, c: char) {
    let _ = write!(out, "‹U+{:04X}›", u32::from(c));
}

const fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a zero-width joiner between these two makes one emoji (👩‍💻, 🏳️‍🌈), and hides nothing.
pub(super) const fn joins(before: char, after: char) -> bool {
    const fn pictured(c: char) -> bool {
        matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
    }
    (pictured(before) || before == '\u{fe0f}') && pictured(after)
}
