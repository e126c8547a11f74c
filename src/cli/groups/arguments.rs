//! The arguments of `groups` and of its changes. Names are bytes: what the shell passes on is taken as it is.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::failure::Failure;
use crate::cli::format::Format;
use crate::config::span;
use crate::model::consumer_groups::GroupStart;
use crate::model::{EntryId, Ms};

/// Arguments of `groups`.
#[derive(Args, Clone, Debug)]
pub struct GroupsArgs {
    /// What to change; without it, how the groups stand is printed.
    #[command(subcommand)]
    pub change: Option<Change>,
    /// List the consumers of each group too
    #[arg(long, conflicts_with = "pending")]
    pub consumers: bool,
    /// List the oldest pending entries of this group instead
    #[arg(long, value_name = "GROUP")]
    pub pending: Option<OsString>,
    /// At most so many pending entries
    #[arg(long, value_name = "N", default_value_t = 20, requires = "pending")]
    pub count: usize,
    /// Count what is deliverable where it is n/a, by reading all those entries
    #[arg(long, conflicts_with_all = ["pending", "watch"])]
    pub recount: bool,
    /// Look again and again, until Ctrl-C
    #[arg(long, value_name = "SPAN", num_args = 0..=1, default_missing_value = "1s", value_parser = span::ms, conflicts_with = "pending")]
    pub watch: Option<Ms>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// The changes.
#[derive(Subcommand, Clone, Debug)]
pub enum Change {
    /// Make a group
    Create {
        /// Its name
        #[arg(value_name = "NAME")]
        group: OsString,
        /// With which entry it begins: start, now (what is added later), or the entry after an id
        #[arg(long, value_name = "PLACE", default_value = "start", value_parser = place)]
        at: GroupStart,
        /// Make the stream too where there is none
        #[arg(long)]
        mkstream: bool,
        /// How it is confirmed and noted.
        #[command(flatten)]
        consent: Consent,
    },
    /// Move the place where a group's deliveries go on
    SetId {
        /// The group
        #[arg(value_name = "NAME")]
        group: OsString,
        /// Where they go on: start, now (what is added later), or the entry after an id
        #[arg(long, value_name = "PLACE", value_parser = place)]
        at: GroupStart,
        /// How it is confirmed and noted.
        #[command(flatten)]
        consent: Consent,
    },
    /// Remove a group with its pending entries
    Destroy {
        /// The group
        #[arg(value_name = "NAME")]
        group: OsString,
        /// How it is confirmed and noted.
        #[command(flatten)]
        consent: Consent,
    },
    /// Acknowledge pending entries
    Ack {
        /// The group
        #[arg(value_name = "NAME")]
        group: OsString,
        /// The entries
        #[arg(value_name = "ID", required_unless_present = "all_deleted")]
        ids: Vec<EntryId>,
        /// All pending entries that are not in the stream any more
        #[arg(long, conflicts_with = "ids")]
        all_deleted: bool,
        /// How it is confirmed and noted.
        #[command(flatten)]
        consent: Consent,
    },
    /// Give pending entries to another consumer
    Claim {
        /// The group
        #[arg(value_name = "NAME")]
        group: OsString,
        /// Who gets them; made where there is none of that name
        #[arg(long, value_name = "CONSUMER")]
        consumer: OsString,
        /// Only what was delivered at least so long ago: 30s, 5m
        #[arg(long, value_name = "SPAN", value_parser = span::ms, default_value = "0ms")]
        min_idle: Ms,
        /// The entries
        #[arg(value_name = "ID", required = true)]
        ids: Vec<EntryId>,
        /// How it is confirmed and noted.
        #[command(flatten)]
        consent: Consent,
    },
    /// Remove a consumer
    Forget {
        /// The group
        #[arg(value_name = "NAME")]
        group: OsString,
        /// Who is removed
        #[arg(long, value_name = "CONSUMER")]
        consumer: OsString,
        /// Also where it has pending entries, which nobody is given again
        #[arg(long)]
        with_pending: bool,
        /// How it is confirmed and noted.
        #[command(flatten)]
        consent: Consent,
    },
}

/// How a change is confirmed and noted.
#[derive(Args, Clone, Debug)]
pub struct Consent {
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The action journal [default: lookback/actions.jsonl in the state directory]
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
}

impl GroupsArgs {
    /// The group whose pending entries are asked for.
    #[must_use]
    pub fn pending_group(&self) -> Option<Vec<u8>> {
        self.pending.clone().map(OsStringExt::into_vec)
    }

    /// A change prints no table.
    ///
    /// # Errors
    /// Where a flag for looking stands with a change (exit status 2).
    pub fn refuse_what_is_for_looking(&self) -> Result<(), Failure> {
        let given = [
            ("--consumers", self.consumers),
            ("--pending", self.pending.is_some()),
            ("--recount", self.recount),
            ("--watch", self.watch.is_some()),
            ("--format", self.format != Format::default()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((flag, _)) => Err(Failure::usage(
                format!("{flag} is for looking, not for changing"),
                "leave it away, or look first: lookback groups",
            )),
        }
    }
}

impl Change {
    /// How it is confirmed and noted.
    #[must_use]
    pub const fn consent(&self) -> &Consent {
        match self {
            Self::Create { consent, .. }
            | Self::SetId { consent, .. }
            | Self::Destroy { consent, .. }
            | Self::Ack { consent, .. }
            | Self::Claim { consent, .. }
            | Self::Forget { consent, .. } => consent,
        }
    }
}

fn place(text: &str) -> Result<GroupStart, String> {
    match text {
        "start" | "0" => Ok(GroupStart::Start),
        "now" | "$" => Ok(GroupStart::New),
        id => id.parse().map(GroupStart::After).map_err(|_| {
            "a place is start, now, or an entry id such as 1700000000000-0".to_owned()
        }),
    }
}
