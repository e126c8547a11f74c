//! How entries are read, by the newest of them.

use super::shape::{Bytes, Fault, Played, Problem, Report, Stream};
use crate::cli::setup::Setup;
use crate::model::{EntryId, Evidence, Ms, Part};
use crate::source::{Direction, SourceError};
use crate::store::{Page, PageBuilder};

/// Entries looked at.
const LOOKED_AT: usize = 1_000;
/// Clocks may differ by so much.
const FUTURE_MS: Ms = 60_000;

/// What is lost where no field plays a part; the part's key in the configuration.
const MISSED: [(Part, &str, &str); 6] = [
    (
        Part::Kind,
        "every event is (untyped): types tell nothing apart",
        "kind",
    ),
    (
        Part::Session,
        "sessions and timelines stay empty",
        "session",
    ),
    (Part::User, "events cannot be told apart by user", "user"),
    (Part::Latency, "latency stays unknown", "latency"),
    (Part::Tokens, "tokens stay unknown", "tokens"),
    (Part::EventId, "duplicates cannot be found", "event_id"),
];

/// The newest entries, as one page (newest first), and what went wrong on the way.
pub async fn newest(setup: &Setup) -> (Page, Option<SourceError>) {
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
        let stream = page.columns.stream.get(row).unwrap_or_default();
        let id = page.columns.id.get(row).unwrap_or_default();
        let fields = page.payloads.named(row, &page.strings);
        newest.push(page.strings.get(stream), id, &fields);
    }
}

/// Adds what the entries tell.
pub fn tell(page: &Page, report: &mut Report) {
    let evidence = &page.evidence;
    report.entries = evidence.entries;
    for (part, source, entries) in evidence.sources() {
        let played = Played {
            source: source.to_owned(),
            entries,
        };
        match report.mapping.last_mut() {
            Some((last, sources)) if *last == word(part) => sources.push(played),
            _ => report.mapping.push((word(part), vec![played])),
        }
    }
    let faults = evidence.faults().into_iter();
    report.faults = faults
        .map(|fault| Fault {
            field: Bytes(fault.field),
            problem: fault.problem,
            entries: fault.entries,
        })
        .collect();
    let from_files = report.server.is_none();
    for (symbol, id) in page.columns.stream.iter().zip(page.columns.id.iter()) {
        note(report, page.strings.get(symbol), id, from_files);
    }
}

/// Pages come newest first, so a stream's first id is the last one that is noted.
fn note(report: &mut Report, name: &[u8], id: EntryId, from_files: bool) {
    let known = report.streams.iter_mut().find(|s| s.key.0 == name);
    if let Some(stream) = known {
        stream.looked_at += 1;
    } else if from_files {
        report.streams.push(Stream {
            key: Bytes(name.to_vec()),
            exists: Some(true),
            last: Some(id.to_string()),
            looked_at: 1,
            ..Stream::default()
        });
    }
}

/// What will not work because of the entries; `now_ms` is this machine's clock.
pub fn problems(page: &Page, now_ms: Ms) -> Vec<Problem> {
    let evidence: &Evidence = &page.evidence;
    if evidence.entries == 0 {
        return vec![Problem::new(
            "there is nothing to show",
            "no entry lies in this range",
            "check --stream, --since and --until; following waits for the first entry",
        )];
    }
    let mut problems = Vec::new();
    let newest_ms = page.columns.id.iter().map(|id| id.ms).max().unwrap_or(0);
    if newest_ms > now_ms.saturating_add(FUTURE_MS) {
        problems.push(Problem::new(
            "times that count from now (-10m) are off",
            "the newest entry lies in the future",
            "set the clock of the server, or that of this machine",
        ));
    }
    for (part, lost, key) in MISSED {
        if !evidence.sources().any(|(played, _, _)| played == part) {
            let why = format!("no field was found for it in {} entries", evidence.entries);
            let hint = format!("name it in the configuration: [mapping] {key} = \"…\"");
            problems.push(Problem::new(lost, why, hint));
        }
    }
    problems
}

/// The part's key in the configuration.
const fn word(part: Part) -> &'static str {
    match part {
        Part::Kind => "kind",
        Part::Session => "session",
        Part::User => "user",
        Part::Time => "time",
        Part::Latency => "latency",
        Part::Tokens => "tokens",
        Part::Error => "error",
        Part::EventId => "event_id",
        Part::Role => "role",
    }
}
