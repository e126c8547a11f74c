//! `demo --publish`: simulated agents write to a real server, in the reference layout, until they are told to stop.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use redis::streams::StreamRangeReply;
use support::redis_server::RedisServer;
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);

/// A server, and the agents that write to its stream `agents`.
struct Demo {
    server: RedisServer,
    home: TempDir,
}

impl Demo {
    fn with(options: &[&str]) -> Self {
        Self {
            server: RedisServer::with(options),
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lookback"));
        command
            .args(["demo", "--publish", "-s", "agents", "-r"])
            .arg(self.server.url())
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn length(&self) -> u64 {
        self.server.run("XLEN agents")
    }

    /// Waits until the stream has so many entries.
    fn until(&self, count: u64) {
        let deadline = Instant::now() + PATIENCE;
        while self.length() < count {
            assert!(Instant::now() < deadline, "only {} entries", self.length());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

fn signal(child: &Child, name: &str) {
    let told = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(told.unwrap().success());
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn agents_write_until_ctrl_c_and_the_count_is_the_streams() {
    let demo = Demo::with(&[]);
    let child = demo
        .command(&["--rate", "500", "--seed", "7"])
        .spawn()
        .unwrap();
    demo.until(300);
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let count = format!("published {} events to agents", demo.length());
    assert!(told(&output).contains(&count), "{count}: {}", told(&output));

    let mut range = redis::cmd("XRANGE");
    range.arg(&["agents", "-", "+"]);
    let entries: StreamRangeReply = range.query(&mut demo.server.connection()).unwrap();
    for entry in &entries.ids {
        let field = |name: &str| entry.get::<String>(name).unwrap_or_default();
        assert!(field("id").starts_with("evt-"), "{entry:?}");
        assert!(!field("type").is_empty() && !field("session_id").is_empty());
        // The agents live now: the event's own time is that of its entry.
        let at: u64 = entry.id.split('-').next().unwrap().parse().unwrap();
        let own: u64 = field("timestamp").parse().unwrap();
        assert!(
            (at / 1_000).abs_diff(own) <= PATIENCE.as_secs(),
            "{entry:?}"
        );
    }
    let kinds = entries.ids.iter().filter_map(|e| e.get::<String>("type"));
    let kinds: std::collections::BTreeSet<String> = kinds.collect();
    assert!(kinds.len() > 2, "{kinds:?}");
}

#[test]
fn sigterm_ends_it_in_the_same_way() {
    let demo = Demo::with(&[]);
    let child = demo.command(&["--rate", "100"]).spawn().unwrap();
    demo.until(5);
    signal(&child, "-TERM");
    let output = child.wait_with_output().unwrap();
    let count = format!("published {} events", demo.length());
    assert!(told(&output).contains(&count), "{}", told(&output));
}

#[test]
fn the_configuration_bounds_the_stream() {
    let demo = Demo::with(&[]);
    let path = demo.home.path().join("c.toml");
    std::fs::write(&path, "max_length = 50\napprox_max_length = false\n").unwrap();
    let named = path.display().to_string();
    let child = demo
        .command(&["--rate", "2000", "--config", &named])
        .spawn()
        .unwrap();
    let deadline = Instant::now() + PATIENCE;
    let added = || {
        let stream: Vec<redis::Value> = demo.server.run("XINFO STREAM agents");
        let mut pairs = stream
            .chunks(2)
            .map(|pair| (pair[0].clone(), pair[1].clone()));
        let found =
            pairs.find(|(name, _)| *name == redis::Value::BulkString(b"entries-added".to_vec()));
        redis::from_redis_value::<u64>(found.unwrap().1).unwrap()
    };
    demo.until(1);
    while added() < 200 {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(demo.length(), 50);
    signal(&child, "-INT");
    child.wait_with_output().unwrap();
}

#[test]
fn a_server_that_goes_or_refuses_ends_it_with_what_was_written() {
    let mut demo = Demo::with(&[]);
    let child = demo.command(&["--rate", "200"]).spawn().unwrap();
    demo.until(20);
    demo.server.stop();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(told(&output).contains("published "), "{}", told(&output));

    let full = Demo::with(&["--maxmemory", "1mb", "--maxmemory-policy", "noeviction"]);
    let output = full.command(&["--rate", "200"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(told(&output).contains("out of memory"), "{}", told(&output));
    let count = format!("published {} events before", full.length());
    assert!(told(&output).contains(&count), "{}", told(&output));

    let output = demo.command(&[]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(told(&output).contains("nothing listens"), "{output:?}");
}

#[test]
fn what_is_not_one_stream_or_has_no_meaning_is_refused() {
    let demo = Demo::with(&[]);
    for (more, word) in [
        (&["-s", "b"][..], "one stream"),
        (&["-s", "a*"], "several streams"),
        (&["-f", "x.jsonl"], "--file"),
        (&["--since", "-1h"], "--since"),
        (&["--record", "x"], "--record"),
        (&["--rate", "0"], "rate"),
    ] {
        let output = demo.command(more).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{more:?}: {output:?}");
        assert!(told(&output).contains(word), "{more:?}: {}", told(&output));
    }
    assert_eq!(demo.length(), 0);
    let _: () = demo.server.run("SET agents x");
    let output = demo.command(&["--rate", "200"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}
