//! `query` prints what the server holds, each entry once.

use serde_json::Value;

use super::Place;

const START: u64 = 1_700_000_000_000;
const EACH: u64 = 10_000;

/// Two streams whose entries take turns, one every millisecond.
fn place() -> Place {
    let place = Place::new();
    for (stream, phase) in [("s:even", 0), ("s:odd", 1)] {
        let id = |n: u64| format!("{}-7", START + 2 * n + phase);
        let fields: Vec<(&[u8], &[u8])> = vec![
            (b"type", b"message.added"),
            (b"session_id", b"sess-1"),
            (b"content", b"one, \"two\" and three"),
        ];
        let entries = (0..EACH).map(|n| (id(n), fields.clone()));
        place.add(stream.as_bytes(), entries);
    }
    place
}

fn after(line: &Value) -> u64 {
    let id = line["id"].as_str().unwrap();
    let ms: u64 = id.strip_suffix("-7").unwrap().parse().unwrap();
    ms - START
}

fn ids(place: &Place, arguments: &[&str]) -> Vec<u64> {
    place.json_lines(arguments).iter().map(after).collect()
}

#[test]
fn every_entry_comes_once_and_in_order_in_every_form() {
    let place = place();
    let length: u64 = place.server.run("XLEN s:even");
    assert_eq!(length, EACH);
    let even: Vec<u64> = (0..EACH).map(|n| 2 * n).collect();
    let all: Vec<u64> = (0..2 * EACH).collect();
    assert_eq!(ids(&place, &["query", "-s", "s:even"]), even);
    assert_eq!(ids(&place, &["query", "-s", "s:even", "-s", "s:odd"]), all);
    assert_eq!(ids(&place, &["query", "-s", "s:*"]), all);

    let array = place.json(&["query", "-s", "s:*"]);
    let array: Vec<u64> = array.as_array().unwrap().iter().map(after).collect();
    assert_eq!(array, all);
    let csv = place.print(&["query", "-s", "s:*", "--format", "csv"]);
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(csv.split_terminator("\r\n").count(), all.len() + 1);
    let text = place.print(&["query", "-s", "s:*"]);
    assert_eq!(String::from_utf8(text).unwrap().lines().count(), all.len());
}

#[test]
fn borders_reverse_and_limit_hold_over_several_streams() {
    let place = place();
    let (from, to) = (
        format!("{}-7", START + 3_001),
        format!("{}-7", START + 7_000),
    );
    let between = ["query", "-s", "s:*", "--since", &from, "--until", &to];
    let inside: Vec<u64> = (3_001..=7_000).collect();
    assert_eq!(ids(&place, &between), inside);
    let backwards = |mut ids: Vec<u64>| {
        ids.reverse();
        ids
    };
    let reverse = [&between[..], &["--reverse"]].concat();
    assert_eq!(backwards(ids(&place, &reverse)), inside);
    let few = [&between[..], &["--reverse", "--limit", "5"]].concat();
    assert_eq!(ids(&place, &few), [7_000, 6_999, 6_998, 6_997, 6_996]);
    let few = [&between[..], &["--limit", "2"]].concat();
    assert_eq!(ids(&place, &few), [3_001, 3_002]);
    // A whole second, by the clock.
    let second = [
        "--since",
        "2023-11-14T22:13:21Z",
        "--until",
        "2023-11-14T22:13:22Z",
    ];
    let second = [&["query", "-s", "s:odd"][..], &second].concat();
    let found = ids(&place, &second);
    assert_eq!((found.first(), found.last()), (Some(&1_001), Some(&1_999)));
    assert_eq!(found.len(), 500);
    assert!(
        ids(
            &place,
            &["query", "-s", "s:*", "stream:s:odd", "--limit", "3"]
        )
        .iter()
        .all(|after| after % 2 == 1)
    );
}
