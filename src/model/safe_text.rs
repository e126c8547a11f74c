//! Text that a terminal can be trusted with: no byte of an event reaches it as control.

use std::borrow::Borrow;
use std::fmt;

/// Text without control: made from untrusted bytes only here, so that a type tells what is safe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SafeText(String);

impl SafeText {
    /// One line, at most `limit` columns wide (an ellipsis in the last where it was cut).
    #[must_use]
    pub fn line(bytes: &[u8], limit: usize) -> Self {
        let text: String = String::from_utf8_lossy(bytes)
            .chars()
            .filter(|c| !c.is_control())
            .take(limit)
            .collect();
        Self(text)
    }

    /// The program's own words, which need no cleaning.
    #[must_use]
    pub fn own(text: &str) -> Self {
        Self::line(text.as_bytes(), usize::MAX)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Columns it takes in a terminal.
    #[must_use]
    pub fn width(&self) -> usize {
        unicode_width::UnicodeWidthStr::width(self.0.as_str())
    }

    /// Whether it has no characters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Borrow<str> for SafeText {
    fn borrow(&self) -> &str {
        &self.0
    }
}
