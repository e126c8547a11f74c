//! From answers to a status. What was not answered becomes a fault of the part that it concerns, and the rest stands.

use ::redis::{RedisError, RedisResult, Value};

use super::reply::{self, GroupFacts, StreamFacts};
use crate::model::consumer_groups::{ConsumerStatus, GroupStatus, KeyKind, StreamStatus};
use crate::model::{EntryId, Ms};
use crate::stream::StreamError;

/// Groups of a stream that are told of.
const GROUPS: usize = 100;
/// Consumers of a group that are told of.
const CONSUMERS: usize = 100;
/// Where a group has more consumers than this, the server is not made to list them.
pub const MANY_CONSUMERS: u64 = 1_000;

/// An answer; `None` where nothing was asked.
pub type Answer = Option<RedisResult<Value>>;

/// Why one question was not answered.
pub struct Faults<'a> {
    /// Where the server is.
    pub place: &'a str,
    /// What was asked about.
    pub key: &'a [u8],
}

impl Faults<'_> {
    /// In words; an error where no other question will be answered either.
    pub fn told(&self, error: &RedisError) -> Result<String, StreamError> {
        match StreamError::of(error, self.place, self.key) {
            broken @ StreamError::NotConnected(_) => Err(broken),
            other => Ok(other.trouble().what.clone()),
        }
    }
}

fn is_missing(error: &RedisError) -> bool {
    error.to_string().contains("no such key")
}

fn is_wrong_type(error: &RedisError) -> bool {
    error.code() == Some("WRONGTYPE")
}

/// What the stream says; `None` where it is none, or may not be asked.
pub fn read_stream(
    answer: Answer,
    status: &mut StreamStatus,
    faults: &Faults<'_>,
) -> Result<Option<StreamFacts>, StreamError> {
    let error = match answer {
        Some(Ok(reply)) => return Ok(Some(reply::stream(reply))),
        Some(Err(error)) => error,
        None => return Ok(None),
    };
    let (kind, fault) = if is_missing(&error) {
        (KeyKind::Missing, "there is no such stream".to_owned())
    } else if is_wrong_type(&error) {
        (KeyKind::Other, faults.told(&error)?)
    } else {
        let told = format!("length, ids: {}", faults.told(&error)?);
        (KeyKind::Unknown, told)
    };
    status.kind = kind;
    status.faults.push(fault);
    Ok(None)
}

/// Its groups, as many as are told of; none where they may not be asked for.
pub fn read_groups(
    answer: Answer,
    status: &mut StreamStatus,
    faults: &Faults<'_>,
) -> Result<Vec<GroupFacts>, StreamError> {
    match answer {
        Some(Ok(reply)) => {
            let groups = reply::groups(reply);
            status.knows_all_groups = groups.len() <= GROUPS;
            Ok(bounded(groups, status))
        }
        Some(Err(error)) => {
            let told = format!("groups: {}", faults.told(&error)?);
            status.faults.push(told);
            Ok(Vec::new())
        }
        None => Ok(Vec::new()),
    }
}

fn bounded(mut groups: Vec<GroupFacts>, status: &mut StreamStatus) -> Vec<GroupFacts> {
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    if groups.len() > GROUPS {
        let all = groups.len();
        groups.truncate(GROUPS);
        status
            .faults
            .push(format!("only {GROUPS} of its {all} groups are listed"));
    }
    groups
}

/// What is known of the stream by itself.
pub fn note_stream(status: &mut StreamStatus, stream: &StreamFacts) {
    status.kind = KeyKind::Stream;
    status.length = Some(stream.length);
    status.first = stream.first;
    status.last = Some(stream.last);
    status.added = stream.added;
    status.trimmed = stream
        .added
        .and_then(|added| added.checked_sub(stream.length));
}

/// The oldest pending entry.
pub fn note_pending(
    status: &mut GroupStatus,
    answer: Answer,
    faults: &Faults<'_>,
) -> Result<(), StreamError> {
    match answer {
        Some(Ok(reply)) => {
            let (count, first) = reply::pending_summary(reply);
            status.pending = status.pending.or(count);
            status.first_pending = first;
        }
        Some(Err(error)) => status
            .faults
            .push(format!("oldest pending: {}", faults.told(&error)?)),
        None => {}
    }
    Ok(())
}

/// The consumers, where they were asked for.
pub fn note_consumers(
    status: &mut GroupStatus,
    answer: Answer,
    faults: &Faults<'_>,
) -> Result<(), StreamError> {
    match answer {
        Some(Ok(reply)) => {
            let all = reply::consumers(reply);
            status.consumers = Some(most_pending(all, &mut status.faults));
        }
        Some(Err(error)) => status
            .faults
            .push(format!("consumers: {}", faults.told(&error)?)),
        None => status.faults.push(format!(
            "its more than {MANY_CONSUMERS} consumers are not listed"
        )),
    }
    Ok(())
}

fn most_pending(
    mut consumers: Vec<ConsumerStatus>,
    faults: &mut Vec<String>,
) -> Vec<ConsumerStatus> {
    if consumers.len() > CONSUMERS {
        let all = consumers.len();
        consumers.sort_by_key(|one| std::cmp::Reverse(one.pending));
        consumers.truncate(CONSUMERS);
        faults.push(format!(
            "only the {CONSUMERS} of its {all} consumers with the most pending are listed"
        ));
    }
    consumers.sort_by(|a, b| a.name.cmp(&b.name));
    consumers
}

/// From the last delivered entry, or else the oldest there is, to the newest.
pub fn behind_ms(stream: &StreamFacts, group: &GroupFacts) -> Option<Ms> {
    let Some(newest) = stream.newest else {
        return Some(0);
    };
    let from = match group.last_delivered {
        EntryId::MIN => stream.first?,
        delivered => delivered,
    };
    Some(newest.ms.saturating_sub(from.ms))
}
