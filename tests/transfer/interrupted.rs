//! Ended in the middle: by a signal, by kill -9, by a server that goes away.

use std::process::{Child, Command};

use super::place::{Place, eventually, said};
use super::{ENDINGS, content, fill};

const ENTRIES: u64 = 12_000;

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn an_export_that_was_killed_is_gone_on_with_and_has_the_same_checksum() {
    let place = Place::new();
    fill(&place, "memory:events", ENTRIES);
    let whole = place.print(&["export", "-o", "whole.jsonl"]);
    for ending in ENDINGS {
        let file = format!("part.{ending}");
        let path = place.home.path().join(&file);
        let mut child = place.start(&["export", "-o", &file]);
        eventually("something is in the file", || {
            std::fs::metadata(&path).is_ok_and(|there| there.len() > 0)
        });
        child.kill().unwrap();
        child.wait().unwrap();
        place.print(&["export", "-o", &file, "--resume"]);
        let verified = place.print(&["export", "--verify", &file]);
        assert!(verified.ends_with("equal\n"), "{ending}: {verified}");
        assert_eq!(
            content(&verified, "file"),
            content(&whole, "written"),
            "{ending}"
        );
    }
}

#[test]
fn an_export_that_is_asked_to_end_ends_with_a_whole_line_and_says_how_to_go_on() {
    let place = Place::new();
    fill(&place, "memory:events", ENTRIES);
    let path = place.home.path().join("a.jsonl");
    let child = place.start(&["export", "-o", "a.jsonl"]);
    eventually("something is in the file", || {
        std::fs::metadata(&path).is_ok_and(|there| there.len() > 0)
    });
    signal(&child, "-TERM");
    let output = child.wait_with_output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert!(text.contains("go on with --resume"), "{text}");
    let written = std::fs::read(&path).unwrap();
    assert_eq!(written.last(), Some(&b'\n'));
    let last = written[..written.len() - 1]
        .split(|b| *b == b'\n')
        .next_back()
        .unwrap();
    assert!(serde_json::from_slice::<serde_json::Value>(last).is_ok());
    place.print(&["export", "-o", "a.jsonl", "--resume"]);
    assert!(
        place
            .print(&["export", "--verify", "a.jsonl"])
            .ends_with("equal\n")
    );
}

#[test]
fn an_import_that_was_killed_is_gone_on_with_exactly_once() {
    let place = Place::new();
    fill(&place, "from", 8_000);
    place.print(&["export", "-s", "from", "-o", "a.jsonl.gz"]);
    for round in 1..=2 {
        let mut arguments = vec!["import", "a.jsonl.gz", "-s", "to", "--keep-ids"];
        if round > 1 {
            arguments.push("--resume");
        }
        let mut child = place.start(&arguments);
        eventually("some are imported", || place.length("to") >= round * 1_500);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(
            place.length("to") < 8_000,
            "it was killed too late to say anything"
        );
    }
    let again = place.run(&["import", "a.jsonl.gz", "-s", "to", "--keep-ids"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        said(&again).contains("--resume goes on behind"),
        "{}",
        said(&again)
    );
    let output = place.run(&["import", "a.jsonl.gz", "-s", "to", "--keep-ids", "--resume"]);
    assert!(output.status.success(), "{}", said(&output));
    let verified = place.print(&["export", "--verify", "a.jsonl.gz", "-s", "to"]);
    assert!(verified.ends_with("equal\n"), "{verified}");
    // Once more there is nothing to do.
    let output = place.run(&["import", "a.jsonl.gz", "-s", "to", "--keep-ids", "--resume"]);
    assert!(
        said(&output).contains("imported 0 entries into to; 8,000 were there before"),
        "{}",
        said(&output)
    );
}

#[test]
fn with_keep_ids_a_server_that_restarts_costs_nothing_and_doubles_nothing() {
    let mut place = Place::new();
    fill(&place, "from", 8_000);
    place.print(&["export", "-s", "from", "-o", "a.jsonl"]);
    let child = place.start(&["import", "a.jsonl", "-s", "to", "--keep-ids"]);
    for part in [2_000, 5_000] {
        eventually("some are imported", || place.length("to") >= part);
        place.server.stop();
        place.server.start();
    }
    let output = child.wait_with_output().unwrap();
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("imported 8,000 entries into to"), "{text}");
    let verified = place.print(&["export", "--verify", "a.jsonl", "-s", "to"]);
    assert!(verified.ends_with("equal\n"), "{verified}");
}

#[test]
fn without_keep_ids_it_says_what_is_in_doubt() {
    let mut place = Place::new();
    fill(&place, "from", 8_000);
    place.print(&["export", "-s", "from", "-o", "a.jsonl"]);
    let child = place.start(&["import", "a.jsonl", "-s", "to"]);
    eventually("some are imported", || place.length("to") >= 1_000);
    place.server.stop();
    let output = child.wait_with_output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(
        text.contains("may or may not have been written") && text.contains("--skip"),
        "{text}"
    );
}

#[test]
fn an_import_that_is_asked_to_end_says_how_to_go_on() {
    let place = Place::new();
    fill(&place, "from", 8_000);
    place.print(&["export", "-s", "from", "-o", "a.jsonl"]);
    let child = place.start(&["import", "a.jsonl", "-s", "to"]);
    eventually("some are imported", || place.length("to") >= 1_000);
    signal(&child, "-INT");
    let output = child.wait_with_output().unwrap();
    let text = said(&output);
    assert_eq!(output.status.code(), Some(130), "{text}");
    let skip = text.split("go on with --skip ").nth(1).unwrap().trim();
    assert_eq!(skip, place.length("to").to_string());
    place.print(&["import", "a.jsonl", "-s", "to", "--skip", skip]);
    let order: Vec<String> = (0..8_000).map(|n| n.to_string()).collect();
    assert!(place.values("to", "n") == order, "another order");
}
