//! `replay --to` against a real Redis: copies are what was copied, in order, each once, also when it is stopped, refused or cut
//! off and goes on where it said.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "replay_to/copies.rs"]
mod copies;
#[path = "replay_to/own.rs"]
mod own;
#[path = "replay_to/refused.rs"]
mod refused;
#[path = "replay_to/stopped.rs"]
mod stopped;

use std::process::{Command, Output, Stdio};

use redis::Value;
use support::redis_server::RedisServer;
use tempfile::TempDir;

/// An entry: id, fields in order.
type Entry = (String, Vec<(Vec<u8>, Vec<u8>)>);

/// A server, and a home of its own, so that no configuration of the machine is read.
struct Place {
    server: RedisServer,
    home: TempDir,
}

impl Place {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(options: &[&str]) -> Self {
        Self {
            server: RedisServer::with(options),
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lookback"));
        let home = self.home.path().display().to_string();
        command
            .args(arguments)
            .env_clear()
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", &home)
            .env("REDIS_URL", self.server.url())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed; what it said.
    fn copy(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        said(&output)
    }

    /// Adds entries `<ms>-0` with one field `n`.
    fn fill(&self, stream: &str, ids_ms: impl IntoIterator<Item = u64>) {
        let mut pipe = redis::pipe();
        for ms in ids_ms {
            let command = pipe.cmd("XADD").arg(stream).arg(format!("{ms}-0"));
            command.arg("n").arg(ms).ignore();
        }
        pipe.query::<()>(&mut self.server.connection()).unwrap();
    }

    fn entries(&self, stream: &str) -> Vec<Entry> {
        entries(&self.server, stream)
    }

    /// The marks of the copies in a stream: the last field of each.
    fn marks(&self, stream: &str) -> Vec<String> {
        let mark = |(_, mut fields): Entry| {
            let (name, value) = fields.pop().unwrap();
            assert_eq!(name, b"replayed_from");
            String::from_utf8(value).unwrap()
        };
        self.entries(stream).into_iter().map(mark).collect()
    }
}

fn entries(server: &RedisServer, stream: &str) -> Vec<Entry> {
    let mut command = redis::cmd("XRANGE");
    command.arg(stream).arg("-").arg("+");
    let reply: Vec<(String, Vec<Value>)> = command.query(&mut server.connection()).unwrap();
    let bytes = |value: &Value| match value {
        Value::BulkString(bytes) => bytes.clone(),
        other => panic!("{other:?}"),
    };
    let fields = |flat: Vec<Value>| {
        let pairs = flat.chunks_exact(2);
        pairs
            .map(|pair| (bytes(&pair[0]), bytes(&pair[1])))
            .collect()
    };
    reply
        .into_iter()
        .map(|(id, flat)| (id, fields(flat)))
        .collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The words behind `and ` in the line that says where to go on.
fn where_to_go_on(said: &str) -> Vec<String> {
    let line = said.lines().find(|line| line.contains("go on with"));
    let line = line.unwrap_or_else(|| panic!("does not say where to go on: {said}"));
    let (_, flags) = line.split_once("same command and ").unwrap();
    flags.split(' ').map(str::to_owned).collect()
}
