//! What copies look like.

use std::time::Instant;

use super::{Place, entries, said};
use crate::support::redis_server::RedisServer;

#[test]
fn copies_are_the_originals_with_a_mark_behind_them_in_their_order() {
    let place = Place::new();
    let hostile: Vec<(&[u8], &[u8])> = vec![
        (b"type", b"message.added"),
        (b"", b""),
        (b"\x1b[2J\0\xff", b"\r\n\x1b]0;x\x07\xfe"),
        (b"twice", b"1"),
        (b"twice", b"2"),
        (b"replayed_from", b"first/1-1"),
        (b"base64:eA==", "{\"base64\":\"eA==\"} \u{202e}".as_bytes()),
    ];
    let mut pipe = redis::pipe();
    let big = vec![b'x'; 3 << 20];
    for ms in 1..=1_200_u64 {
        let command = pipe.cmd("XADD").arg("s/a").arg(format!("{ms}-0"));
        for (name, value) in &hostile {
            command.arg(*name).arg(*value);
        }
        if ms % 400 == 0 {
            command.arg("big").arg(&big);
        }
        command.ignore();
    }
    pipe.query::<()>(&mut place.server.connection()).unwrap();

    let told = place.copy(&["replay", "-s", "s/a", "--to", "copies", "--speed", "max"]);
    assert!(
        told.contains("replayed: 1,200 entries to `copies`"),
        "{told}"
    );
    assert!(!told.contains("drift"), "no schedule, no drift: {told}");
    let copies = place.entries("copies");
    let wanted = place.entries("s/a").into_iter().map(|(id, mut fields)| {
        let mark = format!("s/a/{id}").into_bytes();
        fields.push((b"replayed_from".to_vec(), mark));
        fields
    });
    let found = copies.iter().map(|(_, fields)| fields.clone());
    assert!(found.eq(wanted));
    let (first, last) = (&copies[0].0, &copies[1_199].0);
    assert!(
        told.contains(&format!("copies: {first} to {last}")),
        "{told}"
    );
}

#[test]
fn a_copy_of_a_copy_names_the_first_origin_first() {
    let place = Place::new();
    place.fill("a", [7]);
    place.copy(&["replay", "-s", "a", "--to", "b"]);
    let id = place.entries("b")[0].0.clone();
    place.copy(&["replay", "-s", "b", "--to", "c"]);
    let fields = &place.entries("c")[0].1;
    let marks: Vec<String> = fields[1..]
        .iter()
        .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
        .collect();
    assert_eq!(marks, ["a/7-0".to_owned(), format!("b/{id}")]);
}

#[test]
fn several_streams_become_one_in_the_order_of_their_ids_and_filters_and_borders_hold() {
    let place = Place::new();
    place.fill("s:even", (0..2_000).map(|n| 1_000 + 2 * n));
    place.fill("s:odd", (0..2_000).map(|n| 1_001 + 2 * n));
    place.fill("s:tied", [1_500, 1_501]);
    let all = ["replay", "-s", "s:*", "--to", "copies", "--speed", "max"];
    place.copy(
        &[
            &all[..],
            &["--since", "1100-0", "--until", "4000-0", "-n:1200"],
        ]
        .concat(),
    );
    let mut wanted: Vec<String> = (1_100..=4_000)
        .filter(|ms| *ms != 1_200)
        .map(|ms| format!("s:{}/{ms}-0", if ms % 2 == 0 { "even" } else { "odd" }))
        .collect();
    for ms in [1_500, 1_501] {
        let at = wanted
            .iter()
            .position(|mark| mark.ends_with(&format!("/{ms}-0")))
            .unwrap();
        wanted.insert(at + 1, format!("s:tied/{ms}-0"));
    }
    assert_eq!(place.marks("copies"), wanted);
}

#[test]
fn copies_go_to_another_server_also_under_the_same_name_and_its_password_is_its_own() {
    let place = Place::new();
    place.fill("s", 1..=30);
    let other = RedisServer::with(&["--requirepass", "hush"]);
    let to = [
        "replay",
        "-s",
        "s",
        "--to",
        "s",
        "--speed",
        "max",
        "--to-redis",
    ];
    let url = other.url();
    let arguments = [&to[..], &[&url]].concat();
    let refused = place.run(&arguments);
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    let mut command = place.command(&arguments);
    let output = command.env("REDIS_TO_PASSWORD", "hush").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!said(&output).contains("hush"), "{output:?}");
    assert_eq!(place.entries("s").len(), 30);
    let url = other.url().replace("redis://", "redis://:hush@");
    place.copy(&[
        "replay",
        "-r",
        &url,
        "-s",
        "s",
        "--to",
        "back",
        "--speed",
        "max",
        "--to-redis",
        &place.server.url(),
    ]);
    assert_eq!(place.marks("back").len(), 30);
    assert_eq!(entries(&place.server, "back")[29].1.len(), 3);
}

#[test]
fn the_rhythm_is_kept_and_drift_is_told() {
    let place = Place::new();
    place.fill("s", (0..10).map(|n| 1_000 + n * 100));
    let began = Instant::now();
    let told = place.copy(&["replay", "-s", "s", "--to", "copies", "--speed", "2x"]);
    assert!(began.elapsed().as_millis() >= 450, "{told}");
    assert!(
        told.contains("drift: ") && told.contains(" at the end"),
        "{told}"
    );
    // Copies were sent when they were due and not at the end.
    let ids: Vec<u64> = place
        .entries("copies")
        .iter()
        .map(|(id, _)| id.split('-').next().unwrap().parse().unwrap())
        .collect();
    assert!(ids[9] - ids[0] >= 430, "{ids:?}");
}

#[test]
fn a_dry_run_counts_and_writes_nothing_and_max_len_bounds_the_target() {
    let place = Place::new();
    place.fill("s", (0..5_000).map(|n| 1_000 + n * 1_000));
    let to = ["replay", "-s", "s", "--to", "copies"];
    let told = place.copy(&[&to[..], &["--dry-run", "--idle", "100ms"]].concat());
    assert!(
        told.contains("5,000 entries would be copied, in 8 min 19 s"),
        "{told}"
    );
    let told = place.copy(&[&to[..], &["--dry-run", "--speed", "max"]].concat());
    assert!(told.contains("as fast as the server takes them"), "{told}");
    assert!(place.entries("copies").is_empty());
    place.copy(&[&to[..], &["--speed", "max", "--max-len", "1000"]].concat());
    let left: u64 = place.server.run("XLEN copies");
    assert!((1_000..1_200).contains(&left), "{left}");
    let none = place.copy(&[&to[..], &["--since", "9999999999999"]].concat());
    assert!(none.contains("nothing to replay"), "{none}");
}

#[test]
fn a_file_is_copied_to_the_server_of_the_configuration() {
    let place = Place::new();
    let path = place.home.path().join("a.jsonl");
    std::fs::write(
        &path,
        "{\"id\":\"5-0\",\"stream\":\"x\",\"fields\":{\"n\":\"1\"}}\n{\"id\":\"6-0\",\"stream\":\"x\",\"fields\":{\"n\":{\"base64\":\"/w==\"}}}\n",
    )
    .unwrap();
    place.copy(&[
        "replay",
        "-f",
        path.to_str().unwrap(),
        "--to",
        "x",
        "--speed",
        "max",
    ]);
    assert_eq!(place.marks("x"), ["x/5-0", "x/6-0"]);
    assert_eq!(place.entries("x")[1].1[0], (b"n".to_vec(), vec![0xff]));
}
