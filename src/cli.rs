//! The command line: one file per command, the same flags for all, the same words for what goes wrong.
//!
//! Invariant: every way out passes [`main`], which prints a failure to stderr and turns it into an exit status.

pub mod analytics;
pub mod args;
pub mod audit;
pub mod config;
pub mod confirm;
pub mod consume;
pub mod demo;
pub mod doctor;
pub mod errors;
pub mod export;
pub mod failure;
pub mod format;
pub mod groups;
pub mod import;
pub mod interface;
pub mod interrupt;
pub mod lines;
mod link;
pub mod marks;
pub mod member;
pub mod moment;
pub mod out;
pub mod pages;
pub mod progress;
pub mod publish;
pub mod query;
pub mod reopen;
pub mod replay;
pub mod session;
pub mod sessions;
pub mod setup;
pub mod spikes;
pub mod stats;
pub mod tail;
pub mod trim;
pub mod watch;
pub mod words;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::model::SafeText;
use args::{Cli, Command};
use failure::{Failure, Status, complain};
use setup::Setup;

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    let status = run(std::env::args_os().collect()).unwrap_or_else(|failure| {
        failure.print();
        failure.status
    });
    ExitCode::from(status.code())
}

fn run(arguments: Vec<OsString>) -> Result<Status, Failure> {
    let arguments = words::in_order(&Cli::command(), arguments);
    match Cli::try_parse_from(arguments) {
        Ok(cli) => dispatch(&cli),
        Err(error) => explain(&error),
    }
}

fn dispatch(cli: &Cli) -> Result<Status, Failure> {
    if let Some(Command::Demo(args)) = &cli.command {
        return demo::run(args, &cli.global);
    }
    if let Some(Command::Config(args)) = &cli.command {
        return config::run(args, &cli.global);
    }
    let source = cli.source();
    let setup = if connects(cli) {
        Setup::new(&source)?
    } else {
        Setup::offline(&source)?
    };
    match &cli.command {
        None => watch::run(&watch::WatchArgs::default(), &cli.global, &setup),
        Some(Command::Watch(args)) => watch::run(args, &cli.global, &setup),
        Some(Command::Tail(args)) => wait_for(tail::run(args, &setup)),
        Some(Command::Query(args)) => wait_for(query::run(args, &setup)),
        Some(Command::Export(args)) => wait_for(export::run(args, &cli.global, &setup)),
        Some(Command::Import(args)) => wait_for(import::run(args, &cli.global, &setup)),
        Some(Command::Publish(args)) => wait_for(publish::run(args, &cli.global.files, &setup)),
        Some(Command::Analytics(args)) => wait_for(analytics::run(args, &setup)),
        Some(Command::Consume(args)) => wait_for(consume::run(args, &setup)),
        Some(Command::Replay(args)) => wait_for(replay::run(args, &setup)),
        Some(Command::Sessions(args)) => wait_for(sessions::run(args, &setup)),
        Some(Command::Session(args)) => wait_for(session::run(args, &setup)),
        Some(Command::Stats(args)) => wait_for(stats::run(args, &setup)),
        Some(Command::Errors(args)) => wait_for(errors::run(args, &setup)),
        Some(Command::Groups(args)) => wait_for(groups::run(args, &setup)),
        Some(Command::Spikes(args)) => wait_for(spikes::run(args, &setup)),
        Some(Command::Audit(args)) => wait_for(audit::run(args, &setup)),
        Some(Command::Trim(args)) => wait_for(trim::run(args, &setup)),
        Some(Command::Doctor(args)) => wait_for(doctor::run(args, &setup)),
        Some(Command::Demo(args)) => demo::run(args, &cli.global),
        Some(Command::Config(args)) => config::run(args, &cli.global),
    }
}

/// Whether a server may be asked, so that its password is wanted.
fn connects(cli: &Cli) -> bool {
    match &cli.command {
        Some(Command::Watch(args)) => args.replay_actions.is_none(),
        Some(Command::Export(args)) => !args.file_only,
        _ => true,
    }
}

/// Runs a command that reads a source.
fn wait_for(command: impl Future<Output = Result<Status, Failure>>) -> Result<Status, Failure> {
    // rediss:// needs a provider; an error only says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Status::Failed, format!("cannot start: {error}"), ""))?;
    let result = runtime.block_on(command);
    // A source may sit in a read of stdin that nothing interrupts.
    runtime.shutdown_background();
    result
}

/// clap's own words: help and version to stdout; complaints, which quote arguments, to stderr like all others.
fn explain(error: &clap::Error) -> Result<Status, Failure> {
    let rendered = error.render();
    if error.use_stderr() {
        for line in rendered.to_string().lines() {
            complain(&format!("{}\n", SafeText::escaped(line.as_bytes())));
        }
        return Ok(Status::Usage);
    }
    let plain =
        !io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let text = if plain {
        rendered.to_string()
    } else {
        rendered.ansi().to_string()
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(Status::Done)
}
