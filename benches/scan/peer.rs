//! `DuckDB` over the same columns in memory, on as many threads as it likes, each question asked several times. It answers with
//! a count, not with rows.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const SCRIPT: &str = r"
import sys, time, duckdb
db = duckdb.connect()
db.execute('''CREATE TABLE events AS SELECT
    1700000000000 + n AS ms,
    CASE WHEN n % 8 = 0 THEN 'error.occurred' ELSE 'message.added' END AS kind,
    'user-' || (n % 500) AS user_id,
    'sess-' || (n * 7919 % 5000) || '-' || (n % 13) AS session_id,
    (n * 31 % 900)::UINTEGER AS tokens,
    'Please look at the next step of the plan: ' || CASE WHEN n % 5000 = 17
        THEN 'the Quokka of the North is waiting at the gate.'
        ELSE 'the answer depends on what the tool said before.' END AS content
    FROM range(ENTRIES) AS t(n)'''.replace('ENTRIES', sys.argv[1]))
print('ready', flush=True)
for line in sys.stdin:
    question = 'SELECT count(*) FROM events WHERE ' + line.strip()
    took = []
    for _ in range(7):
        start = time.perf_counter()
        db.execute(question).fetchall()
        took.append(time.perf_counter() - start)
    print(min(took) * 1000, flush=True)
";

/// The peer, if it is here.
pub struct DuckDb(Option<Session>);

struct Session {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl DuckDb {
    /// With a table of so many entries.
    pub fn new(entries: u64) -> Self {
        let started = Command::new("python3")
            .args(["-c", SCRIPT, &entries.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let session = started.ok().and_then(|mut process| {
            Some(Session {
                questions: process.stdin.take()?,
                answers: BufReader::new(process.stdout.take()?),
                process,
            })
        });
        let mut here = Self(session);
        if here.line().as_deref() != Some("ready") {
            here.0 = None;
        }
        here
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.0.as_mut()?.answers.read_line(&mut line).ok()?;
        Some(line.trim().to_owned())
    }

    /// What it took for a question.
    pub fn told(&mut self, sql: &str) -> String {
        if sql.is_empty() {
            return String::new();
        }
        let asked = self
            .0
            .as_mut()
            .map(|session| writeln!(session.questions, "{sql}"));
        if !matches!(asked, Some(Ok(()))) {
            return "DuckDB is not here, or ended".to_owned();
        }
        let answer = self.line().and_then(|line| line.parse::<f64>().ok());
        answer.map_or("DuckDB failed".to_owned(), |ms| {
            format!("DuckDB {ms:.2} ms")
        })
    }
}

impl Drop for DuckDb {
    fn drop(&mut self) {
        if let Some(session) = &mut self.0 {
            // It may have ended before.
            let _ = session.process.kill();
            let _ = session.process.wait();
        }
    }
}
