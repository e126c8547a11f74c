//! `audit --out FILE`: every entry of a stream into a hash-chained file, each on the disk before it is acknowledged.
//!
//! Ctrl-C (exit status 130) and SIGTERM (0) end it when the batch in hand is on the disk and acknowledged; a server that is away
//! is waited for; a file that cannot be written ends it (1).

mod report;
mod verify;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::timeout;

use super::consume::ending::Ending;
use super::consume::told::Told;
use super::failure::{Failure, Status, say};
use super::member::{Defaults, MemberArgs};
use super::setup::Setup;
use crate::stream::{AuditFile, Auditor, Batch, Consumer, Hash, Subscription};
use report::Report;

/// How long an end waits for what was under way.
const LAST_WAIT: Duration = Duration::from_secs(3);
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
    /// How to take part in the group.
    #[command(flatten)]
    pub member: MemberArgs,
}

/// What holds where nothing is said.
const DEFAULTS: Defaults = Defaults {
    group: "audit-group",
    batch: 1_000,
};

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
        return verify::run(args, setup).await;
    }
    let Some(path) = args.out.as_deref() else {
        return Err(Failure::usage(
            "no file is named",
            "name it with --out FILE",
        ));
    };
    let subscription = subscription(args, path, setup)?;
    let ending = Ending::listen();
    let file = open(path)?;
    let consumer = Consumer::open(subscription).await?;
    let mut audit = Audit {
        auditor: Auditor::new(consumer, file),
        ending,
        report: Report::new(path),
        told: Told::default(),
    };
    let ended = audit.run(args.member.until_empty).await;
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

fn subscription(args: &AuditArgs, path: &Path, setup: &Setup) -> Result<Subscription, Failure> {
    let mut subscription = args.member.subscription(setup, DEFAULTS)?;
    if args.member.consumer.is_none() {
        subscription.consumer = own_name(path).into_bytes();
    }
    Ok(Auditor::subscription(subscription))
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
    ending: Ending,
    report: Report<'a>,
    told: Told,
}

impl Audit<'_> {
    async fn run(&mut self, until_empty: bool) -> Result<Status, Failure> {
        while !self.ending.is_asked() {
            let next = tokio::select! {
                next = self.auditor.next() => next,
                () = self.ending.asked() => break,
            };
            let Some(batch) = self.told.unless_passing(next)? else {
                continue;
            };
            let is_end = until_empty && batch.is_empty();
            self.keep(batch).await?;
            if is_end && self.is_empty().await? {
                return Ok(Status::Done);
            }
        }
        self.keep_rest().await?;
        Ok(self.ending.status())
    }

    async fn keep(&mut self, batch: Batch) -> Result<(), Failure> {
        let kept = self.auditor.keep(batch).await;
        self.told.unless_passing(kept)?;
        self.report.progress(&self.auditor);
        Ok(())
    }

    /// What the server gave before the end was asked for: it would wait for the next start.
    async fn keep_rest(&mut self) -> Result<(), Failure> {
        let rest = timeout(LAST_WAIT, self.auditor.rest()).await;
        let Ok(rest) = rest else { return Ok(()) };
        if let Some(batch) = self.told.unless_passing(rest)? {
            self.keep(batch).await?;
        }
        Ok(())
    }

    async fn is_empty(&mut self) -> Result<bool, Failure> {
        let pending = self.auditor.consumer().has_pending().await;
        Ok(self.told.unless_passing(pending)? == Some(false))
    }
}
