//! Parts of history by id, from a real Redis: exact wherever they lie, cheap however long the way there is, and true to what
//! Redis still holds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use lookback::model::EntryId;
use lookback::source::{Access, DemoSpec, Direction, Fetch, IdRange, RedisSpec, Spec, Start};
use lookback::store::{Link, Then};
use support::asked::{Answer, Asked, Row, fetch, ids};
use support::redis_server::RedisServer;

fn follow(server: &RedisServer, streams: &[&str], start: Start) -> Asked {
    let spec = RedisSpec {
        url: server.url(),
        password: None,
        streams: streams.iter().map(|s| (*s).to_owned()).collect(),
        access: Access::ReadOnly,
    };
    Asked::of(Spec::Redis(spec), start)
}

fn add(server: &RedisServer, stream: &str, ids: impl Iterator<Item = u64>) {
    let mut pipe = redis::pipe();
    for id in ids {
        pipe.cmd("XADD")
            .arg(stream)
            .arg(id)
            .arg("n")
            .arg(id)
            .ignore();
    }
    pipe.query::<()>(&mut server.connection()).unwrap();
}

/// How often each of these commands was called since the statistics were reset.
fn calls(server: &RedisServer, names: &[&str]) -> Vec<u64> {
    let stats = server.run::<String>("INFO commandstats");
    let calls = |name: &&str| {
        let prefix = format!("cmdstat_{name}:calls=");
        let line = stats.lines().find_map(|line| line.strip_prefix(&prefix));
        line.and_then(|l| l.split(',').next())
            .map_or(0, |n| n.parse().unwrap())
    };
    names.iter().map(calls).collect()
}

fn trouble(answer: &Answer) -> &str {
    match &answer.then {
        Then::Failed(trouble) => &trouble.what,
        other => panic!("{other:?} is no failure"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_in_the_middle_of_a_long_stream_is_exact_in_both_directions() {
    let server = RedisServer::new();
    add(&server, "s", 1..50_001);
    let mut asked = follow(&server, &["s"], Start::History(100));
    asked.until_live().await;
    let forward = asked
        .fetch(fetch(ids(20_000, 30_000), Direction::Forward, 3_500))
        .await;
    assert_eq!(forward.ms(), (20_000..23_500).collect::<Vec<_>>());
    assert_eq!(forward.then, Then::Enough);
    let reverse = asked
        .fetch(fetch(ids(20_000, 30_000), Direction::Reverse, 3_500))
        .await;
    assert_eq!(reverse.ms(), (26_501..30_001).collect::<Vec<_>>());
    assert_eq!(reverse.then, Then::Enough);
    for answer in [forward, reverse] {
        assert!(answer.pages[0] <= 200 && answer.pages.iter().all(|n| *n <= 1_000));
        assert!(answer.pages.len() <= 6, "{:?}", answer.pages);
    }
    assert_eq!(asked.rows.len(), 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_further_is_told_at_both_ends_and_where_nothing_lies() {
    let server = RedisServer::new();
    add(&server, "s", 100..1_000);
    let mut asked = follow(&server, &["s"], Start::Now);
    asked.until_live().await;
    for (range, direction, first, last) in [
        (ids(0, 150), Direction::Reverse, 100, 150),
        (ids(990, 5_000), Direction::Forward, 990, 999),
        (IdRange::ALL, Direction::Forward, 100, 999),
    ] {
        let answer = asked.fetch(fetch(range, direction, 2_000)).await;
        assert_eq!(answer.ms(), (first..=last).collect::<Vec<_>>());
        assert_eq!(answer.then, Then::Exhausted);
    }
    for (range, count, then) in [
        (ids(1, 99), 10, Then::Exhausted),
        (ids(9, 3), 10, Then::Exhausted),
        (IdRange::ALL, 0, Then::Enough),
    ] {
        let answer = asked.fetch(fetch(range, Direction::Forward, count)).await;
        assert_eq!((answer.rows.len(), answer.then), (0, then));
    }
}

/// Goes from one end to the other in steps, each from where the last one ended.
async fn walk(asked: &mut Asked, direction: Direction, count: u64) -> Vec<Row> {
    let mut all: Vec<Row> = Vec::new();
    let mut part = fetch(IdRange::ALL, direction, count);
    loop {
        let answer = asked.fetch(part.clone()).await;
        assert!(answer.rows.len() as u64 <= count);
        match direction {
            Direction::Forward => all.extend(answer.rows),
            Direction::Reverse => drop(all.splice(0..0, answer.rows)),
        }
        if answer.then != Then::Enough {
            assert_eq!(answer.then, Then::Exhausted);
            return all;
        }
        let end = match direction {
            Direction::Forward => all.last().unwrap().0,
            Direction::Reverse => all.first().unwrap().0,
        };
        match direction {
            Direction::Forward => part.range.from = end,
            Direction::Reverse => part.range.to = end,
        }
        let here = all.iter().filter(|row| row.0 == end);
        part.except = here.map(|row| (row.1.clone().into_bytes(), end)).collect();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_of_several_streams_that_share_an_id_come_once_each_whatever_the_steps() {
    let server = RedisServer::new();
    for stream in ["a:1", "a:2", "a:3"] {
        add(&server, stream, 1..101);
    }
    add(&server, "a:2", 101..151);
    let mut asked = follow(&server, &["a:*"], Start::Now);
    asked.until_live().await;
    for direction in [Direction::Forward, Direction::Reverse] {
        for count in [1, 2, 7, 1_000] {
            let all = walk(&mut asked, direction, count).await;
            assert_eq!(all.len(), 350);
            assert!(all.is_sorted_by(|a, b| (a.0, &a.1) < (b.0, &b.1)));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_jump_to_the_start_of_a_long_stream_costs_a_page_and_the_next_one_not_even_a_connection()
{
    let server = RedisServer::new();
    add(&server, "s", 1..50_001);
    let mut asked = follow(&server, &["s"], Start::History(100));
    asked.until_live().await;
    let names = ["xrange", "xrevrange", "hello", "scan", "type", "info"];
    server.run::<()>("CONFIG RESETSTAT");
    let first = asked
        .fetch(fetch(IdRange::ALL, Direction::Forward, 200))
        .await;
    assert_eq!(first.ms(), (1..201).collect::<Vec<_>>());
    let cost = calls(&server, &names);
    assert_eq!(cost[..2], [1, 0], "{cost:?}");
    assert!(cost.iter().sum::<u64>() <= 3, "{cost:?}");
    server.run::<()>("CONFIG RESETSTAT");
    let middle = asked
        .fetch(fetch(ids(1, 25_000), Direction::Reverse, 1_000))
        .await;
    assert_eq!(middle.ms(), (24_001..25_001).collect::<Vec<_>>());
    let cost = calls(&server, &names);
    assert_eq!(cost[..5], [0, 2, 0, 0, 0], "{cost:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fetch_from_a_server_that_is_gone_fails_and_the_next_one_tries_anew() {
    let mut server = RedisServer::new();
    add(&server, "s", 1..1_001);
    let mut asked = follow(&server, &["s"], Start::Now);
    asked.until_live().await;
    let part = fetch(ids(10, 500), Direction::Forward, 100);
    let whole: Vec<u64> = (10..110).collect();
    assert_eq!(asked.fetch(part.clone()).await.ms(), whole);
    server.stop();
    let failed = asked.fetch(part.clone()).await;
    assert!(trouble(&failed).contains("nothing listens"), "{failed:?}");
    server.start();
    assert_eq!(asked.fetch(part.clone()).await.ms(), whole);
    // A restart that nobody noticed breaks the connection that was kept, and no fetch.
    server.stop();
    server.start();
    assert_eq!(asked.fetch(part).await.ms(), whole);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_one_of_many_fetches_at_once_is_answered() {
    let server = RedisServer::new();
    add(&server, "s", 1..20_001);
    let mut asked = follow(&server, &["s"], Start::Now);
    asked.until_live().await;
    let mut tickets = Vec::new();
    for n in 0..60 {
        let part = fetch(ids(n * 300 + 1, 20_000), Direction::Forward, 300);
        tickets.push((n, asked.ask(part).await));
    }
    for (n, ticket) in tickets {
        let answer = asked.answer(ticket, Direction::Forward).await;
        assert_eq!(
            answer.ms(),
            (n * 300 + 1..n * 300 + 301).collect::<Vec<_>>()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_may_not_be_read_is_left_out_of_several_and_told_when_it_is_alone() {
    let server = RedisServer::new();
    server.run::<()>("ACL SETUSER ann on >pw ~mine* +@all");
    add(&server, "mine", 1..11);
    add(&server, "theirs", 1..11);
    let ann = |streams: &[&str]| RedisSpec {
        url: server.url().replace("//", "//ann:pw@"),
        password: None,
        streams: streams.iter().map(|s| (*s).to_owned()).collect(),
        access: Access::ReadOnly,
    };
    let mut asked = Asked::of(Spec::Redis(ann(&["mine", "theirs"])), Start::Now);
    asked.until_live().await;
    let answer = asked
        .fetch(fetch(IdRange::ALL, Direction::Reverse, 50))
        .await;
    assert_eq!((answer.rows.len(), answer.then), (10, Then::Exhausted));
    let mut asked = Asked::of(Spec::Redis(ann(&["theirs"])), Start::Now);
    let answer = asked
        .fetch(fetch(IdRange::ALL, Direction::Reverse, 50))
        .await;
    assert!(trouble(&answer).contains("may not read"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_a_glob_finds_later_is_fetched_from_too() {
    let server = RedisServer::new();
    add(&server, "t:1", 1..11);
    let mut asked = follow(&server, &["t:*"], Start::Now);
    asked.until_live().await;
    add(&server, "t:2", 5..8);
    asked
        .until("the new stream", |seen| seen.rows.len() == 3)
        .await;
    let answer = asked.fetch(fetch(ids(5, 6), Direction::Forward, 50)).await;
    assert_eq!(answer.ms(), [5, 5, 6, 6]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_made_anew_gives_no_entries_in_the_place_of_those_it_lost() {
    let server = RedisServer::new();
    add(&server, "s", 1_000..1_010);
    let mut asked = follow(&server, &["s"], Start::History(5));
    asked.until_live().await;
    let mut anew = redis::pipe();
    anew.atomic().cmd("DEL").arg("s").ignore();
    for id in [5, 1_003, 2_000] {
        anew.cmd("XADD").arg("s").arg(id).arg("a").arg("1").ignore();
    }
    anew.query::<()>(&mut server.connection()).unwrap();
    asked
        .until("the notice", |seen| !seen.notices.is_empty())
        .await;
    let answer = asked
        .fetch(fetch(IdRange::ALL, Direction::Reverse, 50))
        .await;
    assert_eq!((answer.ms(), answer.then), (vec![2_000], Then::Exhausted));
    // It has a notice of its own.
    assert_eq!(asked.held, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_lets_go_of_is_told_once() {
    let server = RedisServer::new();
    add(&server, "a", 1..101);
    add(&server, "b", 50..61);
    let mut asked = follow(&server, &["a", "b"], Start::History(1_000));
    asked.until_live().await;
    server.run::<i64>("XTRIM a MAXLEN 10");
    asked
        .until("what is held", |seen| !seen.held.is_empty())
        .await;
    let held = asked.held[0].clone();
    assert_eq!(
        (held.total, held.first_id),
        (Some(21), Some(EntryId::new(50, 0)))
    );
    assert_eq!(held.moved, [(b"a".to_vec(), EntryId::new(91, 0))]);
    // Growth is no loss: the next thing told is the next trim, which empties the other stream.
    add(&server, "a", 101..103);
    asked.until("growth", |seen| seen.rows.len() == 113).await;
    server.run::<i64>("XTRIM b MAXLEN 0");
    asked.until("the second", |seen| seen.held.len() == 2).await;
    let held = &asked.held[1];
    assert_eq!(
        (held.total, held.first_id),
        (Some(12), Some(EntryId::new(91, 0)))
    );
    assert_eq!(held.moved, [(b"b".to_vec(), EntryId::new(60, 1))]);
    assert_eq!(asked.notices, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_on_different_slots_of_a_cluster_are_fetched_as_one() {
    let server = RedisServer::with(&["--cluster-enabled", "yes"]);
    server.run::<()>("CLUSTER ADDSLOTSRANGE 0 16383");
    let mut asked = follow(&server, &["one", "two"], Start::Now);
    asked
        .until("a waiting link", |seen| {
            matches!(seen.links.last(), Some(Link::Waiting(_)))
        })
        .await;
    add(&server, "one", 1..11);
    add(&server, "two", 5..16);
    asked.until("all", |seen| seen.rows.len() == 21).await;
    let answer = asked.fetch(fetch(ids(4, 6), Direction::Reverse, 50)).await;
    assert_eq!(answer.ms(), [4, 5, 5, 6, 6]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_gives_again_what_it_gave() {
    let demo = DemoSpec {
        rate: 50.0,
        sessions: 20,
        seed: 7,
    };
    let mut asked = Asked::of(Spec::Demo(demo), Start::History(5_000));
    asked
        .until("live events", |seen| {
            seen.history.idle && seen.rows.len() > 5_010
        })
        .await;
    let given = asked.rows.clone();
    for (from, to) in [(0, 300), (2_000, 3_499), (4_990, 5_009)] {
        let range = IdRange {
            from: given[from].0,
            to: given[to].0,
        };
        let except = vec![(given[from].1.clone().into_bytes(), given[from].0)];
        for direction in [Direction::Forward, Direction::Reverse] {
            let part = Fetch {
                except: except.clone(),
                ..fetch(range, direction, 10_000)
            };
            let answer = asked.fetch(part).await;
            assert_eq!(answer.rows, given[from + 1..=to]);
            assert_eq!(answer.then, Then::Exhausted);
        }
    }
}
