//! Ranges, read and done.

use std::path::PathBuf;

use lookback::model::EntryId;
use lookback::source::{Direction, IdRange, Spec};

use crate::stage::{Stage, append, lines, packed, read, same};
use crate::support::asked::ids;

const BOTH: [Direction; 2] = [Direction::Forward, Direction::Reverse];
const ENDINGS: [&str; 3] = ["jsonl", "jsonl.gz", "jsonl.lz4"];

async fn as_it_was(stage: &Stage, spec: &Spec, ranges: &[IdRange], what: &str) {
    for range in ranges {
        for direction in BOTH {
            let (rows, told) = read(spec, *range, direction).await;
            same(
                &rows,
                &stage.inside(*range),
                &format!("{what} {range:?} {direction:?}"),
            );
            assert_eq!(told, Vec::<String>::new(), "{what}");
        }
    }
}

/// Inside of what was archived, across the border, inside of the stream, at both ends, and nowhere.
fn ranges() -> Vec<IdRange> {
    vec![
        IdRange::ALL,
        ids(0, 10),
        ids(1_000, 2_000),
        ids(19_000, 21_000),
        ids(20_000, 20_000),
        ids(25_000, 26_000),
        ids(39_990, 90_000),
        ids(15, 17),
        ids(60_000, 90_000),
    ]
}

#[tokio::test]
async fn a_trimmed_stream_and_its_archive_are_what_the_stream_was() {
    let stage = Stage::with("s", 4_000);
    let paths: Vec<PathBuf> = ENDINGS.map(|e| stage.path(&format!("past.{e}"))).into();
    for path in &paths {
        append(path, &stage.part("s", 0, 20_000));
    }
    // Before the trim, when the stream holds all of it; after it; and when nothing is left there.
    for trimmed_to in [0, 15_000, 20_000] {
        stage.cut("s", trimmed_to);
        for path in &paths {
            let spec = stage.spec(&["s"], &[path]);
            as_it_was(&stage, &spec, &ranges(), &format!("{path:?} {trimmed_to}")).await;
        }
    }
    for path in &paths {
        append(path, &stage.part("s", 20_000, 40_000));
    }
    stage.cut("s", 40_000);
    for path in &paths {
        let spec = stage.spec(&["s"], &[path]);
        as_it_was(&stage, &spec, &ranges(), "an empty stream").await;
    }
    stage.server.run::<u64>("DEL s");
    as_it_was(
        &stage,
        &stage.spec(&["s"], &[&paths[1]]),
        &ranges(),
        "no stream",
    )
    .await;
}

#[tokio::test]
async fn several_streams_in_one_archive_and_several_archives_are_one_log() {
    let mut stage = Stage::new();
    stage.add("a:1", (1..=2_000).map(|n| n * 10));
    stage.add("a:2", (1..=2_000).map(|n| n * 10 + n % 2));
    stage.add("a:3", (500..=600).map(|n| n * 10));
    stage.add("b", (1..=2_000).map(|n| n * 10));
    let (one, two) = (stage.path("one.jsonl.gz"), stage.path("two.jsonl"));
    // One stream after the other, run after run, so that the file is out of order as a whole.
    for (after, to) in [(0, 4_000), (4_000, 8_000), (8_000, 12_000)] {
        stage.trim(&one, "a:1", after, to);
        stage.trim(&one, "a:2", after, to - 1_000);
        append(&one, &stage.part("a:2", to - 1_000, to));
        stage.trim(&one, "b", after, to);
    }
    stage.trim(&two, "a:3", 0, 9_000);
    // A glob does not find it in Redis any more, and the archive has all of it.
    stage.server.run::<u64>("DEL a:3");
    let of = |names: &[&str]| {
        let kept = stage
            .all
            .iter()
            .filter(|row| names.contains(&row.1.as_str()));
        kept.cloned().collect::<Vec<_>>()
    };
    for (asked, names) in [
        (vec!["a:*"], vec!["a:1", "a:2", "a:3"]),
        (vec!["a:2"], vec!["a:2"]),
        (vec!["a:1", "a:3", "b"], vec!["a:1", "a:3", "b"]),
    ] {
        let spec = stage.spec(&asked, &[&one, &two]);
        for range in [IdRange::ALL, ids(3_000, 5_500), ids(11_000, 13_000)] {
            let wanted: Vec<_> = of(&names)
                .into_iter()
                .filter(|row| range.contains(row.0))
                .collect();
            for direction in BOTH {
                let (rows, told) = read(&spec, range, direction).await;
                same(
                    &rows,
                    &wanted,
                    &format!("{asked:?} {range:?} {direction:?}"),
                );
                assert_eq!(told, Vec::<String>::new());
            }
        }
    }
}

#[tokio::test]
async fn an_archive_of_other_streams_is_shown_and_told_and_one_without_names_goes_by_its_own() {
    let stage = Stage::with("s", 100);
    let (other, unnamed) = (stage.path("other.jsonl"), stage.path("s.jsonl"));
    append(
        &other,
        &[(EntryId::new(5, 0), "old:s".to_owned(), "n=5".to_owned())],
    );
    std::fs::write(
        &unnamed,
        "{\"id\":\"6-0\",\"fields\":{\"n\":\"6\"}}\nno id\n",
    )
    .unwrap();
    for direction in BOTH {
        let (rows, told) = read(&stage.spec(&["s"], &[&other]), IdRange::ALL, direction).await;
        assert_eq!((rows.len(), rows[0].1.as_str()), (101, "old:s"));
        assert!(told[0].contains("nothing of `s`") && told[0].contains("`old:s`"));
        let (rows, told) = read(&stage.spec(&["s"], &[&unnamed]), IdRange::ALL, direction).await;
        assert_eq!((rows.len(), rows[0].1.as_str()), (101, "s"));
        assert!(told[0].contains("1 line has no entry id"), "{told:?}");
    }
}

#[tokio::test]
async fn what_was_archived_twice_comes_once_and_what_was_deleted_in_the_stream_stays_deleted() {
    let mut stage = Stage::with("s", 2_000);
    for ending in ENDINGS {
        append(
            &stage.path(&format!("past.{ending}")),
            &stage.part("s", 0, 8_000),
        );
        append(
            &stage.path(&format!("past.{ending}")),
            &stage.part("s", 0, 12_000),
        );
    }
    stage.cut("s", 6_000);
    stage.server.run::<u64>("XDEL s 9000-0");
    stage.all.retain(|row| row.0.ms != 9_000);
    for ending in ENDINGS {
        let spec = stage.spec(&["s"], &[&stage.path(&format!("past.{ending}"))]);
        as_it_was(&stage, &spec, &[IdRange::ALL, ids(5_000, 9_500)], ending).await;
    }
}

#[tokio::test]
async fn one_large_member_is_read_both_ways() {
    let stage = Stage::with("s", 25_000);
    for ending in ["jsonl.gz", "jsonl.lz4"] {
        let path = stage.path(&format!("one.{ending}"));
        let text = lines(&stage.part("s", 0, 240_000));
        std::fs::write(&path, packed(&path, &text)).unwrap();
        stage.cut("s", 240_000);
        let ranges = [IdRange::ALL, ids(99_000, 101_500)];
        as_it_was(&stage, &stage.spec(&["s"], &[&path]), &ranges, ending).await;
    }
}

#[tokio::test]
async fn of_a_torn_archive_what_is_whole_is_read_and_the_rest_told() {
    let stage = Stage::with("s", 2_000);
    for ending in ENDINGS {
        let path = stage.path(&format!("torn.{ending}"));
        append(&path, &stage.part("s", 0, 10_000));
        let next = packed(&path, &lines(&stage.part("s", 10_000, 12_000)));
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(&next[..next.len() / 2]);
        std::fs::write(&path, bytes).unwrap();
        stage.cut("s", 10_000);
        let spec = stage.spec(&["s"], &[&path]);
        for direction in BOTH {
            let (rows, told) = read(&spec, IdRange::ALL, direction).await;
            same(&rows, &stage.all, ending);
            assert!(told[0].contains("what is whole was read"), "{told:?}");
        }
    }
}
