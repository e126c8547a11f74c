//! `trim`: lets go of what is too old or too much. Says what would go; `--yes` does it, `--archive` keeps it in a file first, and
//! `--every` does it again and again.
//!
//! Without `--yes` it opens a connection that can only read.

mod report;
mod rounds;

use std::io::Write;
use std::path::PathBuf;

use super::failure::{Failure, Status, say, say_trouble};
use super::format::ReportFormat;
use super::interrupt::Interrupt;
use super::setup::{Setup, wall_clock_ms};
use crate::config::span;
use crate::model::{Ms, SafeText};
use crate::source::{RedisSpec, is_glob};
use crate::stream::StreamError;
use crate::stream::trim::{Archive, Look, Order, Trimmer};
use report::Report;

/// Arguments of `trim`.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct TrimArgs {
    /// Keep the newest N entries
    #[arg(long, value_name = "N")]
    pub max_len: Option<u64>,
    /// Let go of entries older than this, by their ids: 7d, 12h, 90m
    #[arg(long, value_name = "SPAN", value_parser = span, allow_hyphen_values = true)]
    pub older_than: Option<Ms>,
    /// To the entry; else only whole nodes of the stream go, and up to about a hundred entries more stay
    #[arg(long)]
    pub exact: bool,
    /// Before anything is deleted, write it into this file and verify that (.gz, .lz4); goes on with the stream's own archive
    #[arg(long, value_name = "FILE")]
    pub archive: Option<PathBuf>,
    /// Also let go of what consumer groups have pending or not got yet
    #[arg(long)]
    pub force: bool,
    /// Do it; else it only says what would go
    #[arg(long)]
    pub yes: bool,
    /// Do it again and again, this far apart: 1h
    #[arg(long, value_name = "SPAN", value_parser = span, requires = "yes", allow_hyphen_values = true)]
    pub every: Option<Ms>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
}

/// A span that is some time.
fn span(text: &str) -> Result<Ms, String> {
    match span::ms(text)? {
        0 => Err("a span that is some time: 7d, 12h, 1h30m".to_owned()),
        ms => Ok(ms),
    }
}

impl TrimArgs {
    /// The same, with what the configuration says where the command line is silent: its limits where none is given, its archive
    /// where old events are to be kept.
    fn configured(&self, setup: &Setup) -> Self {
        let configured = &setup.config.stream;
        let (max_len, older_than) = match (self.max_len, self.older_than) {
            (None, None) => (configured.max_length, configured.retention_ms),
            given => given,
        };
        let kept = configured.archive.clone().filter(|_| configured.compact);
        Self {
            max_len,
            older_than,
            exact: self.exact || !configured.approx,
            archive: self.archive.clone().or(kept),
            ..self.clone()
        }
    }

    /// What shall go, as of now.
    fn order(&self) -> Order {
        Order {
            max_len: self.max_len,
            before_ms: self
                .older_than
                .map(|age| wall_clock_ms().saturating_sub(age)),
            exact: self.exact,
            force: self.force,
        }
    }
}

/// Says what would go, or does it.
///
/// # Errors
/// Wrong flags; a server that cannot be reached or refuses; an archive that cannot be written or does not hold.
pub async fn run(args: &TrimArgs, setup: &Setup) -> Result<Status, Failure> {
    let args = &args.configured(setup);
    let spec = server(args, setup)?;
    let job = Job {
        args,
        setup,
        names: spec.streams.clone(),
        spec,
        interrupt: Interrupt::or_terminate(),
    };
    match args.every {
        Some(every) => rounds::run(job, every).await,
        None => job.once().await,
    }
}

/// The server, and what may be done there.
fn server(args: &TrimArgs, setup: &Setup) -> Result<RedisSpec, Failure> {
    if args.max_len.is_none() && args.older_than.is_none() {
        return Err(Failure::usage(
            "trim needs to know what shall go",
            "add --max-len N or --older-than 7d, or set max_length or retention_period in the configuration",
        ));
    }
    if setup.config.stream.compact && args.archive.is_none() {
        return Err(Failure::usage(
            "compact_old_events is set, and no archive is named to keep them in",
            "add --archive FILE, or set archive in the configuration",
        ));
    }
    let Some(named) = setup.spec.redis() else {
        return Err(Failure::usage(
            "trim takes entries out of a stream, and --file names a file",
            "name the server with --redis and the stream with --stream",
        ));
    };
    if args.archive.is_some()
        && (named.streams.len() > 1 || named.streams.iter().any(|n| is_glob(n)))
    {
        return Err(Failure::usage(
            "an archive holds one stream",
            "name one with --stream; trim others into files of their own",
        ));
    }
    if !args.yes {
        return Ok(named.clone());
    }
    // Each stream that a glob stands for is looked up and listed, so that globs may be trimmed.
    Ok(RedisSpec {
        access: setup.write_access()?,
        ..named.clone()
    })
}

struct Job<'a> {
    args: &'a TrimArgs,
    setup: &'a Setup,
    spec: RedisSpec,
    names: Vec<String>,
    interrupt: Interrupt,
}

impl Job<'_> {
    async fn once(&self) -> Result<Status, Failure> {
        let mut archive = self.archive();
        let mut trimmer = self.connect().await?;
        let keys = trimmer.streams(&self.names).await?;
        let mut reports = Vec::new();
        let mut failures = Vec::new();
        for key in &keys {
            match self.stream(&mut trimmer, key, archive.as_mut()).await {
                // What was not looked at to its end is not told as if it had been.
                Ok(report) if self.interrupt.is_pressed() && report.removed() == 0 => {}
                Ok(report) => reports.push(report),
                Err(error @ StreamError::NotConnected(_)) if reports.is_empty() => {
                    return Err(error.into());
                }
                Err(error) => failures.push(error),
            }
            if self.interrupt.is_pressed() {
                break;
            }
        }
        let mut out = self.setup.out();
        out.write_all(&report::written(
            &reports,
            self.args.format,
            self.setup.zone(),
        ))?;
        out.flush()?;
        if keys.is_empty() {
            say(
                "note",
                &format!("no stream matches `{}`", self.names.join(" ")),
            );
        }
        for report in &reports {
            report.notes();
        }
        let would_go = reports.iter().any(|report| report.plan.would_remove > 0);
        if !self.args.yes && would_go {
            say("hint", "nothing was deleted; add --yes to do it");
        }
        self.end(failures)
    }

    fn end(&self, mut failures: Vec<StreamError>) -> Result<Status, Failure> {
        if self.interrupt.is_pressed() {
            say(
                "note",
                "ended early, as asked: what had not gone by then is still there",
            );
            return Ok(Status::Interrupted);
        }
        let Some(last) = failures.pop() else {
            return Ok(Status::Done);
        };
        for error in &failures {
            say_trouble("error", error.trouble());
        }
        Err(last.into())
    }

    fn archive(&self) -> Option<Archive> {
        let stream = self.names.first()?;
        let path = self.args.archive.as_ref()?;
        Some(Archive::new(path, stream.as_bytes()))
    }

    async fn connect(&self) -> Result<Trimmer, StreamError> {
        if self.args.yes {
            Trimmer::writing(&self.spec).await
        } else {
            Trimmer::looking(&self.spec).await
        }
    }

    /// One stream.
    async fn stream(
        &self,
        trimmer: &mut Trimmer,
        key: &[u8],
        archive: Option<&mut Archive>,
    ) -> Result<Report, StreamError> {
        let interrupt = self.interrupt.clone();
        let stop = move || interrupt.is_pressed();
        let order = self.args.order();
        let look = if self.args.yes {
            Look::ToBorder
        } else {
            Look::Beyond
        };
        let plan = trimmer.plan(key, &order, look, &stop).await?;
        let mut report = Report {
            plan,
            outcome: None,
            order,
            archive: self.args.archive.clone(),
        };
        if self.args.yes {
            report.outcome = Some(trimmer.trim(&report.plan, &order, archive, &stop).await?);
        }
        Ok(report)
    }
}

/// Bytes from a server, as they may be shown.
fn shown(bytes: &[u8]) -> String {
    SafeText::line(bytes, 80).to_string()
}
