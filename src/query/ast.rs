//! The parsed filter.

use std::fmt;
use std::ops::Range;

/// A parsed filter. The empty filter matches everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    text: String,
}

/// What is wrong with a filter, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// Bytes of the filter's text at fault.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right; may be empty.
    pub hint: String,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// Names the first mistake and where it is.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        Ok(Self {
            text: text.to_owned(),
        })
    }

    /// Whether it matches everything because it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// `field:value`, the value quoted as needed and taken literally (no glob, no list). For `u`, `o` and `t` in the interface.
    #[must_use]
    pub fn equals(field: &str, value: &[u8]) -> Self {
        Self {
            text: format!("{field}:{}", String::from_utf8_lossy(value)),
        }
    }

    /// Both must match.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            text: format!("{} {}", self.text, other.text),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
