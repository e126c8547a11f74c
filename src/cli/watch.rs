//! `watch [FILTER…]`: the interface over a source.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use super::args::{FilterWords, Global};
use super::demo;
use super::failure::{Failure, Status};
use super::interface::{InterfaceOptions, run_interface, run_recording};
use super::moment;
use super::setup::Setup;
use crate::app::layout::ScreenId;
use crate::app::metrics::Length;
use crate::app::playhead::Speed;
use crate::query::Filter;
use crate::runtime::recording::{self, ReadError, Recording};
use crate::runtime::{Alarm, Ending};
use crate::term::TermError;

/// Arguments of `watch`.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct WatchArgs {
    /// What to show.
    #[command(flatten)]
    pub filter: FilterWords,
    /// Pause at this moment: -10m, 14:02:07 or an entry id
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Narrow to this session
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Screen to open, by its number
    #[arg(long, value_name = "N", value_parser = screen)]
    pub screen: Option<ScreenId>,
    /// Window of the metrics screen: 1m, 5m, 15m, 1h or all [default: 15m]
    #[arg(long, value_name = "SPAN", value_parser = window)]
    pub window: Option<Length>,
    /// How fast playing goes: 0.25x, 0.5x, 1x, 2x, 5x, 10x, 60x, max [default: 1x]
    #[arg(long, value_name = "SPEED", value_parser = speed)]
    pub speed: Option<Speed>,
    /// Ring the terminal's bell when a spike is raised while following
    #[arg(long)]
    pub bell: bool,
    /// Then run CMD by `sh -c`, with the spike as JSON on its standard input; at most every 10 s, for at most 30 s
    #[arg(long, value_name = "CMD")]
    pub on_spike: Option<String>,
    /// Play a file that --record wrote, without any source; End shows its end at once
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["words", "at", "session", "screen", "window", "speed", "bell", "on_spike"]
    )]
    pub replay_actions: Option<PathBuf>,
}

fn window(text: &str) -> Result<Length, String> {
    Length::of_word(text).ok_or_else(|| {
        format!(
            "the windows are {}",
            Length::ALL.map(Length::word).join(", ")
        )
    })
}

fn screen(text: &str) -> Result<ScreenId, String> {
    let screen = text.parse().ok().and_then(ScreenId::of_number);
    screen.ok_or_else(|| {
        format!(
            "the screens are {}",
            ScreenId::ALL.map(ScreenId::title).join(", ")
        )
    })
}

fn speed(text: &str) -> Result<Speed, String> {
    Speed::of_word(text).ok_or_else(|| format!("speeds are {}", Speed::words()))
}

/// Opens the interface.
///
/// # Errors
/// A wrong filter or time; a wrong recording; a terminal that cannot be used.
pub fn run(args: &WatchArgs, global: &Global, setup: &Setup) -> Result<Status, Failure> {
    match &args.replay_actions {
        Some(path) => {
            demo::refuse_source(global, "a recording brings its entries along")?;
            if global.record.is_some() {
                return Err(Failure::usage(
                    "what is played is recorded already, so --record has no meaning here",
                    "copy the file",
                ));
            }
            status(run_recording(recorded(path)?, setup))
        }
        None => show(options(args, setup)?),
    }
}

fn recorded(path: &Path) -> Result<Recording, Failure> {
    recording::read(path).map_err(|error| {
        let hint = match error {
            ReadError::Line { .. } => {
                "the file was changed: take the line out, and what depends on it"
            }
            _ => "name a file that was written with --record",
        };
        let message = format!("{} cannot be played: {error}", path.display());
        Failure::new(Status::Failed, message, hint)
    })
}

/// What the interface starts with.
///
/// # Errors
/// A wrong filter or time.
pub fn options(args: &WatchArgs, setup: &Setup) -> Result<InterfaceOptions, Failure> {
    setup.check_archive()?;
    let at = args
        .at
        .as_ref()
        .map(|at| moment::read("--at", at, setup.now))
        .transpose()?;
    let session = args
        .session
        .as_ref()
        .map(|id| Filter::equals("session", id.as_bytes()));
    let config = &setup.config;
    Ok(InterfaceOptions {
        spec: setup.spec.clone(),
        history: config.history,
        memory_bytes: config.memory_bytes,
        filter: setup
            .bounded_filter(&args.filter.text())?
            .and(session.unwrap_or_default()),
        mapping: setup.mapping(),
        zone: setup.zone(),
        color: config.color,
        mouse: config.mouse,
        drawing: config.drawing,
        ascii: setup.ascii,
        at,
        screen: args.screen.unwrap_or_default(),
        window: args.window.unwrap_or_default(),
        speed: args.speed.unwrap_or_default(),
        reopen: setup.reopen.clone(),
        record: setup.record.clone(),
        access: setup.access,
        spikes: config.spikes,
        alarm: Alarm {
            bell: args.bell || config.alarm.bell,
            command: args
                .on_spike
                .clone()
                .or_else(|| config.alarm.command.clone()),
        },
    })
}

/// Opens the interface with these options.
///
/// # Errors
/// A recording that cannot be begun; a terminal that cannot be used.
pub fn show(options: InterfaceOptions) -> Result<Status, Failure> {
    // Without a terminal nothing will happen that could be written.
    let record = options
        .record
        .as_ref()
        .filter(|_| io::stdout().is_terminal());
    let file = record.map(|path| create(path)).transpose()?;
    status(run_interface(options, file))
}

fn create(path: &Path) -> Result<File, Failure> {
    recording::create(path).map_err(|error| {
        let path = path.display();
        if error.kind() == io::ErrorKind::AlreadyExists {
            let hint = "name another file, or remove this one first";
            return Failure::usage(format!("--record: {path} exists already"), hint);
        }
        let message = format!("--record: {path} cannot be created: {error}");
        Failure::new(
            Status::Failed,
            message,
            "name a file in a folder that can be written",
        )
    })
}

fn status(ended: Result<Ending, TermError>) -> Result<Status, Failure> {
    match ended {
        Ok(ending) => Ok(Status::Left(ending.code())),
        Err(error @ TermError::NotATerminal) => Err(Failure::new(
            Status::Failed,
            error.to_string(),
            "for pipes and files there are `lookback tail` and `lookback query`",
        )),
        Err(error) => Err(Failure::new(Status::Failed, error.to_string(), "")),
    }
}
