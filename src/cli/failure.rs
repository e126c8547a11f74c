//! Why a command ends without having done what was asked: the message, the hint, the exit status.
//!
//! Invariant: everything written here has passed [`mask`], so no URL shows its password.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use crate::config::{FileError, LoadError, mask};
use crate::model::SafeText;
use crate::query::FilterError;
use crate::source::SourceError;
use crate::store::Trouble;
use crate::stream::StreamError;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// As asked. Also when the reader of a pipe had enough.
    Done,
    /// The work could not be done.
    Failed,
    /// The command line, a filter, a time or the configuration is wrong.
    Usage,
    /// The source cannot be reached.
    NotConnected,
    /// Ended by Ctrl-C.
    Interrupted,
    /// The interface was left, by its user (0) or by a signal (128 and its number).
    Left(u8),
}

impl Status {
    /// The exit status: 0, 1, 2, 3, 130, or 128 and the number of a signal.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotConnected => 3,
            Self::Interrupted => 130,
            Self::Left(code) => code,
        }
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit status.
    pub status: Status,
    /// What happened; empty when there is nothing to say.
    pub message: String,
    /// The text at fault with a line of carets below it; empty where there is none.
    pub excerpt: String,
    /// What to do; may be empty.
    pub hint: String,
}

impl Failure {
    /// Without an excerpt.
    #[must_use]
    pub fn new(status: Status, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            excerpt: String::new(),
            hint: hint.into(),
        }
    }

    /// The command line is wrong.
    #[must_use]
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Status::Usage, message, hint)
    }

    /// A filter or a time is wrong; shows where.
    #[must_use]
    pub fn in_text(text: &str, error: &FilterError) -> Self {
        Self {
            excerpt: caret(text, error),
            ..Self::usage(error.message.clone(), error.hint.clone())
        }
    }

    /// The reader of our output has gone, which is no fault.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.message.is_empty()
    }

    /// Writes `error: …`, the excerpt and `hint: …` to stderr.
    pub fn print(&self) {
        if !self.is_quiet() {
            say("error", &self.message);
            complain(&self.excerpt);
            say("hint", &self.hint);
        }
    }
}

/// One line to stderr: `label: text`; nothing where the text is empty.
pub fn say(label: &str, text: &str) {
    if !text.is_empty() {
        let safe = SafeText::line(text.as_bytes(), usize::MAX);
        complain(&format!("{label}: {safe}\n"));
    }
}

/// Trouble of a link that goes on all the same.
pub fn say_trouble(label: &str, trouble: &Trouble) {
    say(label, &trouble.what);
    say("hint", &trouble.hint);
}

/// To stderr, masked. Where even stderr is closed there is nobody left to tell.
pub fn complain(text: &str) {
    let _ = io::stderr().write_all(mask(text).as_bytes());
}

/// The text in one line and carets below the span; both safe for a terminal.
fn caret(text: &str, error: &FilterError) -> String {
    let start = floor_boundary(text, error.span.start);
    let end = floor_boundary(text, error.span.end.max(start));
    let part = |range: std::ops::Range<usize>| plain(text.get(range).unwrap_or_default());
    let (before, within, after) = (part(0..start), part(start..end), part(end..text.len()));
    let blanks = " ".repeat(before.width());
    let carets = "^".repeat(within.width().max(1));
    format!("  {before}{within}{after}\n  {blanks}{carets}\n")
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One blank for each control character, so that carets stay in place.
fn plain(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    SafeText::line(shown.as_bytes(), usize::MAX).to_string()
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Status::Done, "", ""),
            _ => Self::new(Status::Failed, format!("cannot write: {error}"), ""),
        }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let (status, trouble) = match error {
            SourceError::NotConnected(trouble) => (Status::NotConnected, trouble),
            SourceError::Failed(trouble) => (Status::Failed, trouble),
        };
        Self::new(status, trouble.what, trouble.hint)
    }
}

impl From<StreamError> for Failure {
    fn from(error: StreamError) -> Self {
        let status = match error {
            StreamError::NotConnected(_) => Status::NotConnected,
            StreamError::ReadOnly(_) | StreamError::Input(_) => Status::Usage,
            _ => Status::Failed,
        };
        let trouble = error.trouble();
        Self::new(status, trouble.what.clone(), trouble.hint.clone())
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let hint = match &error {
            LoadError::File(FileError::Unreadable { .. }) => "name an existing file with --config",
            LoadError::File(FileError::Wrong { .. }) => {
                "correct the line (`lookback config check` tells of all), or start with --config /dev/null"
            }
            LoadError::NoProfile { .. } => "name another with --profile",
        };
        Self::usage(error.to_string(), hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(span: std::ops::Range<usize>) -> FilterError {
        FilterError {
            span,
            message: "wrong".to_owned(),
            hint: String::new(),
        }
    }

    #[test]
    fn carets_stand_under_the_span_by_width() {
        assert_eq!(caret("ab cd", &error(3..5)), "  ab cd\n     ^^\n");
        assert_eq!(caret("日本 x", &error(7..8)), "  日本 x\n       ^\n");
    }

    #[test]
    fn a_span_beyond_the_text_or_inside_a_character_is_survived() {
        assert_eq!(caret("ab", &error(2..2)), "  ab\n    ^\n");
        assert_eq!(caret("é", &error(1..9)), "  é\n  ^\n");
        let reversed = error(std::ops::Range { start: 2, end: 0 });
        assert_eq!(caret("ab", &reversed), "  ab\n    ^\n");
    }

    #[test]
    fn a_broken_pipe_is_no_fault() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(failure.is_quiet());
        assert_eq!(failure.status.code(), 0);
    }
}
