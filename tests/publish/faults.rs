//! A server that does not take events: clear words, exit status 1, and nothing lost silently.

use super::events::{events, lines_of};
use super::place::{Place, eventually, said};

/// With and without --once the same words.
const WAYS: [&[&str]; 2] = [&["publish"], &["publish", "--once"]];

fn refused(place: &Place, wanted: &str) {
    for way in WAYS {
        let output = place.feed(way, events(3).as_bytes());
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{way:?}: {text}");
        assert!(text.contains(wanted), "{way:?}: {text}");
        assert!(
            text.contains("no events were published, and line 1 is the first that was not"),
            "{way:?}: {text}"
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_key_of_another_type() {
    let place = Place::new();
    let () = place.server.run("SET memory:events x");
    refused(&place, "`memory:events` is not a stream");
}

#[test]
fn a_replica() {
    let place = Place::new();
    let () = place.server.run("REPLICAOF 127.0.0.1 1");
    refused(&place, "is a replica, which takes no writes");
}

#[test]
fn a_disk_that_cannot_be_written() {
    let place = Place::new();
    let directory: Vec<String> = place.server.run("CONFIG GET dir");
    // A directory in the place of the file: also root cannot write over it.
    std::fs::create_dir(format!("{}/dump.rdb", directory[1])).unwrap();
    let () = redis::cmd("CONFIG")
        .arg("SET")
        .arg("save")
        .arg("3600 1")
        .query(&mut place.server.connection())
        .unwrap();
    let () = place.server.run("BGSAVE");
    eventually("the save fails", || {
        let told: String = place.server.run("INFO persistence");
        told.contains("rdb_last_bgsave_status:err")
    });
    refused(&place, "cannot save its data to disk and takes no writes");
}

#[test]
fn a_user_without_the_right() {
    let place = Place::new();
    let () = place
        .server
        .run("ACL SETUSER reader on >pw ~* +@read +@connection +@scripting +time");
    let url = place.server.url().replace("redis://", "redis://reader:pw@");
    for way in WAYS {
        let output = place.feed(&[way, &["-r", &url]].concat(), events(1).as_bytes());
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("the user may not do this"), "{text}");
        assert!(!text.contains("pw@"), "{text}");
    }
}

#[test]
fn a_server_that_is_not_there() {
    let mut place = Place::new();
    place.server.stop();
    for way in WAYS {
        let output = place.feed(way, events(1).as_bytes());
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    }
}

#[test]
fn a_server_that_runs_out_of_memory_says_how_far_it_came_and_the_rest_can_follow() {
    let place = Place::with(&["--maxmemory", "4mb", "--maxmemory-policy", "noeviction"]);
    let input = events(40_000);
    let output = place.feed(&["publish", "--once"], input.as_bytes());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("is out of memory and takes no more entries"),
        "{text}"
    );
    let written = place.length("memory:events");
    assert!((1..40_000).contains(&written), "{written}");
    // Each that is written was told, and no other.
    assert_eq!(lines_of(&output.stdout).len(), written);
    let ids = place.values("memory:events", "n");
    let missing = (0..40_000).find(|n| !ids.contains(&n.to_string()));
    let first = format!("line {} is the first that was not", missing.unwrap() + 1);
    assert!(text.contains(&first), "{first}: {text}");
    let () = place.server.run("CONFIG SET maxmemory 0");
    let output = place.feed(&["publish", "--once", "-q"], input.as_bytes());
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(place.length("memory:events"), 40_000);
}
