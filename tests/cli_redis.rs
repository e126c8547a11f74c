//! The commands against a real Redis, by the real binary: nothing is lost or doubled, counts agree with the server's and with
//! a recount, exit statuses are those documented, no password and no control character comes out.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "cli_redis/doctor.rs"]
mod doctor;
#[path = "cli_redis/errors.rs"]
mod errors;
#[path = "cli_redis/hostile.rs"]
mod hostile;
#[path = "cli_redis/query.rs"]
mod query;
#[path = "cli_redis/recount.rs"]
mod recount;
#[path = "cli_redis/replay.rs"]
mod replay;
#[path = "cli_redis/status.rs"]
mod status;
#[path = "cli_redis/tail.rs"]
mod tail;

use std::process::Output;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;
use support::redis_server::RedisServer;
use tempfile::TempDir;

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

    fn environment(&self) -> Vec<(&'static str, String)> {
        let home = self.home.path().display().to_string();
        vec![
            ("HOME", home.clone()),
            ("XDG_CONFIG_HOME", home),
            ("TZ", "UTC".to_owned()),
            ("REDIS_URL", self.server.url()),
        ]
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("lookback").unwrap();
        command
            .args(arguments)
            .env_clear()
            .envs(self.environment())
            .timeout(Duration::from_secs(60));
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed; what it printed.
    fn print(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        output.stdout
    }

    fn json_lines(&self, arguments: &[&str]) -> Vec<Value> {
        let mut all = arguments.to_vec();
        all.extend(["--format", "jsonl"]);
        let text = self.print(&all);
        let lines = text.split(|b| *b == b'\n').filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.extend(["--format", "json"]);
        serde_json::from_slice(&self.print(&all)).unwrap()
    }

    /// Adds entries in one go.
    fn add<'a>(
        &self,
        stream: &[u8],
        entries: impl IntoIterator<Item = (String, Vec<(&'a [u8], &'a [u8])>)>,
    ) {
        let mut pipe = redis::pipe();
        for (id, fields) in entries {
            let command = pipe.cmd("XADD").arg(stream).arg(id);
            for (name, value) in fields {
                command.arg(name).arg(value);
            }
            command.ignore();
        }
        pipe.query::<()>(&mut self.server.connection()).unwrap();
    }
}

/// Both streams of what a command printed.
fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}
