//! Parts of files by id: every window is what the whole file says of it, in both directions, wherever it lies.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookback::model::EntryId;
use lookback::source::{Direction, FileSpec, IdRange, Spec, Start};
use lookback::store::Then;
use proptest::collection::vec;
use proptest::prelude::*;
use support::asked::{Answer, Asked, Row, fetch, ids, rows};

fn spec(paths: &[&Path]) -> Spec {
    Spec::Files(FileSpec {
        paths: paths.iter().map(|p| p.to_path_buf()).collect(),
    })
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agent.jsonl");
    (folder, path)
}

/// What a range holds, in stream order.
async fn read(paths: &[&Path], range: IdRange, direction: Direction) -> Vec<Row> {
    let mut reader = spec(paths)
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

async fn follow(paths: &[&Path], start: Start) -> Asked {
    let mut asked = Asked::of(spec(paths), start);
    asked.until("history", |seen| seen.history.idle).await;
    asked
}

async fn both(asked: &mut Asked, range: IdRange, count: u64) -> (Answer, Answer) {
    (
        asked.fetch(fetch(range, Direction::Forward, count)).await,
        asked.fetch(fetch(range, Direction::Reverse, count)).await,
    )
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    tokio.unwrap().block_on(future)
}

/// How a line tells where it stands.
#[derive(Clone, Copy, Debug)]
enum Form {
    Id,
    Time,
    /// Not at all, like the lines of a stack trace.
    Silent,
}

/// A file of about 200 bytes a line, in order: gaps in ms, forms, and every so often a run of silent lines. A line with a
/// time only stands at its offset within the millisecond, so an id of the same millisecond must be no lower.
fn text(lines: &[(u64, Form)]) -> String {
    let mut text = String::new();
    let mut ms = 1_700_000_000_000;
    for (n, (gap, form)) in lines.iter().enumerate() {
        ms += gap;
        let pad = "x".repeat(150 + n % 50);
        let offset = text.len();
        match form {
            Form::Id => writeln!(
                text,
                "{{\"id\":\"{ms}-{offset}\",\"fields\":{{\"pad\":\"{pad}\"}}}}"
            ),
            Form::Time => writeln!(text, "{{\"timestamp\":{ms},\"n\":{n},\"pad\":\"{pad}\"}}"),
            Form::Silent => writeln!(text, "  at {n} {pad}"),
        }
        .unwrap();
    }
    text
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        6 => Just(Form::Id),
        6 => Just(Form::Time),
        1 => Just(Form::Silent),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Large enough that windows are found by bisection, in several blocks.
    #[test]
    fn any_window_is_what_the_whole_file_says_of_it(
        pattern in vec((0_u64..50, form()), 20..60),
        times in 60_usize..120,
        windows in vec((0.0..1.0_f64, 0.0..1.0_f64, 1_u64..3_000), 3),
    ) {
        let lines: Vec<(u64, Form)> = pattern.iter().copied().cycle().take(pattern.len() * times).collect();
        let (_folder, path) = folder();
        std::fs::write(&path, text(&lines)).unwrap();
        block_on(async {
            let whole = read(&[&path], IdRange::ALL, Direction::Forward).await;
            prop_assert_eq!(whole.len(), lines.len());
            prop_assert_eq!(&read(&[&path], IdRange::ALL, Direction::Reverse).await, &whole);
            let mut asked = follow(&[&path], Start::History(10)).await;
            for (from, to, count) in windows {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a length")]
                let at = |share: f64| whole[(share * whole.len() as f64) as usize].0;
                let range = IdRange { from: at(from.min(to)), to: at(from.max(to)) };
                let inside: Vec<Row> = whole.iter().filter(|r| range.contains(r.0)).cloned().collect();
                prop_assert_eq!(&read(&[&path], range, Direction::Forward).await, &inside);
                prop_assert_eq!(&read(&[&path], range, Direction::Reverse).await, &inside);
                let (forward, reverse) = both(&mut asked, range, count).await;
                let most = inside.len().min(usize::try_from(count).unwrap());
                prop_assert_eq!(&forward.rows, &inside[..most]);
                prop_assert_eq!(&reverse.rows, &inside[inside.len() - most..]);
                let then = if most as u64 == count { Then::Enough } else { Then::Exhausted };
                prop_assert_eq!((&forward.then, &reverse.then), (&then, &then));
                prop_assert!(forward.pages[0] <= 200 && forward.pages.iter().all(|n| *n <= 1_000));
            }
            Ok(())
        })?;
    }

    /// Whatever the order: what reading the whole file gives, reading it in two parts gives too.
    #[test]
    fn no_line_of_a_file_out_of_order_is_lost(
        pattern in vec((0_u64..1_000_000, form()), 20..60),
        border in 0.0..1.0_f64,
    ) {
        let mut text = String::new();
        for (n, (ms, form)) in pattern.iter().cycle().take(3_000).enumerate() {
            let one = [(*ms, *form)];
            text.push_str(&self::text(&one).replace("xxx\"", &format!("{n}\"")));
        }
        let (_folder, path) = folder();
        std::fs::write(&path, text).unwrap();
        block_on(async {
            let whole = read(&[&path], IdRange::ALL, Direction::Forward).await;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a length")]
            let at = whole[(border * whole.len() as f64) as usize].0;
            let mut parts = read(&[&path], IdRange { to: at.prev(), ..IdRange::ALL }, Direction::Forward).await;
            parts.extend(read(&[&path], IdRange { from: at, ..IdRange::ALL }, Direction::Forward).await);
            prop_assert_eq!(parts, whole);
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn several_files_are_fetched_from_as_one() {
    let (folder, a) = folder();
    let b = folder.path().join("other.log");
    for (path, seq, step) in [(&a, 0, 3), (&b, 5, 5)] {
        let mut out = String::new();
        for n in 0..10_000_u64 {
            writeln!(out, "{{\"id\":\"{}-{seq}\",\"n\":{n}}}", n * step + 1).unwrap();
        }
        std::fs::write(path, out).unwrap();
    }
    let whole = read(&[&a, &b], IdRange::ALL, Direction::Forward).await;
    let mut asked = follow(&[&a, &b], Start::Now).await;
    for (from, to) in [(0, 500), (9_000, 12_345), (29_000, 60_000)] {
        let inside = whole.iter().filter(|r| ids(from, to).contains(r.0));
        let inside: Vec<Row> = inside.cloned().collect();
        let (forward, reverse) = both(&mut asked, ids(from, to), 100_000).await;
        assert_eq!(forward.rows, inside);
        assert_eq!(reverse.rows, inside);
    }
}

#[tokio::test]
async fn compressed_files_are_read_from_their_start_and_what_is_torn_is_left_to_the_tail() {
    let (folder, plain) = folder();
    let mut lines = String::new();
    for n in 1..6_001 {
        writeln!(lines, "{{\"id\":\"{n}-0\",\"n\":{n}}}").unwrap();
    }
    let gz = folder.path().join("a.jsonl.gz");
    let mut encoder =
        flate2::write::GzEncoder::new(File::create(&gz).unwrap(), flate2::Compression::fast());
    encoder.write_all(lines.as_bytes()).unwrap();
    encoder.finish().unwrap();
    std::fs::write(&plain, format!("{lines}{{\"id\":\"6001-0\",\"n\":")).unwrap();
    for path in [&gz, &plain] {
        let mut asked = follow(&[path], Start::History(100_000)).await;
        let (forward, reverse) = both(&mut asked, ids(3_000, 9_000), 1_500).await;
        assert_eq!(forward.ms(), (3_000..4_500).collect::<Vec<_>>());
        assert_eq!(reverse.ms(), (4_501..6_001).collect::<Vec<_>>());
        assert_eq!((forward.then, reverse.then), (Then::Enough, Then::Enough));
    }
}

#[tokio::test]
async fn a_file_that_was_taken_away_is_told_and_one_that_came_back_is_read() {
    let (_folder, path) = folder();
    let line = "{\"id\":\"5-0\",\"n\":1}\n";
    std::fs::write(&path, line).unwrap();
    let mut asked = follow(&[&path], Start::History(10)).await;
    std::fs::remove_file(&path).unwrap();
    let answer = asked
        .fetch(fetch(IdRange::ALL, Direction::Forward, 10))
        .await;
    assert!(matches!(answer.then, Then::Failed(t) if t.what.contains("does not exist")));
    std::fs::write(&path, line).unwrap();
    let answer = asked
        .fetch(fetch(IdRange::ALL, Direction::Forward, 10))
        .await;
    assert_eq!(
        (answer.rows[0].0, answer.then),
        (EntryId::new(5, 0), Then::Exhausted)
    );
}

#[tokio::test]
async fn lines_before_the_first_that_tells_its_time_stand_just_before_it() {
    let (_folder, path) = folder();
    let text = "starting up\n{\"timestamp\":1700000000,\"a\":1}\n  at x\n{\"timestamp\":1700000001,\"a\":2}\n";
    std::fs::write(&path, text).unwrap();
    let forward = read(&[&path], IdRange::ALL, Direction::Forward).await;
    let ms: Vec<u64> = forward.iter().map(|row| row.0.ms).collect();
    assert_eq!(
        ms,
        [
            1_699_999_999_999,
            1_700_000_000_000,
            1_700_000_000_000,
            1_700_000_001_000
        ]
    );
    assert_eq!(
        read(&[&path], IdRange::ALL, Direction::Reverse).await,
        forward
    );
}
