//! `--compare FROM..TO`: this range against the one before it that is as long, in one pass over both.

use std::io::Write;

use super::{Counted, StatsArgs, how, json, text};
use crate::cli::failure::{Failure, Status};
use crate::cli::format::ReportFormat;
use crate::cli::moment;
use crate::cli::pages::Matches;
use crate::cli::setup::Setup;
use crate::model::{EntryId, Ms};
use crate::project::tally::compare::Side;
use crate::project::tally::{Gather, differences};
use crate::query::Filter;
use crate::source::IdRange;

/// Compares.
///
/// # Errors
/// A wrong time; a range without length; a source that cannot be read.
pub async fn run(
    args: &StatsArgs,
    range: &str,
    filter: &Filter,
    setup: &Setup,
) -> Result<Status, Failure> {
    let (from, to) = borders(range, setup)?;
    let start = from.saturating_sub(to - from);
    let ids = IdRange {
        from: EntryId::new(start, 0),
        to: EntryId::new(to.saturating_sub(1), u64::MAX),
    };
    let mut matches = Matches::marked(setup, ids, filter).await?;
    let mut sides = [(start, from), (from, to)].map(|window| Counted {
        gather: Gather::new(how(args, setup)),
        window: Some(window),
        axis: args.axis.into(),
    });
    while let Some((page, rows)) = matches.next().await? {
        let is_before = |row: &usize| page.columns.id.get(*row).is_some_and(|id| id.ms < from);
        let (before, now): (Vec<usize>, Vec<usize>) = rows.into_iter().partition(is_before);
        for (side, rows) in sides.iter_mut().zip([before, now]) {
            side.gather.add(&page, &rows);
        }
    }
    let [before, now] = &sides;
    let side = |counted: &Counted| counted.gather.tally().clone();
    let tallies = [side(before), side(now)];
    let [b, n] = tallies.each_ref().map(|tally| Side {
        tally,
        length_ms: to - from,
    });
    let told = differences(b, n);
    let mut bytes = Vec::new();
    match args.format {
        ReportFormat::Json => {
            json::comparison(&mut bytes, [before, now], &told, args);
            bytes.push(b'\n');
        }
        ReportFormat::Text => text::comparison(&mut bytes, [before, now], &told, setup.zone()),
    }
    let mut out = setup.out();
    out.write_all(&bytes)?;
    out.flush()?;
    Ok(Status::Done)
}

/// From (included) to (excluded).
fn borders(text: &str, setup: &Setup) -> Result<(Ms, Ms), Failure> {
    let (from, to) = moment::read_two("--compare", text, setup.now)?;
    let to = to.map_or(setup.now.ms, moment::ms);
    match from.map(moment::ms) {
        Some(from) if from < to => Ok((from, to)),
        Some(_) => Err(Failure::usage(
            "--compare: the range ends before it begins, or where it does",
            "name the earlier time first, as in --compare -30m..-15m",
        )),
        None => Err(Failure::usage(
            "--compare: the range needs a beginning",
            "as in --compare -15m.. for the last 15 minutes against the 15 before",
        )),
    }
}
