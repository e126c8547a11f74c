//! `consume [-- CMD ARGS…]`: events of a group, printed or handed to a command, then acknowledged.
//!
//! Invariant: an entry is acknowledged when its line was flushed, or its command ended with 0, and never before.
//!
//! Ctrl-C (exit status 130) and SIGTERM (0) end it when the batch in hand is done; the second one ends it at once.

mod command;
pub mod ending;
mod lines;
pub mod told;

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

use super::failure::{Failure, Status, say};
use super::member::{Defaults, MemberArgs};
use super::setup::Setup;
use crate::config::span;
use crate::model::{EntryId, Ms, SafeText};
use crate::stream::{Batch, Consumer, StreamError, Subscription};
use command::Program;
use ending::Ending;
use lines::Lines;
use told::Told;

/// How long an end waits for what was under way.
const LAST_WAIT: Duration = Duration::from_secs(3);
/// Arguments of `consume`.
#[derive(clap::Args, Clone, Debug)]
pub struct ConsumeArgs {
    /// How to take part in the group.
    #[command(flatten)]
    pub member: MemberArgs,
    /// After so many deliveries an entry goes to STREAM:dead; 0: never
    #[arg(long, value_name = "N", default_value = "5")]
    pub max_deliveries: u64,
    /// End after so many entries
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Kill the command when it takes longer for one entry
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = span::ms, requires = "command")]
    pub timeout: Ms,
    /// Commands that run at once
    #[arg(long, value_name = "N", default_value = "1", requires = "command")]
    pub jobs: NonZeroUsize,
    /// Run for each entry, which it finds as a JSON line on its stdin; 0 acknowledges. Without: lines on stdout
    #[arg(last = true, value_name = "CMD", allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

/// What holds where nothing is said.
const DEFAULTS: Defaults = Defaults {
    group: "debug-group",
    batch: 64,
};

/// Takes events until it is ended.
///
/// # Errors
/// Wrong usage; no connection at the start; a group that goes away; a command that cannot be started.
pub async fn run(args: &ConsumeArgs, setup: &Setup) -> Result<Status, Failure> {
    let member = args.member.configured(setup);
    let subscription = Subscription {
        max_deliveries: args.max_deliveries,
        ahead: args.command.is_empty() && args.limit.is_none(),
        ..member.subscription(setup, DEFAULTS)?
    };
    let batch = subscription.batch;
    let program = match args.command.split_first() {
        Some((program, arguments)) => Some(Program::find(program, arguments, args)?),
        None => None,
    };
    let ending = Ending::listen();
    let consumer = Consumer::open(subscription).await?;
    let work = match program {
        Some(program) => Work::Command(program),
        None => Work::Lines(Lines::new(setup)),
    };
    let mut run = Run {
        args,
        batch,
        is_named: member.consumer.is_some(),
        setup,
        consumer,
        ending,
        told: Told::default(),
        handled: 0,
        failed: 0,
    };
    let status = run.go(work).await?;
    run.finish().await;
    Ok(status)
}

/// What is done with an entry.
enum Work {
    Lines(Lines),
    Command(Program),
}

struct Run<'a> {
    args: &'a ConsumeArgs,
    /// Entries taken at once.
    batch: usize,
    /// Whether its name was chosen, and is to stay in the group.
    is_named: bool,
    setup: &'a Setup,
    consumer: Consumer,
    ending: Ending,
    told: Told,
    /// Entries that were printed, or whose command ended with 0.
    handled: u64,
    /// Commands that ended otherwise.
    failed: u64,
}

impl Run<'_> {
    async fn go(&mut self, mut work: Work) -> Result<Status, Failure> {
        while !self.ending.is_asked() {
            let left = self.left();
            if left == 0 {
                return Ok(Status::Done);
            }
            self.consumer.set_batch(self.batch.min(left));
            let next = self.next().await;
            let Some(batch) = self.told.unless_passing(next)? else {
                continue;
            };
            self.tell(&batch);
            let empty = batch.is_empty();
            self.handle(&mut work, &batch).await?;
            if empty && self.args.member.until_empty && !self.ending.is_asked() {
                let pending = self.consumer.has_pending().await;
                if self.told.unless_passing(pending)? == Some(false) {
                    return Ok(Status::Done);
                }
            }
        }
        self.handle_rest(&mut work).await?;
        Ok(self.ending.status())
    }

    /// How many entries may still be taken.
    fn left(&self) -> usize {
        let taken = self.consumer.tally().delivered;
        let left = self
            .args
            .limit
            .map_or(u64::MAX, |n| n.saturating_sub(taken));
        usize::try_from(left).unwrap_or(usize::MAX)
    }

    /// The next batch; an end that is asked for does not wait for it.
    async fn next(&mut self) -> Result<Batch, StreamError> {
        let mut next = pin!(self.consumer.next());
        tokio::select! {
            batch = &mut next => batch,
            () = self.ending.asked() => Ok(Batch::default()),
        }
    }

    /// What the server gave before the end was asked for.
    async fn handle_rest(&mut self, work: &mut Work) -> Result<(), Failure> {
        let rest = timeout(LAST_WAIT, self.consumer.rest()).await;
        let Ok(rest) = rest else { return Ok(()) };
        if let Some(batch) = self.told.unless_passing(rest)? {
            self.tell(&batch);
            self.handle(work, &batch).await?;
        }
        Ok(())
    }

    async fn handle(&mut self, work: &mut Work, batch: &Batch) -> Result<(), Failure> {
        if batch.deliveries.is_empty() {
            return Ok(());
        }
        match work {
            Work::Lines(lines) => {
                lines.print(self.consumer.subscription(), batch, self.setup)?;
                self.handled += batch.deliveries.len() as u64;
                let done: Vec<EntryId> = batch.ids().collect();
                let acknowledged = self.consumer.acknowledge(&done).await;
                self.told.unless_passing(acknowledged)?;
                Ok(())
            }
            Work::Command(program) => self.hand_over(program, batch).await,
        }
    }

    fn tell(&self, batch: &Batch) {
        if let Some(first) = batch.lost.first() {
            let more = batch.lost.len() - 1;
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            say(
                "note",
                &format!("lost: {first}{more}: deleted from the stream before it was handled"),
            );
        }
        for buried in &batch.buried {
            self.tell_buried(buried.id, buried.deliveries, &buried.reason);
        }
    }

    fn tell_buried(&self, id: EntryId, deliveries: u64, reason: &str) {
        let dead = SafeText::line(self.consumer.dead_key(), 80);
        let times = if deliveries == 1 {
            "1 delivery".to_owned()
        } else {
            format!("{deliveries} deliveries")
        };
        say(
            "note",
            &format!("{id} was moved to {dead} after {times}: {reason}"),
        );
    }

    /// Acknowledges what is still owed, leaves the group, and sums up.
    async fn finish(mut self) {
        let owed = timeout(LAST_WAIT, async {
            while let Err(error) = self.consumer.acknowledge(&[]).await {
                if !error.may_pass() {
                    break;
                }
            }
        });
        drop(owed.await);
        self.sum_up();
        if !self.is_named && self.consumer.owed() == 0 {
            // A name of this process alone. Where it cannot be taken off it stays, empty.
            drop(timeout(LAST_WAIT, self.consumer.leave()).await);
        }
    }

    fn sum_up(&self) {
        let tally = self.consumer.tally();
        let text = format!(
            "{} handled, {} acknowledged, {} failed, {} dead, {} lost, {} taken over or delivered before",
            self.handled, tally.acknowledged, self.failed, tally.buried, tally.lost, tally.again,
        );
        say("note", &text);
        if self.consumer.owed() > 0 {
            let text = format!(
                "{} are done and could not be acknowledged: they will be delivered again",
                self.consumer.owed()
            );
            say("note", &text);
        }
    }
}
