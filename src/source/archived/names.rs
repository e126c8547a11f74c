//! Which streams of an archive belong to those that were asked for.

use crate::source::is_glob;
use crate::source::redis::shown;
use crate::store::Trouble;

/// Streams named in a message at most.
const NAMED: usize = 5;

/// The names and globs that were asked for.
#[derive(Clone, Debug)]
pub struct Names(Vec<String>);

impl Names {
    /// As given.
    pub fn of(names: &[String]) -> Self {
        Self(names.to_vec())
    }

    /// Whether this stream was asked for.
    pub fn include(&self, stream: &[u8]) -> bool {
        self.0.iter().any(|name| {
            if is_glob(name) {
                matches(name.as_bytes(), stream)
            } else {
                name.as_bytes() == stream
            }
        })
    }

    /// Whether streams may belong to it that Redis no longer has.
    pub fn has_globs(&self) -> bool {
        self.0.iter().any(|name| is_glob(name))
    }

    /// Which of an archive's streams are read, and what to say where none of them was asked for: then all are.
    pub fn wanted(&self, streams: &[Vec<u8>]) -> (Vec<bool>, Option<Trouble>) {
        let wanted: Vec<bool> = streams.iter().map(|s| self.include(s)).collect();
        if streams.is_empty() || wanted.contains(&true) {
            return (wanted, None);
        }
        let mut held: Vec<String> = streams.iter().map(|s| format!("`{}`", shown(s))).collect();
        held.truncate(NAMED);
        if streams.len() > NAMED {
            held.push(format!("{} more", streams.len() - NAMED));
        }
        let trouble = Trouble::new(
            format!(
                "the archive holds nothing of `{}`: showing what it holds of {}",
                self.0.join("`, `"),
                held.join(", ")
            ),
            "name one of them with --stream to see only that",
        );
        (vec![true; streams.len()], Some(trouble))
    }
}

/// As Redis matches keys: `*`, `?`, `[abc]`, `[^a-c]`, and `\` before a byte that is meant as it is.
fn matches(glob: &[u8], text: &[u8]) -> bool {
    let Some((first, rest)) = glob.split_first() else {
        return text.is_empty();
    };
    match first {
        b'*' => (0..=text.len()).any(|at| matches(rest, text.get(at..).unwrap_or_default())),
        b'?' => text
            .split_first()
            .is_some_and(|(_, left)| matches(rest, left)),
        b'[' => text.split_first().is_some_and(|(byte, left)| {
            let (is_in, after) = class(rest, *byte);
            is_in && matches(after, left)
        }),
        b'\\' if !rest.is_empty() => matches_byte(rest, text),
        _ => matches_byte(glob, text),
    }
}

fn matches_byte(glob: &[u8], text: &[u8]) -> bool {
    let both = glob.split_first().zip(text.split_first());
    both.is_some_and(|((want, glob), (byte, text))| want == byte && matches(glob, text))
}

/// Whether a byte is in a class, and what follows the class.
fn class(glob: &[u8], byte: u8) -> (bool, &[u8]) {
    let (negated, mut glob) = match glob.strip_prefix(b"^") {
        Some(rest) => (true, rest),
        None => (false, glob),
    };
    let mut is_in = false;
    loop {
        glob = match glob {
            [] => return (is_in != negated, glob),
            [b']', rest @ ..] => return (is_in != negated, rest),
            [b'\\', want, rest @ ..] => {
                is_in |= *want == byte;
                rest
            }
            [from, b'-', to, rest @ ..] => {
                is_in |= (*from.min(to)..=*from.max(to)).contains(&byte);
                rest
            }
            [want, rest @ ..] => {
                is_in |= *want == byte;
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_they_do_in_redis() {
        for (glob, text, is_match) in [
            ("agent:*", "agent:1", true),
            ("agent:*:x", "agent:1:2:x", true),
            ("agent:*", "agents", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a[bc]", "ac", true),
            ("a[^bc]", "ac", false),
            ("a[0-9]*", "a7", true),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("*", "", true),
        ] {
            assert_eq!(
                matches(glob.as_bytes(), text.as_bytes()),
                is_match,
                "{glob} {text}"
            );
        }
    }

    #[test]
    fn an_archive_of_other_streams_is_shown_and_told() {
        let names = Names::of(&["memory:events".to_owned()]);
        let streams = [b"memory".to_vec(), b"memory:events".to_vec()];
        assert_eq!(names.wanted(&streams), (vec![false, true], None));
        let (wanted, told) = names.wanted(&streams[..1]);
        assert_eq!(wanted, [true]);
        assert!(told.is_some_and(|t| t.what.contains("`memory`")));
        assert_eq!(names.wanted(&[]), (vec![], None));
    }
}
