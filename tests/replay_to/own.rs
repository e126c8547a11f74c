//! Copying into the stream that is read.

use super::{Place, said};

#[test]
fn the_stream_that_is_read_is_refused_by_name_by_glob_and_by_another_address() {
    let place = Place::new();
    place.fill("events:a", 1..=5);
    let socket = place.server.socket().display().to_string();
    let url = place.server.url().replace("127.0.0.1", "localhost");
    for (arguments, wanted) in [
        (vec!["-s", "events:a"], 2),
        (vec!["-s", "events:*"], 2),
        (vec!["-s", "ev[a-f]nts:?"], 2),
        (vec!["-s", "events:a", "--to-redis", &socket], 2),
        (vec!["-s", "events:*", "--to-redis", &url], 2),
        (vec!["-s", "events:*", "--force"], 2),
    ] {
        let replay = ["replay", "--to", "events:a", "--speed", "max"];
        let output = place.run(&[&replay[..], &arguments].concat());
        assert_eq!(
            output.status.code(),
            Some(wanted),
            "{arguments:?}: {output:?}"
        );
        assert!(said(&output).contains("--"), "no hint: {output:?}");
        assert_eq!(place.entries("events:a").len(), 5, "{arguments:?}");
    }
    // A name that no stream has yet, which the glob would take in next time.
    let output = place.run(&["replay", "-s", "events:*", "--to", "events:copies"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    // Another database of the same server is another place.
    let url = format!("{}/1", place.server.url());
    place.copy(&[
        "replay",
        "-s",
        "events:a",
        "--to",
        "events:a",
        "--to-redis",
        &url,
        "--speed",
        "max",
    ]);
}

#[test]
fn forced_into_itself_it_ends_with_what_was_there() {
    let place = Place::new();
    place.fill("s", 1..=3_000);
    let own = [
        "replay", "-s", "s", "--to", "s", "--speed", "max", "--force",
    ];
    let told = place.copy(&own);
    assert!(told.contains("3,000 entries"), "{told}");
    assert_eq!(place.entries("s").len(), 6_000);
    let told = place.copy(&own);
    assert!(told.contains("6,000 entries"), "{told}");
    let marks = place
        .entries("s")
        .into_iter()
        .filter(|(_, fields)| fields.len() == 3);
    assert_eq!(marks.count(), 3_000, "copies of copies have both marks");
}
