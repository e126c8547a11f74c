//! `doctor`: whether everything is in place, how entries are read and on what evidence, and what will not work and why.
//!
//! Each line stands on its own: what a user may not ask is `unknown` (null in JSON), and the rest is told all the same.

mod connection;
mod entries;
mod shape;
mod text;

use std::io::Write;

use super::failure::{Failure, Status};
use super::format::{ReportFormat, json};
use super::setup::Setup;
use crate::config::{mask, without_password};
use crate::source::SourceError;
use shape::{Problem, Report};

/// Arguments of `doctor`.
#[derive(clap::Args, Clone, Debug)]
pub struct DoctorArgs {
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
}

/// Prints the report.
///
/// # Errors
/// A source that cannot be read, after the report.
pub async fn run(args: &DoctorArgs, setup: &Setup) -> Result<Status, Failure> {
    let (report, trouble) = examine(setup).await;
    let mut bytes = Vec::new();
    match args.format {
        ReportFormat::Text => text::write(&mut bytes, &report, setup.zone()),
        ReportFormat::Json => {
            let written = serde_json::to_string(&report)
                .map_err(|error| Failure::new(Status::Failed, error.to_string(), ""))?;
            json::harmless(&mut bytes, &written);
            bytes.push(b'\n');
        }
    }
    let mut out = setup.out();
    out.write_all(&bytes)?;
    out.flush()?;
    match trouble {
        Some(error) => Err(error.into()),
        None => Ok(Status::Done),
    }
}

async fn examine(setup: &Setup) -> (Report, Option<SourceError>) {
    let (source, target) = setup.spec.label();
    let mut report = Report {
        source: mask(&source),
        target: mask(&target),
        ..Report::default()
    };
    connection::look(&setup.spec, &mut report).await;
    let (page, trouble) = entries::newest(setup).await;
    entries::tell(&page, &mut report);
    if matches!(trouble, Some(SourceError::NotConnected(_))) {
        (report.connected, report.server) = (Some(false), None);
        report.permissions.clear();
        report.streams.clear();
    }
    report.problems = connection::problems(&report);
    report.problems.extend(open_password(setup));
    match &trouble {
        Some(error) => report.problems.insert(0, unreadable(error)),
        None => report
            .problems
            .extend(entries::problems(&page, setup.now.ms)),
    }
    (report, trouble)
}

/// A password that every user of the machine can read.
fn open_password(setup: &Setup) -> Option<Problem> {
    let url = setup.layers.flags.redis.as_ref()?;
    without_password(url.expose()).1.then(|| {
        Problem::new(
            "the password does not stay secret",
            "--redis holds it, and others on this machine can read the arguments of a program",
            "use REDIS_PASSWORD, password_file or password_command",
        )
    })
}

fn unreadable(error: &SourceError) -> Problem {
    let (SourceError::NotConnected(trouble) | SourceError::Failed(trouble)) = error;
    Problem::new(
        "no entries can be read",
        mask(&trouble.what),
        mask(&trouble.hint),
    )
}
