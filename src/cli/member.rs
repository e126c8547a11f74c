//! How a command takes part in a consumer group: the flags that `consume`, `analytics` and `audit` share.
//!
//! The configuration's group and name are those of `consume` alone: commands that shared a group would share its entries, and
//! an audit would miss what another command was given.

use std::num::NonZeroUsize;

use clap::builder::NonEmptyStringValueParser;

use super::failure::Failure;
use super::setup::Setup;
use crate::config::span;
use crate::model::{EntryId, Ms};
use crate::stream::{Begin, Subscription};

/// How long an empty stream is waited at where its end is asked for, ms.
const AT_THE_END_MS: Ms = 50;
/// How long the server holds a read that finds nothing, unless told, ms.
const BLOCK_MS: Ms = 2_000;

/// How to take part in a group.
#[derive(clap::Args, Clone, Debug)]
pub struct MemberArgs {
    /// Consumer group; created if it is not there [default: debug-group, analytics-group or audit-group]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub group: Option<String>,
    /// Name of this consumer, which no other may have [default: host and process; for audit host and file]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub consumer: Option<String>,
    /// Where a group that has to be created begins: start, now, or after an entry id
    #[arg(long, value_name = "WHERE", default_value = "start", value_parser = begin)]
    pub from: Begin,
    /// Entries taken at once [default: 64; analytics 500, audit 1000]
    #[arg(long, value_name = "N")]
    pub batch: Option<NonZeroUsize>,
    /// How long the server holds a read that finds nothing [default: 2s]
    #[arg(long, value_name = "SPAN", value_parser = span::ms)]
    pub block: Option<Ms>,
    /// Take over what another consumer left unacknowledged for so long; what failed here comes again after it
    #[arg(long, value_name = "SPAN", default_value = "60s", value_parser = span::ms)]
    pub min_idle: Ms,
    /// End when nothing is left to deliver and nothing pending of this consumer
    #[arg(long)]
    pub until_empty: bool,
}

/// What holds for one command where nothing is said.
#[derive(Clone, Copy, Debug)]
pub struct Defaults {
    /// The group.
    pub group: &'static str,
    /// Entries taken at once.
    pub batch: usize,
}

impl MemberArgs {
    /// The subscription of a command that has a group of its own, whatever the configuration names.
    ///
    /// # Errors
    /// Wrong flags, or nothing may be written (exit status 2).
    pub fn subscription(&self, setup: &Setup, defaults: Defaults) -> Result<Subscription, Failure> {
        if setup.since.is_some() || setup.until.is_some() {
            return Err(Failure::usage(
                "a group goes on where it stands, whatever --since and --until say",
                "choose with --from where a new group begins; `lookback query` and `lookback stats` read a range",
            ));
        }
        let (spec, stream) = setup.writer_of_one()?;
        let configured = &setup.config.stream;
        let group = self.group.as_deref().unwrap_or(defaults.group);
        let block_ms = self.block.or(configured.block_ms).unwrap_or(BLOCK_MS);
        let mut subscription = Subscription::new(spec, stream.as_bytes(), group.as_bytes());
        if let Some(name) = &self.consumer {
            subscription.consumer = name.clone().into_bytes();
        }
        Ok(Subscription {
            batch: self
                .batch
                .map(NonZeroUsize::get)
                .or(configured.batch)
                .unwrap_or(defaults.batch),
            block_ms: if self.until_empty {
                block_ms.min(AT_THE_END_MS)
            } else {
                block_ms
            },
            min_idle_ms: self.min_idle,
            begin: self.from,
            ..subscription
        })
    }

    /// The same flags, with the configuration's group and name where the command line names none.
    #[must_use]
    pub fn configured(&self, setup: &Setup) -> Self {
        let configured = &setup.config.stream;
        Self {
            group: self.group.clone().or_else(|| configured.group.clone()),
            consumer: self
                .consumer
                .clone()
                .or_else(|| configured.consumer.clone()),
            ..self.clone()
        }
    }
}

/// Reads where a group begins.
fn begin(text: &str) -> Result<Begin, String> {
    match text {
        "start" => Ok(Begin::Start),
        "now" => Ok(Begin::Now),
        id => EntryId::from_bytes(id.as_bytes())
            .map(Begin::After)
            .ok_or_else(|| "start, now, or an entry id such as 1700000000000-0".to_owned()),
    }
}
