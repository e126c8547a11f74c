//! What a jump into the middle of a large file costs. Alone in its program: the kernel counts what the whole program reads.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fmt::Write as _;

use lookback::source::{Direction, FileSpec, Spec, Start};
use support::asked::{Asked, fetch, ids};

/// Bytes that this program has asked the kernel for so far.
fn bytes_read() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap();
    let line = io.lines().find_map(|line| line.strip_prefix("rchar: "));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_page_in_the_middle_of_a_large_file_costs_a_few_blocks_and_not_the_way_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.jsonl");
    let pad = "x".repeat(300);
    let mut text = String::new();
    for n in 1..200_001 {
        writeln!(
            text,
            "{{\"id\":\"{n}-0\",\"fields\":{{\"pad\":\"{pad}\"}}}}"
        )
        .unwrap();
    }
    std::fs::write(&path, &text).unwrap();
    let size = text.len() as u64;
    let mut asked = Asked::of(
        Spec::Files(FileSpec { paths: vec![path] }),
        Start::History(100),
    );
    asked.until("history", |seen| seen.history.idle).await;
    for (from, direction) in [
        (100_001, Direction::Forward),
        (1, Direction::Forward),
        (60_001, Direction::Reverse),
        (199_001, Direction::Reverse),
    ] {
        let before = bytes_read();
        let range = match direction {
            Direction::Forward => ids(from, 1_000_000),
            Direction::Reverse => ids(1, from + 999),
        };
        let answer = asked.fetch(fetch(range, direction, 1_000)).await;
        let cost = bytes_read() - before;
        assert_eq!(answer.ms(), (from..from + 1_000).collect::<Vec<_>>());
        assert!(
            cost < size / 8,
            "{cost} of {size} bytes for {from} {direction:?}"
        );
        println!("{cost} of {size} bytes for {from} {direction:?}");
    }
}
