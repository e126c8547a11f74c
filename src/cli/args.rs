//! The command line as clap sees it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{
    analytics, audit, config, consume, demo, doctor, errors, export, groups, import, publish,
    query, replay, session, sessions, spikes, stats, tail, trim, watch,
};
use crate::config::value::{FrameRate, Name, Names};
use crate::config::{ColorChoice, Layer, Secret, Size, SyncChoice};

/// Watch what AI agents write to Redis Streams, filter it, and go back to any moment.
#[derive(Debug, Parser)]
#[command(name = "lookback", version, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do; `watch` when none is named.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const AFTER_HELP: &str = "\
Without a command: watch.

A filter is every word that is no flag; one that begins with `-` may stand as it is (lookback query -type:message.added).
One-letter flags stand apart from their value (-s NAME), so that -session:abc is a filter.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 not connected, 130 interrupted.
Environment: REDIS_URL, REDIS_PASSWORD, LOOKBACK_PROFILE, NO_COLOR.";

/// Flags of every command.
#[derive(Args, Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct Global {
    /// Server: a URL, host:port or a socket path [default: localhost:6379]
    #[arg(short = 'r', long, value_name = "URL", global = true)]
    pub redis: Option<String>,
    /// Stream key, or a glob that follows new keys too; repeatable [default: memory:events]
    #[arg(short = 's', long = "stream", value_name = "NAME", global = true)]
    pub streams: Vec<String>,
    /// Read JSONL instead of Redis (plain, .gz, .lz4; - is stdin); repeatable
    #[arg(short = 'f', long = "file", value_name = "PATH", global = true)]
    pub files: Vec<PathBuf>,
    /// Read the past from this archive too, before what Redis holds (.jsonl, .gz, .lz4); repeatable
    #[arg(long = "archive", value_name = "PATH", global = true)]
    pub archive: Vec<PathBuf>,
    /// From this moment on: -10m, 14:02:07, 2026-11-23, 2026-11-23T14:02:07Z or an entry id
    #[arg(long, value_name = "TIME", global = true, allow_hyphen_values = true)]
    pub since: Option<String>,
    /// Up to this moment
    #[arg(long, value_name = "TIME", global = true, allow_hyphen_values = true)]
    pub until: Option<String>,
    /// Configuration file [default: lookback/config.toml in the configuration directory]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Profile of the configuration, a table `[profile.NAME]` in it
    #[arg(long, value_name = "NAME", global = true)]
    pub profile: Option<String>,
    /// When to write colors
    #[arg(long, value_name = "WHEN", global = true)]
    pub color: Option<ColorChoice>,
    /// Show and read times in UTC instead of local time
    #[arg(long, global = true)]
    pub utc: bool,
    /// Plain ASCII instead of symbols
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Newest entries to load at the start [default: 200000]
    #[arg(long, value_name = "N", global = true, help_heading = "Interface")]
    pub history: Option<u64>,
    /// Memory for the log [default: 512MiB]
    #[arg(long, value_name = "SIZE", global = true, help_heading = "Interface")]
    pub memory: Option<Size>,
    /// Allow changes to the server: in the interface, and in commands where the configuration says `read_only`
    #[arg(long, global = true)]
    pub allow_writes: bool,
    /// Leave the mouse to the terminal
    #[arg(long, global = true, help_heading = "Interface")]
    pub no_mouse: bool,
    /// Frames a second that data alone asks for, at most; keys are shown at once [default: 15, over SSH 10]
    #[arg(long, value_name = "N", global = true, help_heading = "Interface")]
    pub max_fps: Option<FrameRate>,
    /// For a thin link: 2 frames a second unless told, and colors that take few bytes
    #[arg(long, global = true, help_heading = "Interface")]
    pub low_bandwidth: bool,
    /// When to bracket large frames, so that they appear at once [default: auto, not in tmux 3.7 and later]
    #[arg(long, value_name = "WHEN", global = true, help_heading = "Interface")]
    pub sync: Option<SyncChoice>,
    /// Write everything that happens into a new file, to be played with watch --replay-actions
    #[arg(long, value_name = "FILE", global = true, help_heading = "Interface")]
    pub record: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Watch live, go back to any moment
    Watch(watch::WatchArgs),
    /// The interface with simulated agents, no Redis needed
    Demo(demo::DemoArgs),
    /// Follow as lines of text or JSON
    Tail(tail::TailArgs),
    /// Print the entries of a range
    Query(query::QueryArgs),
    /// Write the entries of a range into a file, with a count and a checksum at its end; verify such a file
    Export(export::ExportArgs),
    /// Append the entries of files to streams, under new ids or their own
    Import(import::ImportArgs),
    /// Append events to a stream: one from flags, or JSON lines from standard input or -f
    Publish(publish::PublishArgs),
    /// Write the events of a range again, in their own rhythm
    Replay(replay::ReplayArgs),
    /// List sessions, the last active first
    Sessions(sessions::SessionsArgs),
    /// One session: its timeline, or its state at a moment
    Session(session::SessionArgs),
    /// Figures of a range: rates, latencies, sessions, tokens; patterns; one range against another
    Stats(stats::StatsArgs),
    /// Errors that say the same, grouped
    Errors(errors::ErrorsArgs),
    /// Episodes of abnormal rate or latency
    Spikes(spikes::SpikesArgs),
    /// Take events as a consumer of a group, and acknowledge what was done
    Consume(consume::ConsumeArgs),
    /// Keep figures of a stream in STREAM:metrics, each entry counted once; or show them
    Analytics(analytics::AnalyticsArgs),
    /// Write every entry down in a hash-chained file, or verify one
    Audit(audit::AuditArgs),
    /// Consumer groups: lag, pending entries, consumers; and changing them
    Groups(groups::GroupsArgs),
    /// Let go of entries that are too old or too many, archived first
    Trim(trim::TrimArgs),
    /// Check the connection, the streams and how entries are read
    Doctor(doctor::DoctorArgs),
    /// What is configured and where each value comes from; what is wrong in a configuration
    Config(config::ConfigArgs),
}

impl Cli {
    /// The flags that choose where to read from. The files of a command that writes to a stream are its input, and the archive
    /// of one that trims is its output: neither is a source.
    #[must_use]
    pub fn source(&self) -> Global {
        let mut global = self.global.clone();
        match self.command {
            Some(Command::Publish(_) | Command::Import(_)) => global.files.clear(),
            Some(Command::Trim(_)) => global.archive.clear(),
            _ => {}
        }
        global
    }
}

/// The words of a filter.
#[derive(Args, Clone, Debug, Default)]
pub struct FilterWords {
    /// Which events: type:error.* user:user-3 -is:late "some text" (all words must hold)
    #[arg(value_name = "FILTER")]
    pub words: Vec<String>,
}

impl FilterWords {
    /// One text, words joined by blanks.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.join(" ")
    }
}

impl Global {
    /// The uppermost layer of the configuration.
    #[must_use]
    pub fn layer(&self) -> Layer {
        Layer {
            redis: self.redis.clone().map(Secret::new),
            profile: self.profile.clone().map(Name),
            streams: Some(Names(self.streams.clone())).filter(|s| !s.0.is_empty()),
            history: self.history,
            memory: self.memory,
            utc: self.utc.then_some(true),
            color: self.color,
            mouse: self.no_mouse.then_some(false),
            max_fps: self.max_fps,
            low_bandwidth: self.low_bandwidth.then_some(true),
            sync: self.sync,
            ..Layer::default()
        }
    }
}
