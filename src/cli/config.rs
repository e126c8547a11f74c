//! `config`: what is configured, where each value comes from, and what is wrong in a file. Connects to nothing.

mod check;
mod show;

use std::path::PathBuf;

use super::args::Global;
use super::failure::{Failure, Status};
use super::format::ReportFormat;

/// Arguments of `config`.
#[derive(clap::Args, Clone, Debug)]
pub struct ConfigArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What `config` does.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum ConfigCommand {
    /// Each key, its value, and who says it: a flag, the environment, a profile, the file, or the program
    Show(ShowArgs),
    /// Everything that is wrong in a configuration, with its line
    Check(CheckArgs),
    /// The name of the configuration file
    Path,
}

/// Arguments of `config show`.
#[derive(clap::Args, Clone, Debug)]
pub struct ShowArgs {
    /// Also the keys of the tables spikes and mapping of which nothing is said
    #[arg(long)]
    pub all: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
}

/// Arguments of `config check`.
#[derive(clap::Args, Clone, Debug)]
pub struct CheckArgs {
    /// The file [default: the one that is used]
    pub path: Option<PathBuf>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
}

/// Shows or checks.
///
/// # Errors
/// A configuration that cannot be read or used.
pub fn run(args: &ConfigArgs, global: &Global) -> Result<Status, Failure> {
    match &args.command {
        ConfigCommand::Show(args) => show::run(args, global),
        ConfigCommand::Check(args) => check::run(args, global),
        ConfigCommand::Path => show::path(global),
    }
}
