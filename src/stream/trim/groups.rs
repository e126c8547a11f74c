//! What the consumer groups of a stream still have to get or to acknowledge.

use ::redis::{RedisResult, Value, cmd};

use crate::model::EntryId;
use crate::source::redis::parse;
use crate::source::redis::wire::Wire;

/// Pending entries asked for at once.
const PAGE: usize = 1_000;

/// A group, as far as trimming concerns it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub name: Vec<u8>,
    /// Delivered and not acknowledged, gone ones included.
    pub pending: u64,
    /// The oldest of these that can still be in the stream.
    pub first_pending: Option<EntryId>,
    pub last_delivered: EntryId,
}

impl Standing {
    /// The first id that it still needs.
    pub fn needs(&self) -> EntryId {
        let next = self.last_delivered.next();
        self.first_pending.map_or(next, |pending| pending.min(next))
    }
}

/// The groups of a stream whose oldest entry is `first`. What is pending before that is gone already.
pub async fn standings(wire: &mut Wire, key: &[u8], first: EntryId) -> RedisResult<Vec<Standing>> {
    let reply = wire.ask(key, cmd("XINFO").arg("GROUPS").arg(key)).await?;
    let mut found: Vec<Standing> = parse::items(reply).into_iter().map(standing).collect();
    for group in found.iter_mut().filter(|group| group.pending > 0) {
        let page = pending(wire, key, &group.name, (first, EntryId::MAX), 1).await?;
        group.first_pending = page.first().copied();
    }
    Ok(found)
}

/// How many pending entries of a group lie in a range, both ends included.
pub async fn count_pending(
    wire: &mut Wire,
    key: &[u8],
    group: &[u8],
    range: (EntryId, EntryId),
) -> RedisResult<u64> {
    let (mut from, to) = range;
    let mut count = 0;
    loop {
        let page = pending(wire, key, group, (from, to), PAGE).await?;
        count += page.len() as u64;
        match page.last() {
            Some(last) if page.len() == PAGE && *last < to => from = last.next(),
            _ => return Ok(count),
        }
    }
}

async fn pending(
    wire: &mut Wire,
    key: &[u8],
    group: &[u8],
    range: (EntryId, EntryId),
    count: usize,
) -> RedisResult<Vec<EntryId>> {
    let mut command = cmd("XPENDING");
    command.arg(key).arg(group);
    command
        .arg(range.0.to_string())
        .arg(range.1.to_string())
        .arg(count);
    let reply = wire.ask(key, &command).await?;
    let id = |item: Value| EntryId::from_bytes(parse::bytes(parse::items(item).first()?)?);
    Ok(parse::items(reply).into_iter().filter_map(id).collect())
}

fn standing(reply: Value) -> Standing {
    let mut group = Standing::default();
    for (name, value) in parse::pairs(reply) {
        match parse::bytes(&name).unwrap_or_default() {
            b"name" => group.name = parse::bytes(&value).unwrap_or_default().to_vec(),
            b"pending" => group.pending = parse::number(&value).unwrap_or_default(),
            b"last-delivered-id" => {
                let id = parse::bytes(&value).and_then(EntryId::from_bytes);
                group.last_delivered = id.unwrap_or_default();
            }
            _ => {}
        }
    }
    group
}
