//! Others that read all entries: what they need for it, where they are installed.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use redis::{Connection, Value};

use crate::seed::STREAM;

const PAGE: usize = 1_000;
const PYTHON: &str = r"
import sys, redis
r = redis.Redis.from_url(sys.argv[1])
last, count = '+', 0
while True:
    page = r.xrevrange(sys.argv[2], last, '-', count=1000)
    if not page:
        break
    count += len(page)
    last = b'(' + page[-1][0]
print(count)
";

/// All entries as values of the redis crate, newest first.
pub fn values(connection: &mut Connection, entries: u64) -> Duration {
    let start = Instant::now();
    let (mut before, mut read) = ("+".to_owned(), 0);
    while read < entries {
        let mut command = redis::cmd("XREVRANGE");
        command
            .arg(STREAM)
            .arg(&before)
            .arg("-")
            .arg("COUNT")
            .arg(PAGE);
        let page: Vec<(String, Value)> = command.query(connection).expect("a page");
        let (last, _) = page.last().expect("there are more");
        before = format!("({last}");
        read += page.len() as u64;
    }
    start.elapsed()
}

/// All in one answer, thrown away.
pub fn redis_cli(port: &str) -> String {
    let mut command = Command::new("redis-cli");
    command.args(["-p", port, "XREVRANGE", STREAM, "+", "-"]);
    told("redis-cli", &mut command)
}

/// Pages of a thousand.
pub fn redis_py(url: &str) -> String {
    let mut command = Command::new("python3");
    told("redis-py", command.args(["-c", PYTHON, url, STREAM]))
}

fn told(name: &str, command: &mut Command) -> String {
    let start = Instant::now();
    let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    match ended {
        Ok(status) if status.success() => format!("{name} {:.2?}", start.elapsed()),
        _ => format!("{name} is not installed"),
    }
}
