//! The command `spikes`, on files.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

const START: u64 = 1_700_000_000_000;
const MINUTE: u64 = 60_000;

/// Twenty minutes with an event every 400 ms that took 200 ms. In the 11th minute ten seconds of errors, in the 14th ten of 3 s; the 16th to
/// the 18th are silent.
fn story(folder: &TempDir) -> PathBuf {
    let mut text = String::new();
    for at in (0..20 * MINUTE).step_by(100) {
        let within = |from: u64| (from * MINUTE..from * MINUTE + 10_000).contains(&at);
        let silent = (15 * MINUTE..18 * MINUTE).contains(&at);
        if silent || !(at % 400 == 0 || within(10) || within(13)) {
            continue;
        }
        let kind = if within(10) {
            "error.occurred"
        } else {
            "message.added"
        };
        let latency_ms = if within(13) {
            3_000
        } else {
            200 + at / 1_000 % 7
        };
        let id = START + at;
        let fields = format!(r#"{{"type":"{kind}","latency_ms":"{latency_ms}"}}"#);
        writeln!(text, r#"{{"id":"{id}-0","stream":"s","fields":{fields}}}"#).unwrap();
    }
    let path = folder.path().join("story.jsonl");
    std::fs::write(&path, text).unwrap();
    path
}

fn lookback(story: &PathBuf, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("lookback").unwrap();
    command.args(["spikes", "--config", "/dev/null", "--utc", "-f"]);
    command.arg(story).args(args);
    command
}

fn found(story: &PathBuf, args: &[&str]) -> Vec<Value> {
    let args = [args, &["--format", "json"]].concat();
    let out = lookback(story, &args).assert().success();
    serde_json::from_slice(&out.get_output().stdout).unwrap()
}

fn told(spikes: &[Value]) -> Vec<String> {
    let told = spikes.iter().map(|s| {
        let clock = |key: &str| s[key].as_str().unwrap()[11..19].to_owned();
        format!(
            "{} {}-{}",
            s["series"].as_str().unwrap(),
            clock("start"),
            clock("end")
        )
    });
    told.collect()
}

#[test]
fn every_series_is_found_with_start_and_end() {
    let folder = tempfile::tempdir().unwrap();
    let spikes = found(&story(&folder), &[]);
    // The story begins at 22:13:20, the border of a bucket.
    let wanted = [
        "events 22:23:20-22:23:30",
        "errors 22:23:20-22:23:30",
        "events 22:26:20-22:26:30",
        "latency 22:26:20-22:26:30",
        "silence 22:28:20-22:31:20",
    ];
    assert_eq!(told(&spikes), wanted);
    let latency = &spikes[3];
    assert!((2_800.0..3_200.0).contains(&latency["peak"].as_f64().unwrap()));
    assert!((190.0..220.0).contains(&latency["expected"].as_f64().unwrap()));
    assert_eq!(latency["open"], false);
    let errors = &spikes[1];
    assert!((errors["peak"].as_f64().unwrap() - 10.0).abs() < 1e-9);
    assert_eq!(errors["raised"], errors["end"]);
}

#[test]
fn a_series_a_filter_and_another_bucket_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let story = story(&folder);
    let only = found(&story, &["--series", "latency,silence"]);
    assert_eq!(
        told(&only),
        ["latency 22:26:20-22:26:30", "silence 22:28:20-22:31:20"]
    );
    let calm = found(&story, &["--series", "errors", "-type:error.*"]);
    assert_eq!(calm, Vec::<Value>::new());
    let fine = found(&story, &["--bucket", "1s", "--series", "errors"]);
    assert_eq!(told(&fine), ["errors 22:23:20-22:23:30"]);
    assert_eq!(
        fine[0]["raised"], "2023-11-14T22:23:23.000Z",
        "after three errors"
    );
}

#[test]
fn what_it_says_of_a_range_that_ends_earlier_is_what_it_said_then() {
    let folder = tempfile::tempdir().unwrap();
    let story = story(&folder);
    let until = |time| {
        let until = format!("2023-11-14T{time}Z");
        told(&found(&story, &["--until", &until]))
    };
    assert_eq!(
        until("22:23:29"),
        Vec::<String>::new(),
        "the bucket is not over"
    );
    assert_eq!(until("22:23:30").len(), 2);
    let silent = found(
        &story,
        &["--until", "2023-11-14T22:30:00Z", "--series", "silence"],
    );
    assert_eq!(told(&silent), ["silence 22:28:20-22:30:00"]);
    assert_eq!(silent[0]["open"], true);
}

#[test]
fn all_formats_have_all_spikes() {
    let folder = tempfile::tempdir().unwrap();
    let story = story(&folder);
    for (format, lines) in [("text", 6), ("jsonl", 5), ("csv", 6)] {
        let out = lookback(&story, &["--format", format]).assert().success();
        let text = String::from_utf8(out.get_output().stdout.clone()).unwrap();
        assert_eq!(text.lines().count(), lines, "{text}");
    }
    let out = lookback(&story, &["--series", "errors"]).assert().success();
    let text = String::from_utf8(out.get_output().stdout.clone()).unwrap();
    assert!(text.contains("2023-11-14 22:23:20  errors"), "{text}");
}

#[test]
fn a_wrong_series_bucket_or_configuration_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let story = story(&folder);
    let fails = |args: &[&str], word: &str| {
        let out = lookback(&story, args).assert().code(2);
        let told = String::from_utf8(out.get_output().stderr.clone()).unwrap();
        assert!(told.contains(word), "{told}");
    };
    fails(&["--series", "error"], "events, errors, latency, silence");
    fails(&["--bucket", "2s"], "10s");
}

#[test]
fn the_configuration_says_what_is_abnormal() {
    let folder = tempfile::tempdir().unwrap();
    let story = story(&folder);
    let config = folder.path().join("config.toml");
    std::fs::write(
        &config,
        "[spikes]\nleast_latency = '5s'\nfewest_errors = 101\n",
    )
    .unwrap();
    let mut command = Command::cargo_bin("lookback").unwrap();
    command.args([
        "spikes",
        "--format",
        "jsonl",
        "--series",
        "errors,latency",
        "--config",
    ]);
    let out = command.arg(config).arg("-f").arg(story).assert().success();
    assert!(out.get_output().stdout.is_empty());
}
