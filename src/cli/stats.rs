//! `stats [FILTER…]`: the figures of a range: rates, latencies, errors, sessions, tokens; with `--patterns` what follows what and
//! when; with `--compare` one range against the one before it; with `--watch` again and again.
//!
//! Invariant: pages are counted and dropped; memory is bounded by the tally (`project::tally`).

mod compare;
mod json;
mod text;
mod watch;

use std::io::Write;

use super::args::FilterWords;
use super::failure::{Failure, Status};
use super::format::ReportFormat;
use super::moment;
use super::pages::Matches;
use super::setup::Setup;
use crate::config::span;
use crate::model::{EntryId, Ms};
use crate::project::tally::{Axis, Figures, Gather, How, figures};
use crate::query::Filter;
use crate::source::{Direction, IdRange};
use crate::store::Page;

/// Arguments of `stats`.
#[derive(clap::Args, Clone, Debug)]
pub struct StatsArgs {
    /// What to count.
    #[command(flatten)]
    pub filter: FilterWords,
    /// Only this long before the end: 1m, 5m, 15m, 1h or any such span
    #[arg(long, value_name = "SPAN", value_parser = span::ms, conflicts_with_all = ["since", "compare"])]
    pub window: Option<Ms>,
    /// Which type follows which, rare paths, and events by hour and weekday too
    #[arg(long)]
    pub patterns: bool,
    /// This range against the one before it that is as long; TO may be left out
    #[arg(long, value_name = "FROM..TO", allow_hyphen_values = true, conflicts_with_all = ["patterns", "watch", "since", "until"])]
    pub compare: Option<String>,
    /// Print again every two seconds as events come, until Ctrl-C
    #[arg(long, conflicts_with_all = ["until", "window"])]
    pub watch: bool,
    /// Whose clock tells when something happened: that of the entry ids, or the producer's
    #[arg(long, value_enum, default_value_t)]
    pub axis: AxisWord,
    /// At most so many types, users, sessions, pairs and paths
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub top: usize,
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
}

/// Whose clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum AxisWord {
    /// That of the entry ids.
    #[default]
    Id,
    /// The producer's.
    Event,
}

impl From<AxisWord> for Axis {
    fn from(word: AxisWord) -> Self {
        match word {
            AxisWord::Id => Self::Id,
            AxisWord::Event => Self::Event,
        }
    }
}

/// What was counted over which time.
struct Counted {
    gather: Gather,
    window: Option<(Ms, Ms)>,
    axis: Axis,
}

impl Counted {
    /// `None` where nothing came and no border was given.
    fn figures(&self) -> Option<Figures> {
        let window = self.window?;
        Some(figures(self.gather.tally(), window))
    }
}

/// Prints the figures.
///
/// # Errors
/// A wrong filter or time; a source that cannot be read.
pub async fn run(args: &StatsArgs, setup: &Setup) -> Result<Status, Failure> {
    let filter = setup.filter(&args.filter.text())?;
    if let Some(range) = &args.compare {
        return compare::run(args, range, &filter, setup).await;
    }
    if args.watch {
        return watch::run(args, &filter, setup).await;
    }
    let range = range(args, setup).await?;
    let counted = count(args, range, &filter, setup).await?;
    let mut out = setup.out();
    out.write_all(&written(&counted, args, setup))?;
    out.flush()?;
    Ok(Status::Done)
}

fn how(args: &StatsArgs, setup: &Setup) -> How {
    How {
        axis: args.axis.into(),
        zone: setup.zone(),
    }
}

fn written(counted: &Counted, args: &StatsArgs, setup: &Setup) -> Vec<u8> {
    let mut bytes = Vec::new();
    match args.format {
        ReportFormat::Json => {
            json::stats(&mut bytes, counted, args);
            bytes.push(b'\n');
        }
        ReportFormat::Text => text::stats(&mut bytes, counted, args, setup.zone()),
    }
    bytes
}

/// The range that the borders and `--window` leave.
async fn range(args: &StatsArgs, setup: &Setup) -> Result<IdRange, Failure> {
    let Some(length_ms) = args.window else {
        return Ok(setup.range());
    };
    let newest = newest_ms(setup).await?;
    let end_ms = setup.silence_reference(newest);
    Ok(IdRange {
        from: EntryId::new(end_ms.saturating_sub(length_ms).saturating_add(1), 0),
        ..setup.range()
    })
}

/// The newest entry's time. A pipe does not tell before it has been read.
async fn newest_ms(setup: &Setup) -> Result<Ms, Failure> {
    if setup.reads_stdin() {
        return Err(Failure::usage(
            "--window counts back from the newest entry, and standard input can be read once",
            "save the input to a file and name it with --file, or give --since",
        ));
    }
    let mut reader = setup
        .spec
        .read(setup.range(), Direction::Reverse, setup.mapping())
        .await?;
    let page = reader.next().await?;
    let range = page.and_then(|page| page.id_range());
    Ok(range.map_or(0, |(first, last)| first.ms.max(last.ms)))
}

async fn count(
    args: &StatsArgs,
    range: IdRange,
    filter: &Filter,
    setup: &Setup,
) -> Result<Counted, Failure> {
    let mut matches = Matches::marked(setup, range, filter).await?;
    let mut gather = Gather::new(how(args, setup));
    let mut seen = Seen::default();
    while let Some((page, rows)) = matches.next().await? {
        seen.note(&page);
        gather.add(&page, &rows);
    }
    Ok(Counted {
        gather,
        window: seen.window(args, range, setup),
        axis: args.axis.into(),
    })
}

/// The times between which entries were.
#[derive(Clone, Copy, Debug, Default)]
struct Seen(Option<(Ms, Ms)>);

impl Seen {
    fn note(&mut self, page: &Page) {
        for id in page.columns.id.iter() {
            let (first, last) = self.0.unwrap_or((id.ms, id.ms));
            self.0 = Some((first.min(id.ms), last.max(id.ms)));
        }
    }

    /// From the lower border, else the first entry, to the upper border, else the present, or a file's last entry.
    fn window(self, args: &StatsArgs, range: IdRange, setup: &Setup) -> Option<(Ms, Ms)> {
        let since = match args.window {
            Some(_) => Some(range.from.ms.saturating_sub(1)),
            None => setup.since.map(moment::ms),
        };
        let from = since.or(self.0.map(|seen| seen.0))?;
        let newest = self.0.map_or(from, |seen| seen.1);
        Some((from, setup.silence_reference(newest).max(from)))
    }
}
