//! From XADD to the glass and from a key to the glass, with what it costs: the program in a terminal of 200×50, measured from
//! outside, at 100, 10,000 and 50,000 events a second, and over a link of 25 KiB/s and 200 ms.
//!
//! `cargo bench --bench latency`; `-- --quick` in short. Two latencies are told for entries: of those that come to stand on the glass,
//! until they do; and of all, until the entry or a newer one stands there, which adds the time between two frames. Beside it a bare
//! reader of the stream as the limit, and lnav and toolong at the end of a growing file where they are installed. Goals: DESIGN,
//! section 9.

#[path = "support/bare.rs"]
mod bare;
#[path = "support/budget.rs"]
mod budget;
#[path = "support/glass.rs"]
mod glass;
#[path = "latency/keys.rs"]
mod keys;
#[path = "latency/peers.rs"]
mod peers;
#[path = "support/process.rs"]
#[expect(dead_code, reason = "memory is measured elsewhere")]
mod process;
#[path = "../tests/support/redis_server.rs"]
mod redis_server;
#[path = "support/traffic.rs"]
#[expect(dead_code, reason = "a stream is filled elsewhere")]
mod traffic;
#[path = "latency/watched.rs"]
mod watched;

use std::time::Duration;

use bare::Bare;
use budget::{Line, Table};
use glass::{Glass, Link};
use peers::Peers;
use redis_server::RedisServer;
use traffic::Traffic;
use watched::{Watched, ms, share};

/// Events a second: the goals of the latency in ms, of the processor's share, and of KB/s to the terminal, where there is one.
const RATES: [(u32, Option<f64>, f64, Option<f64>); 3] = [
    (100, None, 0.015, Some(30.0)),
    (10_000, Some(20.0), 0.10, Some(130.0)),
    (50_000, None, 0.35, None),
];
const SLOW: Link = Link::Slow {
    bytes_per_s: 25 * 1024,
    delay: Duration::from_millis(200),
};
/// Until everything is as it will be.
const WARM_UP: Duration = Duration::from_secs(2);
const SOON: Duration = Duration::from_secs(30);
/// The delay of the slow link, what its buffers hold, and one frame of all cells.
const SETTLED: Duration = Duration::from_secs(2);

/// How long each is measured, and how many keys are pressed.
#[derive(Clone, Copy)]
struct Effort {
    time: Duration,
    keys: usize,
}

fn main() {
    let mut table = Table::begin("latency");
    let effort = if table.quick {
        Effort {
            time: Duration::from_secs(3),
            keys: 10,
        }
    } else {
        Effort {
            time: Duration::from_secs(10),
            keys: 40,
        }
    };
    let echo = keys::echo(effort.keys);
    for (rate, glass_goal, cpu_goal, bytes_goal) in RATES {
        let peers = Peers::follow(rate, effort.time);
        let found = local(rate, effort);
        lines(&mut table, rate, &found, &echo, glass_goal);
        let cpu = found.watched.cpu;
        table.line(Line {
            what: format!("CPU following {rate}/s"),
            goal: format!("≤ {:.1} % of a core", cpu_goal * 100.0),
            limit: format!("bare XREAD {:.1} %", found.bare.cpu * 100.0),
            peer: peers.cpu(),
            ours: format!("{:.1} %", cpu * 100.0),
            met: Some(cpu <= cpu_goal),
        });
        let kb = found.watched.bytes_per_s / 1e3;
        table.line(Line {
            what: format!("bytes to the terminal following {rate}/s"),
            goal: bytes_goal
                .map(|goal| format!("≤ {goal} KB/s"))
                .unwrap_or_default(),
            limit: String::new(),
            peer: peers.bytes(),
            ours: format!("{kb:.0} KB/s"),
            met: bytes_goal.map(|goal| kb <= goal),
        });
    }
    for (rate, ..) in RATES {
        over_a_slow_link(&mut table, rate, effort);
    }
    table.finish();
}

/// What one rate gave.
struct Found {
    watched: Watched,
    bare: Bare,
    keys: Vec<Duration>,
}

fn local(rate: u32, effort: Effort) -> Found {
    eprintln!("  {rate}/s");
    let server = server();
    let traffic = Traffic::start(&server.url(), 0, rate);
    let bare = bare::follow(&server.url(), &traffic.sent, effort.time / 3);
    let mut glass = Glass::lookback(&["-r", &server.url()], Link::Local);
    watched::settle(&mut glass, SOON, WARM_UP);
    let watched = watched::watch(&mut glass, &traffic.sent, effort.time);
    let keys = keys::press(&mut glass, effort.keys);
    traffic.stop();
    Found {
        watched,
        bare,
        keys,
    }
}

fn lines(table: &mut Table, rate: u32, found: &Found, echo: &[Duration], goal_ms: Option<f64>) {
    let Found {
        watched,
        bare,
        keys,
    } = found;
    let line = |what: &str, limit: String, times: &[Duration]| Line {
        what: format!("{what} at {rate}/s"),
        goal: String::new(),
        limit,
        peer: String::new(),
        ours: of(times),
        met: None,
    };
    let read = format!("read by a bare XREAD: {}", of(&bare.latencies));
    table.line(Line {
        goal: goal_ms
            .map(|goal| format!("p99 ≤ {goal} ms"))
            .unwrap_or_default(),
        met: goal_ms.map(|goal| ms(share(&watched.shown, 99)) <= goal),
        ..line("XADD to glass", read, &watched.shown)
    });
    table.line(line(
        "XADD to it or a newer one on the glass",
        String::new(),
        &watched.passed,
    ));
    let echo = format!("echo of a terminal: {}", of(echo));
    table.line(line("key to glass", echo, keys));
}

/// p50 and p99.
fn of(times: &[Duration]) -> String {
    format!(
        "p50 {:.1}, p99 {:.1} ms",
        ms(share(times, 50)),
        ms(share(times, 99))
    )
}

fn over_a_slow_link(table: &mut Table, rate: u32, effort: Effort) {
    eprintln!("  {rate}/s over a slow link");
    let server = server();
    let traffic = Traffic::start(&server.url(), 0, rate);
    let mut glass = Glass::lookback(&["-r", &server.url()], SLOW);
    watched::settle(&mut glass, SOON, WARM_UP);
    let watched = watched::watch(&mut glass, &traffic.sent, effort.time);
    let keys = keys::press(&mut glass, effort.keys / 4);
    let (sent, last) = (traffic.sent.clone(), traffic.stop() - 1);
    let newest = watched::last_frame(&mut glass, &sent, last, SOON);
    let line = |what: &str, ours: String| Line {
        what: format!("{what}, link of 25 KiB/s and 200 ms, {rate}/s"),
        goal: String::new(),
        limit: "200 ms".to_owned(),
        peer: String::new(),
        ours,
        met: None,
    };
    table.line(line("XADD to glass", of(&watched.shown)));
    table.line(line("key to glass", of(&keys)));
    table.line(Line {
        goal: format!("the newest, ≤ {} s", SETTLED.as_secs()),
        met: Some(newest.is_ok_and(|after| after <= SETTLED)),
        ..line(
            "last frame after the last XADD",
            newest.map_or_else(
                |seen| format!("stale: {seen:?} of {last}"),
                |after| format!("the newest, after {:.0} ms", ms(after)),
            ),
        )
    });
}

/// A server; the disk is not what is measured.
fn server() -> RedisServer {
    let server = RedisServer::new();
    server.run::<String>("CONFIG SET appendonly no");
    server
}
