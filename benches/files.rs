//! How fast a file of 1 M lines is in the log, newest first, beside a raw read of it that counts newlines; the same compressed;
//! and what following a file costs that grows by 50,000 lines a second.
//!
//! The ratio to the raw read counts, and to others measured in the same run; times are only this machine's. The file is in the
//! page cache. Goals: DESIGN, section 9. `-- --ours` leaves out the others and what is compressed, and repeats.

#[path = "support/budget.rs"]
mod budget;
#[path = "files/growth.rs"]
mod growth;
#[path = "files/limit.rs"]
mod limit;
#[path = "files/lines.rs"]
mod lines;
#[path = "files/peers.rs"]
mod peers;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use budget::{Line, Table, text};
use lookback::source::{FileSpec, Spec, Start};
use lookback::store::{Arrival, Link, Log};
use tokio::runtime::Runtime;

const ENTRIES: u64 = 1_000_000;
const RUNS: usize = 3;
const ALL: Duration = Duration::from_millis(600);
const NEWEST: Duration = Duration::from_millis(50);
const RATE: u64 = 50_000;
const SECONDS: u64 = 10;
/// Of one core, as for following a stream.
const SHARE: f64 = 0.35;

/// How long it took until the first page was there, and until all was.
#[derive(Clone, Copy)]
struct Opened {
    first: Duration,
    all: Duration,
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if let [_, word, path, rate, entries] = words.as_slice()
        && word == growth::WRITES
    {
        let number = |word: &String| word.parse().expect("a number");
        return growth::append(Path::new(path), number(rate), number(entries));
    }
    let alone = words.iter().any(|word| word == "--ours");
    let mut table = Table::begin("files");
    let entries = if table.quick { ENTRIES / 10 } else { ENTRIES };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.jsonl");
    let bytes = lines::fill(&path, entries).expect("room on the disk");
    eprintln!("{entries} lines, {} B each", bytes / entries);
    let runtime = runtime();
    plain(&mut table, &runtime, &path, entries, alone);
    if !alone {
        packed(&mut table, &runtime, &path, entries);
    }
    growing(&mut table, &runtime, &folder.path().join("growing.jsonl"));
    if alone {
        print!("{}", text(&table.lines));
    } else {
        table.finish();
    }
}

/// As the program has it.
fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build();
    runtime.expect("a runtime")
}

fn spec(path: &Path) -> Spec {
    Spec::Files(FileSpec {
        paths: vec![path.to_owned()],
    })
}

fn plain(table: &mut Table, runtime: &Runtime, path: &Path, entries: u64, alone: bool) {
    let (raw, ours) = measured(runtime, path, entries, if alone { 3 * RUNS } else { RUNS });
    let others = if alone {
        String::new()
    } else {
        peers::all(path, entries)
    };
    table.line(Line {
        what: format!("open {} JSONL lines, all", count(entries)),
        goal: format!("≤ {:.1} s", ALL.as_secs_f64()),
        limit: format!("read and newlines {raw:.1?}"),
        peer: others,
        ours: compared(ours.all, raw),
        // The goal is that of the whole file.
        met: (entries == ENTRIES).then_some(ours.all <= ALL),
    });
    table.line(Line {
        what: format!("open {} JSONL lines, newest page", count(entries)),
        goal: "≤ 50 ms".to_owned(),
        limit: String::new(),
        peer: String::new(),
        ours: format!("{:.1?}", ours.first),
        met: Some(ours.first <= NEWEST),
    });
}

fn packed(table: &mut Table, runtime: &Runtime, path: &Path, entries: u64) {
    let of = |ending: &str| path.with_file_name(format!("events.jsonl.{ending}"));
    lines::pack(path, &of("gz"), &of("lz4")).expect("room on the disk");
    for ending in ["gz", "lz4"] {
        let (raw, ours) = measured(runtime, &of(ending), entries, RUNS);
        let duckdb = peers::duckdb(&of(ending), entries);
        table.line(Line {
            what: format!("open {} JSONL lines, .{ending}", count(entries)),
            goal: String::new(),
            limit: format!("unpack and newlines {raw:.1?}"),
            peer: if ending == "gz" {
                duckdb
            } else {
                String::new()
            },
            ours: format!("{}, first page {:.1?}", compared(ours.all, raw), ours.first),
            met: None,
        });
    }
}

fn growing(table: &mut Table, runtime: &Runtime, path: &Path) {
    let seconds = if table.quick { 2 } else { SECONDS };
    let followed = runtime.block_on(growth::follow(path, RATE, RATE * seconds));
    table.line(Line {
        what: format!("follow a file that grows by {RATE} lines/s"),
        goal: format!("none lost, ≤ {:.0} % of a core", SHARE * 100.0),
        limit: String::new(),
        peer: String::new(),
        ours: format!(
            "none lost, {:.0} %, {:.0?} behind",
            followed.share * 100.0,
            followed.behind
        ),
        met: Some(followed.share <= SHARE),
    });
}

/// The best of both in some runs, in turn, so that whatever else this machine does is borne by both.
fn measured(runtime: &Runtime, path: &Path, entries: u64, runs: usize) -> (Duration, Opened) {
    let runs: Vec<(Duration, Opened)> = (0..runs)
        .map(|_| {
            let raw = limit::scan(path, entries);
            let ours = runtime.block_on(open(path, entries));
            eprintln!(
                "  raw {raw:.1?}, first {:.1?}, all {:.1?}",
                ours.first, ours.all
            );
            (raw, ours)
        })
        .collect();
    let best = |of: fn(&(Duration, Opened)) -> Duration| runs.iter().map(of).min();
    let ours = Opened {
        first: best(|run| run.1.first).unwrap_or_default(),
        all: best(|run| run.1.all).unwrap_or_default(),
    };
    (best(|run| run.0).unwrap_or_default(), ours)
}

/// Opens it as the interface does, and takes all of it into a log.
async fn open(path: &Path, entries: u64) -> Opened {
    let start = Instant::now();
    let mut feed = spec(path).follow(Start::History(entries), Arc::default());
    let mut log = Log::default();
    let mut first = None;
    while let Some(arrival) = feed.arrivals.recv().await {
        match arrival {
            Arrival::Newer { page, .. } => drop(log.append(&page)),
            Arrival::Older { page } => drop(log.prepend(&page)),
            Arrival::History(history) if history.idle && !log.is_empty() => break,
            Arrival::Link(Link::Ended) => break,
            _ => {}
        }
        if !log.is_empty() && first.is_none() {
            first = Some(start.elapsed());
        }
    }
    let all = start.elapsed();
    assert_eq!(log.len(), entries);
    Opened {
        first: first.unwrap_or_default(),
        all,
    }
}

fn count(entries: u64) -> String {
    match entries {
        ENTRIES => "1 M".to_owned(),
        other => other.to_string(),
    }
}

fn compared(ours: Duration, raw: Duration) -> String {
    let ratio = ours.as_secs_f64() / raw.as_secs_f64();
    format!("{ours:.1?} = {ratio:.1} × read")
}
