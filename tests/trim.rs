//! `trim` against a real server: nothing goes that a group needs, nothing goes that is not in the archive, and whatever fails
//! leaves the stream as it was.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "trim/archive.rs"]
mod archive;
#[path = "trim/every.rs"]
mod every;
#[path = "trim/faults.rs"]
mod faults;
#[path = "trim/groups.rs"]
mod groups;
#[path = "trim/look.rs"]
mod look;
#[path = "trim/old_server.rs"]
mod old_server;

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use lookback::source::{Access, RedisSpec};
use redis::{FromRedisValue, cmd};
use serde_json::Value;
use support::redis_server::RedisServer;
use tempfile::TempDir;

const STREAM: &str = "memory:events";

/// A server with small nodes, so that little data has many of them, and a home of its own.
struct Place {
    server: RedisServer,
    home: TempDir,
}

impl Place {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(options: &[&str]) -> Self {
        let all = [
            &["--stream-node-max-entries", "10", "--appendfsync", "no"],
            options,
        ]
        .concat();
        Self {
            server: RedisServer::with(&all),
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let home = self.home.path();
        command
            .current_dir(home)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("TZ", "UTC")
            .env("REDIS_URL", self.server.url())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// `trim` with these flags, split at blanks.
    fn trim(&self, flags: &str) -> Output {
        let mut command = self.command(env!("CARGO_BIN_EXE_lookback"));
        command
            .arg("trim")
            .args(flags.split(' ').filter(|flag| !flag.is_empty()));
        command.output().unwrap()
    }

    /// The same, which must succeed: what it says of its one stream.
    fn trimmed(&self, flags: &str) -> Value {
        let output = self.trim(&format!("{flags} --format json"));
        assert_eq!(output.status.code(), Some(0), "{flags}: {}", shown(&output));
        let all: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(all.as_array().map(Vec::len), Some(1));
        all[0].clone()
    }

    /// The same, which must fail with this status and these words, and say what to do.
    fn refused(&self, flags: &str, status: i32, words: &[&str]) {
        let output = self.trim(flags);
        let told = shown(&output);
        assert_eq!(output.status.code(), Some(status), "{flags}: {told}");
        for word in words.iter().chain(&["error: ", "hint: "]) {
            assert!(told.contains(word), "{flags}: `{word}` in {told}");
        }
    }

    /// Entries 1-0, 2-0 and so on.
    fn fill(&self, from: u64, to: u64) {
        self.fill_stream(STREAM, from, to);
    }

    fn fill_stream(&self, stream: &str, from: u64, to: u64) {
        let mut connection = self.server.connection();
        let all: Vec<u64> = (from..=to).collect();
        for some in all.chunks(5_000) {
            let mut pipe = redis::pipe();
            for n in some {
                let add = pipe.cmd("XADD").arg(stream).arg(format!("{n}-0"));
                add.arg("type")
                    .arg("message.added")
                    .arg("n")
                    .arg(*n)
                    .ignore();
            }
            pipe.query::<()>(&mut connection).unwrap();
        }
    }

    fn run<T: FromRedisValue>(&self, words: &str) -> T {
        self.server.run(words)
    }

    fn length(&self) -> u64 {
        self.run(&format!("XLEN {STREAM}"))
    }

    /// The milliseconds of the ids in the stream.
    fn ids(&self) -> Vec<u64> {
        ids_of(&self.server, STREAM)
    }

    /// A group that was given the first `delivered` entries and acknowledged the first `done` of them.
    fn group(&self, name: &str, delivered: u64, done: u64) {
        let _: () = self.run(&format!("XGROUP CREATE {STREAM} {name} 0"));
        if delivered > 0 {
            let _: redis::Value = self.run(&format!(
                "XREADGROUP GROUP {name} c COUNT {delivered} STREAMS {STREAM} >"
            ));
        }
        for n in 1..=done {
            let _: u64 = self.run(&format!("XACK {STREAM} {name} {n}-0"));
        }
    }

    fn spec(&self) -> RedisSpec {
        RedisSpec {
            url: self.server.url(),
            password: None,
            streams: vec![STREAM.to_owned()],
            access: Access::ReadWrite,
        }
    }
}

fn ids_of(server: &RedisServer, stream: &str) -> Vec<u64> {
    let entries: Vec<(String, Vec<Vec<u8>>)> = cmd("XRANGE")
        .arg(stream)
        .arg("-")
        .arg("+")
        .query(&mut server.connection())
        .unwrap();
    let ms = |id: &str| id.split('-').next().unwrap().parse().unwrap();
    entries.iter().map(|(id, _)| ms(id)).collect()
}

fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// Sends `-TERM` and the like to a child of this test.
fn signal(name: &str, child: &Child) {
    let status = Command::new("kill")
        .arg(name)
        .arg(child.id().to_string())
        .status();
    assert!(status.unwrap().success());
}

/// Waits until it holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "waited for: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
