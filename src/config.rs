//! The configuration: flags > environment > profile > file > defaults, merged here and nowhere else.
//!
//! Invariant: a password is held in a [`Secret`], and no message of this module shows one.

pub mod file;
mod keys;
pub mod layers;
pub mod password;
pub mod secret;
pub mod size;
pub mod span;
mod spikes;
pub mod value;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy;

use crate::model::{Mapping, Ms, Zone};
use crate::project::spikes::Settings;
use crate::runtime::Alarm;

pub use file::{Contents, FileError, Problem};
pub use keys::{KEYS, Key};
pub use layers::{Layers, LoadError, Origin};
pub use password::{Password, PasswordError};
pub use secret::{Secret, mask, masked_address, without_password};
pub use size::{Size, SizeError};
pub use span::{Span, SpanError};
pub use spikes::SpikesLayer;
use value::{Count, FilePath, Lasting, Name, Names};

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

/// What one place says; `None` where it is silent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// Server: URL, `host:port` or a socket path. A secret, because a URL may hold a password.
    pub redis: Option<Secret>,
    /// Overrides the URL's password.
    pub password: Option<Password>,
    /// Whether nothing may be written unless it is allowed on the command line.
    pub read_only: Option<bool>,
    /// The profile that counts.
    pub profile: Option<Name>,
    /// Stream keys or globs.
    pub streams: Option<Names>,
    /// Entries that a stream is to keep.
    pub max_length: Option<Count<u64>>,
    /// Whether a stream may keep a few more, which is cheaper.
    pub approx_max_length: Option<bool>,
    /// The consumer group.
    pub consumer_group: Option<Name>,
    /// The consumer in it.
    pub consumer_name: Option<Name>,
    /// Entries that are taken in one go.
    pub batch_size: Option<Count<u32>>,
    /// How long a read waits for an entry.
    pub block_timeout: Option<Lasting>,
    /// How long a stream keeps an entry.
    pub retention_period: Option<Lasting>,
    /// Whether what goes is archived first.
    pub compact_old_events: Option<bool>,
    /// The file of the archive.
    pub archive: Option<FilePath>,
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
    pub spikes: SpikesLayer,
    /// Field names by part.
    pub mapping: Option<Mapping>,
}

impl Layer {
    /// This layer, with the one below where it is silent. The tables are merged key by key.
    #[must_use]
    pub fn over(mut self, mut below: Self) -> Self {
        self.mapping = both(self.mapping.take(), below.mapping.take());
        first_of!(self, below; redis, password, read_only, profile, streams, max_length, approx_max_length, consumer_group,
            consumer_name, batch_size, block_timeout, retention_period, compact_old_events, archive, history, memory, utc,
            color, mouse, bell, on_spike, mapping; spikes)
    }

    /// What the environment says: `REDIS_URL`, `REDIS_PASSWORD`, `LOOKBACK_PROFILE`, `NO_COLOR` (<https://no-color.org>: any text
    /// but none). An empty variable counts as unset.
    #[must_use]
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).filter(|text| !text.is_empty());
        Self {
            redis: set("REDIS_URL").map(Secret::new),
            password: set("REDIS_PASSWORD").map(|text| Password::Text(Secret::new(text))),
            profile: set("LOOKBACK_PROFILE").map(Name),
            color: set("NO_COLOR").map(|_| ColorChoice::Never),
            ..Self::default()
        }
    }

    /// What holds where nothing else is said. Where a command has a default of its own, this is silent.
    #[must_use]
    pub fn defaults() -> Self {
        Self {
            redis: Some(Secret::new(DEFAULT_REDIS)),
            read_only: Some(false),
            streams: Some(Names(vec![DEFAULT_STREAM.to_owned()])),
            approx_max_length: Some(true),
            compact_old_events: Some(false),
            history: Some(DEFAULT_HISTORY),
            memory: Some(Size(DEFAULT_MEMORY_BYTES)),
            utc: Some(false),
            color: Some(ColorChoice::default()),
            mouse: Some(true),
            bell: Some(false),
            spikes: SpikesLayer::from(Settings::default()),
            ..Self::default()
        }
    }

    /// Relative paths begin at this folder, `~/` at the user's.
    fn rebase(&mut self, folder: &Path) {
        let whole = |path: &mut PathBuf| *path = whole_path(path, folder);
        if let Some(Password::File(path)) = &mut self.password {
            whole(path);
        }
        if let Some(FilePath(path)) = &mut self.archive {
            whole(path);
        }
    }
}

fn whole_path(path: &Path, folder: &Path) -> PathBuf {
    let in_home = path.strip_prefix("~").ok();
    match in_home.and_then(|rest| Some(etcetera::home_dir().ok()?.join(rest))) {
        Some(whole) => whole,
        None => folder.join(path),
    }
}

/// The fields of both, the upper ones where both name a part.
fn both(upper: Option<Mapping>, lower: Option<Mapping>) -> Option<Mapping> {
    match (upper, lower) {
        (Some(upper), Some(mut both)) => {
            both.overrides.extend(upper.overrides);
            Some(both)
        }
        (upper, lower) => upper.or(lower),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Part;

    fn environment(pairs: &[(&str, &str)]) -> Layer {
        Layer::from_environment(|name| {
            pairs
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn the_upper_layer_wins_key_by_key() {
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
    fn tables_are_merged_key_by_key_too() {
        let mapping = |pairs: &[(Part, &str)]| {
            let names = pairs.iter().map(|(p, n)| (*p, vec![(*n).to_owned()]));
            Some(Mapping {
                overrides: names.collect(),
            })
        };
        let upper = Layer {
            mapping: mapping(&[(Part::Session, "chat")]),
            spikes: SpikesLayer {
                cooldown: Some(Span(5)),
                ..SpikesLayer::default()
            },
            ..Layer::default()
        };
        let lower = Layer {
            mapping: mapping(&[(Part::Session, "thread"), (Part::User, "who")]),
            spikes: SpikesLayer {
                cooldown: Some(Span(6)),
                bucket: Some(value::Bucket(7_000)),
                ..SpikesLayer::default()
            },
            ..Layer::default()
        };
        let merged = Config::from(upper.over(lower));
        let wanted = mapping(&[(Part::Session, "chat"), (Part::User, "who")]);
        assert_eq!(Some((*merged.mapping).clone()), wanted);
        assert_eq!(
            (merged.spikes.cooldown_ms, merged.spikes.bucket_ms),
            (5, 7_000)
        );
    }

    #[test]
    fn what_is_shown_as_the_default_is_what_holds() {
        assert_eq!(
            Config::from(Layer::defaults()),
            Config::from(Layer::default())
        );
    }

    #[test]
    fn paths_begin_at_the_folder_of_the_file() {
        let folder = Path::new("/etc/lookback");
        for (path, whole) in [("a/b", "/etc/lookback/a/b"), ("/a", "/a")] {
            assert_eq!(whole_path(Path::new(path), folder), Path::new(whole));
        }
        let home = whole_path(Path::new("~/pw"), folder);
        assert!(home.is_absolute() && !home.starts_with(folder) && home.ends_with("pw"));
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
