//! `groups --pending GROUP`: the oldest entries that were delivered and not acknowledged, each with what it says.

use std::io::Write;

use super::table::name;
use super::{GroupsArgs, plan, rows};
use crate::cli::failure::{Failure, Status, say};
use crate::cli::format::json::{self, Object};
use crate::cli::format::table::{self, Align};
use crate::cli::format::{Format, csv};
use crate::cli::setup::Setup;
use crate::model::consumer_groups::{GroupStatus, PendingEntry, PendingPayload};
use crate::model::{FieldRef, Mapping, SafeText, decode, gist, time};
use crate::source::RedisSpec;
use crate::stream::groups::Inspector;

/// Columns that an entry takes at most.
const GIST_COLUMNS: usize = 60;
/// Pending entries that are asked for at once.
const PAGE: usize = 500;

/// A pending entry and its stream.
type Row = (Vec<u8>, PendingEntry);

/// Lists them, of every stream that has a group of that name.
///
/// # Errors
/// Where no stream has such a group; where they cannot be asked for.
pub async fn run(
    group: &[u8],
    args: &GroupsArgs,
    spec: &RedisSpec,
    setup: &Setup,
) -> Result<Status, Failure> {
    let mut inspector = Inspector::open(spec).await?;
    let snapshot = inspector.look().await?;
    let mut left = 0;
    let mut all: Vec<Row> = Vec::new();
    let mut is_found = false;
    for stream in &snapshot.streams {
        let mut groups = stream.groups.iter();
        let Some(status) = groups.find(|one| one.name == group) else {
            continue;
        };
        is_found = true;
        let room = args.count.saturating_sub(all.len());
        let listed = list(&mut inspector, &stream.key, status, room).await?;
        let listed_count = u64::try_from(listed.len()).unwrap_or_default();
        left += status
            .pending
            .unwrap_or_default()
            .saturating_sub(listed_count);
        all.extend(listed.into_iter().map(|entry| (stream.key.clone(), entry)));
    }
    if !is_found {
        return Err(plan::no_group(group, &snapshot.streams));
    }
    let mut out = setup.out();
    let written = match args.format {
        Format::Text => text(&all, setup),
        Format::Json | Format::Jsonl => as_json(&all, group, args.format),
        Format::Csv => as_csv(&all, group, out.terminal),
    };
    out.write_all(&written)?;
    out.flush()?;
    if left > 0 {
        say(
            "note",
            &format!("{left} more are pending; --count lists more"),
        );
    }
    Ok(Status::Done)
}

async fn list(
    inspector: &mut Inspector,
    stream: &[u8],
    group: &GroupStatus,
    count: usize,
) -> Result<Vec<PendingEntry>, Failure> {
    let (mut after, mut all) = (None, Vec::new());
    while all.len() < count {
        let asked = PAGE.min(count - all.len());
        let page = inspector.pending(stream, &group.name, after, asked).await?;
        let is_last = page.len() < asked;
        after = page.last().map(|entry| entry.id);
        all.extend(page);
        if is_last {
            break;
        }
    }
    Ok(all)
}

fn text(all: &[Row], setup: &Setup) -> Vec<u8> {
    if all.is_empty() {
        return b"Nothing is pending.\n".to_vec();
    }
    let head = ["STREAM", "ID", "AGE", "DELIVERIES", "CONSUMER", "ENTRY"];
    let columns = [
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Left,
    ];
    let is_one = all
        .windows(2)
        .all(|pair| matches!(pair, [a, b] if a.0 == b.0));
    let skip = usize::from(is_one);
    let mut lines: Vec<Vec<String>> = vec![head.map(str::to_owned).to_vec()];
    lines.extend(all.iter().map(|(stream, entry)| {
        let none = || if setup.ascii { "-" } else { "—" }.to_owned();
        // Who gave an entry back has it no more, and its age begins anew.
        let is_given_back = entry.consumer.is_empty();
        let owned = |text: String| if is_given_back { none() } else { text };
        vec![
            name(stream),
            entry.id.to_string(),
            owned(time::span(entry.idle_ms)),
            owned(entry.deliveries.to_string()),
            owned(name(&entry.consumer)),
            said(stream, entry, &setup.config.mapping).unwrap_or_else(none),
        ]
    }));
    let lines: Vec<Vec<String>> = lines
        .into_iter()
        .map(|line| line.into_iter().skip(skip).collect())
        .collect();
    let lines = table::lines(columns.get(skip..).unwrap_or_default(), &lines);
    (lines.join("\n") + "\n").into_bytes()
}

/// What the entry says in a line; `None` where it was not looked up.
fn said(stream: &[u8], pending: &PendingEntry, mapping: &Mapping) -> Option<String> {
    match &pending.entry {
        PendingPayload::Unknown => None,
        PendingPayload::Deleted => Some("deleted".to_owned()),
        PendingPayload::Present(fields) => {
            let fields = borrowed(fields);
            let event = decode(stream, pending.id, &fields, mapping);
            let told = gist(&event, GIST_COLUMNS);
            let kind = SafeText::line(&event.kind, GIST_COLUMNS);
            let parts = [&kind, &told.lead, &told.text, &told.aside];
            let parts = parts.map(SafeText::as_str);
            let filled: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            Some(
                SafeText::own(&filled.join("  "))
                    .fit(GIST_COLUMNS)
                    .to_string(),
            )
        }
    }
}

fn borrowed(fields: &[(Vec<u8>, Vec<u8>)]) -> Vec<FieldRef<'_>> {
    let fields = fields.iter();
    fields
        .map(|(name, value)| (name.as_slice(), value.as_slice()))
        .collect()
}

fn as_json(all: &[Row], group: &[u8], format: Format) -> Vec<u8> {
    let mut out = Vec::new();
    if format == Format::Json {
        json::array(&mut out, all, |to, row| {
            to.push(b'\n');
            write(to, row, group);
        });
        out.push(b'\n');
    } else {
        for row in all {
            write(&mut out, row, group);
            out.push(b'\n');
        }
    }
    out
}

fn write(out: &mut Vec<u8>, (stream, entry): &Row, group: &[u8]) {
    let mut object = Object::open(out);
    object
        .bytes("stream", Some(stream))
        .bytes("group", Some(group));
    rows::id(&mut object, "id", Some(entry.id));
    let is_given_back = entry.consumer.is_empty();
    let owned = |n: u64| (!is_given_back).then_some(n);
    object
        .bytes(
            "consumer",
            Some(entry.consumer.as_slice()).filter(|_| !is_given_back),
        )
        .count("idle_ms", owned(entry.idle_ms))
        .count("deliveries", owned(entry.deliveries));
    let to = object.key(b"deleted");
    to.extend_from_slice(match entry.entry {
        PendingPayload::Unknown => b"null",
        PendingPayload::Deleted => b"true",
        PendingPayload::Present(_) => b"false",
    });
    let to = object.key(b"fields");
    match &entry.entry {
        PendingPayload::Present(fields) => json::fields(to, &borrowed(fields)),
        PendingPayload::Unknown | PendingPayload::Deleted => to.extend_from_slice(b"null"),
    }
    object.close();
}

fn as_csv(all: &[Row], group: &[u8], safe: bool) -> Vec<u8> {
    let mut out = b"stream,group,id,consumer,idle_ms,deliveries,deleted,fields\r\n".to_vec();
    for (stream, entry) in all {
        let (deleted, fields) = match &entry.entry {
            PendingPayload::Unknown => ("", Vec::new()),
            PendingPayload::Deleted => ("true", Vec::new()),
            PendingPayload::Present(fields) => {
                let mut written = Vec::new();
                json::fields(&mut written, &borrowed(fields));
                ("false", written)
            }
        };
        let numbers = [entry.idle_ms, entry.deliveries].map(|n| n.to_string());
        let [idle, deliveries] = &numbers;
        let id = entry.id.to_string();
        let cells: [&[u8]; 8] = [
            stream,
            group,
            id.as_bytes(),
            &entry.consumer,
            idle.as_bytes(),
            deliveries.as_bytes(),
            deleted.as_bytes(),
            &fields,
        ];
        csv::line(&mut out, &cells, safe);
    }
    out
}
