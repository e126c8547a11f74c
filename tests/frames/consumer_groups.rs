//! The screen of consumer groups over a made-up look, as a person would go through it.

use lookback::app::consumer_groups::{GroupName, Look, PendingPage, Reach, Seen};
use lookback::app::{Action, State, screen, update};
use lookback::model::EntryId;
use lookback::model::consumer_groups::{
    ConsumerStatus, GroupStatus, GroupsSnapshot, Lag, PendingEntry, PendingPayload, StreamStatus,
};
use lookback::store::Trouble;
use lookback::ui::theme::{Depth, Theme};

use super::consumer_groups_pictures as pictures;
use super::session::told;
use super::{AMBER, draw, find, in_color, picture};

const SAMPLE: &str = "assets/sample.jsonl";

fn id(back_ms: u64, now: u64) -> EntryId {
    EntryId::new(now - back_ms, 0)
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
fn snapshot(now: u64, step: u64) -> GroupsSnapshot {
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
                first: Some(id(228_000, now)),
                last: Some(id(0, now)),
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

fn page(now: u64) -> PendingPage {
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
        id: id(back_ms, now),
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

fn look(now: u64, step: u64) -> Action {
    Action::Looked(Look::Seen(Box::new(Seen {
        snapshot: snapshot(now, step),
        pending: Some(page(now)),
        next_in_ms: 1_000,
    })))
}

/// The screen after four looks and these keys.
pub fn looked(width: u16, height: u16, keys: &str) -> State {
    let mut state = told(SAMPLE, width, height, "5");
    state.groups.reach = Reach::Looks;
    for step in 0..4 {
        let elapsed_ms = 1_000;
        update(&mut state, Action::Tick { elapsed_ms });
        let now = state.clock.now_ms;
        update(&mut state, look(now, step));
        if step == 0 {
            press(&mut state, "jj");
        }
    }
    press(&mut state, keys);
    state.notice = None;
    state
}

fn press(state: &mut State, keys: &str) {
    use lookback::app::input::{Code, Key};
    for key in keys.chars() {
        let key = match key {
            '\t' => Key::plain(Code::Tab),
            '\r' => Key::plain(Code::Enter),
            '\x1b' => Key::plain(Code::Esc),
            key => Key::char(key),
        };
        update(state, Action::Key(key));
    }
}

fn shows(state: &State, wanted: &str) {
    let found = picture(&in_color(&screen(state)));
    assert!(found == wanted, "{found}");
}

#[test]
fn streams_and_groups_stand_over_consumers_and_pending_entries() {
    shows(&looked(160, 45, ""), pictures::WIDE);
}

#[test]
fn an_ordinary_terminal_shows_pending_entries_below_the_groups() {
    shows(&looked(80, 24, ""), pictures::ORDINARY);
}

#[test]
fn where_there_is_room_for_one_pane_it_is_that_with_the_focus() {
    shows(&looked(50, 12, ""), pictures::SMALL);
    let text = picture(&in_color(&screen(&looked(50, 12, "\t\t"))));
    assert!(text.contains("━ pending 5"), "{text}");
}
