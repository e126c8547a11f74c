//! The configuration: file < environment < flags, merged here and nowhere else.
//!
//! Invariant: a password is held in a [`Secret`], and no message of this module shows one.

pub mod file;
pub mod secret;
pub mod size;
mod spikes;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy;

use crate::model::{Mapping, Zone};
use crate::project::spikes::Settings;
use crate::runtime::Alarm;

pub use file::FileError;
pub use secret::{Secret, mask, without_password};
pub use size::{Size, SizeError};

/// Where a server is looked for unless told.
pub const DEFAULT_REDIS: &str = "redis://localhost:6379";
/// The stream of the reference producer.
pub const DEFAULT_STREAM: &str = "memory:events";
/// Entries that the interface loads at the start.
pub const DEFAULT_HISTORY: u64 = 200_000;
/// Memory for the log.
pub const DEFAULT_MEMORY_BYTES: usize = 512 << 20;

/// When to write colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorChoice {
    /// On a terminal.
    #[default]
    Auto,
    /// Into pipes and files too.
    Always,
    /// Not at all.
    Never,
}

/// What one place says; `None` where it is silent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// Server: URL, `host:port` or a socket path. A secret, because a URL may hold a password.
    pub redis: Option<Secret>,
    /// Overrides the URL's password.
    pub password: Option<Secret>,
    /// Stream keys or globs.
    pub streams: Option<Vec<String>>,
    /// Entries that the interface loads at the start.
    pub history: Option<u64>,
    /// Memory for the log.
    pub memory: Option<Size>,
    /// Show times in UTC.
    pub utc: Option<bool>,
    /// When to write colors.
    pub color: Option<ColorChoice>,
    /// Whether the interface listens to the mouse.
    pub mouse: Option<bool>,
    /// Whether a spike rings the terminal's bell.
    pub bell: Option<bool>,
    /// The command that is told of spikes.
    pub on_spike: Option<String>,
    /// What counts as a spike.
    pub spikes: Option<Settings>,
    /// Field names by part.
    pub mapping: Option<Mapping>,
}

impl Layer {
    /// This layer, with the one below where it is silent.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            redis: self.redis.or(below.redis),
            password: self.password.or(below.password),
            streams: self.streams.or(below.streams),
            history: self.history.or(below.history),
            memory: self.memory.or(below.memory),
            utc: self.utc.or(below.utc),
            color: self.color.or(below.color),
            mouse: self.mouse.or(below.mouse),
            bell: self.bell.or(below.bell),
            on_spike: self.on_spike.or(below.on_spike),
            spikes: self.spikes.or(below.spikes),
            mapping: self.mapping.or(below.mapping),
        }
    }

    /// What the environment says: `REDIS_URL`, `REDIS_PASSWORD`, `NO_COLOR` (<https://no-color.org>: any text but none).
    /// An empty variable counts as unset.
    #[must_use]
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).filter(|text| !text.is_empty());
        Self {
            redis: set("REDIS_URL").map(Secret::new),
            password: set("REDIS_PASSWORD").map(Secret::new),
            color: set("NO_COLOR").map(|_| ColorChoice::Never),
            ..Self::default()
        }
    }
}

/// The merged configuration, every gap filled.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Server: URL, `host:port` or a socket path.
    pub redis: Secret,
    /// Overrides the URL's password.
    pub password: Option<Secret>,
    /// Stream keys or globs.
    pub streams: Vec<String>,
    /// Entries that the interface loads at the start.
    pub history: u64,
    /// Memory for the log.
    pub memory_bytes: usize,
    /// The zone of times, shown and read.
    pub zone: Zone,
    /// When to write colors.
    pub color: ColorChoice,
    /// Whether the interface listens to the mouse.
    pub mouse: bool,
    /// What counts as a spike.
    pub spikes: Settings,
    /// What the interface does when a spike is raised.
    pub alarm: Alarm,
    /// Field names by part.
    pub mapping: Arc<Mapping>,
}

impl From<Layer> for Config {
    fn from(layer: Layer) -> Self {
        Self {
            redis: layer.redis.unwrap_or_else(|| Secret::new(DEFAULT_REDIS)),
            password: layer.password,
            streams: layer
                .streams
                .unwrap_or_else(|| vec![DEFAULT_STREAM.to_owned()]),
            history: layer.history.unwrap_or(DEFAULT_HISTORY),
            memory_bytes: layer.memory.map_or(DEFAULT_MEMORY_BYTES, |size| size.0),
            zone: match layer.utc {
                Some(true) => Zone::Utc,
                _ => Zone::Local,
            },
            color: layer.color.unwrap_or_default(),
            mouse: layer.mouse.unwrap_or(true),
            spikes: layer.spikes.unwrap_or_default(),
            alarm: Alarm {
                bell: layer.bell.unwrap_or(false),
                command: layer.on_spike.filter(|command| !command.is_empty()),
            },
            mapping: Arc::new(layer.mapping.unwrap_or_default()),
        }
    }
}

impl Config {
    /// Reads the file (`named`, or the one in the configuration directory if there is one) and merges the three layers.
    ///
    /// # Errors
    /// When the named file cannot be read, or either file is not what it should be.
    pub fn load(named: Option<&Path>, environment: Layer, flags: Layer) -> Result<Self, FileError> {
        let file = match named {
            Some(path) => file::read(path)?,
            None => match default_path().filter(|path| path.is_file()) {
                Some(path) => file::read(&path)?,
                None => Layer::default(),
            },
        };
        Ok(Self::from(flags.over(environment).over(file)))
    }
}

/// `$XDG_CONFIG_HOME/lookback/config.toml`, or what stands for it on this system.
#[must_use]
pub fn default_path() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.config_dir().join("lookback").join("config.toml"))
}

/// `$XDG_STATE_HOME/lookback/bookmarks`, or what stands for it on this system.
#[must_use]
pub fn bookmark_folder() -> Option<PathBuf> {
    Some(state_folder()?.join("bookmarks"))
}

/// `$XDG_STATE_HOME/lookback/actions.jsonl`, or what stands for it on this system.
#[must_use]
pub fn action_journal() -> Option<PathBuf> {
    Some(state_folder()?.join("actions.jsonl"))
}

fn state_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    let state = base.state_dir().unwrap_or_else(|| base.data_dir());
    Some(state.join("lookback"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Layer {
        Layer::from_environment(|name| {
            pairs
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        let file = Layer {
            redis: Some(Secret::new("file")),
            history: Some(1),
            utc: Some(true),
            ..Layer::default()
        };
        let flags = Layer {
            history: Some(3),
            ..Layer::default()
        };
        let merged = Config::from(flags.over(environment(&[("REDIS_URL", "env")])).over(file));
        assert_eq!(merged.redis.expose(), "env");
        assert_eq!(merged.history, 3);
        assert_eq!(merged.zone, Zone::Utc);
        assert_eq!(merged.streams, ["memory:events"]);
    }

    #[test]
    fn no_color_is_any_text_but_none() {
        assert_eq!(
            environment(&[("NO_COLOR", "1")]).color,
            Some(ColorChoice::Never)
        );
        assert_eq!(environment(&[("NO_COLOR", "")]).color, None);
    }

    #[test]
    fn debug_output_shows_no_password() {
        let config = Config::from(environment(&[
            ("REDIS_URL", "redis://me:hunter2@h"),
            ("REDIS_PASSWORD", "swordfish"),
        ]));
        let text = format!("{config:?}");
        assert!(
            !text.contains("hunter2") && !text.contains("swordfish"),
            "{text}"
        );
    }
}
