//! `query [FILTER…]`: the entries of a range, page by page.

use super::args::FilterWords;
use super::failure::{Failure, Status};
use super::format::event_text::Stamp;
use super::format::{EventRow, EventWriter, Format};
use super::pages::Matches;
use super::setup::Setup;
use crate::source::Direction;

/// Arguments of `query`.
#[derive(clap::Args, Clone, Debug)]
pub struct QueryArgs {
    /// What to print.
    #[command(flatten)]
    pub filter: FilterWords,
    /// At most so many events
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Newest first
    #[arg(long)]
    pub reverse: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Prints the entries.
///
/// # Errors
/// A wrong filter; a source that cannot be read.
pub async fn run(args: &QueryArgs, setup: &Setup) -> Result<Status, Failure> {
    let filter = setup.filter(&args.filter.text())?;
    let direction = if args.reverse {
        Direction::Reverse
    } else {
        Direction::Forward
    };
    let mut matches = Matches::open(setup, &filter, direction).await?;
    let mut out = setup.out();
    let mut writer = EventWriter::new(args.format, setup, &out, Stamp::Date);
    let mut left = args
        .limit
        .map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    writer.begin(&mut out)?;
    while left > 0
        && let Some((page, mut rows)) = matches.next().await?
    {
        if args.reverse {
            rows.reverse();
        }
        rows.truncate(left);
        left -= rows.len();
        writer.fit(&page, rows.iter());
        for row in rows {
            let row = EventRow::of(&page, row, &setup.config.mapping);
            writer.event(&mut out, &row)?;
        }
    }
    writer.end(&mut out)?;
    Ok(Status::Done)
}
