//! A server, a home and a file of a test's own, and what the server says of the group.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use lookback::model::line;
use lookback::stream::{Chain, verify_chain};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::redis_server::RedisServer;

pub struct Stage {
    pub server: RedisServer,
    home: TempDir,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(&[])
    }

    pub fn with(options: &[&str]) -> Self {
        Self {
            server: RedisServer::with(options),
            home: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self) -> PathBuf {
        self.home.path().join("audit.jsonl")
    }

    pub fn out(&self) -> String {
        self.path().display().to_string()
    }

    /// Sets the environment of a command, and where its output goes.
    pub fn dress(&self, mut command: Command) -> Command {
        let home = self.home.path();
        command
            .env_clear()
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("REDIS_URL", self.server.url())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lookback"));
        command.args(arguments);
        self.dress(command)
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn audit(&self, arguments: &[&str]) -> Command {
        let out = self.out();
        self.command(&[&["audit", "-s", "s", "--out", &out], arguments].concat())
    }

    /// Audits until nothing is left; what it said.
    pub fn audit_all(&self) -> String {
        let output = self
            .audit(&["--until-empty", "--block", "50ms"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        said(&output)
    }

    pub fn verify(&self, arguments: &[&str]) -> Output {
        let out = self.out();
        self.run(&[&["audit", "verify", &out], arguments].concat())
    }

    /// Adds entries `<n>-0` with a value of some bytes.
    pub fn fill(&self, ids: impl IntoIterator<Item = u64>) {
        let mut pipe = redis::pipe();
        for n in ids {
            let command = pipe.cmd("XADD").arg("s").arg(format!("{n}-0"));
            command.arg("type").arg("message.added");
            command
                .arg("n")
                .arg(n)
                .arg("bytes")
                .arg(&b"\xff\n\x1b[2J"[..])
                .ignore();
        }
        pipe.query::<()>(&mut self.server.connection()).unwrap();
    }

    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).unwrap_or_default()
    }

    /// The chain of the file, which has to hold.
    pub fn chain(&self) -> Chain {
        let chain = verify_chain(&self.bytes()[..], |_| {}).unwrap();
        assert_eq!(chain.fault, None);
        chain
    }

    /// The entry ids in the file, in its order: only whole lines.
    pub fn ids(&self) -> Vec<String> {
        let bytes = self.bytes();
        let lines = bytes.split_inclusive(|b| *b == b'\n');
        lines
            .filter_map(|line| line.strip_suffix(b"\n"))
            .map(|text| line::parse(text).id.unwrap().to_string())
            .collect()
    }

    pub fn pending(&self) -> u64 {
        let reply: Vec<redis::Value> = self.server.run("XPENDING s audit-group");
        redis::from_redis_value(reply[0].clone()).unwrap()
    }

    /// The ids that were delivered and acknowledged.
    pub fn acknowledged(&self, all: impl IntoIterator<Item = u64>) -> Vec<String> {
        let groups: Vec<Vec<redis::Value>> = self.server.run("XINFO GROUPS s");
        let Some(group) = groups.first() else {
            return Vec::new();
        };
        let delivered: String = group
            .chunks(2)
            .find_map(|pair| {
                let name: String = redis::from_redis_value(pair[0].clone()).ok()?;
                (name == "last-delivered-id")
                    .then(|| redis::from_redis_value(pair[1].clone()).unwrap())
            })
            .unwrap();
        let delivered: u64 = delivered.split('-').next().unwrap().parse().unwrap();
        let pending: Vec<(String, String, u64, u64)> =
            self.server.run("XPENDING s audit-group - + 1000000");
        let pending: HashSet<String> = pending.into_iter().map(|(id, ..)| id).collect();
        all.into_iter()
            .filter(|n| *n <= delivered)
            .map(|n| format!("{n}-0"))
            .filter(|id| !pending.contains(id))
            .collect()
    }

    pub fn events(&self, source: &[&str]) -> Vec<Value> {
        let output = self.run(&[source, &["query", "--format", "jsonl"]].concat());
        assert!(output.status.success(), "{output:?}");
        let lines = output
            .stdout
            .split(|b| *b == b'\n')
            .filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }
}

pub fn ids(range: impl IntoIterator<Item = u64>) -> Vec<String> {
    range.into_iter().map(|n| format!("{n}-0")).collect()
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn signal(child: &Child, signal: &str) {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
