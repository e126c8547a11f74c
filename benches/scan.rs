//! Complete scans of 1 M and of 10 M entries by filters of every sort, on as many threads as the program takes, and how soon
//! the first part of the answer is there. Beside them a plain pass over the ids, a raw `memmem` over the same bytes, both on
//! one thread, and `DuckDB` where python3 has it.
//!
//! `cargo bench --bench scan -- --entries N` takes one log of that many entries and prints more. Ratios count; times are only
//! this machine's. Goals: DESIGN, section 9.

#[path = "support/budget.rs"]
mod budget;
#[path = "scan/entries.rs"]
mod entries;
#[path = "scan/peer.rs"]
mod peer;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use budget::{Line, Table};
use lookback::model::{EntryId, Zone};
use lookback::query::{EndedSessions, Filter, Now, Plan, scan_page};
use lookback::runtime::scan_on_threads;
use lookback::store::{Direction, Page, Payloads, Snapshot};
use memchr::memmem;

/// What a frame may take where data comes at 30 frames a second, without what drawing it takes.
const FRAME_MS: f64 = 32.0;

/// A filter, and what it is measured against.
struct Case {
    name: &'static str,
    filter: &'static str,
    limit: Limit,
    /// For 1 M entries.
    goal_ms: Option<f64>,
    /// The same question for `DuckDB`.
    sql: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Limit {
    Ids,
    Memmem,
}

const fn case(
    name: &'static str,
    filter: &'static str,
    limit: Limit,
    goal_ms: Option<f64>,
    sql: &'static str,
) -> Case {
    Case {
        name,
        filter,
        limit,
        goal_ms,
        sql,
    }
}

const CASES: [Case; 11] = [
    case(
        "a column",
        "user:user-7",
        Limit::Ids,
        Some(1.5),
        "user_id = 'user-7'",
    ),
    case(
        "two columns",
        "type:error.* tokens>100",
        Limit::Ids,
        Some(1.5),
        "kind LIKE 'error.%' AND tokens > 100",
    ),
    case(
        "columns",
        "user:user-7 type:message.added since:1700000100000",
        Limit::Ids,
        Some(1.5),
        "user_id = 'user-7' AND kind = 'message.added' AND ms >= 1700000100000",
    ),
    case(
        "nearly all match",
        "type:message.added",
        Limit::Ids,
        Some(1.5),
        "kind = 'message.added'",
    ),
    case(
        "substring",
        "quokka",
        Limit::Memmem,
        Some(10.0),
        "contains(lower(content), 'quokka')",
    ),
    case("substring, nowhere", "kubernetes", Limit::Memmem, None, ""),
    case("substring, a row in 8", "timeout", Limit::Memmem, None, ""),
    case("substring, every row", "sess", Limit::Memmem, None, ""),
    case(
        "phrase, every row",
        "\"please look at the next step of the plan\"",
        Limit::Memmem,
        None,
        "",
    ),
    case(
        "regex",
        "/(?i)quokka/",
        Limit::Memmem,
        Some(20.0),
        "regexp_matches(content, '(?i)quokka')",
    ),
    case(
        "a column and a substring",
        "user:user-7 quokka",
        Limit::Ids,
        None,
        "",
    ),
];

fn ids(log: &Snapshot) -> usize {
    let from = EntryId::new(1_700_000_500_000, 0);
    let chunks = log.chunks(log.range());
    chunks
        .map(|(_, chunk, _)| chunk.columns.id.iter().filter(|id| *id >= from).count())
        .sum()
}

fn raw(log: &Snapshot) -> usize {
    let finder = memmem::Finder::new("Quokka");
    let chunks = log.chunks(log.range());
    chunks
        .map(|(_, chunk, _)| sum(&chunk.payloads, |text| finder.find_iter(text).count()))
        .sum()
}

/// What something counts in all text of these fields, a piece at a time.
fn sum(payloads: &Payloads, count: impl Fn(&[u8]) -> usize) -> usize {
    let mut reader = payloads.reader();
    let (mut next, mut found) = (0, 0);
    while next < payloads.len() {
        let piece = reader.piece(next..payloads.len());
        found += count(piece.text());
        next = piece.rows().end.max(next + 1);
    }
    found
}

fn plan(filter: &str) -> Plan {
    let filter = Filter::parse(filter).unwrap_or_else(|e| panic!("{filter}: {e}"));
    filter.plan(Now {
        ms: 1_700_020_000_000,
        zone: Zone::Utc,
    })
}

/// How many match, and when the first part of the answer was there.
fn filtered(log: &Snapshot, filter: &str) -> (usize, Duration) {
    let start = Instant::now();
    let (mut found, mut first) = (0, None);
    let plan = plan(filter);
    scan_on_threads(&plan, log, log.range(), Direction::Reverse, &mut |part| {
        first.get_or_insert_with(|| start.elapsed());
        found += part.rows.count();
        ControlFlow::Continue(())
    });
    (found, first.unwrap_or_default())
}

/// The best of several runs: the least disturbed.
fn best(mut run: impl FnMut() -> Duration) -> Duration {
    (0..9).map(|_| run()).min().unwrap_or_default()
}

fn timed<T>(run: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(run());
    start.elapsed()
}

fn ms(took: Duration) -> String {
    format!("{:.2} ms", took.as_secs_f64() * 1e3)
}

fn measure(entries: u32, table: &mut Table) {
    let log = entries::log(u64::from(entries));
    let millions = f64::from(entries) / 1e6;
    let limits = [best(|| timed(|| ids(&log))), best(|| timed(|| raw(&log)))];
    let mut peer = peer::DuckDb::new(u64::from(entries));
    for case in &CASES {
        let (found, _) = filtered(&log, case.filter);
        let all = best(|| timed(|| filtered(&log, case.filter)));
        let first = best(|| filtered(&log, case.filter).1);
        let (limit, of) = match case.limit {
            Limit::Ids => (limits[0], "ids"),
            Limit::Memmem => (limits[1], "memmem"),
        };
        let ratio = all.as_secs_f64() / limit.as_secs_f64();
        let goal_ms = case.goal_ms.map(|goal| goal * millions);
        let is_fast = goal_ms.is_none_or(|goal| all.as_secs_f64() * 1e3 <= goal);
        let is_soon = first.as_secs_f64() * 1e3 <= FRAME_MS;
        table.line(Line {
            what: format!("filter {millions} M: {}", case.name),
            goal: goal_ms.map_or("first part in a frame".to_owned(), |goal| {
                format!("≤ {goal} ms, first part in a frame")
            }),
            limit: format!("{of} {}, {ratio:.1} ×", ms(limit)),
            peer: peer.told(case.sql),
            ours: format!("{}, {found} rows, first part {}", ms(all), ms(first)),
            met: Some(is_fast && is_soon),
        });
    }
}

/// Compressed fields beside plain ones: run by run on one thread, and what only thawing them takes.
fn measure_cold(entries: u32, table: &mut Table) {
    let [warm, cold] = entries::runs(u64::from(entries));
    let thaw = best(|| {
        let lengths = cold.iter().map(|run| sum(&run.payloads, <[u8]>::len));
        timed(|| lengths.sum::<usize>())
    });
    for filter in ["quokka", "/(?i)quokka/", "user:user-7 quokka"] {
        let plan = plan(filter);
        let scan = |runs: &[Page]| {
            let ended = EndedSessions::default();
            let found = runs.iter().map(|run| scan_page(&plan, run, &ended).len());
            found.sum::<usize>()
        };
        let [in_warm, in_cold] = [&warm, &cold].map(|runs| best(|| timed(|| scan(runs))));
        table.line(Line {
            what: format!(
                "filter {} M compressed, one thread: {filter}",
                f64::from(entries) / 1e6
            ),
            goal: String::new(),
            limit: format!("thawing {}", ms(thaw)),
            peer: format!("plain {}", ms(in_warm)),
            ours: ms(in_cold),
            met: None,
        });
    }
    let held: usize = cold.iter().map(|run| run.payloads.thawed_bytes()).sum();
    assert_eq!(held, 0, "a scan leaves nothing thawed behind");
}

fn entries_asked() -> Option<u32> {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--entries");
    arguments.nth(1)?.parse().ok()
}

fn main() {
    let mut table = Table::begin("scan");
    if let Some(entries) = entries_asked() {
        measure(entries, &mut table);
        print!("{}", budget::text(&table.lines));
        return;
    }
    measure(1_000_000, &mut table);
    measure_cold(1_000_000, &mut table);
    if !table.quick {
        measure(10_000_000, &mut table);
    }
    table.finish();
}
