//! `trim --every`: round after round, each with a connection of its own, so that a server that was away is simply tried again.

use std::io::Write;
use std::time::Duration;

use super::{Job, Report, report};
use crate::cli::failure::{Failure, Status, say, say_trouble};
use crate::cli::format::ReportFormat;
use crate::model::Ms;
use crate::stream::StreamError;
use crate::stream::trim::Archive;

/// The first wait after a failure that may pass; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Goes on until it is asked to end. A server that is not there at the start ends it, and so does a failure of the first round that
/// does not pass by itself: a wrong name is told at once.
pub async fn run(mut job: Job<'_>, every: Ms) -> Result<Status, Failure> {
    drop(job.connect().await?);
    let mut archive = job.archive();
    let every = Duration::from_millis(every);
    let mut wait = FIRST_WAIT;
    let mut is_first = true;
    loop {
        let pause = match round(&job, archive.as_mut()).await {
            Ok(()) => {
                wait = FIRST_WAIT;
                every
            }
            Err(error) if is_first && !error.may_pass() => return Err(error.into()),
            Err(error) => {
                say_trouble("error", error.trouble());
                let soon = wait.min(every);
                wait = (wait * 2).min(LONGEST_WAIT);
                // What does not pass by itself is tried again all the same, at the regular time.
                if error.may_pass() { soon } else { every }
            }
        };
        is_first = false;
        tokio::select! {
            () = job.interrupt.pressed() => {
                say("trim", "ended, as asked");
                return Ok(Status::Done);
            }
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn round(job: &Job<'_>, mut archive: Option<&mut Archive>) -> Result<(), StreamError> {
    let mut trimmer = job.connect().await?;
    let keys = trimmer.streams(&job.names).await?;
    let mut failed = None;
    for key in &keys {
        match job.stream(&mut trimmer, key, archive.as_deref_mut()).await {
            Ok(done) => tell(job, &done),
            Err(error @ StreamError::NotConnected(_)) => return Err(error),
            Err(error) => {
                if let Some(before) = failed.replace(error) {
                    say_trouble("error", StreamError::trouble(&before));
                }
            }
        }
        if job.interrupt.is_pressed() {
            break;
        }
    }
    failed.map_or(Ok(()), Err)
}

fn tell(job: &Job<'_>, done: &Report) {
    say("trim", &done.line());
    done.notes();
    if job.args.format == ReportFormat::Json {
        let mut out = job.setup.out();
        let text = report::written(
            std::slice::from_ref(done),
            ReportFormat::Json,
            job.setup.zone(),
        );
        // Whoever reads this may have gone; the streams are kept small all the same.
        drop(out.write_all(&text).and_then(|()| out.flush()));
    }
}
