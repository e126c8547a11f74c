//! `audit --out FILE`: every entry of a stream into a hash-chained file, each on the disk before it is acknowledged.
//!
//! Ctrl-C and SIGTERM end it when the batch in hand is on the disk and acknowledged (exit status 130); a server that is away is
//! waited for; a file that cannot be written ends it (exit status 1).

mod report;
mod verify;

use std::path::{Path, PathBuf};

use super::failure::{Failure, Status, say, say_trouble};
use super::interrupt::Interrupt;
use super::replay::pace::idle;
use super::setup::Setup;
use crate::model::Ms;
use crate::source::RedisSpec;
use crate::stream::{AuditFile, Auditor, Batch, Consumer, Hash, StreamError, Subscription};
use report::Report;

/// Arguments of `audit`.
#[derive(clap::Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct AuditArgs {
    /// What to do with a file that is there.
    #[command(subcommand)]
    pub action: Option<AuditAction>,
    /// The file: is made where it is missing, else its chain goes on
    #[arg(long, value_name = "FILE", required = true)]
    pub out: Option<PathBuf>,
    /// The consumer group; made where it is missing, from the oldest entry on
    #[arg(long, value_name = "NAME", default_value = "audit-group")]
    pub group: String,
    /// This consumer's name in the group [default: one that stays the same for this host and file]
    #[arg(long, value_name = "NAME")]
    pub consumer: Option<String>,
    /// Entries that go to the disk in one go, at most
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub batch: u32,
    /// How long to wait for entries before looking around
    #[arg(long, value_name = "SPAN", default_value = "2s", value_parser = idle)]
    pub block: Ms,
    /// Take over what another consumer left unacknowledged for so long
    #[arg(long, value_name = "SPAN", default_value = "60s", value_parser = idle)]
    pub min_idle: Ms,
    /// End when nothing is left
    #[arg(long)]
    pub until_empty: bool,
}

/// The commands below `audit`.
#[derive(clap::Subcommand, Clone, Debug)]
pub enum AuditAction {
    /// Check that no line of a file was altered, removed, moved or put in
    Verify(verify::VerifyArgs),
}

/// Audits, or verifies.
///
/// # Errors
/// No connection at the start; a file that cannot be read, written or trusted; a group that has gone.
pub async fn run(args: &AuditArgs, setup: &Setup) -> Result<Status, Failure> {
    if let Some(AuditAction::Verify(args)) = &args.action {
        return verify::run(args, setup);
    }
    let Some(path) = args.out.as_deref() else {
        return Err(Failure::usage(
            "no file is named",
            "name it with --out FILE",
        ));
    };
    let (spec, stream) = setup.writer_of_one()?;
    let mut interrupt = Interrupt::or_terminate();
    let file = open(path)?;
    let subscription = subscription(args, path, spec, &stream);
    let consumer = tokio::select! {
        () = interrupt.pressed() => return Ok(Status::Interrupted),
        consumer = Consumer::open(subscription) => consumer?,
    };
    let mut audit = Audit {
        auditor: Auditor::new(consumer, file),
        interrupt,
        report: Report::new(path),
        is_away: false,
    };
    let ended = audit.run(args.until_empty).await;
    audit.report.say(&audit.auditor);
    ended
}

fn open(path: &Path) -> Result<AuditFile, Failure> {
    let (file, opened) = AuditFile::open(path)?;
    if opened.torn_bytes > 0 {
        let (line, bytes) = (opened.lines + 1, opened.torn_bytes);
        say(
            "note",
            &format!(
                "line {line} was torn by a crash and cut off ({bytes} bytes): its entry was not acknowledged and comes again"
            ),
        );
    }
    Ok(file)
}

fn subscription(args: &AuditArgs, path: &Path, spec: RedisSpec, stream: &str) -> Subscription {
    let subscription = Subscription::new(spec, stream.as_bytes(), args.group.as_bytes());
    let consumer = args.consumer.clone();
    Auditor::subscription(Subscription {
        consumer: consumer.unwrap_or_else(|| own_name(path)).into_bytes(),
        batch: args.batch as usize,
        block_ms: args.block.max(1),
        min_idle_ms: args.min_idle,
        ..subscription
    })
}

/// A name for whoever writes this file, and one process does. So what was delivered before a crash is this consumer's own at
/// the next start, and is not waited for.
fn own_name(path: &Path) -> String {
    let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let hash = Hash::of(whole.as_os_str().as_encoded_bytes()).to_string();
    let names = rustix::system::uname();
    let host = names.nodename().to_string_lossy();
    format!("audit-{host}-{}", hash.get(..8).unwrap_or_default())
}

struct Audit<'a> {
    auditor: Auditor,
    interrupt: Interrupt,
    report: Report<'a>,
    /// Whether it was said that the server is away.
    is_away: bool,
}

impl Audit<'_> {
    async fn run(&mut self, until_empty: bool) -> Result<Status, Failure> {
        loop {
            let next = tokio::select! {
                biased;
                () = self.interrupt.pressed() => break,
                next = self.auditor.next() => next,
            };
            let Some(batch) = self.passed(next)? else {
                continue;
            };
            let is_end = until_empty && batch.is_empty();
            self.keep(batch).await?;
            if is_end && self.is_empty().await? {
                return Ok(Status::Done);
            }
        }
        // Delivered to us already: it would wait for the next start.
        let rest = self.auditor.rest().await;
        if let Some(batch) = self.passed(rest)? {
            self.keep(batch).await?;
        }
        Ok(Status::Interrupted)
    }

    async fn keep(&mut self, batch: Batch) -> Result<(), Failure> {
        let kept = self.auditor.keep(batch).await;
        self.passed(kept)?;
        self.report.progress(&self.auditor);
        Ok(())
    }

    async fn is_empty(&mut self) -> Result<bool, Failure> {
        let pending = self.auditor.consumer().has_pending().await;
        Ok(self.passed(pending)? == Some(false))
    }

    /// What came; `None`, and said once, where trying again may help.
    fn passed<T>(&mut self, result: Result<T, StreamError>) -> Result<Option<T>, Failure> {
        match result {
            Ok(came) => {
                if std::mem::take(&mut self.is_away) {
                    say("note", "goes on");
                }
                Ok(Some(came))
            }
            Err(error) if error.may_pass() => {
                if !std::mem::replace(&mut self.is_away, true) {
                    self.report.clear();
                    say_trouble("warning", error.trouble());
                }
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}
