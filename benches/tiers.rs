//! What the program takes at under 100, under 1,000, under 10,000 and over 10,000 events a second, each tier at its upper end, with no flag
//! given; and the program by itself: its size, `--version`, an empty stream.
//!
//! Memory depends on what is held, not on the rate, so it is told at two ages. *As started*: the stream held more than the newest 200,000
//! that are loaded, as a stream does that has run for long. *After an hour*: the program holds what came in one, which from some rate
//! on is what `--memory` lets it hold; that hour is written first and loaded with `--history`, so that nobody has to wait for it. From there it
//! follows, and its processor time is taken. `cargo bench --bench tiers`; `-- --quick` has less of the time, and of the hour, to which no
//! goal is applied then. The size is judged in a release build only.

#[path = "support/budget.rs"]
mod budget;
#[path = "support/glass.rs"]
#[expect(dead_code, reason = "no link is slow here and no key is pressed")]
mod glass;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "no peer is started here")]
mod process;
#[path = "../tests/support/redis_server.rs"]
mod redis_server;
#[path = "support/traffic.rs"]
#[expect(dead_code, reason = "no entry's time is taken and no file is written")]
mod traffic;

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use budget::{Line, Table};
use glass::{Glass, Link};
use redis_server::RedisServer;
use traffic::{Traffic, markers, now_ms};

const PROGRAM: &str = env!("CARGO_BIN_EXE_lookback");

struct Tier {
    name: &'static str,
    per_second: u32,
    /// Over the empty program.
    goal_mb: f64,
}

const TIERS: [Tier; 4] = [
    Tier {
        name: "under 100/s",
        per_second: 100,
        goal_mb: 10.0,
    },
    Tier {
        name: "100 to 1,000/s",
        per_second: 1_000,
        goal_mb: 100.0,
    },
    Tier {
        name: "1,000 to 10,000/s",
        per_second: 10_000,
        goal_mb: 1_000.0,
    },
    Tier {
        name: "over 10,000/s",
        per_second: 50_000,
        goal_mb: MEMORY_MB,
    },
];

/// `--memory` as it is without a flag, 512 MiB.
const MEMORY_MB: f64 = 536.9;
const HOUR_S: u64 = 3_600;
/// More than this is not written: it is beyond what 512 MiB hold at 100 B an event, so the log is full in either case.
const ENOUGH: u64 = 5_400_000;
const LONGEST: Duration = Duration::from_secs(300);
/// What is only needed to start is given back by then.
const CALM: Duration = Duration::from_secs(3);

/// How long the rate is followed, and how many entries of an hour lie before at most: more than the 200,000 that are loaded without a flag.
struct Effort {
    follow: Duration,
    hour: u64,
}

fn main() {
    let mut table = Table::begin("tiers");
    let (seconds, hour) = if table.quick {
        (3, 300_000)
    } else {
        (10, ENOUGH)
    };
    let effort = Effort {
        follow: Duration::from_secs(seconds),
        hour,
    };
    let empty = by_itself(&mut table);
    for tier in &TIERS {
        let [started, later] = costs(tier.per_second, &effort);
        let met = |cost: &Cost| cost.over(empty) <= tier.goal_mb;
        let within = met(&started);
        line(
            &mut table,
            tier,
            "as started",
            &started,
            empty,
            Some(within),
        );
        let (age, within) = if table.quick {
            ("after a part of an hour", None)
        } else {
            ("after an hour", Some(met(&later)))
        };
        line(&mut table, tier, age, &later, empty, within);
    }
    table.finish();
}

fn line(table: &mut Table, tier: &Tier, age: &str, cost: &Cost, empty: u64, met: Option<bool>) {
    table.line(Line {
        what: format!("{}, {age}: memory over the empty program", tier.name),
        goal: format!("≤ {:.0} MB", tier.goal_mb),
        limit: String::new(),
        peer: format!("Redis {:.0} MB", megabytes(cost.redis)),
        ours: format!(
            "{:.0} MB with {} events, most {:.0} MB",
            cost.over(empty),
            cost.events,
            megabytes(cost.peak)
        ),
        met,
    });
    table.line(Line {
        what: format!("{}, {age}: CPU at {}/s", tier.name, tier.per_second),
        goal: String::new(),
        limit: String::new(),
        peer: String::new(),
        ours: format!("{:.1} % of a core", cost.cpu * 100.0),
        met: None,
    });
}

/// What following took.
struct Cost {
    /// Events in the log, as the program tells.
    events: u64,
    resident: u64,
    /// The most that it ever had resident.
    peak: u64,
    cpu: f64,
    /// The server with the whole stream.
    redis: u64,
}

impl Cost {
    /// Megabytes over those of the empty program.
    fn over(&self, empty: u64) -> f64 {
        megabytes(self.resident.saturating_sub(empty))
    }
}

/// As started, and after an hour.
fn costs(per_second: u32, effort: &Effort) -> [Cost; 2] {
    let server = server();
    let hour = (HOUR_S * u64::from(per_second)).min(effort.hour);
    eprintln!("  {per_second}/s after {hour} entries");
    // They end now, at the rate.
    let end_ms = now_ms();
    let ms = |n: u64| end_ms - (hour - n) * 1_000 / u64::from(per_second);
    traffic::fill(&server.url(), 0..hour, ms);
    let (started, entries) = follow(&server, per_second, hour, &[], effort.follow);
    let history = ["--history", &entries.to_string()];
    let (later, _) = follow(&server, per_second, entries, &history, effort.follow);
    [started, later]
}

/// Opens a stream of so many entries, then goes on at the rate; also how many there are in the end.
fn follow(
    server: &RedisServer,
    per_second: u32,
    entries: u64,
    flags: &[&str],
    time: Duration,
) -> (Cost, u64) {
    let url = server.url();
    let mut glass = Glass::lookback(&[&["-r", &url], flags].concat(), Link::Local);
    glass.wait("the newest rows", LONGEST, |text| {
        markers(text).max() == Some(entries - 1)
    });
    calm(&mut glass);
    let traffic = Traffic::start(&url, entries, per_second);
    glass.wait("what comes now", LONGEST, |text| {
        markers(text).max() >= Some(entries)
    });
    let (start, cpu) = (Instant::now(), process::cpu(glass.pid));
    glass.pass(start + time);
    let cpu =
        process::cpu(glass.pid).saturating_sub(cpu).as_secs_f64() / start.elapsed().as_secs_f64();
    let resident = process::resident(glass.pid);
    let entries = traffic.stop();
    let cost = Cost {
        events: counted(&glass.text()).expect("the feed tells how many entries it has"),
        resident,
        peak: process::peak(glass.pid),
        cpu,
        redis: process::resident(process::of(server)),
    };
    (cost, entries)
}

/// Waits until it loads no more: what it counts stays as it is.
fn calm(glass: &mut Glass) {
    let until = Instant::now() + LONGEST;
    loop {
        let before = counted(&glass.text());
        glass.pass(Instant::now() + CALM);
        if counted(&glass.text()) == before {
            return;
        }
        assert!(
            Instant::now() < until,
            "it loads on and on\n{}",
            glass.text()
        );
    }
}

/// The number before `entries` in the rule of the feed.
fn counted(text: &str) -> Option<u64> {
    let before = text.split(" entries").next()?;
    let digits = before.rsplit(' ').next()?;
    digits.replace(',', "").parse().ok()
}

/// The program by itself. Gives back what it takes with an empty stream.
fn by_itself(table: &mut Table) -> u64 {
    let size = megabytes(fs::metadata(PROGRAM).map_or(u64::MAX, |file| file.len()));
    // Others have what a debugger needs, and are less optimized.
    let judged = table.profile == "release";
    table.line(Line {
        met: judged.then_some(size <= 12.0),
        ..alone("size", "≤ 12 MB", format!("{size:.1} MB"))
    });
    let [version, nothing] =
        [(PROGRAM, "--version"), ("true", "")].map(|(program, word)| ms(start_of(program, word)));
    table.line(Line {
        limit: format!("`true` {nothing:.1} ms"),
        met: Some(version <= 10.0),
        ..alone("--version", "≤ 10 ms", format!("{version:.1} ms"))
    });
    idle(table)
}

/// With an empty stream, when nothing happens.
fn idle(table: &mut Table) -> u64 {
    let server = server();
    let mut glass = Glass::lookback(&["-r", &server.url()], Link::Local);
    glass.wait("an empty screen", LONGEST, |text| {
        text.contains("waiting for the first XADD")
    });
    calm(&mut glass);
    let (start, cpu, bytes) = (Instant::now(), process::cpu(glass.pid), glass.bytes);
    glass.pass(start + 2 * CALM);
    let cpu = process::cpu(glass.pid).saturating_sub(cpu).as_secs_f64();
    let (bytes, share) = (glass.bytes - bytes, cpu / start.elapsed().as_secs_f64());
    let resident = process::resident(glass.pid);
    let (mb, anonymous) = (megabytes(resident), process::anonymous(glass.pid));
    table.line(Line {
        met: Some(mb <= 12.0),
        ..alone(
            "memory with an empty stream",
            "≤ 12 MB",
            format!(
                "{mb:.1} MB, of which {:.1} MB are its own and the rest mapped files",
                megabytes(anonymous)
            ),
        )
    });
    table.line(Line {
        met: Some(bytes == 0),
        ..alone(
            "idle, bytes to the terminal",
            "0",
            format!("{bytes} B, {:.1} % of a core", share * 100.0),
        )
    });
    resident
}

fn alone(what: &str, goal: &str, ours: String) -> Line {
    Line {
        what: format!("program: {what}"),
        goal: goal.to_owned(),
        limit: String::new(),
        peer: String::new(),
        ours,
        met: None,
    }
}

/// The least disturbed start and end of many.
fn start_of(program: &str, word: &str) -> Duration {
    let times = (0..40).map(|_| {
        let start = Instant::now();
        let mut command = Command::new(program);
        command.args([word].iter().filter(|word| !word.is_empty()));
        let ended = command.stdout(Stdio::null()).status();
        assert!(
            ended.is_ok_and(|status| status.success()),
            "{program} {word}"
        );
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

/// A server; the disk is not what is measured.
fn server() -> RedisServer {
    let server = RedisServer::new();
    server.run::<String>("CONFIG SET appendonly no");
    server
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
