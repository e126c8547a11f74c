//! Files as exports and archives leave them: notes between and behind the entries, members one after the other, the last one
//! torn. Notes are never entries, and what is whole is read.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookback::model::EntryId;
use lookback::source::{Direction, FileSpec, IdRange, Spec, Start, line, probe_files};
use lookback::store::Link;
use support::asked::{Asked, Row, fetch, ids, rows};

const ENTRIES: u64 = 6_000;
const NOTE: &[u8] = b"{\"lookback\":\"archive\",\"entries\":1000}\n";

fn spec(path: &Path) -> FileSpec {
    FileSpec {
        paths: vec![path.to_owned()],
    }
}

/// A part of a file: a note, a thousand entries, a note.
fn part(from: u64) -> Vec<u8> {
    let mut out = NOTE.to_vec();
    for ms in from..from + 1_000 {
        let n = ms.to_string();
        let fields: [(&[u8], &[u8]); 2] = [(b"n", n.as_bytes()), (b"pad", &[b'x'; 60])];
        line::write_entry(&mut out, EntryId::new(ms, 0), b"s", &fields);
    }
    out.extend_from_slice(NOTE);
    out
}

fn packed(ending: &str, text: &[u8]) -> Vec<u8> {
    match ending {
        "gz" => {
            let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            member.write_all(text).unwrap();
            member.finish().unwrap()
        }
        "lz4" => {
            let mut frame = lz4_flex::frame::FrameEncoder::new(Vec::new());
            frame.write_all(text).unwrap();
            frame.finish().unwrap()
        }
        _ => text.to_vec(),
    }
}

/// Six parts, appended one after the other.
fn file(folder: &tempfile::TempDir, ending: &str) -> PathBuf {
    let path = folder.path().join(format!("s.jsonl.{ending}"));
    let parts: Vec<u8> = (0..ENTRIES / 1_000)
        .flat_map(|n| packed(ending, &part(n * 1_000 + 1)))
        .collect();
    std::fs::write(&path, parts).unwrap();
    path
}

async fn read(path: &Path, range: IdRange, direction: Direction) -> (Vec<Row>, Vec<String>) {
    let spec = Spec::Files(spec(path));
    let mut reader = spec.read(range, direction, Arc::default()).await.unwrap();
    let mut all = Vec::new();
    while let Some(page) = reader.next().await.unwrap() {
        match direction {
            Direction::Forward => all.extend(rows(&page)),
            Direction::Reverse => drop(all.splice(0..0, rows(&page))),
        }
    }
    let told = reader.notices().into_iter().map(|trouble| trouble.what);
    (all, told.collect())
}

fn ms(rows: &[Row]) -> Vec<u64> {
    rows.iter().map(|row| row.0.ms).collect()
}

#[tokio::test]
async fn notes_are_no_entries_whichever_way_a_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for ending in ["log", "gz", "lz4"] {
        let path = file(&folder, ending);
        for (from, to) in [(1, ENTRIES), (900, 1_100), (2_000, 2_001), (5_999, 9_000)] {
            let range = ids(from, to);
            let inside: Vec<u64> = (from..=to.min(ENTRIES)).collect();
            for direction in [Direction::Forward, Direction::Reverse] {
                let (rows, told) = read(&path, range, direction).await;
                assert_eq!(ms(&rows), inside, "{ending}");
                assert!(rows.iter().all(|row| row.1 == "s"));
                assert_eq!(told, Vec::<String>::new());
            }
        }
        let probe = &probe_files(&spec(&path))[0];
        assert_eq!(probe.lines, Some(ENTRIES), "{ending}");
    }
}

#[tokio::test]
async fn notes_are_no_entries_of_a_file_that_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "log");
    let mut asked = Asked::of(Spec::Files(spec(&path)), Start::History(2_500));
    asked.until("history", |seen| seen.history.idle).await;
    assert_eq!(ms(&asked.rows), (3_501..=ENTRIES).collect::<Vec<_>>());
    let mut to = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap();
    to.write_all(&part(ENTRIES + 1)).unwrap();
    asked
        .until("the new part", |seen| seen.rows.len() >= 3_500)
        .await;
    assert_eq!(
        ms(&asked.rows),
        (3_501..=ENTRIES + 1_000).collect::<Vec<_>>()
    );
    for direction in [Direction::Forward, Direction::Reverse] {
        let answer = asked.fetch(fetch(ids(1, 1_500), direction, 2_000)).await;
        assert_eq!(answer.ms(), (1..=1_500).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_torn_last_member_is_told_and_everything_before_it_read() {
    let folder = tempfile::tempdir().unwrap();
    for ending in ["gz", "lz4"] {
        let path = file(&folder, ending);
        let torn = packed(ending, &part(ENTRIES + 1));
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(&torn[..torn.len() / 2]);
        std::fs::write(&path, bytes).unwrap();
        for direction in [Direction::Forward, Direction::Reverse] {
            let (rows, told) = read(&path, IdRange::ALL, direction).await;
            let count = ENTRIES..ENTRIES + 1_000;
            assert!(count.contains(&(rows.len() as u64)), "{}", rows.len());
            assert_eq!(ms(&rows), (1..=rows.len() as u64).collect::<Vec<_>>());
            assert!(told.len() == 1 && told[0].contains("what is whole was read"));
        }
        let mut asked = Asked::of(Spec::Files(spec(&path)), Start::History(10));
        asked
            .until("the end", |seen| seen.links.last() == Some(&Link::Ended))
            .await;
        assert!(asked.rows.len() as u64 >= ENTRIES);
        assert!(asked.notices[0].what.contains("what is whole was read"));
    }
}
