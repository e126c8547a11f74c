//! Files and streams that an import does not take.

use std::fs;

use super::fill;
use super::place::{Place, said};

fn entry(id: &str) -> String {
    format!("{{\"id\":\"{id}\",\"stream\":\"s\",\"fields\":{{\"a\":\"{id}\"}}}}\n")
}

/// Imports a text from a file and from a pipe; both have to say this. From a file nothing is written.
fn refused(place: &Place, text: &str, flags: &[&str], wanted: &str) {
    fs::write(place.home.path().join("wrong.jsonl"), text).unwrap();
    let from_file = place.run(&[&["import", "wrong.jsonl"], flags].concat());
    let said_of_file = said(&from_file);
    assert_eq!(from_file.status.code(), Some(1), "{said_of_file}");
    assert!(said_of_file.contains(wanted), "{wanted}: {said_of_file}");
    assert!(
        said_of_file.contains("nothing was imported"),
        "{said_of_file}"
    );
    let keys: Vec<String> = place.server.run("KEYS *");
    assert_eq!(keys, Vec::<String>::new());
    let from_pipe = place.feed(&[&["import", "-"], flags].concat(), text.as_bytes());
    assert_eq!(from_pipe.status.code(), Some(1), "{}", said(&from_pipe));
    assert!(
        said(&from_pipe).contains(wanted),
        "{wanted}: {}",
        said(&from_pipe)
    );
    let () = place.server.run("FLUSHALL");
}

#[test]
fn a_line_that_does_not_hold_is_named_by_its_number() {
    let place = Place::new();
    let keep: &[&str] = &["--keep-ids"];
    for (second, flags, wanted) in [
        ("{\"a\":".to_owned(), &[][..], "it is no JSON"),
        ("{\"a\":1}".to_owned(), &[], "it has no `fields`"),
        (
            "{\"id\":\"9-0\",\"fields\":{\"a\":\"b\"}}".to_owned(),
            &[],
            "it names no stream",
        ),
        (entry("5-1"), keep, "is not after 5-1"),
        (entry("5-0"), keep, "is not after 5-1"),
        (entry("0-0"), keep, "no id that a stream can hold"),
        (entry("x"), keep, "no id that a stream can hold"),
        (
            "{\"lookback\":\"end\",\"entries\":2}".to_owned(),
            &[],
            "a note that this version does not know",
        ),
    ] {
        let text = format!("{}{}\n{}", entry("5-1"), second.trim_end(), entry("99-0"));
        let wanted = wanted.to_owned();
        refused(&place, &text, flags, &wanted);
        let output = place.run(&[&["import", "wrong.jsonl"], flags].concat());
        assert!(
            said(&output).contains("line 2 of wrong.jsonl: "),
            "{}",
            said(&output)
        );
    }
}

#[test]
fn a_note_that_says_something_else_is_found() {
    let place = Place::new();
    fill(&place, "memory:events", 50);
    place.print(&["export", "-o", "a.jsonl"]);
    let () = place.server.run("DEL memory:events");
    let text = fs::read_to_string(place.home.path().join("a.jsonl")).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    refused(
        &place,
        &text.replacen("next step", "last step", 1),
        &[],
        "checksum is not that of the 50 entries",
    );
    let shorter = [&lines[..20], &lines[21..]].concat().concat();
    refused(
        &place,
        &shorter,
        &[],
        "the note counts 50 entries, and 49 stand before it",
    );
    let torn = [lines.concat(), lines[0].to_owned()].concat();
    refused(&place, &torn, &[], "stand behind its last note");
    // Without a note it is taken, with a remark.
    fs::write(place.home.path().join("plain.jsonl"), lines[..50].concat()).unwrap();
    let output = place.run(&["import", "plain.jsonl"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("has no note"), "{}", said(&output));
}

#[test]
fn a_stream_that_holds_something_else_is_not_gone_on_with() {
    let place = Place::new();
    fill(&place, "memory:events", 50);
    place.print(&["export", "-o", "a.jsonl"]);
    let import =
        |stream: &str| place.run(&["import", "a.jsonl", "-s", stream, "--keep-ids", "--resume"]);
    for (stream, id, wanted) in [
        ("other-fields", "1000003-1", "is not what the file says"),
        ("between", "1000003-7", "which is no entry of the file"),
        ("behind", "2000000-1", "which is no entry of the file"),
    ] {
        let () = place.server.run(&format!("XADD {stream} {id} a b"));
        let output = import(stream);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(
            said(&output).contains(wanted),
            "{wanted}: {}",
            said(&output)
        );
        assert_eq!(place.length(stream), 1);
    }
    // Its last entries were deleted, and Redis takes no id before them again.
    let () = place.server.run("XADD deleted 1000010-1 a b");
    let () = place.server.run("XDEL deleted 1000010-1");
    let output = import("deleted");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("its last entries were deleted"),
        "{}",
        said(&output)
    );
    let () = place.server.run("SET text x");
    let output = import("text");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(
        said(&output).contains("`text` is not a stream"),
        "{}",
        said(&output)
    );
}

#[test]
fn what_cannot_be_meant_is_a_usage_error() {
    let place = Place::new();
    for arguments in [
        &["import"][..],
        &["import", "a.jsonl", "--resume"],
        &["import", "a.jsonl", "--keep-ids", "--skip", "3"],
        &["import", "a.jsonl", "-s", "a", "-s", "b"],
        &["import", "a.jsonl", "-s", "a*"],
        &["export"],
        &["export", "-o", "-", "--resume"],
        &["export", "--verify", "a.jsonl", "type:x"],
        &["export", "-o", "a", "--force", "--resume"],
    ] {
        let output = place.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            said(&output)
        );
    }
    let output = place.run(&["import", "missing.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("missing.jsonl does not exist"),
        "{}",
        said(&output)
    );
}
