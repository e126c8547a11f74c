//! A recording as a file: what is written is read back, and what cannot be read says where and why.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use lookback::app::Action;
use lookback::app::action::{Frozen, codec};
use lookback::app::bookmarks::{Bookmark, Keeping, Kept, Saved};
use lookback::app::cost::Cost;
use lookback::app::input::{Code, Held, Key, Mouse, MouseKind};
use lookback::app::layout::ScreenId;
use lookback::app::layout::Size;
use lookback::app::playhead::Speed;
use lookback::app::reopen::Reopen;
use lookback::app::state::Options;
use lookback::model::{EntryId, FieldRef, Mapping, Part, Zone};
use lookback::query::{Filter, Moment, RowSet, Scan};
use lookback::runtime::Opening;
use lookback::runtime::recording::{self, Head, ReadError, Recorder};
use lookback::store::{Arrival, Cursor, History, Link, Page, PageBuilder, Seq, Trouble};
use proptest::collection::vec;
use proptest::prelude::*;

const SIZE: Size = Size {
    width: 97,
    height: 31,
};

fn mapping() -> Arc<Mapping> {
    let overrides = [
        (Part::Session, vec!["room".to_owned()]),
        (Part::Kind, vec!["what".to_owned(), "type".to_owned()]),
    ];
    Arc::new(Mapping {
        overrides: overrides.into(),
    })
}

fn opening() -> Opening {
    Opening {
        screen: ScreenId::default(),
        metrics: lookback::app::metrics::Choice::default(),
        options: Options {
            place: "h:1".to_owned(),
            streams: "a, b".to_owned(),
            mapping: mapping(),
            zone: Zone::Utc,
            memory_bytes: 12_345,
            older_count: 7,
        },
        filter: Filter::parse("is:error -\"a b\" since:-10m").unwrap(),
        at: Some(Moment::Id(EntryId::new(u64::MAX, 1))),
        speed: Speed::Quarter,
        reopen: Reopen::Command {
            words: vec!["lookback".to_owned(), "-r".to_owned()],
            needs_password: true,
        },
        keeping: Keeping::Stored,
        spikes: lookback::project::spikes::Settings {
            bucket_ms: 60_000,
            ..Default::default()
        },
        groups: lookback::app::consumer_groups::Reach::Changes,
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => "[ -~\u{e9}\u{1b}\n\"\\\\]{0,12}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..9),
    ]
}

fn page() -> impl Strategy<Value = Arc<Page>> {
    let name = prop_oneof![
        2 => prop::sample::select(vec!["room", "what", "type", "user_id", "error", "latency_ms", "id", "base64:x"])
            .prop_map(|n| n.as_bytes().to_vec()),
        1 => bytes(),
    ];
    let value = prop_oneof![
        3 => bytes(),
        1 => Just(b"17".to_vec()),
        1 => Just(b"{\"base64\":\"eA==\"}".to_vec()),
        1 => Just(b"{\"type\":\"inner\",\"n\":1}".to_vec()),
    ];
    let id = (any::<u64>(), any::<u64>());
    let entry = (id, bytes(), vec((name, value), 0..5));
    vec(entry, 0..6).prop_map(|entries| {
        let mut builder = PageBuilder::new(mapping());
        for ((ms, seq), stream, fields) in &entries {
            let fields: Vec<FieldRef<'_>> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
            builder.push(stream, EntryId::new(*ms, *seq), &fields);
        }
        Arc::new(builder.finish())
    })
}

fn trouble() -> impl Strategy<Value = Trouble> {
    ("\\PC{0,12}", "\\PC{0,12}").prop_map(|(what, hint)| Trouble { what, hint })
}

fn link() -> impl Strategy<Value = Link> {
    prop_oneof![
        Just(Link::Connecting),
        trouble().prop_map(Link::Waiting),
        Just(Link::Live),
        (trouble(), any::<u32>(), any::<u64>()).prop_map(|(trouble, attempt, retry_in_ms)| {
            Link::Lost {
                trouble,
                attempt,
                retry_in_ms,
            }
        }),
        trouble().prop_map(Link::Refused),
        Just(Link::Ended),
    ]
}

fn history() -> impl Strategy<Value = History> {
    let number = || prop::option::of(any::<u64>());
    (any::<u64>(), number(), number(), any::<(bool, bool)>()).prop_map(
        |(loaded, wanted, total, (at_start, idle))| History {
            loaded,
            wanted,
            total,
            at_start,
            idle,
            first_id: wanted.map(|ms| EntryId::new(ms, loaded)),
        },
    )
}

fn arrival() -> impl Strategy<Value = Arrival> {
    prop_oneof![
        (page(), any::<u64>()).prop_map(|(page, received_at)| Arrival::Newer { page, received_at }),
        page().prop_map(|page| Arrival::Older { page }),
        history().prop_map(Arrival::History),
        link().prop_map(Arrival::Link),
        trouble().prop_map(Arrival::Notice),
    ]
}

fn key() -> impl Strategy<Value = Key> {
    let plain = prop::sample::select(vec![
        Code::Enter,
        Code::Esc,
        Code::Tab,
        Code::BackTab,
        Code::Backspace,
        Code::Delete,
        Code::Up,
        Code::Down,
        Code::Left,
        Code::Right,
        Code::Home,
        Code::End,
        Code::PageUp,
        Code::PageDown,
    ]);
    let code = prop_oneof![
        any::<char>().prop_map(Code::Char),
        any::<u8>().prop_map(Code::F),
        plain
    ];
    let held = prop::sample::select(vec![Held::None, Held::Shift, Held::Alt, Held::Control]);
    (held, code).prop_map(|(held, code)| Key { code, held })
}

fn mouse() -> impl Strategy<Value = Mouse> {
    let kind = prop::sample::select(vec![
        MouseKind::Press,
        MouseKind::Drag,
        MouseKind::Release,
        MouseKind::WheelUp,
        MouseKind::WheelDown,
    ]);
    (kind, any::<u16>(), any::<u16>()).prop_map(|(kind, column, row)| Mouse { kind, column, row })
}

fn kept() -> impl Strategy<Value = Kept> {
    let mark = (any::<(u64, u64)>(), bytes(), "\\PC{0,9}").prop_map(|((ms, seq), stream, note)| {
        Bookmark {
            id: EntryId::new(ms, seq),
            stream,
            kind: note.clone(),
            session: note.clone(),
            note,
            made_ms: seq,
        }
    });
    let saved =
        (any::<u64>(), vec(mark, 0..3)).prop_map(|(number, bookmarks)| Saved { number, bookmarks });
    (prop::option::of(saved), prop::option::of(trouble()))
        .prop_map(|(saved, trouble)| Kept { saved, trouble })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => arrival().prop_map(Action::Arrived),
        1 => any::<u64>().prop_map(|elapsed_ms| Action::Tick { elapsed_ms }),
        1 => any::<usize>().prop_map(Action::Resident),
        1 => vec(any::<u64>(), 0..4).prop_map(|bases| {
            let frozen = bases.into_iter().map(|base| Frozen { base: Seq(base), made: None });
            Action::Frozen(frozen.collect())
        }),
        2 => key().prop_map(Action::Key),
        1 => mouse().prop_map(Action::Mouse),
        1 => "(\\PC|\n|\u{1b}){0,20}".prop_map(Action::Paste),
        1 => any::<(u16, u16)>().prop_map(|(width, height)| Action::Resize(Size { width, height })),
        1 => kept().prop_map(Action::Bookmarks),
        1 => any::<[u64; 8]>().prop_map(|n| Action::Measured(Cost {
            over_ms: n[0],
            frames: n[1],
            bytes: n[2],
            skipped: n[3],
            updates: n[4],
            update_us: n[5],
            draws: n[6],
            draw_us: n[7],
        })),
    ]
}

fn scanned() -> Action {
    Action::Scanned {
        generation: 1,
        scan: Scan {
            range: Cursor::START..Cursor::START,
            rows: RowSet::default(),
        },
    }
}

/// Records the actions into a new file in the folder.
fn record(folder: &Path, actions: &[Action]) -> PathBuf {
    let path = folder.join("run.jsonl");
    let file = recording::create(&path).unwrap();
    let mut recorder = Recorder::start(file, Head::of(&opening(), 1_234, SIZE));
    for action in actions {
        assert_eq!(recorder.note(action), None);
    }
    drop(recorder);
    path
}

proptest! {
    #[test]
    fn every_action_is_read_back_from_its_line(action in action()) {
        let line = codec::encode(&action).unwrap().unwrap();
        prop_assert!(!line.contains(&b'\n'));
        prop_assert_eq!(codec::decode(&line, &mapping()).unwrap(), action);
    }

    #[test]
    fn a_file_is_read_back_as_it_was_recorded(actions in vec(action(), 0..20)) {
        let folder = tempfile::tempdir().unwrap();
        let recording = recording::read(&record(folder.path(), &actions)).unwrap();
        prop_assert_eq!(recording.actions, actions);
        prop_assert!(!recording.torn);
    }
}

#[test]
fn the_first_line_says_how_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let path = record(folder.path(), &[scanned()]);
    let recording = recording::read(&path).unwrap();
    assert!(
        recording.actions.is_empty(),
        "answers of scans are not recorded"
    );
    assert_eq!((recording.head.now_ms, recording.head.size), (1_234, SIZE));
    let (read, given) = (recording.opening, opening());
    assert_eq!(format!("{read:?}"), format!("{given:?}"));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("{\"lookback_recording\":1,"), "{text}");
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = recording::create(&path).unwrap_err();
    assert_eq!(again.kind(), std::io::ErrorKind::AlreadyExists);
}

fn keys(text: &str) -> Vec<Action> {
    text.chars().map(|c| Action::Key(Key::char(c))).collect()
}

#[test]
fn a_last_line_that_was_torn_is_left_out_and_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = record(folder.path(), &keys("abc"));
    let whole = fs::read(&path).unwrap();
    let last = whole.len()
        - 2
        - whole[..whole.len() - 1]
            .iter()
            .rev()
            .position(|b| *b == b'\n')
            .unwrap();
    for end in last + 2..whole.len() - 1 {
        fs::write(&path, &whole[..end]).unwrap();
        let recording = recording::read(&path).unwrap();
        assert!(recording.torn, "{end}");
        assert_eq!(recording.actions, keys("ab"));
    }
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    let recording = recording::read(&path).unwrap();
    assert!(!recording.torn, "only its newline is missing");
    assert_eq!(recording.actions, keys("abc"));
}

#[test]
fn a_wrong_line_is_named_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = record(folder.path(), &keys("abc"));
    let text = fs::read_to_string(&path).unwrap();
    for wrong in [
        "nonsense",
        "{}",
        "{\"dance\":1}",
        "{\"older\":{\"entries\":[{\"a\":1}]}}",
    ] {
        let mut lines: Vec<&str> = text.lines().collect();
        lines[2] = wrong;
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        let error = recording::read(&path).unwrap_err();
        assert!(matches!(error, ReadError::Line { line: 3, .. }), "{error}");
    }
}

fn lookback(arguments: &[&str]) -> (Option<i32>, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_lookback"))
        .args(arguments)
        .args(["--config", "/dev/null"])
        .env_remove("REDIS_URL")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    (out.status.code(), told)
}

#[test]
fn what_cannot_be_played_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("log"), "{\"id\":\"1-0\"}\n").unwrap();
    fs::write(
        at("newer"),
        "{\"lookback_recording\":2,\"program\":\"9.9\"}\n",
    )
    .unwrap();
    fs::write(at("empty"), "").unwrap();
    for (file, why) in [
        ("log", "it is no recording"),
        ("newer", "written by lookback 9.9"),
        ("empty", "it is no recording"),
        ("none", "it cannot be read"),
    ] {
        let (code, told) = lookback(&["watch", "--replay-actions", &at(file)]);
        assert_eq!(code, Some(1));
        assert!(told.contains(why) && told.contains("hint:"), "{told}");
    }
}

#[test]
fn a_recording_brings_its_own_source_and_view() {
    for more in [
        &["-r", "h"][..],
        &["--since", "-1h"],
        &["--at", "-1h"],
        &["is:error"],
        &["--record", "x"],
    ] {
        let arguments = [&["watch", "--replay-actions", "none"], more].concat();
        let (code, told) = lookback(&arguments);
        assert_eq!(code, Some(2), "{told}");
    }
}
