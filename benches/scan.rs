//! Complete scans of 1 M entries, beside a plain pass over the id column and a raw `memmem` over the same bytes.
//!
//! Ratios to those two count; times are only this machine's. Goals: DESIGN, section 9.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::Criterion;
use lookback::model::{EntryId, Mapping, Zone};
use lookback::query::{Filter, Now, scan};
use lookback::store::{Log, PageBuilder, Snapshot};
use memchr::memmem;

const ENTRIES: u64 = 1_000_000;
const PAGE: u64 = 1_000;

/// Name, filter, and what it is measured against.
const FILTERS: [(&str, &str, Peer); 9] = [
    ("column", "type:error.* tokens>100", Peer::Ids),
    (
        "three columns",
        "user:user-7 type:message.added since:1700000100000",
        Peer::Ids,
    ),
    ("word, nowhere", "kubernetes", Peer::Memmem),
    ("word, few rows", "quokka", Peer::Memmem),
    ("word, one row in eight", "timeout", Peer::Memmem),
    ("word, every row", "sess", Peer::Memmem),
    (
        "phrase, few rows",
        "\"the quokka of the north is waiting\"",
        Peer::Memmem,
    ),
    (
        "phrase, every row",
        "\"please look at the next step of the plan\"",
        Peer::Memmem,
    ),
    ("regex, ignoring case", "/(?i)quokka/", Peer::Memmem),
];

#[derive(Clone, Copy, PartialEq)]
enum Peer {
    Ids,
    Memmem,
}

fn log() -> Snapshot {
    let mut log = Log::default();
    for page in 0..ENTRIES / PAGE {
        let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
        for n in page * PAGE..(page + 1) * PAGE {
            push(&mut builder, n);
        }
        log.append(&builder.finish());
    }
    log.snapshot()
}

fn push(builder: &mut PageBuilder, n: u64) {
    let error = n.is_multiple_of(8);
    let id = format!("evt-{}", 1_700_000_000_000_000_000 + n * 1_000_003);
    let (session, user) = (
        format!("sess-{:04x}-{}", n * 7919 % 5000, n % 13),
        format!("user-{}", n % 500),
    );
    let (tokens, time) = (
        (n * 31 % 900).to_string(),
        (1_700_000_000 + n / 1000).to_string(),
    );
    let said = match n % 5000 {
        17 => {
            "Please look at the next step of the plan: the Quokka of the North is waiting at the gate."
        }
        _ => {
            "Please look at the next step of the plan: the answer depends on what the tool said before."
        }
    };
    let kind = if error {
        "error.occurred"
    } else {
        "message.added"
    };
    let mut fields: Vec<(&[u8], &[u8])> = vec![
        (b"id", id.as_bytes()),
        (b"type", kind.as_bytes()),
        (b"session_id", session.as_bytes()),
        (b"user_id", user.as_bytes()),
        (b"timestamp", time.as_bytes()),
        (b"tokens", tokens.as_bytes()),
        (b"content", said.as_bytes()),
    ];
    if error {
        fields.push((b"error", b"Timeout after 30 s"));
    }
    builder.push(
        b"memory:events",
        EntryId::new(1_700_000_000_000 + n, 0),
        &fields,
    );
}

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
        .map(|(_, chunk, rows)| {
            let mut reader = chunk.payloads.reader();
            finder.find_iter(reader.piece(rows).text()).count()
        })
        .sum()
}

fn filtered(log: &Snapshot, filter: &Filter) -> usize {
    let now = Now {
        ms: 1_700_002_000_000,
        zone: Zone::Utc,
    };
    let mut found = 0;
    scan(&filter.plan(now), log, log.range(), |part| {
        found += part.rows.count();
        ControlFlow::Continue(())
    });
    found
}

/// The best of several runs: the least disturbed.
fn best(mut run: impl FnMut() -> usize) -> Duration {
    let times = (0..7).map(|_| {
        let start = Instant::now();
        black_box(run());
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

fn main() {
    let log = log();
    let filters = FILTERS.map(|(name, text, peer)| {
        let filter = Filter::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        (name, filter, peer)
    });
    let peers = [best(|| ids(&log)), best(|| raw(&log))];
    println!("ids {:.2?}, memmem {:.2?}", peers[0], peers[1]);
    for (name, filter, peer) in &filters {
        let (took, found) = (best(|| filtered(&log, filter)), filtered(&log, filter));
        let (peer, of) = match peer {
            Peer::Ids => (peers[0], "ids"),
            Peer::Memmem => (peers[1], "memmem"),
        };
        let ratio = took.as_secs_f64() / peer.as_secs_f64();
        println!("{name:24} {found:8} rows  {took:9.2?}  {ratio:5.1} x {of}");
    }
    let mut criterion = Criterion::default().configure_from_args().sample_size(10);
    criterion.bench_function("ids", |b| b.iter(|| ids(&log)));
    criterion.bench_function("memmem", |b| b.iter(|| raw(&log)));
    for (name, filter, _) in &filters {
        criterion.bench_function(name, |b| b.iter(|| filtered(&log, filter)));
    }
    criterion.final_summary();
}
