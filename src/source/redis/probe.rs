//! What a server is and lets us do, for `doctor`. What cannot be learned is `None`, never 0.

use std::time::Instant;

use ::redis::{RedisError, RedisResult};

use super::connect::{Connector, Use};
use super::fault::{self, shown};
use super::parse::StreamState;
use super::streams;
use super::wire::{Window, Wire};
use crate::model::EntryId;
use crate::source::{Direction, RedisSpec, SourceError};

/// What a server is and lets us do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// Where it is, without secrets.
    pub place: String,
    /// `redis_version`.
    pub version: Option<String>,
    /// `standalone`, `cluster` or `sentinel`.
    pub mode: Option<String>,
    /// The fastest of a few PINGs, µs.
    pub ping_us: Option<u64>,
    /// What was tried, on the first stream.
    pub permissions: Vec<Permission>,
    /// The streams, those of globs included.
    pub streams: Vec<StreamProbe>,
}

/// Whether a command may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Its name.
    pub command: &'static str,
    /// `None` where the answer does not tell.
    pub allowed: Option<bool>,
    /// Why it may not, or what else went wrong, in one line.
    pub problem: Option<String>,
}

/// What a stream is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamProbe {
    /// Its key.
    pub key: Vec<u8>,
    /// Whether there is such a key.
    pub exists: Option<bool>,
    /// What `TYPE` says.
    pub kind: Option<String>,
    /// Entries now.
    pub length: Option<u64>,
    /// The first entry's id.
    pub first_id: Option<EntryId>,
    /// The last id ever given.
    pub last_id: Option<EntryId>,
    /// Entries ever added.
    pub added: Option<u64>,
    /// Entries trimmed or deleted so far.
    pub deleted: Option<u64>,
    /// Consumer groups.
    pub groups: Option<u64>,
    /// Why it cannot be read, in one line.
    pub problem: Option<String>,
}

/// Looks at the server.
pub async fn probe(spec: &RedisSpec) -> Result<Probe, SourceError> {
    let connector = Connector::new(spec).map_err(SourceError::Failed)?;
    let opened = Wire::open(&connector, Use::Questions).await;
    let mut wire =
        opened.map_err(|e| SourceError::from(fault::explain(&e, connector.place(), b"")))?;
    let mut probe = Probe {
        place: connector.place().to_owned(),
        ping_us: ping(&mut wire).await,
        ..Probe::default()
    };
    (probe.version, probe.mode) = server(&mut wire).await;
    let keys = streams::find(&mut wire, &spec.streams).await;
    let plain = || {
        spec.streams
            .iter()
            .filter(|n| !streams::is_glob(n))
            .map(|n| n.clone().into_bytes())
    };
    let keys = keys.unwrap_or_else(|_| plain().collect());
    let first = keys
        .first()
        .cloned()
        .unwrap_or_else(|| b"lookback:probe".to_vec());
    probe.permissions = permissions(&mut wire, &first).await;
    for key in keys {
        probe.streams.push(stream(&mut wire, key).await);
    }
    Ok(probe)
}

async fn ping(wire: &mut Wire) -> Option<u64> {
    let mut best = None;
    for _ in 0..5 {
        let start = Instant::now();
        wire.ping().await.ok()?;
        let took = u64::try_from(start.elapsed().as_micros()).ok()?;
        best = Some(best.map_or(took, |b: u64| b.min(took)));
    }
    best
}

/// Version and mode. `HELLO` knows them too, and users who may not ask `INFO` may connect.
async fn server(wire: &mut Wire) -> (Option<String>, Option<String>) {
    if let Ok(text) = wire.server().await {
        return (line(&text, "redis_version"), line(&text, "redis_mode"));
    }
    let said = wire.hello().await.unwrap_or_default();
    let of = |name: &[u8]| {
        let found = said.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| shown(value))
    };
    (of(b"version"), of(b"mode"))
}

fn line(text: &str, name: &str) -> Option<String> {
    let found = text
        .lines()
        .find_map(|l| l.strip_prefix(name)?.strip_prefix(':'))?;
    Some(shown(found.trim().as_bytes()))
}

async fn permissions(wire: &mut Wire, key: &[u8]) -> Vec<Permission> {
    let one = Window {
        from: EntryId::MIN,
        to: EntryId::MAX,
        count: 1,
    };
    vec![
        permission("PING", wire.ping().await),
        permission("XINFO", wire.stream_state(key).await),
        permission("XRANGE", wire.range(key, one, Direction::Forward).await),
        permission("XREVRANGE", wire.range(key, one, Direction::Reverse).await),
        permission(
            "XREAD",
            wire.read_after(&[(key, EntryId::MAX)], 1, false, usize::MAX)
                .await,
        ),
        permission("TYPE", wire.type_of(key).await),
        permission("SCAN", wire.scan(key, 1).await),
        permission("INFO", wire.server().await),
    ]
}

fn permission<T>(command: &'static str, tried: RedisResult<T>) -> Permission {
    let error = tried.err();
    Permission {
        command,
        allowed: match &error {
            None => Some(true),
            Some(error) => fault::is_allowed(error),
        },
        problem: error.map(|e| problem(&e)),
    }
}

fn problem(error: &RedisError) -> String {
    shown(error.to_string().as_bytes())
}

async fn stream(wire: &mut Wire, key: Vec<u8>) -> StreamProbe {
    let kind = wire.type_of(&key).await.ok();
    let mut probe = StreamProbe {
        kind,
        ..StreamProbe::default()
    };
    match wire.stream_state(&key).await {
        Ok(Some(state)) => probe.fill(&state),
        Ok(None) => probe.exists = Some(false),
        Err(error) => {
            probe.exists = probe.kind.as_ref().map(|kind| kind != "none");
            probe.problem = Some(problem(&error));
        }
    }
    probe.key = key;
    probe
}

impl StreamProbe {
    fn fill(&mut self, state: &StreamState) {
        self.exists = Some(true);
        self.length = Some(state.length);
        self.first_id = state.first;
        self.last_id = Some(state.last);
        self.added = state.added;
        self.deleted = state
            .added
            .and_then(|added| added.checked_sub(state.length));
        self.groups = state.groups;
    }
}
