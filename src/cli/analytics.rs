//! `analytics`: keeps the read model of a stream; `analytics --show` prints it.

mod show;

use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

use super::consume::ending::Ending;
use super::consume::told::Told;
use super::failure::{Failure, Status, say};
use super::format::ReportFormat;
use super::member::{Defaults, MemberArgs};
use super::setup::Setup;
use crate::stream::analytics::Step;
use crate::stream::{Analytics, Subscription};

/// How long an end waits for what was under way.
const LAST_WAIT: Duration = Duration::from_secs(3);
/// Arguments of `analytics`.
#[derive(clap::Args, Clone, Debug)]
pub struct AnalyticsArgs {
    /// Print the figures that were kept; nothing is written
    #[arg(long)]
    pub show: bool,
    /// Form of what --show prints
    #[arg(long, value_enum, default_value_t, requires = "show")]
    pub format: ReportFormat,
    /// How to take part in the group.
    #[command(flatten)]
    pub member: MemberArgs,
}

/// What holds where nothing is said.
const DEFAULTS: Defaults = Defaults {
    group: "analytics-group",
    batch: 500,
};

/// Counts until it is ended, or prints what was counted.
///
/// # Errors
/// Wrong usage; no connection at the start; a group that goes away; keys that hold something else.
pub async fn run(args: &AnalyticsArgs, setup: &Setup) -> Result<Status, Failure> {
    if args.show {
        return show::run(args.format, setup).await;
    }
    let subscription = Subscription {
        ahead: true,
        ..args.member.subscription(setup, DEFAULTS)?
    };
    let ending = Ending::listen();
    let analytics = Analytics::open(subscription, setup.mapping()).await?;
    let mut run = Run {
        args,
        analytics,
        ending,
        told: Told::default(),
        counted: 0,
    };
    let status = run.go().await?;
    run.finish().await;
    Ok(status)
}

struct Run<'a> {
    args: &'a AnalyticsArgs,
    analytics: Analytics,
    ending: Ending,
    told: Told,
    counted: u64,
}

impl Run<'_> {
    async fn go(&mut self) -> Result<Status, Failure> {
        while !self.ending.is_asked() {
            let step = {
                let mut step = pin!(self.analytics.step());
                tokio::select! {
                    step = &mut step => step,
                    () = self.ending.asked() => break,
                }
            };
            let Some(step) = self.told.unless_passing(step)? else {
                continue;
            };
            self.take(step);
            if step.entries == 0 && self.args.member.until_empty {
                let pending = self.analytics.has_pending().await;
                if self.told.unless_passing(pending)? == Some(false) {
                    return Ok(Status::Done);
                }
            }
        }
        if let Ok(rest) = timeout(LAST_WAIT, self.analytics.rest()).await
            && let Some(step) = self.told.unless_passing(rest)?
        {
            self.take(step);
        }
        Ok(self.ending.status())
    }

    fn take(&mut self, step: Step) {
        self.counted += step.counted;
        if step.lost > 0 {
            let text = format!(
                "{} entries were deleted before they were counted",
                step.lost
            );
            say("note", &text);
        }
    }

    async fn finish(self) {
        let tally = self.analytics.tally();
        let before = tally.acknowledged.saturating_sub(self.counted);
        let text = format!(
            "{} counted, {before} counted before, {} lost, {} taken over or delivered before",
            self.counted, tally.lost, tally.again,
        );
        say("note", &text);
        if self.args.member.consumer.is_none() {
            // A name of this process alone. Where it cannot be taken off it stays, empty.
            drop(timeout(LAST_WAIT, self.analytics.into_consumer().leave()).await);
        }
    }
}
