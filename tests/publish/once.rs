//! An event id is published once, whoever sends it and however often.

use std::collections::HashSet;

use super::events::{events, lines_of};
use super::place::{Place, said};

#[test]
fn a_second_try_is_told_the_entry_that_is_there() {
    let place = Place::new();
    let arguments = [
        "publish", "--type", "a", "--id", "e1", "--once", "--format", "jsonl",
    ];
    let tell = || -> serde_json::Value { serde_json::from_str(&place.print(&arguments)).unwrap() };
    let (first, second) = (tell(), tell());
    assert_eq!(
        (&first["duplicate"], &second["duplicate"]),
        (&false.into(), &true.into())
    );
    assert_eq!(first["id"], second["id"]);
    assert_eq!(place.length("memory:events"), 1);
    // Elsewhere it is another event.
    let elsewhere = [
        "publish", "--type", "a", "--id", "e1", "--once", "-s", "other",
    ];
    place.print(&elsewhere);
    assert_eq!(place.length("other"), 1);
}

#[test]
fn the_same_id_twice_in_one_batch_is_one_entry() {
    let place = Place::new();
    let input = events(100).repeat(3);
    let output = place.feed(&["publish", "--once"], input.as_bytes());
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("published 100 events") && text.contains("200 were there before"),
        "{text}"
    );
    let printed = lines_of(&output.stdout);
    assert_eq!(printed.len(), 300);
    assert_eq!(printed.iter().collect::<HashSet<_>>().len(), 100);
    assert_eq!(place.length("memory:events"), 100);
}

#[test]
fn two_publishers_that_race_over_the_same_ids_write_each_once() {
    let place = Place::new();
    let input = events(10_000);
    let outputs: Vec<_> = std::thread::scope(|scope| {
        let both =
            [(), ()].map(|()| scope.spawn(|| place.feed(&["publish", "--once"], input.as_bytes())));
        both.map(|one| one.join().unwrap()).into()
    });
    for output in &outputs {
        assert!(output.status.success(), "{}", said(output));
    }
    assert_eq!(place.length("memory:events"), 10_000);
    // Both were told the same entry for each event.
    let told = outputs.iter().map(|o| lines_of(&o.stdout));
    let told: Vec<Vec<String>> = told.collect();
    assert_eq!(told[0], told[1]);
    let ids: HashSet<String> = place.values("memory:events", "id").into_iter().collect();
    assert_eq!(ids.len(), 10_000);
}

#[test]
fn ids_are_kept_in_hashes_that_expire() {
    let place = Place::new();
    place.print(&[
        "publish",
        "--type",
        "a",
        "--id",
        "e1",
        "--once",
        "--once-for",
        "1h",
    ]);
    let keys: Vec<String> = place.server.run("KEYS memory:events:once:3600:*");
    assert_eq!(keys.len(), 1);
    let left: i64 = place.server.run(&format!("TTL {}", keys[0]));
    assert!((7_100..=7_200).contains(&left), "{left}");
}

#[test]
fn an_id_of_the_epoch_before_and_of_the_one_after_is_still_known() {
    let place = Place::new();
    let now: Vec<u64> = place.server.run("TIME");
    let epoch = now[0] / 604_800;
    for (n, epoch) in [(1, epoch - 1), (2, epoch + 1)] {
        let () = place.server.run(&format!(
            "HSET memory:events:once:604800:{epoch} e{n} 7-{n}"
        ));
        let id = format!("e{n}");
        let printed = place.print(&["publish", "--type", "a", "--id", &id, "--once"]);
        assert_eq!(printed.trim(), format!("7-{n}"));
    }
    let () = place.server.run(&format!(
        "HSET memory:events:once:604800:{} e3 7-3",
        epoch - 2
    ));
    place.print(&["publish", "--type", "a", "--id", "e3", "--once"]);
    assert_eq!(place.length("memory:events"), 1);
}

#[test]
fn a_line_without_an_id_cannot_be_published_once() {
    let place = Place::new();
    let output = place.feed(
        &["publish", "--once"],
        b"{\"id\":\"e1\",\"type\":\"a\"}\n{\"type\":\"a\"}\n",
    );
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("line 2") && text.contains("without an id of its own"),
        "{text}"
    );
}

#[test]
fn a_key_of_another_type_in_the_place_of_the_ids_changes_nothing() {
    let place = Place::new();
    let now: Vec<u64> = place.server.run("TIME");
    let () = place.server.run(&format!(
        "SET memory:events:once:604800:{} x",
        now[0] / 604_800
    ));
    let output = place.run(&["publish", "--type", "a", "--id", "e1", "--once"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(place.length("memory:events"), 0);
}
