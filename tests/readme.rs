//! What the README says is what the program does: keys, flags, filters, commands, JSON and configuration.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clap::{CommandFactory, Parser};
use lookback::app::keymap;
use lookback::cli::args::Cli;
use lookback::cli::words;
use lookback::config::{KEYS, file};
use lookback::project::{Spike, spikes};
use lookback::query::Filter;
use serde_json::Value;

const SAMPLE: &str = "assets/sample.jsonl";
/// Flags of other programs in the README.
const FOREIGN_FLAGS: [&str; 5] = ["--bench", "--locked", "--open", "--path", "--release"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// What stands between `<!-- name -->` and `<!-- /name -->`.
fn between(text: &str, name: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let rest = text
        .split_once(&begin)
        .unwrap_or_else(|| panic!("no {begin}"));
    let inner = rest
        .1
        .split_once(&end)
        .unwrap_or_else(|| panic!("no {end}"));
    inner.0.to_owned()
}

/// The words in backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

/// The first quoted word of each row of a table, its heading left out.
fn first_column(table: &str) -> Vec<String> {
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.filter_map(|row| quoted(row).into_iter().next())
        .collect()
}

/// The lines of all blocks of shell commands.
fn shell_lines() -> Vec<String> {
    let text = readme();
    let blocks = text.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines());
    lines.map(str::to_owned).filter(|l| !l.is_empty()).collect()
}

/// Splits a command as a shell does, as far as the README needs it: blanks, single quotes, and comments behind two blanks.
fn shell_words(command: &str) -> Vec<String> {
    let command = command.split("  #").next().unwrap_or_default();
    let mut words = Vec::new();
    for (at, part) in command.split('\'').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// The calls of the program, also within pipes.
fn calls() -> Vec<String> {
    let lines = shell_lines();
    let parts = lines.iter().flat_map(|line| line.split(" | "));
    let calls = parts.filter(|part| part.split(' ').next() == Some("lookback"));
    calls.map(str::to_owned).collect()
}

/// Runs a line in a shell that finds the program, as written.
fn run(line: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_lookback"));
    let mut path = OsString::from(program.parent().unwrap());
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    Command::new("sh")
        .args(["-c", line])
        .current_dir(root())
        .env("PATH", path)
        .env("XDG_CONFIG_HOME", root().join("tests"))
        .env_remove("REDIS_URL")
        .env_remove("REDIS_PASSWORD")
        .env_remove("LOOKBACK_PROFILE")
        .output()
        .unwrap()
}

fn stdout(line: &str) -> String {
    let output = run(line);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {}\n{told}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_table_of_keys_is_that_of_the_program() {
    let wanted = keymap::markdown();
    let found = between(&readme(), "keys");
    assert!(
        found == wanted,
        "the table between the markers must be:\n\n{wanted}"
    );
}

#[test]
fn the_test_command_is_named() {
    assert!(shell_lines().iter().any(|line| line == "tests/run"));
    assert!(root().join("tests/run").is_file());
}

#[test]
fn every_call_of_the_program_is_understood() {
    let calls = calls();
    assert!(calls.len() >= 15, "{calls:?}");
    for call in calls {
        let arguments = shell_words(&call).into_iter().map(OsString::from).collect();
        let ordered = words::in_order(&Cli::command(), arguments);
        if let Err(error) = Cli::try_parse_from(ordered) {
            panic!("{call}\n{error}");
        }
    }
}

#[test]
fn every_command_over_the_sample_prints_something() {
    let lines = shell_lines();
    let headless = lines
        .iter()
        .filter(|line| line.contains(SAMPLE) && !line.ends_with(&format!("lookback -f {SAMPLE}")));
    let mut count = 0;
    for line in headless {
        assert!(!stdout(line).is_empty(), "{line}: nothing was printed");
        count += 1;
    }
    assert!(count >= 8, "only {count} commands read {SAMPLE}");
}

/// A command and all below it.
fn family(command: &clap::Command) -> Vec<clap::Command> {
    let below = command.get_subcommands().flat_map(family);
    std::iter::once(command.clone()).chain(below).collect()
}

#[test]
fn every_flag_exists() {
    let known: BTreeSet<String> = family(&Cli::command())
        .iter()
        .flat_map(clap::Command::get_arguments)
        .filter_map(|arg| Some(format!("--{}", arg.get_long()?)))
        .chain(["--help".to_owned(), "--version".to_owned()])
        .collect();
    let text = readme();
    let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
    let words = text
        .split(ends)
        .filter(|word| word.starts_with("--") && word.len() > 2);
    let flags: BTreeSet<&str> = words
        .filter(|w| w.as_bytes().get(2).is_some_and(u8::is_ascii_lowercase))
        .collect();
    assert!(flags.len() > 10, "{flags:?}");
    for flag in flags {
        assert!(
            known.contains(flag) || FOREIGN_FLAGS.contains(&flag),
            "the README names {flag}"
        );
    }
}

#[test]
fn every_command_is_told_of() {
    let text = readme();
    for command in Cli::command().get_subcommands() {
        let row = format!("| `{}` |", command.get_name());
        assert!(text.contains(&row), "no row for {}", command.get_name());
    }
}

#[test]
fn every_filter_parses() {
    let filters = first_column(&between(&readme(), "filters"));
    assert!(filters.len() >= 15, "{filters:?}");
    for filter in filters {
        if let Err(error) = Filter::parse(&filter) {
            panic!("{filter}: {error:?}");
        }
    }
}

fn configuration_keys() -> BTreeSet<String> {
    let keys = KEYS.iter().filter(|key| key.in_file());
    keys.map(|key| key.name.to_owned()).collect()
}

#[test]
fn the_example_configuration_has_every_key() {
    let path = root().join("assets/config.toml");
    let example = file::read(&path).unwrap().sound().unwrap();
    let mut keys: BTreeSet<String> = example
        .base
        .lines
        .keys()
        .map(|&key| key.to_owned())
        .collect();
    // The two stand for each other; the other one is there as a comment.
    assert!(keys.insert("password_file".to_owned()));
    assert_eq!(keys, configuration_keys());
    assert_eq!(example.profiles.len(), 2);
}

#[test]
fn the_table_of_configuration_keys_is_that_of_the_program() {
    let told = first_column(&between(&readme(), "config"));
    let told: BTreeSet<String> = told.into_iter().collect();
    assert_eq!(told, configuration_keys());
}

fn keys_of(value: &Value) -> Vec<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

/// The keys in the last column of a row of the README's table of JSON objects.
fn documented(row: &str) -> Vec<String> {
    let text = readme();
    let begin = format!("| {row}");
    let line = text
        .lines()
        .find(|line| line.starts_with(&begin))
        .unwrap_or_else(|| panic!("no row {row}"));
    quoted(line.trim_end_matches(" |").rsplit(" | ").next().unwrap())
}

#[test]
fn json_has_the_documented_keys() {
    let json = |arguments: &str| -> Value {
        let line = format!("lookback {arguments} -f {SAMPLE} --format json");
        serde_json::from_str(&stdout(&line)).unwrap()
    };
    assert_eq!(keys_of(&json("query")[0]), documented("event (`query`"));
    assert_eq!(
        keys_of(&json("sessions")[0]),
        documented("session in a list")
    );
    assert_eq!(keys_of(&json("errors")[0]), documented("group (`errors`"));
    // The sample is too calm for one.
    let spike = Spike {
        series: spikes::Series::Errors,
        start_ms: 0,
        end_ms: 0,
        raised_ms: 0,
        peak_ms: 0,
        peak: 0.0,
        expected: 0.0,
        score: 0.0,
        open: false,
    };
    let spike = serde_json::to_value(spike.written()).unwrap();
    assert_eq!(keys_of(&spike), documented("spike (`spikes`)"));
    let session = json("session sess-4f1c");
    assert_eq!(keys_of(&session), documented("session (`session`)"));
    assert_eq!(keys_of(&session["events"][0]), documented("its events"));
    let state = json("session sess-4f1c --state");
    assert_eq!(keys_of(&state), documented("state (`session"));
    assert_eq!(
        keys_of(&state["summaries"][0]),
        documented("summary in `summaries`")
    );
    assert_eq!(keys_of(&json("doctor")), documented("report (`doctor`)"));
}

#[test]
fn the_sample_has_what_the_readme_says() {
    let all = stdout(&format!("lookback query -f {SAMPLE} --format jsonl"));
    let sessions = stdout(&format!("lookback sessions -f {SAMPLE} --format jsonl"));
    let says = format!("{} events", all.lines().count());
    assert!(readme().contains(&says), "{says}");
    assert_eq!(sessions.lines().count(), 4);
    assert!(all.contains(r#"{"base64":""#));
    let lines = std::fs::read_to_string(root().join(SAMPLE)).unwrap();
    assert!(lines.lines().any(|line| !line.contains(r#""fields""#)));
}
