//! Publishing 200,000 events of about 400 bytes, by the library and by the command, beside `redis-benchmark -P 128 xadd` with the
//! same fields against the same server in the same run; then the same events exported and imported.
//!
//! Ratios to the peer count; rates are only this machine's. Goal: at least half the rate of the peer.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lookback::stream::{Access, Draft, PublishOptions, Publisher, RedisSpec};
use tempfile::TempDir;

const EVENTS: usize = 200_000;
const CALL: usize = 4_096;
const ROUNDS: usize = 3;
const STREAM: &str = "bench:events";

struct Server {
    child: Child,
    home: TempDir,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let home = tempfile::tempdir().expect("a directory");
        let child = Command::new("redis-server")
            .args([
                "--save",
                "",
                "--bind",
                "127.0.0.1",
                "--port",
                &port.to_string(),
            ])
            .arg("--dir")
            .arg(home.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server must be in PATH");
        let server = Self { child, home, port };
        let deadline = Instant::now() + Duration::from_secs(10);
        while server.ask("PING").is_none() {
            assert!(Instant::now() < deadline, "redis-server does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn ask(&self, words: &str) -> Option<redis::Value> {
        let client = redis::Client::open(self.url()).ok()?;
        let mut connection = client.get_connection().ok()?;
        let mut words = words.split(' ');
        let mut command = redis::cmd(words.next()?);
        words.for_each(|word| {
            command.arg(word);
        });
        command.query(&mut connection).ok()
    }

    fn number(&self, words: &str) -> i64 {
        match self.ask(words) {
            Some(redis::Value::Int(n)) => n,
            other => panic!("{words}: {other:?}"),
        }
    }

    fn clear(&self) {
        self.ask("FLUSHALL SYNC");
    }

    /// How long it takes, once everything stands in the stream.
    fn time(&self, run: impl FnOnce()) -> Duration {
        self.clear();
        let start = Instant::now();
        run();
        let took = start.elapsed();
        let length = self.number(&format!("XLEN {STREAM}"));
        // The peer counts in whole pipelines.
        let length = usize::try_from(length).unwrap_or_default();
        let wanted = EVENTS..EVENTS + 50 * 128;
        assert!(wanted.contains(&length), "{length} stand in the stream");
        took
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The further fields of an event.
fn fields(n: usize) -> [(&'static str, String); 6] {
    [
        ("message_id", format!("msg-{n}")),
        ("role", "assistant".to_owned()),
        ("tokens", (n * 31 % 900).to_string()),
        ("latency_ms", (n * 17 % 4_000).to_string()),
        ("model", "large-2026-08".to_owned()),
        (
            "content",
            format!(
                "Please look at the next step of the plan: the answer depends on what the tool said before ({n:06})."
            ),
        ),
    ]
}

fn draft(n: usize) -> Draft {
    let draft = Draft::new("message.added")
        .id(format!("evt-{}", 1_700_000_000_000_000_000 + n))
        .session(format!("sess-{:04x}", n % 5_000))
        .user(format!("user-{}", n % 500))
        .field("timestamp", (1_700_000_000 + n / 1_000).to_string());
    let more = fields(n).into_iter();
    more.fold(draft, |draft, (name, value)| draft.field(name, value))
}

fn line(n: usize) -> String {
    let mut line = format!(
        "{{\"id\":\"evt-{}\",\"type\":\"message.added\",\"session_id\":\"sess-{:04x}\",\"user_id\":\"user-{}\",\"timestamp\":{}",
        1_700_000_000_000_000_000 + n,
        n % 5_000,
        n % 500,
        1_700_000_000 + n / 1_000
    );
    for (name, value) in fields(n) {
        line.extend([",\"", name, "\":\"", value.as_str(), "\""]);
    }
    line + "}\n"
}

/// One connection, or fifty of them as is its default.
fn peer(server: &Server, connections: &str) {
    let mut command = Command::new("redis-benchmark");
    command.args([
        "-p",
        &server.port.to_string(),
        "-P",
        "128",
        "-c",
        connections,
    ]);
    command.args(["-n", &EVENTS.to_string(), "-q", "xadd", STREAM, "*"]);
    command.args(["id", "evt-1700000000000000000", "type", "message.added"]);
    command.args(["session_id", "sess-0001", "user_id", "user-1"]);
    command.args(["timestamp", "1700000000", "schema_version", "1"]);
    for (name, value) in fields(1) {
        command.arg(name).arg(value);
    }
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.expect("redis-benchmark must be in PATH").success());
}

fn library(server: &Server, drafts: &[Draft], once: bool) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let spec = RedisSpec {
        url: server.url(),
        password: None,
        streams: Vec::new(),
        access: Access::ReadWrite,
    };
    let options = PublishOptions {
        max_len: None,
        once_for: once.then(|| Duration::from_secs(7 * 86_400)),
    };
    runtime.block_on(async {
        let opened = Publisher::open(&spec, STREAM.as_bytes(), options).await;
        let mut publisher = opened.expect("a connection");
        for call in drafts.chunks(CALL) {
            let receipts = publisher.publish(call).await.expect("published");
            assert_eq!(receipts.len(), call.len());
        }
    });
}

fn command(server: &Server, arguments: &[&str], file: Option<&Path>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lookback"));
    command.args(arguments).env_clear();
    command
        .env("REDIS_URL", server.url())
        .env("HOME", server.home.path());
    if let Some(file) = file {
        command.stdin(std::fs::File::open(file).expect("the lines"));
    }
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.expect("the program").success(), "{arguments:?}");
}

fn per_s(took: Duration) -> f64 {
    let events = u32::try_from(EVENTS).map_or(0.0, f64::from);
    events / took.as_secs_f64()
}

fn main() {
    let server = Server::start();
    let drafts: Vec<Draft> = (0..EVENTS).map(draft).collect();
    let lines = server.home.path().join("events.jsonl");
    let export = server.home.path().join("export.jsonl");
    let (lines_text, export_text) = (lines.display().to_string(), export.display().to_string());
    let mut file = std::fs::File::create(&lines).expect("a file");
    for n in 0..EVENTS {
        file.write_all(line(n).as_bytes()).expect("a line");
    }
    let publish = ["publish", "-s", STREAM, "-q"];
    let from_file = [&publish[..], &["-f", &lines_text]].concat();
    let once = [&from_file[..], &["--once"]].concat();
    let export_words = ["export", "-s", STREAM, "-o", &export_text, "--force"];
    let import = ["import", &export_text, "--keep-ids"];
    let runs: [(&str, &dyn Fn()); 8] = [
        ("peer, 50 connections", &|| peer(&server, "50")),
        ("peer, 1 connection", &|| peer(&server, "1")),
        ("library", &|| library(&server, &drafts, false)),
        ("library, once", &|| library(&server, &drafts, true)),
        ("command, a file", &|| command(&server, &from_file, None)),
        ("command, a pipe", &|| {
            command(&server, &publish, Some(&lines));
        }),
        ("command, once", &|| command(&server, &once, None)),
        ("import, ids kept", &|| command(&server, &import, None)),
    ];
    // What is imported has to be there first.
    server.time(|| library(&server, &drafts, false));
    command(&server, &export_words, None);
    let mut best = [Duration::MAX; 8];
    for _ in 0..ROUNDS {
        for ((_, run), best) in runs.iter().zip(&mut best) {
            *best = server.time(run).min(*best);
        }
    }
    let base = per_s(best[0]);
    println!("goal: at least 0.5 of the peer with 50 connections; best of {ROUNDS} rounds");
    for ((name, _), took) in runs.iter().zip(best) {
        let rate = per_s(took);
        println!(
            "{name:22} {rate:9.0} events/s  {:5.2} of the peer",
            rate / base
        );
    }
    server.time(|| library(&server, &drafts, true));
    cost_of_ids(&server);
    let start = Instant::now();
    command(&server, &export_words, None);
    println!("{:22} {:9.0} events/s", "export", per_s(start.elapsed()));
}

/// Memory of an id that is kept.
fn cost_of_ids(server: &Server) {
    let keys: Vec<String> = match server.ask(&format!("KEYS {STREAM}:once:*")) {
        Some(keys) => redis::from_redis_value(keys).unwrap_or_default(),
        None => Vec::new(),
    };
    let bytes: i64 = keys
        .iter()
        .map(|key| server.number(&format!("MEMORY USAGE {key} SAMPLES 0")))
        .sum();
    let stream = server.number(&format!("MEMORY USAGE {STREAM} SAMPLES 0"));
    let each = |bytes: i64| bytes / i64::try_from(EVENTS).unwrap_or(1);
    println!(
        "an id that is kept takes {} B of the server's memory, the event itself {} B",
        each(bytes),
        each(stream)
    );
}
