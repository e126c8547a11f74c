//! `analytics`: keeps the read model of a stream; `analytics --show` prints it.

mod show;

use std::num::NonZeroUsize;
use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

use super::consume::begin;
use super::consume::ending::Ending;
use super::consume::told::Told;
use super::failure::{Failure, Status, say};
use super::format::ReportFormat;
use super::replay::pace;
use super::setup::Setup;
use crate::model::Ms;
use crate::stream::analytics::Step;
use crate::stream::consume::own_name;
use crate::stream::{Analytics, Begin, Subscription};

/// How long an end waits for what was under way.
const LAST_WAIT: Duration = Duration::from_secs(3);
/// How long an empty stream is waited at where its end is asked for, ms.
const AT_THE_END_MS: Ms = 50;

/// Arguments of `analytics`.
#[derive(clap::Args, Clone, Debug)]
pub struct AnalyticsArgs {
    /// Print the figures that were kept; nothing is written
    #[arg(long)]
    pub show: bool,
    /// Form of what --show prints
    #[arg(long, value_enum, default_value_t, requires = "show")]
    pub format: ReportFormat,
    /// Consumer group; created if it is not there
    #[arg(long, value_name = "NAME", default_value = "analytics-group")]
    pub group: String,
    /// Name of this consumer, which no other may have [default: host and process]
    #[arg(long, value_name = "NAME")]
    pub consumer: Option<String>,
    /// Where a group that has to be created begins: start, now, or after an entry id
    #[arg(long, value_name = "WHERE", default_value = "start", value_parser = begin)]
    pub from: Begin,
    /// Entries counted in one step, at most 1000
    #[arg(long, value_name = "N", default_value = "500")]
    pub batch: NonZeroUsize,
    /// How long the server holds a read that finds nothing
    #[arg(long, value_name = "SPAN", default_value = "2s", value_parser = pace::idle)]
    pub block: Ms,
    /// Take over what another consumer left for so long
    #[arg(long, value_name = "SPAN", default_value = "60s", value_parser = pace::idle)]
    pub min_idle: Ms,
    /// End when nothing is left to deliver and nothing pending of this consumer
    #[arg(long)]
    pub until_empty: bool,
}

impl AnalyticsArgs {
    fn subscription(&self, setup: &Setup) -> Result<Subscription, Failure> {
        let (spec, stream) = setup.writer_of_one()?;
        Ok(Subscription {
            consumer: self.consumer.clone().unwrap_or_else(own_name).into_bytes(),
            batch: self.batch.get(),
            block_ms: if self.until_empty {
                self.block.min(AT_THE_END_MS)
            } else {
                self.block
            },
            min_idle_ms: self.min_idle,
            begin: self.from,
            ahead: true,
            ..Subscription::new(spec, stream.as_bytes(), self.group.as_bytes())
        })
    }
}

/// Counts until it is ended, or prints what was counted.
///
/// # Errors
/// Wrong usage; no connection at the start; a group that goes away; keys that hold something else.
pub async fn run(args: &AnalyticsArgs, setup: &Setup) -> Result<Status, Failure> {
    if setup.since.is_some() || setup.until.is_some() {
        return Err(Failure::usage(
            "a group goes on where it stands, whatever --since and --until say",
            "choose with --from where a new group begins; `lookback stats` counts a range",
        ));
    }
    if args.show {
        return show::run(args.format, setup).await;
    }
    let subscription = args.subscription(setup)?;
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
            if step.entries == 0 && self.args.until_empty {
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
        if self.args.consumer.is_none() {
            // A name of this process alone. Where it cannot be taken off it stays, empty.
            drop(timeout(LAST_WAIT, self.analytics.into_consumer().leave()).await);
        }
    }
}
