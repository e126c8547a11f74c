//! The command line that opens this view again: the source, the filter, the cursor, the speed.
//!
//! Invariant: read by a POSIX shell and then by the program, it gives the same filter, cursor and speed; and it holds no
//! password.

use serde::{Deserialize, Serialize};

use super::layout::ScreenId;
use super::metrics::Length;
use super::playhead::{Pace, Playhead};
use super::state::State;
use crate::query::{Filter, Moment};

/// What is known of the command line that opened this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reopen {
    /// This source cannot be opened again, and why.
    Impossible(String),
    /// The words that open the source again.
    Command {
        /// The program, its command and flags; without secrets.
        words: Vec<String>,
        /// Whether there was a password, which the words do not have.
        needs_password: bool,
    },
}

impl Default for Reopen {
    fn default() -> Self {
        Self::Impossible("this source cannot be opened again by a command".to_owned())
    }
}

/// A command line, and whether `REDIS_PASSWORD` has to be set for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// For a shell.
    pub text: String,
    /// Whether a password is needed that is not part of it.
    pub needs_password: bool,
}

/// The command line that opens this view.
///
/// # Errors
/// Why there is none.
pub fn command_line(state: &State) -> Result<CommandLine, String> {
    let (words, needs_password) = match &state.reopen {
        Reopen::Impossible(why) => return Err(why.clone()),
        Reopen::Command {
            words,
            needs_password,
        } => (words, *needs_password),
    };
    let mut words = words.clone();
    words.extend(view_words(state));
    if words.iter().any(|word| word.contains('\0')) {
        return Err("a name here has a byte 0, which no command line can have".to_owned());
    }
    let quoted: Vec<String> = words.iter().map(|word| shell_quoted(word)).collect();
    Ok(CommandLine {
        text: quoted.join(" "),
        needs_password,
    })
}

/// What differs from the view that the program opens by itself.
fn view_words(state: &State) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(at) = moment(state) {
        words.extend(flag("--at", "--at", &at));
    }
    if state.screen != ScreenId::default() {
        words.extend(flag(
            "--screen",
            "--screen",
            &state.screen.number().to_string(),
        ));
    }
    let length = state.metrics.choice.length;
    if length != Length::default() {
        words.extend(flag("--window", "--window", length.word()));
    }
    if state.pace.speed != Pace::default().speed {
        words.extend(flag("--speed", "--speed", state.pace.speed.word()));
    }
    let filter = state.narrowing.as_ref().map(|n| n.filter.clone());
    words.extend(filter_words(filter.unwrap_or_default()));
    words
}

/// The entry on which the playhead stands; where it is still on its way, where it goes.
fn moment(state: &State) -> Option<String> {
    match (state.opens_at, state.playhead) {
        (Some(Moment::Id(id)), _) => Some(id.to_string()),
        (Some(Moment::At(ms)), _) => Some(ms.to_string()),
        (None, Playhead::Following) => None,
        (None, Playhead::Paused(cursor) | Playhead::Playing { cursor, .. }) => {
            let here = state.log.last_before(cursor);
            here.map(|entry| entry.id().to_string())
        }
    }
}

/// A session that the filter asks for has a flag of its own, where it is text.
fn filter_words(filter: Filter) -> Vec<String> {
    let session = filter.asked("session").and_then(|bytes| {
        let text = String::from_utf8(bytes).ok()?;
        let others = filter.clone().without("session");
        let same = others
            .clone()
            .and(Filter::equals("session", text.as_bytes()))
            == filter;
        (same && !text.contains(char::is_control)).then_some((text, others))
    });
    let mut words = Vec::new();
    let rest = match session {
        Some((session, others)) => {
            words.extend(flag("--session", "--session", &session));
            others
        }
        None => filter,
    };
    let text = rest.to_string();
    if text.starts_with('-') {
        words.push("--".to_owned());
    }
    if !text.is_empty() {
        words.push(text);
    }
    words
}

/// A flag with its value, joined where the value could be taken for a flag.
#[must_use]
pub fn flag(short: &str, long: &str, value: &str) -> Vec<String> {
    if value.is_empty() || value.starts_with('-') {
        vec![format!("{long}={value}")]
    } else {
        vec![short.to_owned(), value.to_owned()]
    }
}

/// The word as a POSIX shell reads it: as it stands where no character means anything, else in single quotes.
#[must_use]
pub fn shell_quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_only_where_a_shell_would_misread_them() {
        for (word, quoted) in [
            ("redis://h:6379/0", "redis://h:6379/0"),
            ("type:error.*", "'type:error.*'"),
            ("it's", "'it'\\''s'"),
            ("", "''"),
            ("a b", "'a b'"),
            ("~", "'~'"),
        ] {
            assert_eq!(shell_quoted(word), quoted);
        }
    }

    #[test]
    fn a_session_that_is_text_gets_a_flag() {
        for (filter, words) in [
            // The order of a filter's parts is part of it.
            ("session:a type:x", vec!["session:a type:x"]),
            ("type:x session:a", vec!["--session", "a", "type:x"]),
            ("session:\"-a\"", vec!["--session=-a"]),
            ("session:a*", vec!["session:a*"]),
            ("session:a,b", vec!["session:a,b"]),
            ("-is:late", vec!["--", "-is:late"]),
            ("", vec![]),
        ] {
            let parsed = Filter::parse(filter).expect(filter);
            let expected: Vec<String> = words.into_iter().map(str::to_owned).collect();
            assert_eq!(filter_words(parsed), expected, "{filter}");
        }
    }
}
