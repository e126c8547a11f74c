//! The command line as clap sees it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::{
    demo, doctor, errors, export, import, publish, query, replay, session, sessions, spikes, stats,
    tail, trim, watch,
};
use crate::config::{ColorChoice, Layer, Secret, Size};

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
Environment: REDIS_URL, REDIS_PASSWORD, NO_COLOR.";

/// Flags of every command.
#[derive(Args, Clone, Debug, Default)]
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
    /// From this moment on: -10m, 14:02:07, 2026-11-23, 2026-11-23T14:02:07Z or an entry id
    #[arg(long, value_name = "TIME", global = true, allow_hyphen_values = true)]
    pub since: Option<String>,
    /// Up to this moment
    #[arg(long, value_name = "TIME", global = true, allow_hyphen_values = true)]
    pub until: Option<String>,
    /// Configuration file [default: lookback/config.toml in the configuration directory]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
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
    /// Leave the mouse to the terminal
    #[arg(long, global = true, help_heading = "Interface")]
    pub no_mouse: bool,
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
    /// Let go of entries that are too old or too many, archived first
    Trim(trim::TrimArgs),
    /// Check the connection, the streams and how entries are read
    Doctor(doctor::DoctorArgs),
}

impl Cli {
    /// The flags that choose where to read from. The files of a command that writes to a stream are its input, and no source.
    #[must_use]
    pub fn source(&self) -> Global {
        let mut global = self.global.clone();
        if matches!(self.command, Some(Command::Publish(_) | Command::Import(_))) {
            global.files.clear();
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
            password: None,
            streams: Some(self.streams.clone()).filter(|s| !s.is_empty()),
            history: self.history,
            memory: self.memory,
            utc: self.utc.then_some(true),
            color: self.color,
            mouse: self.no_mouse.then_some(false),
            bell: None,
            on_spike: None,
            spikes: None,
            mapping: None,
        }
    }
}
