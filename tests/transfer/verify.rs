//! `export --verify` finds what differs.

use std::fs;

use super::fill;
use super::place::{Place, said};

fn place() -> Place {
    let place = Place::new();
    fill(&place, "memory:events", 3_000);
    place.print(&["export", "-o", "a.jsonl.gz"]);
    place
}

fn differs(place: &Place, wanted: &str) {
    let output = place.run(&["export", "--verify", "a.jsonl.gz"]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains(wanted), "{wanted}: {text}");
    // The file itself holds.
    place.print(&["export", "--verify", "a.jsonl.gz", "--file-only"]);
}

#[test]
fn an_entry_that_was_deleted_at_the_source_is_named() {
    let place = place();
    let () = place.server.run("XDEL memory:events 1002345-1");
    differs(
        &place,
        "differ from 1002345-1 on: that entry is not in the source",
    );
}

#[test]
fn what_was_trimmed_at_the_source_is_named() {
    let place = place();
    let () = place.server.run("XTRIM memory:events MAXLEN 1000");
    differs(
        &place,
        "differ from 1000000-1 on: that entry is not in the source",
    );
    let () = place.server.run("XTRIM memory:events MAXLEN 0");
    differs(
        &place,
        "differ from 1000000-1 on: that entry is not in the source",
    );
}

#[test]
fn another_stream_is_told_from_the_one_that_was_exported() {
    let place = place();
    let () = place.server.run("XADD other 1000000-1 a b");
    let output = place.run(&["export", "--verify", "a.jsonl.gz", "-s", "other"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("has other fields in the file"),
        "{}",
        said(&output)
    );
}

#[test]
fn what_came_later_is_no_difference() {
    let place = place();
    let () = place.server.run("XADD memory:events 2000000-1 a b");
    assert!(
        place
            .print(&["export", "--verify", "a.jsonl.gz"])
            .ends_with("equal\n")
    );
}

#[test]
fn an_altered_file_is_found_without_the_source() {
    let mut place = Place::new();
    fill(&place, "memory:events", 200);
    place.print(&["export", "-o", "a.jsonl"]);
    let path = place.home.path().join("a.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("next step", "last step", 1)).unwrap();
    place.server.stop();
    let output = place.run(&["export", "--verify", "a.jsonl"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("altered"), "{}", said(&output));
}
