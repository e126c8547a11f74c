//! `doctor`: whether everything is in place, how entries are read and on what evidence, and what will not work.

mod connection;
mod report;

use std::io::Write;

use super::failure::{Failure, Status};
use super::format::ReportFormat;
use super::setup::Setup;
use crate::model::{EntryId, Evidence, Ms, Part};
use crate::source::{Direction, SourceError};
use crate::store::{Page, PageBuilder};
use connection::{Check, connection_report};

/// Entries looked at.
const LOOKED_AT: usize = 1_000;

/// Arguments of `doctor`.
#[derive(clap::Args, Clone, Debug)]
pub struct DoctorArgs {
    /// Form of the output
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
}

/// What was found.
struct Findings {
    source: (String, String),
    checks: Vec<Check>,
    streams: Vec<StreamSeen>,
    evidence: Evidence,
    problems: Vec<Problem>,
}

/// What the entries looked at say of one stream.
struct StreamSeen {
    stream: Vec<u8>,
    entries: u64,
    oldest: EntryId,
    newest: EntryId,
}

/// Something that will not work, and why.
struct Problem {
    what: String,
    hint: String,
}

/// Prints the report.
///
/// # Errors
/// A source that cannot be read, after the report.
pub async fn run(args: &DoctorArgs, setup: &Setup) -> Result<Status, Failure> {
    let (page, trouble) = newest_entries(setup).await;
    let findings = Findings {
        source: setup.spec.label(),
        checks: connection_report(trouble.as_ref()),
        streams: streams(&page),
        problems: match trouble {
            None => problems(&page.evidence, newest_ms(&page), setup.now.ms),
            Some(_) => Vec::new(),
        },
        evidence: page.evidence,
    };
    let mut out = setup.out();
    let mut bytes = Vec::new();
    match args.format {
        ReportFormat::Text => report::text(&mut bytes, &findings),
        ReportFormat::Json => report::json(&mut bytes, &findings),
    }
    out.write_all(&bytes)?;
    out.flush()?;
    match trouble {
        Some(error) => Err(error.into()),
        None => Ok(Status::Done),
    }
}

/// The newest entries, as one page (newest first), and what went wrong on the way.
async fn newest_entries(setup: &Setup) -> (Page, Option<SourceError>) {
    let mut newest = PageBuilder::new(setup.mapping());
    let range = setup.range();
    let reading = async {
        let mut reader = setup
            .spec
            .read(range, Direction::Reverse, setup.mapping())
            .await?;
        while newest.len() < LOOKED_AT
            && let Some(page) = reader.next().await?
        {
            take_newest(&mut newest, &page);
        }
        Ok(())
    };
    let trouble = reading.await.err();
    (newest.finish(), trouble)
}

fn take_newest(newest: &mut PageBuilder, page: &Page) {
    let left = LOOKED_AT.saturating_sub(newest.len());
    for row in (0..page.len()).rev().take(left) {
        let stream = page.columns.stream.get(row).copied().unwrap_or_default();
        let id = page.columns.id.get(row).copied().unwrap_or_default();
        let fields = page.payloads.named(row, &page.strings);
        newest.push(page.strings.get(stream), id, &fields);
    }
}

fn newest_ms(page: &Page) -> Ms {
    page.columns.id.iter().map(|id| id.ms).max().unwrap_or(0)
}

fn streams(page: &Page) -> Vec<StreamSeen> {
    let mut streams: Vec<StreamSeen> = Vec::new();
    for (symbol, id) in page.columns.stream.iter().zip(&page.columns.id) {
        let name = page.strings.get(*symbol);
        match streams.iter_mut().find(|s| s.stream == name) {
            Some(seen) => {
                seen.entries += 1;
                seen.oldest = seen.oldest.min(*id);
                seen.newest = seen.newest.max(*id);
            }
            None => streams.push(StreamSeen {
                stream: name.to_vec(),
                entries: 1,
                oldest: *id,
                newest: *id,
            }),
        }
    }
    streams
}

fn problems(evidence: &Evidence, newest_ms: Ms, now_ms: Ms) -> Vec<Problem> {
    let problem = |what: &str, hint: &str| Problem {
        what: what.to_owned(),
        hint: hint.to_owned(),
    };
    if evidence.entries == 0 {
        return vec![problem(
            "there are no entries to read in this range",
            "check the name with --stream, or --since and --until; following waits for the first entry",
        )];
    }
    let mut problems = Vec::new();
    if newest_ms > now_ms.saturating_add(60_000) {
        problems.push(problem(
            "the newest entry lies in the future: the clock of the server or of this machine is off",
            "times that count from now (-10m) are off by as much",
        ));
    }
    for (part, without, key) in [
        (
            Part::Kind,
            "every event is (untyped), so types tell nothing apart",
            "kind",
        ),
        (
            Part::Session,
            "no entry names a session: sessions and timelines stay empty",
            "session",
        ),
        (Part::User, "no entry names a user", "user"),
        (
            Part::Latency,
            "no entry has a latency: latency stays unknown",
            "latency",
        ),
        (
            Part::Tokens,
            "no entry counts tokens: tokens stay unknown",
            "tokens",
        ),
        (
            Part::EventId,
            "no entry has an id of its own: duplicates cannot be found",
            "event_id",
        ),
    ] {
        if !evidence.sources().any(|(p, _, _)| p == part) {
            let hint = format!("name the field in the configuration: [mapping] {key} = \"…\"");
            problems.push(problem(without, &hint));
        }
    }
    problems
}
