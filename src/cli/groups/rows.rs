//! How groups stand, as JSON and comma-separated values: one row a group. A stream without groups has one row, whose group is
//! null.

use crate::cli::format::json::{self, Object};
use crate::cli::format::{Format, csv};
use crate::model::consumer_groups::{ConsumerStatus, GroupStatus, GroupsSnapshot, StreamStatus};
use crate::model::{EntryId, Ms};
use crate::project::backlog::may_be_dead;

const HEADER: &[u8] = b"stream,group,consumers,pending,lag,deliverable,lost,last_delivered,behind_ms,entries_read,first_pending,length,memory_bytes,first,last,added,trimmed\r\n";

type Row<'a> = (&'a StreamStatus, Option<&'a GroupStatus>);

/// An array in one, or one object a line.
pub fn json(snapshot: &GroupsSnapshot, consumers: bool, format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    let rows = || rows(snapshot);
    if format == Format::Json {
        json::array(&mut out, rows(), |to, row| {
            to.push(b'\n');
            write(to, snapshot.taken_at, row, consumers);
        });
        out.push(b'\n');
    } else {
        for row in rows() {
            write(&mut out, snapshot.taken_at, row, consumers);
            out.push(b'\n');
        }
    }
    out
}

fn rows(snapshot: &GroupsSnapshot) -> impl Iterator<Item = Row<'_>> {
    snapshot.streams.iter().flat_map(|stream| {
        let alone = stream.groups.is_empty().then_some((stream, None));
        let groups = stream.groups.iter().map(move |group| (stream, Some(group)));
        groups.chain(alone)
    })
}

fn write(out: &mut Vec<u8>, taken_at: Ms, (stream, group): Row<'_>, consumers: bool) {
    let mut object = Object::open(out);
    object
        .bytes("stream", Some(&stream.key))
        .bytes("group", group.map(|group| group.name.as_slice()))
        .count("consumers", group.and_then(|group| group.consumer_count))
        .count("pending", group.and_then(|group| group.pending))
        .count("lag", group.and_then(|group| group.lag.total))
        .count("deliverable", group.and_then(|group| group.lag.deliverable))
        .count("lost", group.and_then(|group| group.lag.lost));
    id(
        &mut object,
        "last_delivered",
        group.and_then(|group| group.last_delivered),
    );
    object
        .count("behind_ms", group.and_then(|group| group.behind_ms))
        .count("entries_read", group.and_then(|group| group.entries_read));
    id(
        &mut object,
        "first_pending",
        group.and_then(|group| group.first_pending),
    );
    object
        .count("length", stream.length)
        .count("memory_bytes", stream.memory_bytes);
    id(&mut object, "first", stream.first);
    id(&mut object, "last", stream.last);
    object
        .count("added", stream.added)
        .count("trimmed", stream.trimmed)
        .time("at", i64::try_from(taken_at).ok());
    if consumers {
        let all = group.and_then(|group| group.consumers.as_ref());
        let to = object.key(b"consumer_list");
        match all {
            Some(all) => json::array(to, all, write_consumer),
            None => to.extend_from_slice(b"null"),
        }
    }
    let of_group = group
        .map(|group| group.faults.as_slice())
        .unwrap_or_default();
    let faults = stream.faults.iter().chain(of_group);
    json::array(object.key(b"faults"), faults, |to, fault| {
        json::text(to, fault);
    });
    object.close();
}

fn write_consumer(out: &mut Vec<u8>, consumer: &ConsumerStatus) {
    Object::open(out)
        .bytes("consumer", Some(&consumer.name))
        .count("pending", Some(consumer.pending))
        .count("idle_ms", consumer.idle_ms)
        .count("inactive_ms", consumer.inactive_ms)
        .boolean("maybe_dead", may_be_dead(consumer))
        .close();
}

/// A member that is an entry id.
pub fn id(object: &mut Object<'_>, name: &str, id: Option<EntryId>) {
    let id = id.map(|id| id.to_string());
    object.bytes(name, id.as_deref().map(str::as_bytes));
}

/// A line for each row, after a header.
pub fn csv(snapshot: &GroupsSnapshot, safe: bool) -> Vec<u8> {
    let mut out = HEADER.to_vec();
    for (stream, group) in rows(snapshot) {
        let of = |part: fn(&GroupStatus) -> Option<u64>| count(group.and_then(part));
        let id_of = |part: fn(&GroupStatus) -> Option<EntryId>| id_text(group.and_then(part));
        let cells = [
            stream.key.clone(),
            group.map(|group| group.name.clone()).unwrap_or_default(),
            of(|group| group.consumer_count),
            of(|group| group.pending),
            of(|group| group.lag.total),
            of(|group| group.lag.deliverable),
            of(|group| group.lag.lost),
            id_of(|group| group.last_delivered),
            of(|group| group.behind_ms),
            of(|group| group.entries_read),
            id_of(|group| group.first_pending),
            count(stream.length),
            count(stream.memory_bytes),
            id_text(stream.first),
            id_text(stream.last),
            count(stream.added),
            count(stream.trimmed),
        ];
        let cells: Vec<&[u8]> = cells.iter().map(Vec::as_slice).collect();
        csv::line(&mut out, &cells, safe);
    }
    out
}

fn count(count: Option<u64>) -> Vec<u8> {
    count
        .map(|n| n.to_string())
        .unwrap_or_default()
        .into_bytes()
}

fn id_text(id: Option<EntryId>) -> Vec<u8> {
    id.map(|id| id.to_string()).unwrap_or_default().into_bytes()
}
