//! Consumer groups against a real Redis: the lag is exact or not told, what is forbidden degrades its part, looking only reads,
//! and a change does what its sentence says and stands in the journal.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

#[path = "groups/change.rs"]
mod change;
#[path = "groups/command.rs"]
mod command;
#[path = "groups/journal.rs"]
mod journal;
#[path = "groups/lag.rs"]
mod lag;
#[path = "groups/look.rs"]
mod look;

use lookback::model::consumer_groups::{GroupStatus, GroupsSnapshot, StreamStatus};
use lookback::stream::groups::Inspector;
use lookback::stream::{Access, Link, RedisSpec};
use redis::{Cmd, FromRedisValue};
use support::redis_server::RedisServer;

fn spec(server: &RedisServer, streams: &[&str]) -> RedisSpec {
    RedisSpec {
        url: server.url(),
        password: None,
        streams: streams.iter().map(|name| (*name).to_owned()).collect(),
        access: Access::ReadWrite,
    }
}

async fn inspector(server: &RedisServer, streams: &[&str]) -> Inspector {
    Inspector::open(&spec(server, streams)).await.unwrap()
}

async fn link(server: &RedisServer) -> Link {
    Link::open(&spec(server, &[])).await.unwrap()
}

/// Runs a command of which some words are no text.
fn run<T: FromRedisValue>(server: &RedisServer, words: &[&[u8]]) -> T {
    let mut command = Cmd::new();
    for word in words {
        command.arg(*word);
    }
    command.query(&mut server.connection()).unwrap()
}

/// Adds entries `from-0` to `to-0`.
fn add(server: &RedisServer, stream: &str, from: u64, to: u64) {
    let mut pipe = redis::pipe();
    for ms in from..=to {
        let command = pipe.cmd("XADD").arg(stream).arg(format!("{ms}-0"));
        command
            .arg("type")
            .arg("message.added")
            .arg("n")
            .arg(ms)
            .ignore();
    }
    pipe.query::<()>(&mut server.connection()).unwrap();
}

/// Lets a consumer of a group read so many new entries.
fn read(server: &RedisServer, stream: &str, group: &str, consumer: &str, count: usize) {
    let words = format!("XREADGROUP GROUP {group} {consumer} COUNT {count} STREAMS {stream} >");
    server.run::<redis::Value>(&words);
}

fn stream<'a>(snapshot: &'a GroupsSnapshot, key: &str) -> &'a StreamStatus {
    let found = snapshot
        .streams
        .iter()
        .find(|one| one.key == key.as_bytes());
    found.unwrap_or_else(|| panic!("no {key} in {snapshot:?}"))
}

fn group<'a>(snapshot: &'a GroupsSnapshot, key: &str, name: &[u8]) -> &'a GroupStatus {
    let found = stream(snapshot, key)
        .groups
        .iter()
        .find(|one| one.name == name);
    found.unwrap_or_else(|| panic!("no such group in {snapshot:?}"))
}
