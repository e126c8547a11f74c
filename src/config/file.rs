//! The configuration file, TOML.
//!
//! ```toml
//! redis = "localhost:6379"
//! stream = ["memory:events", "agents:*"]
//! history = 200000
//!
//! [spikes]
//! bucket = "10s"
//!
//! [mapping]
//! session = ["chat_id", "thread"]
//!
//! [profile.prod]
//! redis = "rediss://inspector@redis.example.com:6380"
//! password_file = "prod.password"
//! read_only = true
//! ```
//!
//! Every key is read by itself, so that one mistake hides no other. A message names the file and the line, and never quotes the
//! line: it may hold a password.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Serialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::{KEYS, Key, Layer, mask};
use crate::model::near::nearest;

/// Larger ones are no configuration.
const LARGEST_BYTES: u64 = 1 << 20;
/// The tables of the base and of each profile.
const TABLES: [&str; 2] = ["mapping", "spikes"];
/// The table that holds the profiles.
const PROFILES: &str = "profile";

/// Why the configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read the configuration {}: {cause}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// It is not what it should be.
    #[error("{}, line {line}: {problem}", .path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong, in one line.
        problem: String,
    },
}

/// Something wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// What, in one line, without secrets.
    pub problem: String,
    /// What to do; may be empty.
    pub hint: String,
}

/// What a file says.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// The file.
    pub path: PathBuf,
    /// What holds for every profile.
    pub base: Part,
    /// The profiles.
    pub profiles: BTreeMap<String, Part>,
    /// What is wrong, by line.
    pub problems: Vec<Problem>,
}

/// The keys of one table.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// What they say.
    pub layer: Layer,
    /// Where each stands, by its first name.
    pub lines: BTreeMap<&'static str, usize>,
}

/// Reads one file; what is wrong in it is part of the answer.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path) -> Result<Contents, FileError> {
    let text = text_of(path).map_err(|cause| FileError::Unreadable {
        path: path.to_owned(),
        cause,
    })?;
    let mut contents = Contents {
        path: path.to_owned(),
        ..parse(&text)
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    contents.base.layer.rebase(folder);
    for part in contents.profiles.values_mut() {
        part.layer.rebase(folder);
    }
    Ok(contents)
}

fn text_of(path: &Path) -> std::io::Result<String> {
    use std::io::Read;
    let mut text = String::new();
    let file = std::fs::File::open(path)?;
    file.take(LARGEST_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST_BYTES {
        let told = "it is larger than 1 MiB, so it is no configuration";
        return Err(std::io::Error::other(told));
    }
    Ok(text)
}

impl Contents {
    /// The same, if nothing is wrong.
    ///
    /// # Errors
    /// The first mistake.
    pub fn sound(self) -> Result<Self, FileError> {
        match self.problems.first() {
            None => Ok(self),
            Some(first) => Err(FileError::Wrong {
                path: self.path.clone(),
                line: first.line,
                problem: first.in_one_line(),
            }),
        }
    }
}

impl Problem {
    /// What, and what to do.
    #[must_use]
    pub fn in_one_line(&self) -> String {
        if self.hint.is_empty() {
            self.problem.clone()
        } else {
            format!("{}: {}", self.problem, self.hint)
        }
    }
}

/// Reads the text of a file.
fn parse(text: &str) -> Contents {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader {
        text,
        problems: Vec::new(),
    };
    for error in errors {
        reader.wrong(error.span().unwrap_or_default(), error.message(), "");
    }
    let mut contents = Contents::default();
    // What is left of a broken text would only raise mistakes of its own.
    if reader.problems.is_empty() {
        let mut table = table.into_inner();
        contents.profiles = reader.profiles(&mut table);
        contents.base = reader.part(&table, None);
        reader.default_profile(&contents);
    }
    reader.problems.sort();
    Contents {
        problems: reader.problems,
        ..contents
    }
}

struct Reader<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    fn wrong(&mut self, span: Range<usize>, problem: &str, hint: &str) {
        let lines = problem.lines().map(str::trim).collect::<Vec<_>>();
        self.problems.push(Problem {
            line: self.line(span.start),
            problem: mask(&lines.join("; ")),
            hint: hint.to_owned(),
        });
    }

    /// Takes the profiles out of the table of the file.
    fn profiles(&mut self, table: &mut DeTable<'_>) -> BTreeMap<String, Part> {
        let Some(value) = table.remove(PROFILES) else {
            return BTreeMap::new();
        };
        let span = value.span();
        let Some(profiles) = value.get_ref().as_table() else {
            let hint = "the one that counts is named by default_profile";
            self.wrong(span, "profiles are tables, [profile.NAME]", hint);
            return BTreeMap::new();
        };
        let mut parts = BTreeMap::new();
        for (name, value) in profiles {
            let name_text = name.get_ref().to_string();
            match value.get_ref().as_table() {
                Some(inner) => {
                    let part = self.part(inner, Some(&name_text));
                    parts.insert(name_text, part);
                }
                None => self.not_a_profile(name),
            }
        }
        parts
    }

    fn not_a_profile(&mut self, name: &Spanned<std::borrow::Cow<'_, str>>) {
        let key = name.get_ref();
        let told = format!("`{key}` stands in [profile], where only profiles stand");
        self.wrong(name.span(), &told, "put it into a [profile.NAME]");
    }

    /// The keys of the base, or of a profile.
    fn part(&mut self, table: &DeTable<'_>, profile: Option<&str>) -> Part {
        let mut part = Part::default();
        for (name, value) in table {
            let text: &str = name.get_ref();
            if !TABLES.contains(&text) {
                self.key(text, name.span(), value, profile, &mut part);
                continue;
            }
            let Some(inner) = value.get_ref().as_table() else {
                self.wrong(name.span(), &format!("`{text}` is a table: [{text}]"), "");
                continue;
            };
            for (inner_name, value) in inner {
                let whole = format!("{text}.{}", inner_name.get_ref());
                self.key(&whole, inner_name.span(), value, profile, &mut part);
            }
        }
        part
    }

    fn key(
        &mut self,
        name: &str,
        span: Range<usize>,
        value: &Spanned<DeValue<'_>>,
        profile: Option<&str>,
        part: &mut Part,
    ) {
        let Some((key, read)) = Key::named(name).and_then(|key| Some((key, key.read?))) else {
            let hint = suggestion(name, profile.is_some());
            return self.wrong(span, &format!("there is no key `{}`", last(name)), &hint);
        };
        if profile.is_some() && key.name == "default_profile" {
            let hint = "put it at the top of the file";
            return self.wrong(span, "a profile does not name another", hint);
        }
        let line = self.line(span.start);
        if part.lines.insert(key.name, line).is_some() {
            let other = key.other_name.unwrap_or_default();
            let told = format!("`{}` and `{other}` are the same key", key.name);
            return self.wrong(span, &told, "give one of them");
        }
        let value_span = value.span();
        if let Err(error) = read(&mut part.layer, ValueDeserializer::from(value.clone())) {
            let told = format!("{}: {}", last(name), error.message());
            self.wrong(error.span().unwrap_or(value_span), &told, "");
        }
    }

    fn default_profile(&mut self, contents: &Contents) {
        let base = &contents.base;
        let (Some(name), Some(line)) = (&base.layer.profile, base.lines.get("default_profile"))
        else {
            return;
        };
        if !contents.profiles.contains_key(&name.0) {
            self.problems.push(Problem {
                line: *line,
                problem: format!("there is no profile `{}`", name.0),
                hint: there(&contents.profiles),
            });
        }
    }
}

/// Which profiles there are.
pub(super) fn there(profiles: &BTreeMap<String, Part>) -> String {
    if profiles.is_empty() {
        return "there are none: a profile is a table [profile.NAME]".to_owned();
    }
    let names: Vec<&str> = profiles.keys().map(String::as_str).collect();
    format!("there are {}", names.join(", "))
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// What may have been meant by a wrong name.
fn suggestion(name: &str, in_profile: bool) -> String {
    if matches!(name, "password" | "redis_password" | "auth") {
        return "a password stands in no configuration: use REDIS_PASSWORD, password_file or password_command".to_owned();
    }
    let table = name.split_once('.').map(|(table, _)| table);
    let fits = |key: &&Key| {
        let in_table = key.name.split_once('.').map(|(table, _)| table);
        key.in_file() && in_table == table && !(in_profile && key.name == "default_profile")
    };
    let known: Vec<&str> = KEYS.iter().filter(fits).map(|key| last(key.name)).collect();
    let tables = TABLES.iter().filter(|_| table.is_none());
    let names = known.iter().chain(tables).map(|name| name.as_bytes());
    let wanted = last(name);
    let nearest = nearest(wanted.as_bytes(), names);
    let nearest = nearest.first().and_then(|n| std::str::from_utf8(n).ok());
    match nearest.filter(|_| wanted.len() > 2) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::config::value::{Names, Positive};
    use crate::config::{ColorChoice, Password, Secret, Size};
    use crate::model::Part as Field;
    use crate::project::spikes::Settings;

    fn sound(text: &str) -> Contents {
        let contents = parse(text);
        assert_eq!(contents.problems, []);
        contents
    }

    #[test]
    fn reads_keys_tables_and_profiles_with_their_lines() {
        let contents = sound(
            "redis='h:1'\nstream_name=['a','b*']\nhistory=5\nmemory='1MiB'\nutc=true\ncolor='never'\nmouse=false\n\
             [spikes]\nbucket='1m'\ndecades=5\ncooldown='5m'\n\
             [mapping]\nsession=['chat','thread']\nlatency='took'\n\
             [profile.prod]\nread_only=true\nspikes.times=3.5\npassword_command='x'",
        );
        let Part { layer, lines } = contents.base;
        assert_eq!(layer.redis, Some(Secret::new("h:1")));
        assert_eq!(layer.streams, Some(Names(vec!["a".into(), "b*".into()])));
        assert_eq!(layer.memory, Some(Size(1 << 20)));
        assert_eq!(layer.color, Some(ColorChoice::Never));
        let spikes = Settings::from(layer.spikes);
        assert_eq!((spikes.bucket_ms, spikes.cooldown_ms), (60_000, 300_000));
        assert!((spikes.decades - 5.0).abs() < 1e-9);
        assert_eq!(spikes.window, Settings::default().window);
        let mapping = layer.mapping.unwrap();
        assert_eq!(mapping.overrides[&Field::Session], ["chat", "thread"]);
        assert_eq!(mapping.overrides[&Field::Latency], ["took"]);
        assert_eq!(mapping.overrides.len(), 2);
        for (key, line) in [("stream", 2), ("spikes.bucket", 9), ("mapping.latency", 14)] {
            assert_eq!(lines[key], line, "{key}");
        }
        let prod = &contents.profiles["prod"];
        assert_eq!(prod.layer.read_only, Some(true));
        assert_eq!(prod.layer.spikes.times, Some(Positive(3.5)));
        let command = Password::Command(Secret::new("x"));
        assert_eq!(prod.layer.password, Some(command));
        assert_eq!(prod.lines["spikes.times"], 17);
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_without_the_value() {
        for (text, line, word) in [
            (
                "utc = true\nstrem = 'redis://u:hunter2@h'\n",
                2,
                "`stream`?",
            ),
            ("[mapping]\n\nsesion = 'x'", 3, "`session`?"),
            ("memory = 'much'", 1, "much"),
            ("[spikes]\nbucket = '5ms'", 2, "1s to 1h"),
            ("[spikes]\nbucket = 'soon'", 2, "a span like"),
            ("[spikes]\ndecades = -1", 2, "more than 0"),
            ("[spikes]\nwindow = 2", 2, "20 to 10000"),
            ("[spikes]\nfewest_errors = 0", 2, "at least 1"),
            ("[spikes]\nspread = 6", 2, "`spreads`?"),
            ("spikes = 6", 1, "[spikes]"),
            ("stream = []", 1, "empty"),
            ("stream = ['a', '']", 1, "a name is wanted"),
            ("stream = 'a'\nstream_name = 'a'", 2, "same key"),
            ("utc = true\nutc = true", 2, "duplicate"),
            ("max_length = 0", 1, "at least 1"),
            ("batch_size = -5", 1, "batch_size"),
            ("block_timeout = 2", 1, "a span like"),
            ("retention_period = '0s'", 1, "more than 0"),
            ("consumer_group = ''", 1, "a name"),
            ("read_only = 'yes'", 1, "read_only"),
            (
                "password_file = 'a'\npassword_command = 'b'",
                1,
                "one of them",
            ),
            ("password_command = ' '", 1, "a command"),
            ("password_command = ['hunter2']", 1, "a text in quotes"),
            ("password = 'hunter2'", 1, "REDIS_PASSWORD"),
            ("redis = { password = 'hunter2' }", 1, "a text in quotes"),
            ("redis = hunter2", 1, ""),
            ("\nredis = 'redis://u:hunter2@h", 2, ""),
            ("redis = redis://u:hunter2@h", 1, ""),
            ("profile = 'prod'", 1, "default_profile"),
            ("[profile]\nutc = true", 2, "[profile.NAME]"),
            ("default_profile = 'x'\n[profile.y]", 1, "there are y"),
            ("[profile.y]\ndefault_profile = 'y'", 2, "top of the file"),
            ("[profile.y]\nutx = true", 2, "`utc`?"),
            ("[profile.y.mapping]\nutc = 'x'", 2, "no key `utc`"),
        ] {
            let problems = parse(text).problems;
            let first = problems.first().unwrap_or_else(|| panic!("{text}"));
            let told = first.in_one_line();
            assert_eq!(first.line, line, "{text}: {told}");
            assert!(told.contains(word), "{text}: {told}");
            assert!(!told.contains("hunter2"), "{text}: {told}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_and_each_problem_is_on_one_of_its_lines(
            cut in 0..2_000_usize,
            length in 0..200_usize,
            put in proptest::string::string_regex("[\\PC\n\"'\\[\\]=.#]{0,12}").unwrap(),
        ) {
            let mut text = include_str!("../../assets/config.toml").replace("# ", "");
            text.extend(["\n[profile.x]\nstream = 1\n"; 2]);
            let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            let (from, to) = (floor(cut), floor(cut + length));
            text.replace_range(from..to, &put);
            let lines = text.matches('\n').count() + 1;
            for problem in parse(&text).problems {
                proptest::prop_assert!((1..=lines).contains(&problem.line), "{problem:?}");
                proptest::prop_assert!(!problem.problem.contains('\n'), "{problem:?}");
            }
        }
    }

    #[test]
    fn one_mistake_hides_no_other() {
        let text = "utx = true\nhistory = 'x'\n[spikes]\ntimes = 0\n[profile.a]\nmemory = 'x'\n[profile.b]\nnope = 1";
        let lines: Vec<usize> = parse(text).problems.iter().map(|p| p.line).collect();
        assert_eq!(lines, [1, 2, 4, 6, 8]);
        let broken = "a = \nb = 'x\nc = 1\n";
        let lines: Vec<usize> = parse(broken).problems.iter().map(|p| p.line).collect();
        assert_eq!(lines, [1, 2]);
    }
}
