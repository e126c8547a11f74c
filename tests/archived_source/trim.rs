//! With the real `trim --archive`: what it writes and leaves is read as what the stream was.

use lookback::source::{Direction, IdRange, Start};

use crate::commands::{printed, run, text};
use crate::stage::{Stage, read, same};
use crate::support::asked::{fetch, ids};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_trim_archives_stays_the_history_of_the_stream_trim_after_trim() {
    // One of them more than a member.
    for (ending, count) in [("jsonl", 2_000), ("jsonl.gz", 11_000), ("jsonl.lz4", 2_000)] {
        let stage = Stage::with("s", count);
        let path = stage.path(&format!("past.{ending}"));
        let query = ["query", "-s", "s", "--format", "jsonl"];
        let both = [&query[..], &["--archive", text(&path)]].concat();
        let before = printed(&stage, &query);
        let mut asked = None;
        // Whole nodes only, exactly, and to nothing.
        for (max_len, exact) in [("900", false), ("300", true), ("0", true)] {
            let mut words = vec!["trim", "-s", "s", "--max-len", max_len, "--yes"];
            words.extend(["--archive", text(&path)]);
            words.extend(exact.then_some("--exact"));
            let output = run(&stage, &words);
            assert!(output.status.success(), "{output:?}");
            let left = stage.server.run::<u64>("XLEN s");
            assert!(left < count && (!exact || left.to_string() == max_len));
            assert!(printed(&stage, &both) == before, "{ending} {max_len}");
            let spec = stage.spec(&["s"], &[&path]);
            let (rows, told) = read(&spec, IdRange::ALL, Direction::Reverse).await;
            same(&rows, &stage.all, ending);
            assert_eq!(told, Vec::<String>::new());
            let asked = match &mut asked {
                Some(asked) => asked,
                none => {
                    let new = stage.follow(&["s"], &[&path], Start::History(100));
                    let asked = none.insert(new);
                    asked.until_live().await;
                    assert_eq!(asked.history.total, Some(count));
                    asked
                }
            };
            let range = ids(count * 5, count * 10 - 400);
            let answer = asked.fetch(fetch(range, Direction::Forward, 9_000)).await;
            same(&answer.rows, &stage.inside(range), ending);
            assert_eq!(asked.notices, []);
        }
    }
}
