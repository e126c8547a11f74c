//! Following and reading files: newest first, growth, torn lines, rotation, truncation, compression; nothing is lost.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lookback::model::EntryId;
use lookback::source::{Direction, Feed, FileSpec, IdRange, Spec, Start, line};
use lookback::store::{Arrival, Link, Page};

const PATIENCE: Duration = Duration::from_secs(20);
const ALL: IdRange = IdRange {
    from: EntryId::MIN,
    to: EntryId::MAX,
};

/// Everything that a feed has told: (id, stream, fields as text) in the order of the log.
struct Seen {
    feed: Feed,
    rows: Vec<(EntryId, String)>,
    links: Vec<Link>,
    notices: Vec<String>,
    older: usize,
    at_start: bool,
}

fn follow(paths: &[&Path], start: Start) -> Seen {
    let paths = paths.iter().map(|p| p.to_path_buf()).collect();
    let feed = Spec::Files(FileSpec { paths }).follow(start, Arc::default());
    Seen {
        feed,
        rows: Vec::new(),
        links: Vec::new(),
        notices: Vec::new(),
        older: 0,
        at_start: false,
    }
}

fn rows(page: &Page) -> Vec<(EntryId, String)> {
    (0..page.len())
        .map(|row| (page.columns.id.get(row).unwrap(), described(page, row)))
        .collect()
}

fn described(page: &Page, row: usize) -> String {
    let mut text = String::from_utf8_lossy(page.strings.get(page.columns.stream.get(row).unwrap()))
        .into_owned();
    for (name, value) in page.payloads.named(row, &page.strings) {
        let value = value.get(..value.len().min(60)).unwrap_or_default();
        write!(
            text,
            " {}={}",
            String::from_utf8_lossy(name),
            String::from_utf8_lossy(value)
        )
        .unwrap();
    }
    text
}

impl Seen {
    async fn until(&mut self, what: &str, met: impl Fn(&Self) -> bool) {
        while !met(self) {
            match tokio::time::timeout(PATIENCE, self.feed.arrivals.recv()).await {
                Ok(Some(arrival)) => self.take(arrival),
                Ok(None) => panic!("the source ended while waiting for {what}"),
                Err(late) => panic!(
                    "no {what} ({late}): {:?} {:?} {} entries",
                    self.links,
                    self.notices,
                    self.rows.len()
                ),
            }
        }
    }

    fn take(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Newer { page, .. } => self.rows.extend(rows(&page)),
            Arrival::Older { page } => {
                self.older += 1;
                self.rows.splice(0..0, rows(&page));
            }
            Arrival::Fetched { .. } | Arrival::Held(_) => panic!("nothing was asked for"),
            Arrival::History(history) => self.at_start = history.at_start,
            Arrival::Link(link) => self.links.push(link),
            Arrival::Notice(trouble) => self.notices.push(trouble.what),
        }
    }

    async fn until_rows(&mut self, count: usize) {
        self.until("entries", |s| s.rows.len() >= count).await;
        assert_eq!(self.rows.len(), count);
        assert!(self.rows.is_sorted_by_key(|(id, _)| *id), "ids decrease");
    }

    fn last(&self) -> &str {
        self.rows
            .last()
            .map(|(_, text)| text.as_str())
            .unwrap_or_default()
    }
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn lines(ids: std::ops::Range<u64>) -> String {
    let mut out = Vec::new();
    for id in ids {
        let n = id.to_string();
        line::write_entry(
            &mut out,
            EntryId::new(id, 0),
            b"memory:events",
            &[(b"type", b"message.added"), (b"n", n.as_bytes())],
        );
    }
    String::from_utf8(out).unwrap()
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.jsonl");
    (folder, path)
}

async fn read(paths: &[&Path], range: IdRange, direction: Direction) -> Vec<(EntryId, String)> {
    let paths = paths.iter().map(|p| p.to_path_buf()).collect();
    let mut reader = Spec::Files(FileSpec { paths })
        .read(range, direction, Arc::default())
        .await
        .unwrap();
    let mut all = Vec::new();
    while let Some(page) = reader.next().await.unwrap() {
        match direction {
            Direction::Forward => all.extend(rows(&page)),
            Direction::Reverse => drop(all.splice(0..0, rows(&page))),
        }
    }
    all
}

#[tokio::test]
async fn the_newest_page_of_a_large_file_comes_first() {
    let (_folder, path) = folder();
    append(&path, &lines(1..100_001));
    let mut seen = follow(&[&path], Start::History(100_000));
    seen.until("first page", |s| !s.rows.is_empty()).await;
    assert_eq!(
        (seen.rows.last().map(|r| r.0.ms), seen.older),
        (Some(100_000), 0)
    );
    assert!(seen.rows.len() <= 200);
    seen.until_rows(100_000).await;
    assert_eq!(
        seen.rows.first().unwrap().1,
        "memory:events type=message.added n=1"
    );
}

#[tokio::test]
async fn growth_is_followed_and_a_torn_line_waits_for_its_newline() {
    let (_folder, path) = folder();
    append(&path, "{\"timestamp\":1,\"a\":1}\n{\"timestamp\":2,\"a\"");
    let mut seen = follow(&[&path], Start::History(10));
    seen.until("start", |s| s.at_start).await;
    assert_eq!(seen.last(), "agent timestamp=1 a=1");
    append(&path, ":2}\n{\"timestamp\":3}\n");
    seen.until_rows(3).await;
    assert_eq!(seen.rows[1].1, "agent timestamp=2 a=2");
}

#[tokio::test]
async fn of_a_file_that_grows_fast_in_torn_writes_every_line_comes_once() {
    const LINES: u64 = 100_000;
    let (_folder, path) = folder();
    append(&path, &lines(1..1_001));
    let mut seen = follow(&[&path], Start::History(1_000));
    seen.until_rows(1_000).await;
    let writes = std::thread::spawn(move || {
        let text = lines(1_001..LINES + 1);
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        let (mut rest, mut size) = (text.as_bytes(), 1);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(size.min(rest.len()));
            file.write_all(now).unwrap();
            // Of no common measure with a line: a write ends anywhere in one.
            (rest, size) = (later, size * 7 % 20_011);
        }
    });
    seen.until_rows(usize::try_from(LINES).unwrap()).await;
    writes.join().unwrap();
    for (n, (id, text)) in (1..).zip(&seen.rows) {
        assert_eq!(id.ms, n);
        assert_eq!(*text, format!("memory:events type=message.added n={n}"));
    }
}

#[tokio::test]
async fn from_now_on_means_only_what_is_appended() {
    let (_folder, path) = folder();
    append(&path, &lines(1..101));
    let mut seen = follow(&[&path], Start::Now);
    seen.until("live", |s| s.links.contains(&Link::Live)).await;
    append(&path, &lines(101..102));
    seen.until_rows(1).await;
    assert_eq!(seen.rows[0].0.ms, 101);
}

#[tokio::test]
async fn a_rotated_file_is_drained_and_the_new_one_followed() {
    let (folder, path) = folder();
    append(&path, &lines(1..3));
    let mut seen = follow(&[&path], Start::History(10));
    seen.until_rows(2).await;
    append(&path, &lines(3..5));
    std::fs::rename(&path, folder.path().join("agent.jsonl.1")).unwrap();
    append(&path, &lines(5..7));
    seen.until_rows(6).await;
    assert!(
        seen.notices.iter().any(|n| n.ends_with("was rotated")),
        "{:?}",
        seen.notices
    );
}

#[tokio::test]
async fn a_truncated_file_is_read_from_its_start() {
    let (_folder, path) = folder();
    append(&path, &lines(1..4));
    let mut seen = follow(&[&path], Start::History(10));
    seen.until_rows(3).await;
    std::fs::write(&path, lines(1..2)).unwrap();
    seen.until("again", |s| s.rows.len() == 4).await;
    assert!(
        seen.notices.iter().any(|n| n.ends_with("was truncated")),
        "{:?}",
        seen.notices
    );
}

#[tokio::test]
async fn a_missing_file_is_waited_for() {
    let (_folder, path) = folder();
    let mut seen = follow(&[&path], Start::History(10));
    seen.until("waiting", |s| {
        matches!(s.links.last(), Some(Link::Waiting(_)))
    })
    .await;
    append(&path, &lines(1..3));
    seen.until_rows(2).await;
    assert_eq!(seen.links.last(), Some(&Link::Live));
}

#[tokio::test]
async fn compressed_files_are_read_to_their_end() {
    let (folder, _) = folder();
    let text = lines(1..3_001);
    let gz = folder.path().join("a.jsonl.gz");
    let mut encoder =
        flate2::write::GzEncoder::new(File::create(&gz).unwrap(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap();
    let lz4 = folder.path().join("a.jsonl.lz4");
    let mut encoder = lz4_flex::frame::FrameEncoder::new(File::create(&lz4).unwrap());
    encoder.write_all(text.trim_end().as_bytes()).unwrap();
    encoder.finish().unwrap();
    for path in [&gz, &lz4] {
        let mut seen = follow(&[path], Start::History(10));
        seen.until("end", |s| s.links.last() == Some(&Link::Ended))
            .await;
        seen.until_rows(3_000).await;
        let forward = read(&[path], ALL, Direction::Forward).await;
        assert_eq!(forward, seen.rows);
        assert_eq!(read(&[path], ALL, Direction::Reverse).await, forward);
    }
}

#[tokio::test]
async fn lines_that_are_no_json_and_values_that_are_no_text_are_kept() {
    let (_folder, path) = folder();
    let mut out = b"starting up\r\n{\"a\":1,\"a\":[2]}\n\n{broken\n".to_vec();
    line::write_entry(
        &mut out,
        EntryId::new(9_000_000_000_000, 1),
        b"s",
        &[(b"v", b"\xff\xfe"), (b"v", b"two\nlines")],
    );
    std::fs::write(&path, &out).unwrap();
    let mut reader = Spec::Files(FileSpec { paths: vec![path] })
        .read(ALL, Direction::Forward, Arc::default())
        .await
        .unwrap();
    let page = reader.next().await.unwrap().unwrap();
    let texts: Vec<String> = (0..3).map(|row| described(&page, row)).collect();
    assert_eq!(
        texts,
        [
            "agent line=starting up",
            "agent a=1 a=[2]",
            "agent line={broken"
        ]
    );
    let fields = page.payloads.named(3, &page.strings);
    assert_eq!(
        fields,
        [(&b"v"[..], &b"\xff\xfe"[..]), (b"v", b"two\nlines")]
    );
    assert_eq!(
        page.columns.id.get(3).unwrap(),
        EntryId::new(9_000_000_000_000, 1)
    );
}

#[tokio::test]
async fn a_line_of_many_megabytes_is_one_entry() {
    let (_folder, path) = folder();
    append(&path, &lines(1..10));
    append(
        &path,
        &format!(
            "{{\"id\":\"10-0\",\"fields\":{{\"big\":\"{}\"}}}}\n",
            "x".repeat(5 << 20)
        ),
    );
    append(&path, &lines(11..20));
    let mut seen = follow(&[&path], Start::History(100));
    seen.until_rows(19).await;
    assert_eq!(seen.rows, read(&[&path], ALL, Direction::Forward).await);
}

#[tokio::test]
async fn several_files_are_merged_by_id_in_both_directions() {
    let (folder, a) = folder();
    let b = folder.path().join("other.log");
    append(&a, &lines(1..5_001));
    for id in 2_000..7_000_u64 {
        append(&b, &format!("{{\"id\":\"{id}-5\",\"x\":1}}\n"));
    }
    let range = IdRange {
        from: EntryId::new(1_500, 0),
        to: EntryId::new(6_000, 0),
    };
    let forward = read(&[&a, &b], range, Direction::Forward).await;
    assert_eq!(forward.len(), 3_501 + 4_000);
    assert!(forward.is_sorted_by(|x, y| x.0 < y.0));
    assert_eq!(read(&[&a, &b], range, Direction::Reverse).await, forward);
    let mut seen = follow(&[&a, &b], Start::History(20_000));
    seen.until_rows(10_000).await;
    assert_eq!(seen.last(), "other id=6999-5 x=1");
}
