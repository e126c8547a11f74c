//! Copying through the terminal (OSC 52), which works over SSH.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// More than this is not copied: terminals drop or cut longer sequences without a word (xterm and hterm end near
/// 100,000 bytes of base64, others earlier), and half a copy would be a lie.
pub const CLIPBOARD_MAX_BYTES: usize = 55_000;

/// The sequence that puts `text` on the clipboard of whoever sits at the terminal. None when it is too long.
#[must_use]
pub fn osc52(text: &str) -> Option<String> {
    (text.len() <= CLIPBOARD_MAX_BYTES)
        .then(|| format!("\x1b]52;c;{}\x1b\\", STANDARD.encode(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_carried_as_base64_so_that_no_control_leaves() {
        let sequence = osc52("a\x07\x1b[2J").expect("short");
        assert_eq!(sequence, "\x1b]52;c;YQcbWzJK\x1b\\");
    }

    #[test]
    fn too_long_a_text_is_refused_and_not_cut() {
        assert!(osc52(&"x".repeat(CLIPBOARD_MAX_BYTES)).is_some());
        assert!(osc52(&"x".repeat(CLIPBOARD_MAX_BYTES + 1)).is_none());
    }
}
