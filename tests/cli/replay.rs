//! `replay` writes what `query` prints, each line when it is due. When that is, is tested beside the schedule.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use super::*;

fn ids(text: &str) -> Vec<String> {
    let lines = json_lines(text);
    let id = |line: &Value| line["id"].as_str().unwrap().to_owned();
    lines.iter().map(id).collect()
}

fn start(place: &Place, arguments: &[&str]) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin("lookback"))
        .arg("replay")
        .args(arguments)
        .current_dir(place.0.path())
        .env_clear()
        .env("HOME", place.0.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

fn with_many() -> Place {
    let place = Place::new();
    let many: String = (0..50_000).map(|n| entry(n, &[("type", "x")])).collect();
    place.write("log.jsonl", many);
    place
}

#[test]
fn what_it_writes_is_what_query_prints_in_every_form() {
    let place = with_conversation();
    let range = ["--since", "2023-11-14T22:13:25Z", "-type:session.ended"];
    for format in ["text", "jsonl", "csv"] {
        let of = |command: &[&str]| {
            let rest = ["-f", "log.jsonl", "--format", format];
            place.print(&[command, &rest, &range].concat())
        };
        let wanted = of(&["query"]);
        assert!(wanted.lines().count() >= 6, "{wanted}");
        assert_eq!(of(&["replay", "--speed", "max"]), wanted);
        assert_eq!(of(&["replay", "--rate", "100000"]), wanted);
        assert_eq!(of(&["replay", "--idle", "3ms"]), wanted);
        assert_eq!(of(&["replay", "--speed", "100000x"]), wanted);
    }
}

#[test]
fn a_pipe_is_replayed_in_its_order_without_waiting_for_times_that_go_back() {
    let place = Place::new();
    let backwards = entry(900_000, &[("type", "a")]) + &entry(5, &[("type", "b")]);
    let mut command = place.command(&["replay", "-f", "-", "--format", "jsonl"]);
    let output = command.write_stdin(backwards).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let lines = json_lines(&String::from_utf8(output.stdout).unwrap());
    let types: Vec<&Value> = lines.iter().map(|line| &line["type"]).collect();
    assert_eq!(types, ["a", "b"]);
}

#[test]
fn a_wrong_pace_says_what_a_right_one_looks_like() {
    let place = with_conversation();
    for (arguments, word) in [
        (&["--speed", "0"][..], "more than 0"),
        (&["--speed", "-2x"], "more than 0"),
        (&["--speed", "fast"], "2x, 0.5x, 10"),
        (&["--rate", "0"], "more than 0"),
        (&["--rate", "-1"], "more than 0"),
        (&["--rate", "many"], "events a second"),
        (&["--idle", "2"], "2s"),
        (&["--idle", "-2s"], "2s"),
        (&["--format", "json"], "jsonl"),
        (&["--rate", "5", "--speed", "2x"], "cannot be used with"),
        (&["--rate", "5", "--idle", "2s"], "cannot be used with"),
    ] {
        let output = place.run(&[&["replay", "-f", "log.jsonl"], arguments].concat());
        let told = errors(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.starts_with("error: "), "{arguments:?}: {told}");
        assert!(told.contains(word), "{arguments:?}: {told}");
        assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
    }
}

#[test]
fn an_empty_range_and_a_filter_without_a_match_say_so() {
    let place = with_conversation();
    for (arguments, word) in [
        (["--since", "2030-01-01"], "--since"),
        (["user:nobody", "user:x"], "filter"),
    ] {
        let output = place.run(&[&["replay", "-f", "log.jsonl"], &arguments[..]].concat());
        let told = errors(&output);
        assert!(output.status.success() && output.stdout.is_empty());
        assert!(told.starts_with("note: nothing to replay"), "{told}");
        assert!(told.contains(word), "{told}");
    }
}

#[test]
fn a_line_is_out_before_the_next_is_due_and_ctrl_c_ends_the_wait() {
    let place = Place::new();
    let an_hour = 3_600_000;
    place.write(
        "log.jsonl",
        entry(0, &[("type", "x")]) + &entry(an_hour, &[("type", "x")]),
    );
    let mut child = start(&place, &["-f", "log.jsonl", "--format", "jsonl"]);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(ids(&line), ["1700000000000-0"]);
    interrupt(&child);
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_slow_reader_loses_nothing() {
    let place = with_many();
    let fast = ["-f", "log.jsonl", "--format", "jsonl", "--speed", "max"];
    let mut child = start(&place, &fast);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    out.read_line(&mut text).unwrap();
    // The pipe is full long before the log is over.
    assert!(child.try_wait().unwrap().is_none());
    out.read_to_string(&mut text).unwrap();
    let wanted: Vec<String> = (0..50_000).map(|n| format!("{}-0", START + n)).collect();
    assert_eq!(ids(&text), wanted);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_never_reads_does_not_keep_ctrl_c_from_ending_it() {
    let place = with_many();
    let mut child = start(&place, &["-f", "log.jsonl", "--speed", "max"]);
    let mut first = [0];
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut first)
        .unwrap();
    let status = loop {
        interrupt(&child);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
    };
    assert_eq!(status.code(), Some(130));
}

#[test]
fn a_reader_that_had_enough_is_no_error() {
    let place = with_many();
    let mut child = start(&place, &["-f", "log.jsonl", "--speed", "max"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}
