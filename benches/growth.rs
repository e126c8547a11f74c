//! What more history costs: load time, memory, seek, filter and frame time from 10 k to 10 M events.
//!
//! Loading and memory are those of the program itself in a terminal, over a stream in a Redis; seeking, filtering and drawing are
//! measured in this process, over as many entries. `cargo bench --bench growth` draws `assets/growth.svg` from its figures; 10 M
//! entries are taken where 14 GB of memory are free, and left out with a word where not. `-- --quick` stops at 100 k and draws
//! into `target/budgets`. Goals: DESIGN, section 9.

#[path = "seek/agents.rs"]
mod agents;
#[path = "support/budget.rs"]
mod budget;
#[path = "growth/figures.rs"]
mod figures;
#[path = "support/glass.rs"]
#[expect(dead_code, reason = "no link is slow here")]
mod glass;
#[path = "growth/inside.rs"]
mod inside;
#[path = "growth/plot.rs"]
mod plot;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "the processor is measured elsewhere")]
mod process;
#[path = "growth/program.rs"]
mod program;
#[path = "../tests/support/redis_server.rs"]
mod redis_server;
#[path = "growth/sessions.rs"]
mod sessions;
#[path = "support/traffic.rs"]
#[expect(dead_code, reason = "nothing is written while it is measured")]
mod traffic;

use std::fs;
use std::path::{Path, PathBuf};

use budget::{Line, Table};
use figures::{Figures, ms, short};
use program::Program;
use redis_server::RedisServer;

const SIZES: [u64; 4] = [10_000, 100_000, 1_000_000, 10_000_000];
const QUICK: usize = 2;
/// What the largest needs at once: the entries in Redis, and the same in the program.
const FREE_FOR_ALL: u64 = 14 << 30;
const LARGEST: u64 = 10_000_000;
/// At so many events, p99 in ms.
const SEEK_GOALS: [(u64, f64); 2] = [(1_000_000, 2.0), (LARGEST, 8.0)];
const BYTES_GOAL: u64 = 130;

fn main() {
    let mut table = Table::begin("growth");
    eprintln!("  many sessions");
    let sessions = sessions::measure();
    let sizes: Vec<u64> = SIZES
        .into_iter()
        .take(if table.quick { QUICK } else { SIZES.len() })
        .filter(|size| *size < LARGEST || there_is_room())
        .collect();
    let figures = measure(&sizes);
    println!("{}", figures::table(&figures));
    let [few, many] = sessions.frames.map(ms);
    println!(
        "a session costs {} B more; the screen of {} k sessions takes {many:.2} ms, that of 20 {few:.2} ms\n",
        sessions.bytes_each,
        sessions::ENTRIES / 1_000
    );
    lines(&mut table, &figures);
    let path = picture(table.quick);
    fs::write(&path, plot::svg(&figures)).expect("a picture is written");
    eprintln!("growth: drawn into {}", path.display());
    table.finish();
}

fn there_is_room() -> bool {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = line.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
    let room = kib.is_some_and(|kib| kib * 1024 >= FREE_FOR_ALL);
    if !room {
        eprintln!("growth: less than 14 GB of memory are free: 10 M events are left out");
    }
    room
}

/// First the program at every size, while the stream grows; then, when the server's memory is free again, what is inside.
fn measure(sizes: &[u64]) -> Vec<Figures> {
    let server = RedisServer::new();
    // The disk is not what is measured.
    server.run::<String>("CONFIG SET appendonly no");
    let empty = program::empty(&server);
    let mut programs: Vec<(Program, u64)> = Vec::new();
    let mut filled = 0;
    for &size in sizes {
        eprintln!("  {} events: into Redis", short(size));
        traffic::fill(&server.url(), filled..size, agents::ms);
        filled = size;
        let program = program::load(&server, size);
        let redis = process::resident(process::of(&server));
        eprintln!(
            "  {} events: loaded in {:.0} ms",
            short(size),
            ms(program.loaded)
        );
        programs.push((program, redis));
    }
    drop(server);
    let figures = sizes
        .iter()
        .zip(programs)
        .map(|(&entries, (program, redis))| {
            eprintln!("  {} events: seeks, filters, frames", short(entries));
            Figures {
                entries,
                program,
                redis,
                empty,
                inside: inside::measure(entries),
            }
        });
    figures.collect()
}

/// The rows of the budgets; each where its size was measured. Everything else is in the table of growth alone.
fn lines(table: &mut Table, figures: &[Figures]) {
    let line = |what: String| Line {
        what,
        goal: String::new(),
        limit: String::new(),
        peer: String::new(),
        ours: String::new(),
        met: None,
    };
    let painted = figures.iter().map(|f| (f.program.first_rows, f.entries));
    if let Some((worst, entries)) = painted.max() {
        table.line(Line {
            goal: "≤ 50 ms after connect".to_owned(),
            ours: format!("at most {:.0} ms from its start", ms(worst)),
            met: Some(ms(worst) <= 50.0),
            ..line(format!(
                "newest rows on the glass, up to {} events",
                short(entries)
            ))
        });
    }
    for (size, goal) in SEEK_GOALS {
        let of_that_size = figures.iter().find(|f| f.entries == size);
        let Some(Figures { inside, .. }) = of_that_size else {
            continue;
        };
        let (p50, p99) = (ms(inside.seek_p50), ms(inside.seek_p99));
        table.line(Line {
            goal: format!("p99 ≤ {goal} ms"),
            ours: format!("p50 {p50:.2}, p99 {p99:.2} ms"),
            met: Some(p99 <= goal),
            ..line(format!(
                "seek to a random moment, every pane, {} events",
                short(size)
            ))
        });
    }
    if let Some(largest) = figures.last() {
        let bytes = largest.bytes_per_event();
        table.line(Line {
            goal: format!("≤ {BYTES_GOAL} B at 10 M"),
            peer: format!("Redis {} B", largest.redis / largest.entries),
            ours: format!("{bytes} B"),
            met: (largest.entries == LARGEST).then_some(bytes <= BYTES_GOAL),
            ..line(format!(
                "memory an event, resident, {} events",
                short(largest.entries)
            ))
        });
    }
}

fn picture(quick: bool) -> PathBuf {
    if quick {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("growth.svg")
    } else {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/growth.svg")
    }
}
