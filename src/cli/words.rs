//! Tells filter words from flags, so that a filter may begin with `-` and stand before, between or after flags.
//!
//! clap alone cannot: where it takes `-type:x` as a value, it takes every flag behind it as one too. So the arguments of a
//! command that takes a filter are put in order first: flags, `--`, words. Rules:
//! - `--name` is a flag, with the next argument as its value where it takes one;
//! - `-x` alone is a flag where the command knows it, and so is `-x20`, digits only;
//! - everything else is a word of the filter, and so is everything behind `--`;
//! - where a filter stands in the place of a command, the command is `watch`.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command};

/// Puts the arguments in order (the first is the program); those of commands without a filter stay as they are.
#[must_use]
pub fn in_order(command: &Command, arguments: Vec<OsString>) -> Vec<OsString> {
    let mut arguments = arguments;
    if let Some(at) = bare_filter(command, &arguments) {
        arguments.insert(at, OsString::from("watch"));
    }
    let Some((at, sub)) = find_subcommand(command, &arguments) else {
        return arguments;
    };
    if !sub.get_positionals().any(|a| a.get_id() == "words") {
        return arguments;
    }
    let mut rest = arguments;
    let tail = rest.split_off(at + 1);
    let (flags, words) = split(command, sub, tail);
    let mut ordered = rest;
    ordered.extend(flags);
    ordered.push(OsString::from("--"));
    ordered.extend(words);
    ordered
}

/// Where the subcommand's name stands, if it is one.
fn find_subcommand<'a>(
    command: &'a Command,
    arguments: &[OsString],
) -> Option<(usize, &'a Command)> {
    let (at, text) = first_word(command, arguments)?;
    Some((at, command.find_subcommand(text)?))
}

/// Where a filter stands that no command precedes. A single plain word is taken for a mistyped command.
fn bare_filter(command: &Command, arguments: &[OsString]) -> Option<usize> {
    let (at, text) = first_word(command, arguments)?;
    let says_filter =
        text.starts_with('-') || text.contains([':', '=', '<', '>', '~', '/', '"', '(', ' ']);
    (says_filter && command.find_subcommand(text).is_none()).then_some(at)
}

/// The first argument that is neither a flag nor the value of one.
fn first_word<'a>(command: &Command, arguments: &'a [OsString]) -> Option<(usize, &'a str)> {
    let mut at = 1;
    loop {
        let text = arguments.get(at)?.to_str()?;
        let known = flag(command, command, text);
        let is_clap_s = text.starts_with("--") || matches!(text, "-h" | "-V");
        if known.is_none() && !is_clap_s {
            return Some((at, text));
        }
        at += if known.is_some_and(|f| takes_next(f, text)) {
            2
        } else {
            1
        };
    }
}

fn split(
    root: &Command,
    sub: &Command,
    arguments: Vec<OsString>,
) -> (Vec<OsString>, Vec<OsString>) {
    let (mut flags, mut words) = (Vec::new(), Vec::new());
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy().into_owned();
        if text == "--" {
            words.extend(arguments);
            break;
        }
        match flag(root, sub, &text) {
            Some(known) => {
                let value = takes_next(known, &text);
                flags.push(argument);
                flags.extend(value.then(|| arguments.next()).flatten());
            }
            // clap words the complaint, or gives the help.
            None if text.starts_with("--") || matches!(text.as_str(), "-h" | "-V") => {
                flags.push(argument);
            }
            None => words.push(argument),
        }
    }
    (flags, words)
}

fn flag<'a>(root: &'a Command, sub: &'a Command, text: &str) -> Option<&'a Arg> {
    let mut known = sub.get_arguments().chain(root.get_arguments());
    if let Some(long) = text.strip_prefix("--") {
        let name = long.split('=').next()?;
        return known.find(|a| a.get_long() == Some(name));
    }
    let mut letters = text.strip_prefix('-')?.chars();
    let letter = letters.next()?;
    let apart = letters.all(|c| c.is_ascii_digit());
    known.find(|a| apart && a.get_short() == Some(letter))
}

fn takes_next(flag: &Arg, text: &str) -> bool {
    let takes = matches!(flag.get_action(), ArgAction::Set | ArgAction::Append);
    let attached = match text.strip_prefix("--") {
        Some(long) => long.contains('='),
        None => text.len() > 2,
    };
    takes && !attached
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn ordered(line: &str) -> String {
        let arguments = line.split(' ').map(OsString::from).collect();
        let command = crate::cli::args::Cli::command();
        let out = in_order(&command, arguments);
        out.join(&OsString::from(" "))
            .to_string_lossy()
            .into_owned()
    }

    #[test]
    fn flags_and_words_may_stand_in_any_order() {
        for (given, wanted) in [
            ("lookback type:x", "lookback watch -- type:x"),
            ("lookback -type:x --utc", "lookback watch --utc -- -type:x"),
            (
                "lookback -r h:1 is:error",
                "lookback -r h:1 watch -- is:error",
            ),
            ("lookback qurey", "lookback qurey"),
            (
                "lookback query type:x --limit 5",
                "lookback query --limit 5 -- type:x",
            ),
            (
                "lookback query -type:message.added --limit=5 user:a",
                "lookback query --limit=5 -- -type:message.added user:a",
            ),
            (
                "lookback -r h query -s a -session:b -role:user",
                "lookback -r h query -s a -- -session:b -role:user",
            ),
            (
                "lookback --since -10m tail -n 5 -word",
                "lookback --since -10m tail -n 5 -- -word",
            ),
            (
                "lookback tail -n5 --since -10m x",
                "lookback tail -n5 --since -10m -- x",
            ),
            ("lookback query -- --limit 5", "lookback query -- --limit 5"),
            ("lookback query --nope x", "lookback query --nope -- x"),
            ("lookback query -f - x", "lookback query -f - -- x"),
        ] {
            assert_eq!(ordered(given), wanted);
        }
    }

    #[test]
    fn commands_without_a_filter_are_left_alone() {
        for line in [
            "lookback",
            "lookback --utc",
            "lookback session abc --at -10m",
            "lookback quary",
            "lookback help query",
        ] {
            assert_eq!(ordered(line), line);
        }
    }
}
