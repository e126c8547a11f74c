//! Whether a stream that is written to is also one that is read, whatever the servers are called.

use ::redis::cmd;

use super::glob;
use crate::source::is_glob;
use crate::source::redis::connect::{Connector, Use};
use crate::source::redis::parse;
use crate::source::redis::wire::Wire;
use crate::stream::{RedisSpec, StreamError};

/// Whether reading `source` reads the stream `to` of `target`. A glob counts when it matches the name, also while there is no
/// such stream.
///
/// Servers are the same when they tell the same history of replication (`master_replid`, which a replica shares with its
/// master; <https://redis.io/docs/latest/commands/info/>), else when their addresses are.
///
/// # Errors
/// When no connection can be made.
pub async fn is_read(
    source: &RedisSpec,
    target: &RedisSpec,
    to: &[u8],
) -> Result<bool, StreamError> {
    let named = |name: &String| {
        name.as_bytes() == to || (is_glob(name) && glob::matches(name.as_bytes(), to))
    };
    if !source.streams.iter().any(named) {
        return Ok(false);
    }
    let (from, into) = (connector(source)?, connector(target)?);
    if from.database() != into.database() {
        return Ok(false);
    }
    if from.place().eq_ignore_ascii_case(into.place()) {
        return Ok(true);
    }
    let history = history(&from, to).await?;
    Ok(history.is_some() && history == self::history(&into, to).await?)
}

fn connector(spec: &RedisSpec) -> Result<Connector, StreamError> {
    Connector::new(spec).map_err(StreamError::Input)
}

/// The replication history of the node where a key lies; `None` where it may not be asked or is not told.
async fn history(connector: &Connector, key: &[u8]) -> Result<Option<Vec<u8>>, StreamError> {
    let explain = |error| StreamError::of(&error, connector.place(), key);
    let mut wire = Wire::open(connector, Use::Questions)
        .await
        .map_err(explain)?;
    // In a cluster a question about the key finds its node; that it may not be asked is no matter here.
    drop(wire.type_of(key).await);
    let Ok(told) = wire.ask(key, cmd("INFO").arg("replication")).await else {
        return Ok(None);
    };
    let lines = parse::bytes(&told)
        .unwrap_or_default()
        .split(|b| *b == b'\n');
    let mut ids = lines.filter_map(|line| line.strip_prefix(b"master_replid:"));
    let id = ids.next().map(<[u8]>::trim_ascii);
    Ok(id
        .filter(|id| id.iter().any(|b| *b != b'0'))
        .map(<[u8]>::to_vec))
}
