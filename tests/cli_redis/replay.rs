//! `replay` writes what the server holds, each entry once, in the order of the log.

use super::Place;

const EACH: u64 = 6_000;

#[test]
fn several_streams_are_replayed_as_one_and_complete() {
    let place = Place::new();
    for (stream, phase) in [("s:even", 0), ("s:odd", 1)] {
        let fields: Vec<(&[u8], &[u8])> = vec![(b"type", b"message.added")];
        let entries = (0..EACH).map(|n| (format!("{}-0", 1_000 + 2 * n + phase), fields.clone()));
        place.add(stream.as_bytes(), entries);
    }
    let replay = ["replay", "-s", "s:*", "--since", "1100-0"];
    let wanted: Vec<u64> = (1_100..1_000 + 2 * EACH).collect();
    for pace in [["--speed", "max"], ["--rate", "1000000"]] {
        let lines = place.json_lines(&[&replay[..], &pace].concat());
        let ms = |line: &serde_json::Value| {
            let id = line["id"].as_str().unwrap();
            id.strip_suffix("-0").unwrap().parse().unwrap()
        };
        let found: Vec<u64> = lines.iter().map(ms).collect();
        assert_eq!(found, wanted, "{pace:?}");
    }
}

#[test]
fn a_missing_server_and_a_missing_stream_end_as_documented() {
    let place = Place::new();
    let away = place.run(&["-r", "127.0.0.1:1", "replay"]);
    assert_eq!(away.status.code(), Some(3), "{away:?}");
    let missing = place.run(&["replay", "-s", "none"]);
    assert_eq!(missing.status.code(), Some(1), "{missing:?}");
}
