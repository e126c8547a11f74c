//! Moments as they are written, read at noon UTC.

use lookback::model::{EntryId, time::rfc3339};
use lookback::query::{Moment, parse_moment};

use super::NOON;

#[test]
fn a_moment_is_what_a_person_means_by_it() {
    let table = [
        ("now", "2026-11-23T12:00:00.000Z"),
        ("-10m", "2026-11-23T11:50:00.000Z"),
        ("1h30m", "2026-11-23T10:30:00.000Z"),
        ("1w", "2026-11-16T12:00:00.000Z"),
        ("11:58", "2026-11-23T11:58:00.000Z"),
        ("9:05:07", "2026-11-23T09:05:07.000Z"),
        ("12:01", "2026-11-22T12:01:00.000Z"),
        ("today 14:00", "2026-11-23T14:00:00.000Z"),
        ("yesterday 9:00", "2026-11-22T09:00:00.000Z"),
        ("yesterday", "2026-11-22T00:00:00.000Z"),
        ("2026-11-20", "2026-11-20T00:00:00.000Z"),
        ("2026-11-20 08:30", "2026-11-20T08:30:00.000Z"),
        ("2026-11-20T08:30:01.250Z", "2026-11-20T08:30:01.250Z"),
        ("2026-11-20T08:30+01:00", "2026-11-20T07:30:00.000Z"),
        ("1700000000", "2023-11-14T22:13:20.000Z"),
        ("1700000000123", "2023-11-14T22:13:20.123Z"),
        ("1950-01-01", "1970-01-01T00:00:00.000Z"),
        ("999999999w", "1970-01-01T00:00:00.000Z"),
    ];
    for (text, want) in table {
        let Ok(Moment::At(ms)) = parse_moment(text, NOON) else {
            panic!("{text} is a time");
        };
        let found = i64::try_from(ms).ok().and_then(rfc3339);
        assert_eq!(found.as_deref(), Some(want), "{text}");
    }
    let id = Moment::Id(EntryId::new(5, 3));
    assert_eq!(parse_moment("5-3", NOON), Ok(id));
}

#[test]
fn what_is_no_moment_is_said_to_be_none() {
    for text in [
        "",
        "-",
        "5",
        "10y",
        "24:00",
        "2026-02-30",
        "2026",
        "tomorrow",
        "-14:02",
        "today",
        "é",
        "2026-11-20Tx",
        "12:00 ü:+",
    ] {
        let found = parse_moment(text, NOON);
        assert_eq!(found.is_err(), text != "today", "{text}: {found:?}");
    }
}

/// The entries from a moment on, by the binary in a zone with summer time.
fn from(moment: &str, ids: &[u64]) -> Vec<u64> {
    let folder = tempfile::tempdir().unwrap();
    let lines: Vec<String> = ids
        .iter()
        .map(|ms| format!(r#"{{"id":"{ms}-0","stream":"s","fields":{{"n":"{ms}"}}}}"#))
        .collect();
    std::fs::write(folder.path().join("entries.jsonl"), lines.join("\n")).unwrap();
    let mut command = assert_cmd::Command::cargo_bin("lookback").unwrap();
    command
        .args([
            "query",
            "--format",
            "jsonl",
            "-f",
            "entries.jsonl",
            "--since",
            moment,
        ])
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let found = text.lines().map(|line| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        event["fields"]["n"].as_str().unwrap().parse().unwrap()
    });
    found.collect()
}

#[test]
fn a_time_that_the_clock_skips_or_shows_twice_is_the_earlier_reading() {
    let days = [
        // 02:00 to 03:00 does not exist: read as summer time.
        ("2026-03-29 02:30", "2026-03-29T00:30:00Z"),
        ("2026-03-29 01:30", "2026-03-29T00:30:00Z"),
        ("2026-03-29 03:30", "2026-03-29T01:30:00Z"),
        // 02:00 to 03:00 comes twice: the first is summer time.
        ("2026-10-25 02:30", "2026-10-25T00:30:00Z"),
        ("2026-10-25 03:30", "2026-10-25T02:30:00Z"),
    ];
    for (local, utc) in days {
        let Ok(Moment::At(ms)) = parse_moment(utc, NOON) else {
            panic!("{utc} is a time");
        };
        assert_eq!(from(local, &[ms - 1, ms, ms + 1]), [ms, ms + 1], "{local}");
    }
}
