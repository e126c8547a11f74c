//! Followed: history across the border, live entries, fetches, trims meanwhile.

use lookback::model::EntryId;
use lookback::source::{Direction, IdRange, Start};
use lookback::store::{Link, Then};

use crate::stage::{Stage, append, same};
use crate::support::asked::{Asked, Row, fetch, ids};

/// Numbers that look thrown and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % end
    }
}

/// What a list of everything says of a fetch.
fn naive(all: &[Row], range: IdRange, direction: Direction, count: usize) -> Vec<Row> {
    let inside: Vec<Row> = all
        .iter()
        .filter(|r| range.contains(r.0))
        .cloned()
        .collect();
    match direction {
        Direction::Forward => inside.into_iter().take(count).collect(),
        Direction::Reverse => inside[inside.len().saturating_sub(count)..].to_vec(),
    }
}

async fn throws(asked: &mut Asked, stage: &Stage, dice: &mut Dice, times: u64) {
    let last = stage.all.last().unwrap().0.ms;
    for _ in 0..times {
        let (a, b) = (dice.below(last + 100), dice.below(last + 100));
        let range = ids(a.min(b), a.max(b));
        let direction = match dice.below(2) {
            0 => Direction::Forward,
            _ => Direction::Reverse,
        };
        let count = 1 + dice.below(1_500);
        let answer = asked.fetch(fetch(range, direction, count)).await;
        let most = usize::try_from(count).unwrap();
        let wanted = naive(&stage.all, range, direction, most);
        let what = format!("{range:?} {direction:?} {count}");
        same(&answer.rows, &wanted, &what);
        let is_enough = wanted.len() as u64 == count;
        assert_eq!(
            answer.then == Then::Enough,
            is_enough,
            "{what}: {:?}",
            answer.then
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_goes_on_in_the_archive_and_live_entries_come() {
    for ending in ["jsonl", "jsonl.gz", "jsonl.lz4"] {
        let mut stage = Stage::with("s", 3_000);
        let path = stage.path(&format!("past.{ending}"));
        append(&path, &stage.part("s", 0, 25_000));
        stage.cut("s", 20_000);
        let mut asked = stage.follow(&["s"], &[&path], Start::History(1_700));
        asked.until_live().await;
        same(&asked.rows, &stage.all[1_300..], "the newest of both");
        let history = asked.history;
        assert_eq!((history.loaded, history.total), (1_700, Some(3_000)));
        assert_eq!(history.first_id, Some(EntryId::new(10, 0)));
        assert!(!history.at_start);
        stage.add("s", [30_010, 30_020].into_iter());
        asked
            .until("live entries", |seen| seen.rows.len() == 1_702)
            .await;
        same(&asked.rows, &stage.all[1_300..], "and what came");
        throws(&mut asked, &stage, &mut Dice(7), 30).await;
        assert_eq!(asked.notices, []);

        let mut all = stage.follow(&["s"], &[&path], Start::History(100_000));
        all.until_live().await;
        same(&all.rows, &stage.all, "all of both");
        assert!(all.history.at_start && all.history.loaded == 3_002);
        let mut none = stage.follow(&["s"], &[&path], Start::Now);
        none.until_live().await;
        assert_eq!((none.rows.len(), none.history.total), (0, Some(3_002)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_streams_are_one_history_with_borders_of_their_own() {
    let mut stage = Stage::new();
    stage.add("a", (1..=2_000).map(|n| n * 10));
    stage.add("b", (1..=2_000).map(|n| n * 10 + n % 3));
    stage.add("c", (1..=50).map(|n| n * 300));
    let path = stage.path("past.jsonl.gz");
    stage.trim(&path, "a", 0, 16_000);
    stage.trim(&path, "b", 0, 4_000);
    stage.trim(&path, "c", 0, 15_000);
    let mut asked = stage.follow(&["a", "b", "c"], &[&path], Start::History(2_500));
    asked.until_live().await;
    same(&asked.rows, &stage.all[stage.all.len() - 2_500..], "start");
    assert_eq!(asked.history.total, Some(4_050));
    throws(&mut asked, &stage, &mut Dice(3), 60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trims_into_the_archive_while_it_is_followed_lose_nothing() {
    for ending in ["jsonl", "jsonl.gz", "jsonl.lz4"] {
        let stage = Stage::with("s", 3_000);
        let path = stage.path(&format!("past.{ending}"));
        stage.trim(&path, "s", 0, 5_000);
        let mut asked = stage.follow(&["s"], &[&path], Start::History(100));
        asked.until_live().await;
        let mut dice = Dice(11);
        for (after, to) in [(5_000, 9_000), (9_000, 29_500), (29_500, 30_000)] {
            // At once, before anything told of the trim.
            stage.trim(&path, "s", after, to);
            throws(&mut asked, &stage, &mut dice, 15).await;
        }
        asked
            .until("the trim", |seen| {
                let held = seen.held.last();
                held.is_some_and(|held| held.moved == [(b"s".to_vec(), EntryId::new(30_000, 1))])
            })
            .await;
        let held = asked.held.last().unwrap();
        assert_eq!(
            (held.total, held.first_id),
            (Some(3_000), Some(EntryId::new(10, 0)))
        );
        assert_eq!(held.kept, [(b"s".to_vec(), EntryId::new(30_000, 0))]);
        throws(&mut asked, &stage, &mut dice, 15).await;
        assert_eq!(asked.notices, []);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trim_in_the_middle_of_reading_loses_nothing() {
    let stage = Stage::with("s", 12_000);
    let path = stage.path("past.jsonl.gz");
    stage.trim(&path, "s", 0, 10_000);
    let spec = stage.spec(&["s"], &[&path]);
    for (direction, after, to) in [
        (Direction::Forward, 10_000, 60_000),
        (Direction::Reverse, 60_000, 110_000),
    ] {
        let reading = spec.read(IdRange::ALL, direction, std::sync::Arc::default());
        let mut reader = reading.await.unwrap();
        let mut pages = Vec::new();
        let mut is_trimmed = false;
        while let Some(page) = reader.next().await.unwrap() {
            pages.push(crate::support::asked::rows(&page));
            if !std::mem::replace(&mut is_trimmed, true) {
                stage.trim(&path, "s", after, to);
            }
        }
        if direction == Direction::Reverse {
            pages.reverse();
        }
        same(&pages.concat(), &stage.all, &format!("{direction:?}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_trimmed_without_the_archive_is_gone_and_told_as_such() {
    let stage = Stage::with("s", 1_000);
    let path = stage.path("past.jsonl");
    stage.trim(&path, "s", 0, 2_000);
    let mut asked = stage.follow(&["s"], &[&path], Start::History(10));
    asked.until_live().await;
    stage.cut("s", 5_000);
    asked.until("the trim", |seen| !seen.held.is_empty()).await;
    let held = asked.held.last().unwrap();
    assert_eq!(held.moved, [(b"s".to_vec(), EntryId::new(5_010, 0))]);
    assert_eq!(held.kept, [(b"s".to_vec(), EntryId::new(2_000, 0))]);
    assert_eq!(held.total, Some(200 + 500));
    let answer = asked
        .fetch(fetch(IdRange::ALL, Direction::Forward, 2_000))
        .await;
    let left: Vec<u64> = (1..=200).chain(501..=1_000).map(|n| n * 10).collect();
    assert_eq!(answer.ms(), left);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_archive_is_read_while_the_link_is_lost() {
    let mut stage = Stage::with("s", 2_000);
    let path = stage.path("past.jsonl.gz");
    stage.trim(&path, "s", 0, 10_000);
    let mut asked = stage.follow(&["s"], &[&path], Start::History(100));
    asked.until_live().await;
    stage.server.stop();
    asked
        .until("a lost link", |seen| {
            matches!(seen.links.last(), Some(Link::Lost { .. }))
        })
        .await;
    for direction in [Direction::Forward, Direction::Reverse] {
        let range = ids(0, 9_000);
        let answer = asked.fetch(fetch(range, direction, 700)).await;
        same(
            &answer.rows,
            &naive(&stage.all, range, direction, 700),
            "archived",
        );
    }
    let first = asked
        .fetch(fetch(IdRange::ALL, Direction::Forward, 300))
        .await;
    same(&first.rows, &stage.all[..300], "from the start");
    let across = asked
        .fetch(fetch(ids(9_000, 20_000), Direction::Forward, 900))
        .await;
    assert_eq!(across.rows.len(), 101);
    assert!(matches!(across.then, Then::Failed(_)), "{:?}", across.then);
    stage.server.start();
    asked
        .until("a link", |seen| seen.links.last() == Some(&Link::Live))
        .await;
    throws(&mut asked, &stage, &mut Dice(5), 10).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_not_there_yet_has_its_past_and_then_its_present() {
    let mut stage = Stage::with("s", 600);
    let path = stage.path("past.jsonl");
    append(&path, &stage.part("s", 0, 6_000));
    stage.server.run::<u64>("DEL s");
    let mut asked = stage.follow(&["s"], &[&path], Start::History(400));
    asked.until("the past", |seen| seen.history.idle).await;
    same(&asked.rows, &stage.all[200..], "the past");
    assert_eq!(asked.history.total, Some(600));
    stage.add("s", [7_000, 7_010].into_iter());
    asked
        .until("the present", |seen| seen.rows.len() == 402)
        .await;
    same(&asked.rows, &stage.all[200..], "both");
    throws(&mut asked, &stage, &mut Dice(9), 10).await;
}
