//! The configuration: flags > environment > profile > file > defaults, merged here and nowhere else.
//!
//! Invariant: a password is held in a [`Secret`], and no message of this module shows one.

pub mod drawing;
pub mod file;
mod keys;
pub mod layer;
pub mod layers;
pub mod password;
pub mod secret;
pub mod size;
pub mod span;
mod spikes;
pub mod value;

use std::path::PathBuf;
use std::sync::Arc;

use etcetera::BaseStrategy;

use crate::model::{Mapping, Ms, Zone};
use crate::project::spikes::Settings;
use crate::runtime::Alarm;

pub use drawing::{Drawing, SyncChoice};
pub use file::{Contents, FileError, Problem};
pub use keys::{KEYS, Key};
pub use layer::Layer;
pub use layers::{Layers, LoadError, Origin};
pub use password::{Password, PasswordError};
pub use secret::{Secret, mask, masked_address, without_password};
pub use size::{Size, SizeError};
pub use span::{Span, SpanError};
pub use spikes::SpikesLayer;
use value::Name;

/// Where a server is looked for unless told.
pub const DEFAULT_REDIS: &str = "redis://localhost:6379";
/// The stream of the reference producer.
pub const DEFAULT_STREAM: &str = "memory:events";
/// Entries that the interface loads at the start.
pub const DEFAULT_HISTORY: u64 = 200_000;
/// Memory for the log.
pub const DEFAULT_MEMORY_BYTES: usize = 512 << 20;

/// A struct whose fields are those of the first, or of the second where the first has none.
macro_rules! first_of {
    ($upper:ident, $lower:ident; $($field:ident),+ $(; $($part:ident),+)?) => {
        Self {
            $($field: $upper.$field.or($lower.$field),)+
            $($($part: $upper.$part.over($lower.$part),)+)?
        }
    };
}
use first_of;

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

/// What is configured for the commands that write. Where it is `None`, each command has a default of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSettings {
    /// `max_length`: entries that a stream is to keep; at least 1.
    pub max_length: Option<u64>,
    /// `approx_max_length`: whether it may keep a few more, which is cheaper (`~`).
    pub approx: bool,
    /// `consumer_group`; not empty.
    pub group: Option<String>,
    /// `consumer_name`; not empty.
    pub consumer: Option<String>,
    /// `batch_size`: entries taken in one go; at least 1.
    pub batch: Option<usize>,
    /// `block_timeout`: how long a read waits for an entry, ms; at least 1.
    pub block_ms: Option<Ms>,
    /// `retention_period`: how long a stream keeps an entry, ms; at least 1.
    pub retention_ms: Option<Ms>,
    /// `compact_old_events`: whether what is trimmed is archived first.
    pub compact: bool,
    /// `archive`: into which file; absolute, or relative to the working directory of the program.
    pub archive: Option<PathBuf>,
}

/// The merged configuration, every gap filled.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Server: URL, `host:port` or a socket path.
    pub redis: Secret,
    /// Overrides the URL's password; still to be fetched ([`Password::fetch`]).
    pub password: Option<Password>,
    /// Whether nothing may be written unless it is allowed on the command line.
    pub read_only: bool,
    /// Stream keys or globs.
    pub streams: Vec<String>,
    /// For the commands that write.
    pub stream: StreamSettings,
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
    /// How much the interface may write, and how.
    pub drawing: Drawing,
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
            stream: StreamSettings::of(&layer),
            redis: layer.redis.unwrap_or_else(|| Secret::new(DEFAULT_REDIS)),
            password: layer.password,
            read_only: layer.read_only.unwrap_or(false),
            streams: layer
                .streams
                .map_or_else(|| vec![DEFAULT_STREAM.to_owned()], |names| names.0),
            history: layer.history.unwrap_or(DEFAULT_HISTORY),
            memory_bytes: layer.memory.map_or(DEFAULT_MEMORY_BYTES, |size| size.0),
            zone: match layer.utc {
                Some(true) => Zone::Utc,
                _ => Zone::Local,
            },
            color: layer.color.unwrap_or_default(),
            mouse: layer.mouse.unwrap_or(true),
            drawing: Drawing {
                max_fps: layer.max_fps,
                low_bandwidth: layer.low_bandwidth.unwrap_or(false),
                sync: layer.sync.unwrap_or_default(),
            },
            spikes: Settings::from(layer.spikes),
            alarm: Alarm {
                bell: layer.bell.unwrap_or(false),
                command: layer.on_spike.filter(|command| !command.is_empty()),
            },
            mapping: Arc::new(layer.mapping.unwrap_or_default()),
        }
    }
}

impl StreamSettings {
    fn of(layer: &Layer) -> Self {
        let text = |name: &Option<Name>| name.as_ref().map(|name| name.0.clone());
        Self {
            max_length: layer.max_length.map(|n| n.0),
            approx: layer.approx_max_length.unwrap_or(true),
            group: text(&layer.consumer_group),
            consumer: text(&layer.consumer_name),
            batch: layer.batch_size.map(|n| n.0 as usize),
            block_ms: layer.block_timeout.map(|span| span.0),
            retention_ms: layer.retention_period.map(|span| span.0),
            compact: layer.compact_old_events.unwrap_or(false),
            archive: layer.archive.as_ref().map(|path| path.0.clone()),
        }
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

/// `$XDG_STATE_HOME/lookback/actions.jsonl`, or what stands for it on this system: what was changed on servers.
#[must_use]
pub fn journal_path() -> Option<PathBuf> {
    Some(state_folder()?.join("actions.jsonl"))
}

fn state_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    let state = base.state_dir().unwrap_or_else(|| base.data_dir());
    Some(state.join("lookback"))
}
