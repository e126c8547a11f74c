//! How fast 200,000 entries are consumed: by `consume` into /dev/null, by `analytics`, beside a loop that reads and acknowledges and does
//! nothing else, and beside redis-py where python3 has it.
//!
//! Ratios to the bare loop count; rates are only this machine's.

#[path = "consume/entries.rs"]
mod entries;
#[path = "../tests/support/redis_server.rs"]
mod redis_server;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use entries::STREAM;
use redis::Value;
use redis_server::RedisServer;

const ENTRIES: u64 = 200_000;
/// Entries that are handed to a command each.
const COMMANDS: u64 = 2_000;

const PYTHON: &str = r"
import sys, redis
url, stream, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
r = redis.Redis.from_url(url)
r.xgroup_create(stream, 'python', 0)
handled = 0
while True:
    read = r.xreadgroup('python', 'one', {stream: '>'}, count=count)
    if not read:
        break
    ids = [entry[0] for entry in read[0][1]]
    handled += len(ids)
    r.xack(stream, 'python', *ids)
print(handled)
";

fn main() {
    let server = RedisServer::new();
    // The disk is not what is measured.
    server.run::<String>("CONFIG SET appendonly no");
    let mut connection = server.connection();
    for from in (0..ENTRIES).step_by(1_000) {
        entries::append(&mut connection, from..from + 1_000);
    }
    println!("{ENTRIES} entries");
    for batch in [64, 1_000] {
        let bare = best(|run| bare(&server, &format!("bare-{batch}-{run}"), batch));
        row(
            &format!("read and acknowledge, batches of {batch}"),
            bare,
            bare,
        );
        let ours = best(|run| consume(&server, &format!("ours-{batch}-{run}"), batch));
        row(&format!("consume --batch {batch}"), ours, bare);
        if let Some(took) = python(&server, batch) {
            row(&format!("redis-py, batches of {batch}"), took, bare);
        }
        let kept = best(|run| analytics(&server, &format!("kept-{batch}-{run}"), batch));
        row(&format!("analytics --batch {batch}"), kept, bare);
    }
    let commands = hand_over(&server);
    println!(
        "{:40} {:9.0} entries/s",
        "consume -- true",
        per_second(COMMANDS, commands)
    );
}

/// The best of three runs: the least disturbed.
fn best(mut run: impl FnMut(u32) -> Duration) -> Duration {
    (0..3).map(&mut run).min().unwrap_or_default()
}

fn row(name: &str, took: Duration, bare: Duration) {
    let rate = per_second(ENTRIES, took);
    let ratio = took.as_secs_f64() / bare.as_secs_f64();
    println!("{name:40} {rate:9.0} entries/s  {took:8.2?}  {ratio:5.2} x");
}

fn per_second(entries: u64, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a count of entries")]
    let entries = entries as f64;
    entries / took.as_secs_f64()
}

/// The limit: one round trip for each batch, nothing decoded, nothing printed.
fn bare(server: &RedisServer, group: &str, batch: usize) -> Duration {
    let mut connection = server.connection();
    let start = Instant::now();
    redis::cmd("XGROUP")
        .arg("CREATE")
        .arg(STREAM)
        .arg(group)
        .arg(0)
        .query::<()>(&mut connection)
        .expect("a group");
    let mut done: Vec<Vec<u8>> = Vec::new();
    let mut handled = 0;
    loop {
        let mut pipe = redis::pipe();
        if !done.is_empty() {
            pipe.cmd("XACK").arg(STREAM).arg(group).arg(&done).ignore();
        }
        pipe.cmd("XREADGROUP").arg("GROUP").arg(group).arg("one");
        pipe.arg("COUNT")
            .arg(batch)
            .arg("STREAMS")
            .arg(STREAM)
            .arg(">");
        let (read,): (Value,) = pipe.query(&mut connection).expect("a batch");
        done = ids(read);
        handled += done.len() as u64;
        if done.is_empty() {
            assert_eq!(handled, ENTRIES);
            return start.elapsed();
        }
    }
}

fn ids(read: Value) -> Vec<Vec<u8>> {
    let array = |value| match value {
        Value::Array(items) => items,
        _ => Vec::new(),
    };
    let stream = array(read)
        .into_iter()
        .next()
        .map(array)
        .unwrap_or_default();
    let entries = stream.into_iter().nth(1).map(array).unwrap_or_default();
    let id = |entry| match array(entry).into_iter().next() {
        Some(Value::BulkString(id)) => id,
        _ => Vec::new(),
    };
    entries.into_iter().map(id).collect()
}

fn lookback(server: &RedisServer, arguments: &[&str]) -> Duration {
    let start = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_lookback"))
        .args(["--config", "/dev/null", "-r", &server.url()])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .expect("it runs");
    let took = start.elapsed();
    assert!(output.status.success(), "{output:?}");
    took
}

fn consume(server: &RedisServer, group: &str, batch: usize) -> Duration {
    let batch = batch.to_string();
    lookback(
        server,
        &[
            "consume",
            "--group",
            group,
            "--batch",
            &batch,
            "--until-empty",
        ],
    )
}

fn analytics(server: &RedisServer, group: &str, batch: usize) -> Duration {
    for key in ["metrics", "metrics:counted", "metrics:sessions"] {
        server.run::<u64>(&format!("DEL {STREAM}:{key}"));
    }
    let batch = batch.to_string();
    let took = lookback(
        server,
        &[
            "analytics",
            "--group",
            group,
            "--batch",
            &batch,
            "--until-empty",
        ],
    );
    let total: u64 = server.run(&format!("HGET {STREAM}:metrics total_events"));
    assert_eq!(total, ENTRIES);
    took
}

/// The same loop in Python, with the time to start it. `None` where there is no redis-py.
fn python(server: &RedisServer, batch: usize) -> Option<Duration> {
    let importable = Command::new("python3")
        .args(["-c", "import redis"])
        .output()
        .ok()?;
    if !importable.status.success() {
        return None;
    }
    drop(
        redis::cmd("XGROUP")
            .arg("DESTROY")
            .arg(STREAM)
            .arg("python")
            .query::<u64>(&mut server.connection()),
    );
    let start = Instant::now();
    let output = Command::new("python3")
        .args(["-c", PYTHON, &server.url(), STREAM, &batch.to_string()])
        .output()
        .ok()?;
    let took = start.elapsed();
    let handled = String::from_utf8_lossy(&output.stdout);
    assert_eq!(handled.trim(), ENTRIES.to_string(), "{output:?}");
    Some(took)
}

fn hand_over(server: &RedisServer) -> Duration {
    let limit = COMMANDS.to_string();
    lookback(
        server,
        &[
            "consume", "--group", "commands", "--limit", &limit, "--jobs", "2", "--", "true",
        ],
    )
}
