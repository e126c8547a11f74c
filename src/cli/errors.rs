//! `errors [FILTER…]`: errors that say the same in one line, the most frequent first.
//!
//! Invariant: the numbers are those of the error screen over the same entries. A repeated event id counts once. In memory are
//! the groups, the names of their sessions and users, and a hash of every event id.

mod counted;
mod report;

use std::io::Write;

use super::args::FilterWords;
use super::failure::{Failure, Status};
use super::format::Format;
use super::pages::Matches;
use super::setup::Setup;
use counted::Counted;
use report::Report;

/// Arguments of `errors`.
#[derive(clap::Args, Clone, Debug)]
pub struct ErrorsArgs {
    /// Which errors.
    #[command(flatten)]
    pub filter: FilterWords,
    /// At most so many groups
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Lists the groups.
///
/// # Errors
/// A wrong filter; a source that cannot be read.
pub async fn run(args: &ErrorsArgs, setup: &Setup) -> Result<Status, Failure> {
    let filter = setup.filter(&args.filter.text())?;
    let mut matches = Matches::marked(setup, setup.range(), &filter).await?;
    let mut counted = Counted::default();
    while let Some((page, rows)) = matches.next().await? {
        counted.add(&page, &rows);
    }
    let (errors, others) = (counted.errors(), counted.others);
    let (mut groups, strings) = counted.largest_first();
    groups.truncate(args.limit.unwrap_or(usize::MAX));
    let report = Report {
        groups,
        strings,
        errors,
        others,
    };
    let mut out = setup.out();
    out.write_all(&report.written(args.format, setup.zone(), &out))?;
    out.flush()?;
    Ok(Status::Done)
}
