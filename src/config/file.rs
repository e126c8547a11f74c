//! The configuration file, TOML.
//!
//! ```toml
//! redis = "localhost:6379"
//! stream = ["memory:events", "agents:*"]
//! history = 200000
//! memory = "512MiB"
//! utc = false
//! color = "auto"
//! mouse = true
//! bell = true
//! on_spike = "notify-send lookback"
//!
//! [spikes]
//! bucket = "10s"
//!
//! [mapping]
//! session = ["chat_id", "thread"]
//! latency = "took_ms"
//! ```
//!
//! A message names the file and the line, and never quotes the line: it may hold a password.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::spikes::SpikesTable;
use super::{ColorChoice, Layer, Secret, Size, mask};
use crate::model::{Mapping, Part};
use crate::project::spikes::Settings;

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    redis: Option<String>,
    stream: Option<Names>,
    history: Option<u64>,
    memory: Option<Size>,
    utc: Option<bool>,
    color: Option<ColorChoice>,
    mouse: Option<bool>,
    bell: Option<bool>,
    on_spike: Option<String>,
    spikes: Option<SpikesTable>,
    mapping: Option<MappingTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MappingTable {
    kind: Option<Names>,
    session: Option<Names>,
    user: Option<Names>,
    time: Option<Names>,
    latency: Option<Names>,
    tokens: Option<Names>,
    error: Option<Names>,
    role: Option<Names>,
    event_id: Option<Names>,
}

/// One name or several.
struct Names(Vec<String>);

/// Reads one file.
///
/// # Errors
/// When it cannot be read or is not what it should be.
pub fn read(path: &Path) -> Result<Layer, FileError> {
    let text = std::fs::read_to_string(path).map_err(|cause| FileError::Unreadable {
        path: path.to_owned(),
        cause,
    })?;
    parse(&text).map_err(|(line, problem)| FileError::Wrong {
        path: path.to_owned(),
        line,
        problem,
    })
}

/// Reads the text of a file; an error is the line and what is wrong there.
fn parse(text: &str) -> Result<Layer, (usize, String)> {
    toml::from_str::<File>(text)
        .map(Layer::from)
        .map_err(|error| {
            let before = error
                .span()
                .and_then(|span| text.get(..span.start))
                .unwrap_or_default();
            let problem = error
                .message()
                .lines()
                .map(str::trim)
                .collect::<Vec<_>>()
                .join("; ");
            (before.matches('\n').count() + 1, mask(&problem))
        })
}

impl From<File> for Layer {
    fn from(file: File) -> Self {
        Self {
            redis: file.redis.map(Secret::new),
            password: None,
            streams: file.stream.map(|names| names.0),
            history: file.history,
            memory: file.memory,
            utc: file.utc,
            color: file.color,
            mouse: file.mouse,
            bell: file.bell,
            on_spike: file.on_spike,
            spikes: file.spikes.map(Settings::from),
            mapping: file.mapping.map(Mapping::from),
        }
    }
}

impl From<MappingTable> for Mapping {
    fn from(table: MappingTable) -> Self {
        let parts = [
            (Part::Kind, table.kind),
            (Part::Session, table.session),
            (Part::User, table.user),
            (Part::Time, table.time),
            (Part::Latency, table.latency),
            (Part::Tokens, table.tokens),
            (Part::Error, table.error),
            (Part::Role, table.role),
            (Part::EventId, table.event_id),
        ];
        let overrides: BTreeMap<Part, Vec<String>> = parts
            .into_iter()
            .filter_map(|(part, names)| Some((part, names?.0)))
            .collect();
        Self { overrides }
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> serde::de::Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name or a list of names")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Names, E> {
        Ok(Names(vec![name.to_owned()]))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = list.next_element::<String>()? {
            names.push(name);
        }
        if names.is_empty() {
            return Err(serde::de::Error::custom("the list of names is empty"));
        }
        Ok(Names(names))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn reads_every_key() {
        let layer = parse(
            "redis='h:1'\nstream=['a','b*']\nhistory=5\nmemory='1MiB'\nutc=true\ncolor='never'\nmouse=false\n\
             [spikes]\nbucket='1m'\ndecades=5\ncooldown='5m'\n\
             [mapping]\nsession=['chat','thread']\nlatency='took'",
        )
        .unwrap();
        assert_eq!(layer.redis, Some(Secret::new("h:1")));
        assert_eq!(layer.streams, Some(vec!["a".to_owned(), "b*".to_owned()]));
        assert_eq!(layer.memory, Some(Size(1 << 20)));
        assert_eq!(layer.color, Some(ColorChoice::Never));
        let spikes = layer.spikes.unwrap();
        assert_eq!((spikes.bucket_ms, spikes.cooldown_ms), (60_000, 300_000));
        assert!((spikes.decades - 5.0).abs() < 1e-9);
        assert_eq!(spikes.window, Settings::default().window);
        let mapping = layer.mapping.unwrap();
        assert_eq!(mapping.overrides[&Part::Session], ["chat", "thread"]);
        assert_eq!(mapping.overrides[&Part::Latency], ["took"]);
        assert_eq!(mapping.overrides.len(), 2);
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_without_the_value() {
        for (text, line, word) in [
            ("utc = true\nstrem = 'redis://u:hunter2@h'\n", 2, "strem"),
            ("[mapping]\n\nsesion = 'x'", 3, "sesion"),
            ("memory = 'much'", 1, "much"),
            ("[spikes]\nbucket = '5ms'", 2, "1s to 1h"),
            ("[spikes]\nbucket = 'soon'", 2, "a span like"),
            ("[spikes]\ndecades = -1", 2, "more than 0"),
            ("[spikes]\nwindow = 2", 2, "20 to 10000"),
            ("[spikes]\nfewest_errors = 0", 2, "at least 1"),
            ("[spikes]\nspread = 6", 2, "spread"),
            ("stream = []", 1, "empty"),
            ("\nredis = 'redis://u:hunter2@h", 2, ""),
        ] {
            let (found, problem) = parse(text).unwrap_err();
            assert_eq!(found, line, "{problem}");
            assert!(problem.contains(word), "{problem}");
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }
}
