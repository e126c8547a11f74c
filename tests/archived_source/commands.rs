//! The commands, by the real binary.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;

use crate::stage::{Stage, append, lines, packed};

pub fn run(stage: &Stage, arguments: &[&str]) -> Output {
    let home = stage.folder.path();
    let mut command = Command::cargo_bin("lookback").unwrap();
    command
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("TZ", "UTC")
        .env("REDIS_URL", stage.server.url())
        .timeout(Duration::from_secs(60));
    command.output().unwrap()
}

pub fn printed(stage: &Stage, arguments: &[&str]) -> String {
    let output = run(stage, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn complaint(stage: &Stage, arguments: &[&str]) -> (Option<i32>, String) {
    let output = run(stage, arguments);
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn every_reading_command_says_the_same_before_a_trim_and_after_it() {
    let stage = Stage::with("s", 3_000);
    let path = stage.path("past.jsonl.gz");
    let ask: [&[&str]; 7] = [
        &["query", "-s", "s", "--format", "jsonl"],
        &["query", "-s", "s", "--reverse", "--format", "csv"],
        &["query", "-s", "s", "n:>12000", "--limit", "900"],
        &[
            "query", "-s", "s", "--since", "4000-0", "--until", "17000-0",
        ],
        &["query", "-s", "s", "is:duplicate"],
        &["stats", "-s", "s", "--until", "40000-0", "--format", "json"],
        &["replay", "-s", "s", "--speed", "max"],
    ];
    let before: Vec<String> = ask.iter().map(|words| printed(&stage, words)).collect();
    append(&path, &stage.part("s", 0, 16_000));
    stage.cut("s", 15_000);
    for (words, before) in ask.iter().zip(before) {
        let with = [*words, &["--archive", text(&path)]].concat();
        let after = printed(&stage, &with);
        assert!(after == before, "{words:?}: {before} {after}");
        if words[2] == "s" && words[0] == "query" && words.len() == 5 {
            assert_eq!(before.lines().count(), 3_000);
            assert_eq!(printed(&stage, words).lines().count(), 1_500);
        }
    }
}

#[test]
fn what_is_wrong_with_an_archive_is_said() {
    let stage = Stage::with("s", 100);
    let missing = stage.path("no.jsonl");
    let path = stage.path("past.jsonl.gz");
    append(&path, &stage.part("s", 0, 500));
    for command in ["query", "tail", "watch", "stats"] {
        let (code, told) = complaint(&stage, &[command, "-s", "s", "--archive", text(&missing)]);
        assert_eq!(code, Some(1), "{command}: {told}");
        assert!(
            told.contains("no.jsonl cannot be read: No such file"),
            "{told}"
        );
        assert!(told.contains("check --archive"), "{told}");
    }
    let folder = text(stage.folder.path()).to_owned();
    let (code, told) = complaint(&stage, &["query", "-s", "s", "--archive", &folder]);
    assert_eq!((code, told.contains("it is no file")), (Some(1), true));
    for other in [["-f", text(&path)], ["--archive", "-"]] {
        let words = [&["query", "--archive", text(&path)], &other[..]].concat();
        let (code, told) = complaint(&stage, &words);
        assert_eq!(code, Some(2), "{told}");
    }
    let next = packed(&path, &lines(&stage.part("s", 500, 800)));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(&next[..next.len() - 5]);
    std::fs::write(&path, bytes).unwrap();
    stage.cut("s", 500);
    let output = run(&stage, &["query", "-s", "s", "--archive", text(&path)]);
    assert!(output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.starts_with("note: ") && told.contains("what is whole was read"),
        "{told}"
    );
    assert_eq!(output.stdout.split(|b| *b == b'\n').count(), 101);
}

#[test]
fn doctor_shows_the_stream_and_the_archive() {
    let stage = Stage::with("s", 1_000);
    let path = stage.path("past.jsonl.gz");
    stage.trim(&path, "s", 0, 6_000);
    let words = ["doctor", "-s", "s", "--archive", text(&path)];
    let told: Value = serde_json::from_str(&printed(
        &stage,
        &[&words[..], &["--format", "json"]].concat(),
    ))
    .unwrap();
    assert_eq!(told["files"][0]["lines"], 600);
    assert_eq!(told["streams"][0]["length"], 400);
    assert_eq!(told["connected"], true);
    let shown = printed(&stage, &words);
    assert!(
        shown.contains("past.jsonl.gz") && shown.contains("600 lines"),
        "{shown}"
    );
}

#[test]
fn tail_follows_the_stream_and_begins_in_the_archive() {
    let stage = Stage::with("s", 50);
    let path = stage.path("past.jsonl");
    stage.trim(&path, "s", 0, 480);
    let words = [
        "tail",
        "-s",
        "s",
        "--archive",
        text(&path),
        "-n",
        "10",
        "--format",
        "jsonl",
    ];
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_lookback"))
        .args(words)
        .env("REDIS_URL", stage.server.url())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut lines = std::io::BufRead::lines(out).map(|line| {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        line["id"].as_str().unwrap().to_owned()
    });
    let first: Vec<String> = lines.by_ref().take(10).collect();
    let wanted: Vec<String> = (41..=50).map(|n| format!("{}-0", n * 10)).collect();
    assert_eq!(first, wanted);
    stage.server.run::<String>("XADD s 510-0 n 510");
    assert_eq!(lines.next().unwrap(), "510-0");
    child.kill().unwrap();
    child.wait().unwrap();
}
