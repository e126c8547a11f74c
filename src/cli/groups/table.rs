//! How groups stand, as tables: the streams, their groups, and on request the consumers.

use crate::cli::format::table::{self, Align};
use crate::model::consumer_groups::{
    ConsumerStatus, GroupStatus, GroupsSnapshot, KeyKind, StreamStatus,
};
use crate::model::{EntryId, Ms, SafeText, Zone, time};
use crate::project::backlog::may_be_dead;

/// Columns that a name takes at most.
const NAME_COLUMNS: usize = 32;

/// The tables, with a blank line between.
pub fn written(snapshot: &GroupsSnapshot, consumers: bool, zone: Zone, ascii: bool) -> Vec<u8> {
    let cells = Cells {
        zone,
        none: if ascii { "-" } else { "—" },
    };
    let streams = &snapshot.streams;
    let mut tables = vec![cells.streams(streams)];
    if streams.iter().any(|stream| !stream.groups.is_empty()) {
        tables.push(cells.groups(streams));
    } else if streams.iter().any(|stream| stream.kind == KeyKind::Stream) {
        tables.push(vec!["No consumer groups.".to_owned()]);
    }
    if consumers {
        tables.push(cells.consumers(streams));
    }
    tables.retain(|lines| !lines.is_empty());
    let tables: Vec<String> = tables.iter().map(|lines| lines.join("\n") + "\n").collect();
    tables.join("\n").into_bytes()
}

struct Cells {
    zone: Zone,
    none: &'static str,
}

impl Cells {
    fn streams(&self, streams: &[StreamStatus]) -> Vec<String> {
        let head = ["STREAM", "LENGTH", "MEMORY", "TRIMMED", "FIRST", "LAST"];
        let mut columns = [Align::Left; 6];
        columns[1..4].fill(Align::Right);
        let row = |stream: &StreamStatus| {
            let last = stream.last.filter(|last| *last != EntryId::MIN);
            vec![
                name(&stream.key),
                self.count(stream.length),
                stream
                    .memory_bytes
                    .map_or_else(|| self.none.to_owned(), bytes),
                self.count(stream.trimmed),
                self.moment(stream.first),
                self.moment(last),
            ]
        };
        aligned(&columns, &head, streams.iter().map(row))
    }

    fn groups(&self, streams: &[StreamStatus]) -> Vec<String> {
        let head = [
            "STREAM",
            "GROUP",
            "CONSUMERS",
            "PENDING",
            "LAG",
            "DELIVERABLE",
            "LOST",
            "BEHIND",
            "LAST DELIVERED",
        ];
        let mut columns = [Align::Right; 9];
        columns[..2].fill(Align::Left);
        columns[8] = Align::Left;
        let pairs = || {
            streams
                .iter()
                .flat_map(|s| s.groups.iter().map(move |g| (s, g)))
        };
        let row = |(stream, group): (&StreamStatus, &GroupStatus)| {
            let behind = group.behind_ms.map(time::span);
            vec![
                name(&stream.key),
                name(&group.name),
                self.count(group.consumer_count),
                self.count(group.pending),
                not_known(group.lag.total),
                not_known(group.lag.deliverable),
                not_known(group.lag.lost),
                behind.unwrap_or_else(|| self.none.to_owned()),
                self.id(group.last_delivered),
            ]
        };
        let skip = usize::from(streams.len() == 1);
        let rows = pairs()
            .map(row)
            .map(|row| row.into_iter().skip(skip).collect());
        aligned(
            columns.get(skip..).unwrap_or_default(),
            head.get(skip..).unwrap_or_default(),
            rows,
        )
    }

    fn consumers(&self, streams: &[StreamStatus]) -> Vec<String> {
        let head = [
            "STREAM", "GROUP", "CONSUMER", "PENDING", "IDLE", "INACTIVE", "",
        ];
        let mut columns = [Align::Left; 7];
        columns[3..6].fill(Align::Right);
        let mut rows = Vec::new();
        for stream in streams {
            for group in &stream.groups {
                for consumer in group.consumers.iter().flatten() {
                    let row = self.consumer(stream, group, consumer);
                    rows.push(row);
                }
            }
        }
        if rows.is_empty() {
            return vec!["No consumers.".to_owned()];
        }
        let skip = usize::from(streams.len() == 1);
        let rows = rows
            .into_iter()
            .map(|row| row.into_iter().skip(skip).collect());
        aligned(
            columns.get(skip..).unwrap_or_default(),
            head.get(skip..).unwrap_or_default(),
            rows,
        )
    }

    fn consumer(
        &self,
        stream: &StreamStatus,
        group: &GroupStatus,
        consumer: &ConsumerStatus,
    ) -> Vec<String> {
        let span = |ms: Option<Ms>| ms.map_or_else(|| self.none.to_owned(), time::span);
        let mark = if may_be_dead(consumer) { "dead?" } else { "" };
        vec![
            name(&stream.key),
            name(&group.name),
            name(&consumer.name),
            consumer.pending.to_string(),
            span(consumer.idle_ms),
            span(consumer.inactive_ms),
            mark.to_owned(),
        ]
    }

    fn count(&self, count: Option<u64>) -> String {
        count.map_or_else(|| self.none.to_owned(), |count| count.to_string())
    }

    fn id(&self, id: Option<EntryId>) -> String {
        id.map_or_else(|| self.none.to_owned(), |id| id.to_string())
    }

    fn moment(&self, id: Option<EntryId>) -> String {
        let moment = |id: EntryId| self.zone.format(id.ms, "%Y-%m-%d %H:%M:%S");
        id.map_or_else(|| self.none.to_owned(), moment)
    }
}

/// The server's own word for what it cannot tell.
fn not_known(count: Option<u64>) -> String {
    count.map_or_else(|| "n/a".to_owned(), |count| count.to_string())
}

/// A name, fit for a table.
pub fn name(bytes: &[u8]) -> String {
    SafeText::line(bytes, NAME_COLUMNS).to_string()
}

fn bytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let n = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", n / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n / 1e6),
        _ => format!("{:.1} GB", n / 1e9),
    }
}

fn aligned(
    columns: &[Align],
    head: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Vec<String> {
    let mut lines = vec![head.iter().map(|&word| word.to_owned()).collect()];
    lines.extend(rows);
    table::lines(columns, &lines)
}
