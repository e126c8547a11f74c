//! Files that are there, torn, or gone on with.

use std::fs;

use super::place::{Place, said};
use super::{ENDINGS, content, fill};

#[test]
fn a_file_is_not_written_over_unless_that_is_asked_for() {
    let place = Place::new();
    fill(&place, "memory:events", 10);
    let path = place.home.path().join("a.jsonl");
    fs::write(&path, "precious").unwrap();
    let output = place.run(&["export", "-o", "a.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("--resume goes on with it, --force writes over it"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    // What is no export is not gone on with either.
    let output = place.run(&["export", "-o", "a.jsonl", "--resume"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    let output = place.run(&["export", "-f", "a.jsonl", "-o", "./a.jsonl", "--force"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    place.print(&["export", "-o", "a.jsonl", "--force"]);
    assert!(
        place
            .print(&["export", "--verify", "a.jsonl"])
            .ends_with("equal\n")
    );
}

#[test]
fn a_server_that_is_not_there_leaves_no_file() {
    let mut place = Place::new();
    place.server.stop();
    let output = place.run(&["export", "-o", "a.jsonl"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(!place.home.path().join("a.jsonl").exists());
}

#[test]
fn a_torn_file_is_gone_on_with_behind_its_last_whole_entry() {
    let place = Place::new();
    fill(&place, "memory:events", 12_000);
    let whole = place.print(&["export", "-o", "whole.jsonl"]);
    for ending in ENDINGS {
        let file = format!("torn.{ending}");
        let path = place.home.path().join(&file);
        place.print(&["export", "-o", &file]);
        let size = fs::metadata(&path).unwrap().len();
        let torn = fs::OpenOptions::new().write(true).open(&path).unwrap();
        torn.set_len(size * 9 / 10).unwrap();
        let output = place.run(&["export", "--verify", &file, "--file-only"]);
        assert_eq!(output.status.code(), Some(1), "{ending}: {}", said(&output));
        let output = place.run(&["export", "-o", &file, "--resume"]);
        assert!(output.status.success(), "{ending}: {}", said(&output));
        assert!(
            said(&output).contains("cut off"),
            "{ending}: {}",
            said(&output)
        );
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
fn a_finished_file_takes_what_came_since() {
    let place = Place::new();
    fill(&place, "memory:events", 1_000);
    place.print(&["export", "-o", "a.jsonl.gz"]);
    place.print(&["publish", "--type", "later"]);
    let output = place.run(&["export", "-o", "a.jsonl.gz", "--resume"]);
    assert!(
        said(&output).contains("exported 1 entry to"),
        "{}",
        said(&output)
    );
    let verified = place.print(&["export", "--verify", "a.jsonl.gz"]);
    assert!(
        verified.starts_with("file    1,001 entries") && verified.ends_with("equal\n"),
        "{verified}"
    );
}

#[test]
fn entries_of_two_streams_with_one_id_are_neither_lost_nor_doubled_at_a_tear() {
    let place = Place::new();
    for stream in ["a:1", "a:2", "a:3"] {
        fill(&place, stream, 40);
    }
    place.print(&["export", "-s", "a:*", "-o", "whole.jsonl"]);
    let whole = fs::read_to_string(place.home.path().join("whole.jsonl")).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    for kept in [1, 2, 3, 61, 119, 120] {
        let torn = lines[..kept].concat();
        fs::write(place.home.path().join("torn.jsonl"), torn).unwrap();
        place.print(&["export", "-s", "a:*", "-o", "torn.jsonl", "--resume"]);
        let text = fs::read_to_string(place.home.path().join("torn.jsonl")).unwrap();
        assert_eq!(text, whole, "{kept} lines kept");
    }
}
