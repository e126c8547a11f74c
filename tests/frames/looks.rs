//! A made-up look at streams and their consumer groups.

use lookback::app::Action;
use lookback::app::consumer_groups::{GroupName, Look, PendingPage, Seen};
use lookback::model::EntryId;
use lookback::model::consumer_groups::{
    ConsumerStatus, GroupStatus, GroupsSnapshot, Lag, PendingEntry, PendingPayload, StreamStatus,
};

/// The newest entry.
const NEWEST_MS: u64 = 1_795_442_630_000;

fn id(back_ms: u64) -> EntryId {
    EntryId::new(NEWEST_MS - back_ms, 0)
}

fn group(name: &[u8], pending: u64, read: u64, lag: [Option<u64>; 3]) -> GroupStatus {
    let [total, deliverable, lost] = lag;
    GroupStatus {
        name: name.to_vec(),
        pending: Some(pending),
        entries_read: Some(read),
        lag: Lag {
            total,
            deliverable,
            lost,
        },
        behind_ms: deliverable.map(|n| n * 250),
        consumers: Some(Vec::new()),
        ..GroupStatus::default()
    }
}

fn consumer(name: &[u8], pending: u64, idle_ms: u64) -> ConsumerStatus {
    ConsumerStatus {
        name: name.to_vec(),
        pending,
        idle_ms: Some(idle_ms),
        inactive_ms: Some(idle_ms * 2),
    }
}

/// `step` looks later the first group has read more.
pub fn snapshot(now: u64, step: u64) -> GroupsSnapshot {
    let read = 40 + 10 * step;
    let mut workers = group(b"workers", 5, read, [Some(20 - 2 * step); 3]);
    workers.lag = Lag {
        total: Some(22 - 2 * step),
        deliverable: Some(20 - 2 * step),
        lost: Some(2),
    };
    workers.consumers = Some(vec![
        consumer(b"worker-1", 4, 700),
        consumer(b"worker-2", 1, 4 * 60_000),
        consumer(b"worker-3", 0, 31_000),
    ]);
    let audit = group(b"audit", 0, 60 + 8 * step, [Some(0); 3]);
    let slow = group(b"hostile \x1b[2J\xff", 812, 3, [Some(1_204), None, None]);
    let mut old = group(b"old", 3, 0, [None; 3]);
    old.faults = vec!["XINFO CONSUMERS may not be asked: ask for +xinfo".to_owned()];
    old.consumers = None;
    old.entries_read = None;
    GroupsSnapshot {
        taken_at: now,
        streams: vec![
            StreamStatus {
                key: b"memory:events".to_vec(),
                length: Some(55),
                memory_bytes: Some(24_600),
                first: Some(id(228_000)),
                last: Some(id(0)),
                added: Some(60 + 8 * step),
                trimmed: Some(5),
                groups: vec![audit, slow, workers],
                ..StreamStatus::default()
            },
            StreamStatus {
                key: b"agents:{a}:log".to_vec(),
                length: Some(1_234_567_890),
                memory_bytes: None,
                first: Some(EntryId::new(86_400_000, 0)),
                last: Some(EntryId::new(2 * 86_400_000, 7)),
                groups: vec![old],
                ..StreamStatus::default()
            },
            StreamStatus {
                key: b"nothing:here".to_vec(),
                faults: vec!["no such key".to_owned()],
                ..StreamStatus::default()
            },
        ],
        commands: 9,
        took_ms: 3 + step,
        ..GroupsSnapshot::default()
    }
}

fn fields(pairs: &[(&str, &str)]) -> PendingPayload {
    let owned = |text: &str| text.as_bytes().to_vec();
    PendingPayload::Present(pairs.iter().map(|(n, v)| (owned(n), owned(v))).collect())
}

/// The pending entries of its first group with some.
pub fn page() -> PendingPage {
    let said = |text: &str| {
        fields(&[
            ("type", "message.added"),
            ("session_id", "sess-7a20"),
            ("role", "user"),
            ("content", text),
        ])
    };
    let failed = fields(&[
        ("type", "error.occurred"),
        ("error", "search timed out after 5,012 ms"),
        ("latency_ms", "5012"),
    ]);
    let entry = |back_ms, consumer: &[u8], idle_ms, deliveries, entry| PendingEntry {
        id: id(back_ms),
        consumer: consumer.to_vec(),
        idle_ms,
        deliveries,
        entry,
    };
    PendingPage {
        of: GroupName {
            stream: b"memory:events".to_vec(),
            group: b"workers".to_vec(),
        },
        entries: vec![
            entry(220_000, b"worker-2", 240_000, 7, PendingPayload::Deleted),
            entry(
                90_000,
                b"worker-1",
                61_000,
                1,
                said("How do I trim a stream?"),
            ),
            entry(80_000, b"worker-1", 12_000, 2, failed),
            entry(70_000, b"worker-1", 900, 1, said("naïve café \x1b[31mred")),
            entry(60_000, b"worker-1", 900, 1, PendingPayload::Unknown),
        ],
        fault: None,
    }
}

/// What the shell tells of it.
pub fn look(now: u64, step: u64) -> Action {
    Action::Looked(Look::Seen(Box::new(Seen {
        snapshot: snapshot(now, step),
        pending: Some(page()),
        next_in_ms: 1_000,
    })))
}
