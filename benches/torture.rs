//! 4 consumers in each of 3 groups and 4 that keep the read model, over 200,000 entries that come meanwhile; every second one of each kind
//! is killed by kill -9 and started again, until all groups are empty. Nothing may be lost, and the read model has to be exact.
//!
//! What a consumer has written into its pipe counts as handled.

#[path = "consume/entries.rs"]
mod entries;
#[path = "../tests/support/redis_server.rs"]
mod redis_server;

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use entries::{FIRST, STREAM};
use redis::{Value, from_redis_value};
use redis_server::RedisServer;

const ENTRIES: u64 = 200_000;
/// Entries of a second: so that it takes half a minute at least.
const RATE: u64 = 6_667;
const GROUPS: [&str; 3] = ["debug-group", "audit-group", "third-group"];
const ANALYTICS: &str = "analytics-group";
const CONSUMERS: usize = 4;
const LONGEST: Duration = Duration::from_secs(300);

/// How often each entry was handled in a group.
type Handled = Arc<Vec<AtomicU32>>;

/// A place for a process: filled again when it is killed.
struct Place {
    group: &'static str,
    handled: Option<Handled>,
    child: Child,
    readers: Vec<JoinHandle<()>>,
    kills: u64,
}

fn main() {
    let server = RedisServer::new();
    // The disk is not what is measured.
    server.run::<String>("CONFIG SET appendonly no");
    let handled =
        GROUPS.map(|_| Arc::new((0..ENTRIES).map(|_| AtomicU32::new(0)).collect::<Vec<_>>()));
    let start = Instant::now();
    let mut consumers: Vec<Place> = (0..GROUPS.len() * CONSUMERS)
        .map(|n| {
            Place::new(
                &server,
                GROUPS[n % GROUPS.len()],
                Some(&handled[n % GROUPS.len()]),
            )
        })
        .collect();
    let mut counters: Vec<Place> = (0..CONSUMERS)
        .map(|_| Place::new(&server, ANALYTICS, None))
        .collect();
    let publishing = publish(server.connection());
    let mut round = 0;
    while !publishing.is_finished() || !all_empty(&server) {
        assert!(start.elapsed() < LONGEST, "it does not come to an end");
        sleep(Duration::from_secs(1));
        // 5 and 12 have no common divisor: each has its turn.
        let (one, other) = (round * 5 % consumers.len(), round % counters.len());
        consumers[one].kill_and_start_again(&server);
        counters[other].kill_and_start_again(&server);
        round += 1;
    }
    let took = start.elapsed();
    let kills = |group| {
        consumers
            .iter()
            .chain(&counters)
            .filter(|p| p.group == group)
            .map(|p| p.kills)
            .sum::<u64>()
    };
    let killed: HashMap<&str, u64> = GROUPS
        .into_iter()
        .chain([ANALYTICS])
        .map(|g| (g, kills(g)))
        .collect();
    consumers.into_iter().chain(counters).for_each(Place::end);
    println!(
        "{ENTRIES} entries, {} consumers, {took:.1?}",
        (GROUPS.len() + 1) * CONSUMERS
    );
    let mut lost = 0;
    for (group, handled) in GROUPS.into_iter().zip(&handled) {
        lost += report(group, handled, killed[group]);
    }
    let total: u64 = server.run(&format!("HGET {STREAM}:metrics total_events"));
    println!(
        "{ANALYTICS:16} counted {total}, kills {}",
        killed[ANALYTICS]
    );
    assert_eq!((lost, total), (0, ENTRIES));
}

fn report(group: &str, handled: &[AtomicU32], kills: u64) -> u64 {
    let counts = || handled.iter().map(|n| u64::from(n.load(Ordering::Relaxed)));
    let (all, distinct) = (
        counts().sum::<u64>(),
        counts().filter(|n| *n > 0).count() as u64,
    );
    let (duplicates, lost) = (all - distinct, ENTRIES - distinct);
    println!(
        "{group:16} handled {all}, distinct {distinct}, duplicates {duplicates}, lost {lost}, kills {kills}"
    );
    lost
}

/// Appends the entries at their rate.
fn publish(mut connection: redis::Connection) -> JoinHandle<()> {
    spawn(move || {
        let start = Instant::now();
        for (step, from) in (0..ENTRIES).step_by(100).enumerate() {
            entries::append(&mut connection, from..from + 100);
            let due = Duration::from_secs_f64(
                f64::from(u32::try_from(step).expect("few")) * 100.0
                    / f64::from(u32::try_from(RATE).expect("small")),
            );
            sleep(due.saturating_sub(start.elapsed()));
        }
    })
}

impl Place {
    fn new(server: &RedisServer, group: &'static str, handled: Option<&Handled>) -> Self {
        let handled = handled.cloned();
        let (child, reader) = start(server, group, handled.as_ref());
        Self {
            group,
            handled,
            child,
            readers: vec![reader],
            kills: 0,
        }
    }

    fn kill_and_start_again(&mut self, server: &RedisServer) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
        self.kills += 1;
        let (child, reader) = start(server, self.group, self.handled.as_ref());
        self.child = child;
        self.readers.push(reader);
    }

    fn end(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
        for reader in self.readers {
            reader.join().expect("a reader ends");
        }
    }
}

fn start(server: &RedisServer, group: &str, handled: Option<&Handled>) -> (Child, JoinHandle<()>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lookback"));
    match handled {
        Some(_) => command.args(["consume", "--max-deliveries", "1000"]),
        None => command.arg("analytics"),
    };
    let mut child = command
        .args([
            "--group",
            group,
            "--min-idle",
            "500ms",
            "--config",
            "/dev/null",
            "-r",
            &server.url(),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let out = child.stdout.take().expect("a pipe");
    let handled = handled.cloned().unwrap_or_default();
    (child, spawn(move || read(out, &handled)))
}

/// Notes each whole line; the last one of a killed process may be torn.
fn read(out: ChildStdout, handled: &[AtomicU32]) {
    let mut out = BufReader::with_capacity(1 << 16, out);
    let mut line = Vec::new();
    while out.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
        let number = line
            .strip_prefix(br#"{"id":""#)
            .and_then(number_of)
            .filter(|_| line.ends_with(b"\n"));
        if let Some(slot) = number.and_then(|n| handled.get(n)) {
            slot.fetch_add(1, Ordering::Relaxed);
        }
        line.clear();
    }
}

fn number_of(text: &[u8]) -> Option<usize> {
    let digits = text.split(|b| *b == b'-').next()?;
    let ms: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    usize::try_from(ms.checked_sub(FIRST)?).ok()
}

/// Whether every group was given everything and has nothing pending.
fn all_empty(server: &RedisServer) -> bool {
    let groups: Vec<HashMap<String, Value>> = server.run(&format!("XINFO GROUPS {STREAM}"));
    let last = format!("{}-0", FIRST + ENTRIES - 1);
    groups.len() == GROUPS.len() + 1
        && groups.iter().all(|group| {
            let pending = group
                .get("pending")
                .cloned()
                .and_then(|v| from_redis_value::<u64>(v).ok());
            let delivered = group.get("last-delivered-id").cloned();
            let delivered = delivered.and_then(|v| from_redis_value::<String>(v).ok());
            pending == Some(0) && delivered.as_ref() == Some(&last)
        })
}
