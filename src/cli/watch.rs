//! `watch [FILTER…]`: the interface over a source.

use super::args::FilterWords;
use super::failure::{Failure, Status};
use super::interface::{InterfaceOptions, run_interface};
use super::moment;
use super::setup::Setup;
use crate::app::playhead::Speed;
use crate::app::reopen::SCREENS;
use crate::query::Filter;
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
    pub screen: Option<u8>,
    /// How fast playing goes: 0.25x, 0.5x, 1x, 2x, 5x, 10x, 60x, max [default: 1x]
    #[arg(long, value_name = "SPEED", value_parser = speed)]
    pub speed: Option<Speed>,
}

fn screen(text: &str) -> Result<u8, String> {
    let number = text.parse().ok().filter(|n| SCREENS.contains(n));
    number.ok_or_else(|| format!("the screens are {} to {}", SCREENS.start(), SCREENS.end()))
}

fn speed(text: &str) -> Result<Speed, String> {
    Speed::of_word(text).ok_or_else(|| format!("speeds are {}", Speed::words()))
}

/// Opens the interface.
///
/// # Errors
/// A wrong filter or time; a terminal that cannot be used.
pub fn run(args: &WatchArgs, setup: &Setup) -> Result<Status, Failure> {
    show(options(args, setup)?)
}

/// What the interface starts with.
///
/// # Errors
/// A wrong filter or time.
pub fn options(args: &WatchArgs, setup: &Setup) -> Result<InterfaceOptions, Failure> {
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
        ascii: setup.ascii,
        at,
        speed: args.speed.unwrap_or_default(),
        reopen: setup.reopen.clone(),
    })
}

/// Opens the interface with these options.
///
/// # Errors
/// A terminal that cannot be used.
pub fn show(options: InterfaceOptions) -> Result<Status, Failure> {
    match run_interface(options) {
        Ok(ending) => Ok(Status::Left(ending.code())),
        Err(error @ TermError::NotATerminal) => Err(Failure::new(
            Status::Failed,
            error.to_string(),
            "for pipes and files there are `lookback tail` and `lookback query`",
        )),
        Err(error) => Err(Failure::new(Status::Failed, error.to_string(), "")),
    }
}
