//! Every key of the configuration: one table, read by the file's reader, by `config show` and by the tests of the README.

use serde::Deserialize;
use serde_json::Value;
use toml::de::{Error, ValueDeserializer};

use super::value::{FilePath, Names, Shown};
use super::{Layer, Password, Secret};
use crate::model::Part;

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name, with the table it stands in: `history`, `spikes.bucket`.
    pub name: &'static str,
    /// Another name of it.
    pub other_name: Option<&'static str>,
    /// The flag of every command that says the same.
    pub flag: Option<&'static str>,
    /// The variable of the environment that says the same.
    pub variable: Option<&'static str>,
    /// Reads it into a layer; none where a file may not have it.
    pub(super) read: Option<Read>,
    /// What a layer says of it, without secrets.
    pub(super) shown: fn(&Layer) -> Option<Value>,
}

type Read = fn(&mut Layer, ValueDeserializer<'_>) -> Result<(), Error>;

impl Key {
    const fn new(
        name: &'static str,
        read: Option<Read>,
        shown: fn(&Layer) -> Option<Value>,
    ) -> Self {
        Self {
            name,
            other_name: None,
            flag: None,
            variable: None,
            read,
            shown,
        }
    }

    const fn flag(self, flag: &'static str) -> Self {
        let flag = Some(flag);
        Self { flag, ..self }
    }

    const fn variable(self, variable: &'static str) -> Self {
        let variable = Some(variable);
        Self { variable, ..self }
    }

    const fn or(self, other_name: &'static str) -> Self {
        let other_name = Some(other_name);
        Self { other_name, ..self }
    }

    /// Whether a file can have it. A password it cannot.
    #[must_use]
    pub const fn in_file(&self) -> bool {
        self.read.is_some()
    }

    /// Whether it stands in a table of its own kind (`[spikes]`, `[mapping]`).
    #[must_use]
    pub fn in_table(&self) -> bool {
        self.name.contains('.')
    }

    /// The key of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter()
            .find(|key| key.name == name || key.other_name == Some(name))
    }
}

macro_rules! key {
    ($name:literal, $($field:ident).+) => {
        Key::new(
            $name,
            Some(|layer, value| {
                layer.$($field).+ = Some(Deserialize::deserialize(value)?);
                Ok(())
            }),
            |layer| layer.$($field).+.as_ref().map(Shown::shown),
        )
    };
}

macro_rules! part {
    ($name:literal, $part:ident) => {
        Key::new(
            $name,
            Some(|layer, value| {
                let Names(names) = Names::deserialize(value)?;
                let mapping = layer.mapping.get_or_insert_default();
                mapping.overrides.insert(Part::$part, names);
                Ok(())
            }),
            |layer| {
                let names = layer.mapping.as_ref()?.overrides.get(&Part::$part)?;
                Some(Names(names.clone()).shown())
            },
        )
    };
}

/// Every key, in the order in which they are told of.
pub const KEYS: &[Key] = &[
    key!("redis", redis).flag("--redis").variable("REDIS_URL"),
    Key::new("password", None, |layer| match layer.password {
        Some(Password::Text(_)) => Some("***".into()),
        _ => None,
    })
    .variable("REDIS_PASSWORD"),
    Key::new(
        "password_file",
        Some(read_password_file),
        |layer| match &layer.password {
            Some(Password::File(path)) => Some(path.display().to_string().into()),
            _ => None,
        },
    ),
    // A command may hold a secret itself.
    Key::new(
        "password_command",
        Some(read_password_command),
        |layer| match layer.password {
            Some(Password::Command(_)) => Some("***".into()),
            _ => None,
        },
    ),
    key!("read_only", read_only),
    key!("default_profile", profile)
        .flag("--profile")
        .variable("LOOKBACK_PROFILE"),
    key!("stream", streams).flag("--stream").or("stream_name"),
    key!("max_length", max_length),
    key!("approx_max_length", approx_max_length),
    key!("consumer_group", consumer_group),
    key!("consumer_name", consumer_name),
    key!("batch_size", batch_size),
    key!("block_timeout", block_timeout),
    key!("retention_period", retention_period),
    key!("compact_old_events", compact_old_events),
    key!("archive", archive),
    key!("history", history).flag("--history"),
    key!("memory", memory).flag("--memory"),
    key!("utc", utc).flag("--utc"),
    key!("color", color).flag("--color").variable("NO_COLOR"),
    key!("mouse", mouse).flag("--no-mouse"),
    key!("max_fps", max_fps).flag("--max-fps"),
    key!("low_bandwidth", low_bandwidth).flag("--low-bandwidth"),
    key!("sync", sync).flag("--sync"),
    key!("bell", bell),
    key!("on_spike", on_spike),
    key!("spikes.bucket", spikes.bucket),
    key!("spikes.window", spikes.window),
    key!("spikes.decades", spikes.decades),
    key!("spikes.silence_decades", spikes.silence_decades),
    key!("spikes.spreads", spikes.spreads),
    key!("spikes.times", spikes.times),
    key!("spikes.fewest_events", spikes.fewest_events),
    key!("spikes.fewest_errors", spikes.fewest_errors),
    key!("spikes.fewest_latencies", spikes.fewest_latencies),
    key!("spikes.least_latency", spikes.least_latency),
    key!("spikes.fewest_buckets", spikes.fewest_buckets),
    key!("spikes.times_longer", spikes.times_longer),
    key!("spikes.fewest_empty", spikes.fewest_empty),
    key!("spikes.cooldown", spikes.cooldown),
    part!("mapping.kind", Kind),
    part!("mapping.session", Session),
    part!("mapping.user", User),
    part!("mapping.time", Time),
    part!("mapping.latency", Latency),
    part!("mapping.tokens", Tokens),
    part!("mapping.error", Error),
    part!("mapping.role", Role),
    part!("mapping.event_id", EventId),
];

fn read_password_file(layer: &mut Layer, value: ValueDeserializer<'_>) -> Result<(), Error> {
    let FilePath(path) = FilePath::deserialize(value)?;
    only_password(layer, Password::File(path))
}

fn read_password_command(layer: &mut Layer, value: ValueDeserializer<'_>) -> Result<(), Error> {
    let command = Secret::deserialize(value)?;
    if command.expose().trim().is_empty() {
        return Err(serde::de::Error::custom("a command is wanted, not \"\""));
    }
    only_password(layer, Password::Command(command))
}

fn only_password(layer: &mut Layer, password: Password) -> Result<(), Error> {
    if layer.password.is_some() {
        return Err(serde::de::Error::custom(
            "password_file and password_command stand side by side: one of them is wanted",
        ));
    }
    layer.password = Some(password);
    Ok(())
}
