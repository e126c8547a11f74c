//! One layer of the configuration: what the command line, the environment, a profile or a file says.
//!
//! Invariant: what it does not say is `None`, never a default.

use std::path::{Path, PathBuf};

use super::value::{Count, FilePath, FrameRate, Lasting, Name, Names};
use super::{
    ColorChoice, DEFAULT_HISTORY, DEFAULT_MEMORY_BYTES, DEFAULT_REDIS, DEFAULT_STREAM, Password,
    Secret, Size, SpikesLayer, SyncChoice, first_of,
};
use crate::model::Mapping;
use crate::project::spikes::Settings;

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
    /// Frames a second that data alone asks for, at most.
    pub max_fps: Option<FrameRate>,
    /// Whether the link to the terminal is thin.
    pub low_bandwidth: Option<bool>,
    /// Whether large frames are bracketed as synchronized output.
    pub sync: Option<SyncChoice>,
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
            color, mouse, max_fps, low_bandwidth, sync, bell, on_spike, mapping; spikes)
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
            low_bandwidth: Some(false),
            sync: Some(SyncChoice::default()),
            bell: Some(false),
            spikes: SpikesLayer::from(Settings::default()),
            ..Self::default()
        }
    }

    /// Relative paths begin at this folder, `~/` at the user's.
    pub(super) fn rebase(&mut self, folder: &Path) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::value::Bucket;
    use crate::config::{Config, Span};
    use crate::model::{Part, Zone};

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
                bucket: Some(Bucket(7_000)),
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
