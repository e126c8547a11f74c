//! How fast 1 M entries of history come from Redis into the log, beside a drain of the same pages that looks at nothing.
//!
//! The server is on the same two cores and needs most of one: the ratio to the drain counts, times are only this machine's.
//! Goals: DESIGN, section 9. `-- --entries 100000` takes as many as it says, `-- --ours` leaves out the others.

#[path = "support/budget.rs"]
mod budget;
#[path = "load/drain.rs"]
mod drain;
#[path = "load/peers.rs"]
mod peers;
#[path = "../tests/support/redis_server.rs"]
mod redis_server;
#[path = "load/seed.rs"]
mod seed;

use std::sync::Arc;
use std::time::{Duration, Instant};

use budget::{Line, Table, text};
use lookback::model::Mapping;
use lookback::source::{Access, RedisSpec, Spec, Start};
use lookback::store::{Arrival, Log};
use redis_server::RedisServer;
use tokio::runtime::Runtime;

const ENTRIES: u64 = 1_000_000;
const RUNS: usize = 3;
const GOAL: f64 = 1.3;
const FIRST_PAINT: Duration = Duration::from_millis(50);

/// How long it took until the newest page was there, and until all was.
#[derive(Clone, Copy)]
struct Loaded {
    first: Duration,
    all: Duration,
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let asked = words.iter().position(|word| word == "--entries");
    let asked = asked.and_then(|at| words.get(at + 1)?.parse().ok());
    let alone = words.iter().any(|word| word == "--ours");
    let mut table = Table::begin("load");
    let entries = asked.unwrap_or(if table.quick { ENTRIES / 10 } else { ENTRIES });
    let server = RedisServer::new();
    // The disk is not what is measured.
    server.run::<String>("CONFIG SET appendonly no");
    let url = server.url();
    let address = url.trim_start_matches("redis://");
    seed::fill(address, entries);
    let runtime = runtime();
    // In turn, so that whatever else this machine does is borne by all of them.
    let runs: Vec<_> = (0..RUNS)
        .map(|_| {
            let newest_first = drain::drain(address, "XREVRANGE", entries);
            (newest_first, runtime.block_on(load(&url, entries)))
        })
        .collect();
    let drained = runs.iter().map(|run| run.0.took).min().unwrap_or_default();
    let ours = runs.iter().map(|run| run.1.all).min().unwrap_or_default();
    let first = runs.iter().map(|run| run.1.first).max().unwrap_or_default();
    let bytes = runs.first().map_or(0, |run| run.0.bytes);
    eprintln!(
        "{entries} entries, {} B each on the wire",
        bytes / entries.max(1)
    );
    let others = if alone {
        String::new()
    } else {
        others(&server, &url, entries)
    };
    let ratio = ours.as_secs_f64() / drained.as_secs_f64();
    table.line(Line {
        what: format!("{} entries from Redis into the log", count(entries)),
        goal: format!("≤ {GOAL} × drain"),
        limit: format!("raw drain {drained:.2?}"),
        peer: others,
        ours: format!("{ours:.2?} = {ratio:.2} ×"),
        met: Some(ratio <= GOAL),
    });
    table.line(Line {
        what: format!("the newest page of {} entries", count(entries)),
        goal: "≤ 50 ms after connect".to_owned(),
        limit: format!("a page of 100: {:.2?}", page_of_100(&server)),
        peer: String::new(),
        ours: format!("{first:.2?}, connecting included"),
        met: Some(first <= FIRST_PAINT),
    });
    if asked.is_none() && !alone {
        table.finish();
    } else {
        print!("{}", text(&table.lines));
    }
}

fn count(entries: u64) -> String {
    match entries {
        ENTRIES => "1 M".to_owned(),
        other => other.to_string(),
    }
}

/// As the program has it.
fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build();
    runtime.expect("a runtime")
}

/// Follows the stream as the interface does: the newest page first, older ones before it, until the oldest.
async fn load(url: &str, entries: u64) -> Loaded {
    let spec = Spec::Redis(RedisSpec {
        url: url.to_owned(),
        password: None,
        streams: vec![seed::STREAM.to_owned()],
        access: Access::ReadOnly,
    });
    let start = Instant::now();
    let mut feed = spec.follow(Start::History(entries), Arc::new(Mapping::default()));
    let mut log = Log::default();
    let mut first = None;
    while let Some(arrival) = feed.arrivals.recv().await {
        match arrival {
            Arrival::Newer { page, .. } => drop(log.append(&page)),
            Arrival::Older { page } => drop(log.prepend(&page)),
            Arrival::History(history) if history.idle => break,
            _ => {}
        }
        if !log.is_empty() && first.is_none() {
            first = Some(start.elapsed());
        }
    }
    assert_eq!(log.len(), entries);
    Loaded {
        first: first.unwrap_or_default(),
        all: start.elapsed(),
    }
}

fn others(server: &RedisServer, url: &str, entries: u64) -> String {
    let mut connection = server.connection();
    let port = url.rsplit(':').next().unwrap_or_default();
    let values = peers::values(&mut connection, entries);
    let forward = drain::drain(url.trim_start_matches("redis://"), "XRANGE", entries);
    [
        format!("redis crate {values:.2?}"),
        peers::redis_cli(port),
        peers::redis_py(url),
        format!("drain oldest first {:.2?}", forward.took),
    ]
    .join(", ")
}

/// What the server and the link need for a screenful.
fn page_of_100(server: &RedisServer) -> Duration {
    let mut connection = server.connection();
    let mut command = redis::cmd("XREVRANGE");
    command
        .arg(seed::STREAM)
        .arg("+")
        .arg("-")
        .arg("COUNT")
        .arg(100);
    let once = |_| {
        let start = Instant::now();
        command
            .query::<redis::Value>(&mut connection)
            .expect("a page");
        start.elapsed()
    };
    (0..10).map(once).min().unwrap_or_default()
}
