//! Others that open such a file, where they are installed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// A table of one row a line, as the columns that the lines have.
const DUCKDB: &str = r"
import sys, time
import duckdb
con = duckdb.connect()
con.execute('SET threads = 2')
start = time.perf_counter()
con.execute('CREATE TABLE events AS SELECT * FROM read_ndjson(?)', [sys.argv[1]])
print(con.execute('SELECT count(*) FROM events').fetchone()[0], time.perf_counter() - start)
";

/// What each needs for all lines.
pub fn all(path: &Path, entries: u64) -> String {
    [
        duckdb(path, entries),
        lnav(path, entries),
        jq(path, entries),
    ]
    .join(", ")
}

/// Its own time, without starting Python.
pub fn duckdb(path: &Path, entries: u64) -> String {
    let mut python = Command::new("python3");
    let said = said(python.args(["-c", DUCKDB]).arg(path));
    let mut words = said.split_whitespace();
    match (words.next(), words.next().map(str::parse::<f64>)) {
        (Some(count), Some(Ok(seconds))) if count == entries.to_string() => {
            format!("DuckDB {seconds:.2} s")
        }
        _ => "DuckDB is not installed".to_owned(),
    }
}

/// As JSON lines of a format that takes any of ours.
fn lnav(path: &Path, entries: u64) -> String {
    let query = ";SELECT count(*) FROM all_logs";
    let mut command = Command::new("lnav");
    command.args(["-n", "-c", query]).arg(path);
    timed("lnav", &mut command, |_| entries > 0)
}

fn jq(path: &Path, entries: u64) -> String {
    let mut command = Command::new("jq");
    command
        .args(["-n", "reduce inputs as $line (0; . + 1)"])
        .arg(path);
    timed("jq", &mut command, |said| {
        said.trim() == entries.to_string()
    })
}

fn timed(name: &str, command: &mut Command, is_right: impl Fn(&str) -> bool) -> String {
    let start = Instant::now();
    let said = said(command);
    let took = start.elapsed();
    if said.is_empty() {
        return format!("{name} is not installed");
    }
    assert!(is_right(&said), "{name} says {said}");
    format!("{name} {:.2} s", took.as_secs_f64())
}

fn said(command: &mut Command) -> String {
    let ended = command.stdin(Stdio::null()).stderr(Stdio::null()).output();
    ended.map_or(String::new(), |ended| {
        String::from_utf8_lossy(&ended.stdout).into_owned()
    })
}
