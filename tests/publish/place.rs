//! A server, and a home of its own, so that no configuration of the machine is read.

use std::io::Write;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::support::redis_server::RedisServer;
use tempfile::TempDir;

pub struct Place {
    pub server: RedisServer,
    pub home: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self::with(&[])
    }

    pub fn with(options: &[&str]) -> Self {
        Self {
            server: RedisServer::with(options),
            home: tempfile::tempdir().unwrap(),
        }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lookback"));
        let home = self.home.path();
        command
            .args(arguments)
            .env_clear()
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("TZ", "UTC")
            .env("REDIS_URL", self.server.url())
            .current_dir(home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).spawn().unwrap()
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that reads `input`.
    pub fn feed(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = self.start(arguments);
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A command that ends early reads no more.
        let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        output
    }

    /// Runs a command that must succeed; what it printed.
    pub fn print(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn length(&self, stream: &str) -> usize {
        self.server.run(&format!("XLEN {stream}"))
    }

    /// The values of one field, in the order of the stream.
    pub fn values(&self, stream: &str, field: &str) -> Vec<String> {
        let entries: redis::streams::StreamRangeReply = redis::cmd("XRANGE")
            .arg(stream)
            .arg("-")
            .arg("+")
            .query(&mut self.server.connection())
            .unwrap();
        let value = |entry: &redis::streams::StreamId| entry.get(field).unwrap_or_default();
        entries.ids.iter().map(value).collect()
    }
}

/// Both streams of what a command printed.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// Looks until it holds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(2));
    }
}
