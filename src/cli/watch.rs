//! `watch [FILTER…]`: the interface over a source.

use super::args::FilterWords;
use super::failure::{Failure, Status};
use super::interface::{InterfaceOptions, run_interface};
use super::moment;
use super::setup::Setup;
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
}

/// Opens the interface.
///
/// # Errors
/// A wrong filter or time; a terminal that cannot be used.
pub fn run(args: &WatchArgs, setup: &Setup) -> Result<Status, Failure> {
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
    show(InterfaceOptions {
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
