//! There and back.

use super::place::{Place, said};
use super::{ENDINGS, content, entries, fill};

/// Entries that are hard to write down.
fn hostile(place: &Place, stream: &str) {
    let large = vec![b'x'; 5 << 20];
    let odd: Vec<Vec<(&[u8], &[u8])>> = vec![
        vec![(b"a", b"1"), (b"a", b"2"), (b"a", b"")],
        vec![(b"", b""), (b"\xff\xfe", b"\x00\x01\xff")],
        vec![
            (b"base64:eA==", b"{\"base64\":\"eA==\"}"),
            (b"n\nl", b"line\r\n\x1b[2J"),
        ],
        vec![(b"large", &large), (b"type", b"x")],
        vec![(b"fields", b"{\"a\":1}"), (b"lookback", b"end")],
    ];
    let mut pipe = redis::pipe();
    for (n, fields) in odd.iter().enumerate() {
        let command = pipe.cmd("XADD").arg(stream).arg(format!("7-{}", n + 1));
        for (name, value) in fields {
            command.arg(*name).arg(*value);
        }
        command.ignore();
    }
    pipe.cmd("XADD")
        .arg(stream)
        .arg(format!("{0}-{0}", u64::MAX))
        .arg("a")
        .arg("b")
        .ignore();
    pipe.query::<()>(&mut place.server.connection()).unwrap();
}

#[test]
fn what_was_exported_comes_back_byte_for_byte_under_its_ids() {
    let place = Place::new();
    hostile(&place, "from");
    let there = entries(&place, "from");
    assert_eq!(there.len(), 6);
    for ending in ENDINGS {
        let file = format!("odd.{ending}");
        let printed = place.print(&["export", "-s", "from", "-o", &file]);
        let into = format!("to:{ending}");
        let imported = place.print(&["import", &file, "-s", &into, "--keep-ids"]);
        assert_eq!(
            content(&printed, "written"),
            content(&imported, "read"),
            "{ending}"
        );
        assert!(
            entries(&place, &into) == there,
            "{ending}: other entries came back"
        );
        let verified = place.print(&["export", "--verify", &file, "-s", &into]);
        assert_eq!(content(&verified, "file"), content(&verified, "source"));
        assert!(verified.ends_with("equal\n"), "{verified}");
        // By the names in the file.
        assert!(
            place
                .print(&["export", "--verify", &file])
                .ends_with("equal\n")
        );
    }
}

#[test]
fn without_keep_ids_entries_get_new_ids_and_keep_their_order() {
    let place = Place::new();
    fill(&place, "from", 1_500);
    place.print(&["export", "-s", "from", "-o", "a.jsonl"]);
    let () = place.server.run("DEL from");
    // By the name in the file; and again, behind what is there.
    place.print(&["import", "a.jsonl"]);
    place.print(&["import", "a.jsonl", "--skip", "1000"]);
    let order: Vec<String> = (0..1_500)
        .chain(1_000..1_500)
        .map(|n| n.to_string())
        .collect();
    assert!(place.values("from", "n") == order, "another order");
    assert!(entries(&place, "from")[0].0.len() > 13, "a new id");
}

#[test]
fn several_streams_go_into_one_file_and_back_to_each() {
    let place = Place::new();
    for stream in ["a:1", "a:2"] {
        fill(&place, stream, 700);
    }
    let before = (entries(&place, "a:1"), entries(&place, "a:2"));
    place.print(&["export", "-s", "a:*", "-o", "both.jsonl.lz4"]);
    let () = place.server.run("DEL a:1 a:2");
    place.print(&["import", "both.jsonl.lz4", "--keep-ids"]);
    assert!((entries(&place, "a:1"), entries(&place, "a:2")) == before);
    assert!(
        place
            .print(&["export", "--verify", "both.jsonl.lz4"])
            .ends_with("equal\n")
    );
}

#[test]
fn a_pipe_works_both_ways() {
    let place = Place::new();
    fill(&place, "from", 1_000);
    let output = place.run(&["export", "-s", "from", "-o", "-"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(memchr::memchr_iter(b'\n', &output.stdout).count(), 1_001);
    let output = place.feed(&["import", "-", "-s", "to", "--keep-ids"], &output.stdout);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("count and checksum are those of its note"));
    assert!(entries(&place, "to") == entries(&place, "from"));
}

#[test]
fn a_filter_and_a_range_are_kept_to_also_by_verify() {
    let place = Place::new();
    fill(&place, "memory:events", 2_000);
    let arguments = [
        "export",
        "-o",
        "some.jsonl.gz",
        "--since",
        "1000100-0",
        "--until",
        "1000200-0",
        "session:3",
    ];
    place.print(&arguments);
    let verified = place.print(&["export", "--verify", "some.jsonl.gz"]);
    assert!(verified.ends_with("equal\n"), "{verified}");
    let expected = (100..200).filter(|n| n % 31 == 3).count();
    assert!(
        verified.starts_with(&format!("file    {expected} entries")),
        "{verified}"
    );
    // A file of files is a source too.
    place.print(&["export", "-f", "some.jsonl.gz", "-o", "again.jsonl"]);
    assert_eq!(
        content(
            &place.print(&["export", "--verify", "again.jsonl", "--file-only"]),
            "file"
        ),
        content(&verified, "file")
    );
}
