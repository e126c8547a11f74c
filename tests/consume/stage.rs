//! A server with a stream of numbered entries, and what its groups say.
#![allow(
    dead_code,
    reason = "which part is used differs from one test program to the next, so `expect` cannot hold"
)]

use std::time::{Duration, Instant};

use lookback::stream::{Access, Consumer, RedisSpec, Subscription};
use redis::Value;
use tempfile::TempDir;

use crate::support::redis_server::RedisServer;

pub const STREAM: &str = "memory:events";
pub const GROUP: &str = "debug-group";
/// How long a condition may take to come true.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A server, and a home of its own, so that no configuration of the machine is read.
pub struct Stage {
    pub server: RedisServer,
    pub home: TempDir,
}

impl Stage {
    pub fn new() -> Self {
        Self {
            server: RedisServer::new(),
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// A server with that many entries: `1-0`, `2-0`, …, each with its number as `n`.
    pub fn with_entries(count: u64) -> Self {
        let stage = Self::new();
        stage.add(1..count + 1);
        stage
    }

    pub fn add(&self, numbers: std::ops::Range<u64>) {
        let mut pipe = redis::pipe();
        for n in numbers {
            pipe.cmd("XADD").arg(STREAM).arg(format!("{n}-0"));
            pipe.arg("type")
                .arg("message.added")
                .arg("n")
                .arg(n)
                .ignore();
        }
        pipe.query::<()>(&mut self.server.connection()).unwrap();
    }

    pub fn spec(&self) -> RedisSpec {
        RedisSpec {
            url: self.server.url(),
            password: None,
            streams: vec![STREAM.to_owned()],
            access: Access::ReadWrite,
        }
    }

    /// A subscription that does not wait long.
    pub fn subscription(&self, consumer: &str) -> Subscription {
        Subscription {
            consumer: consumer.as_bytes().to_vec(),
            block_ms: 50,
            min_idle_ms: 60_000,
            ..Subscription::new(self.spec(), STREAM.as_bytes(), GROUP.as_bytes())
        }
    }

    pub async fn consumer(&self, name: &str) -> Consumer {
        Consumer::open(self.subscription(name)).await.unwrap()
    }

    /// How many entries are pending in the group.
    pub fn pending(&self) -> u64 {
        let summary: (u64, Value, Value, Value) =
            self.server.run(&format!("XPENDING {STREAM} {GROUP}"));
        summary.0
    }

    /// The dead letters, as lists of names and values.
    pub fn dead(&self) -> Vec<(String, Vec<(String, String)>)> {
        self.server.run(&format!("XRANGE {STREAM}:dead - +"))
    }
}

/// Waits until it holds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The value of a field.
pub fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    let found = fields.iter().find(|(n, _)| n == name);
    found.map_or("", |(_, value)| value.as_str())
}
