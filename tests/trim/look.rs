//! What it says before anything is done.

use super::{Place, STREAM, shown};

#[test]
fn a_look_sends_nothing_that_writes_and_needs_no_rights_to() {
    let place = Place::new();
    place.fill(1, 100);
    place.group("g", 40, 20);
    let _: () = place.run("ACL SETUSER looker on >pw ~* +@read +@connection");
    let _: () = place.run("CONFIG RESETSTAT");
    let url = place.server.url().replace("redis://", "redis://looker:pw@");
    let seen = place.trimmed(&format!("--max-len 10 -r {url} --archive never.gz"));
    assert_eq!(
        (&seen["would_remove"], &seen["removed"]),
        (&20.into(), &serde_json::Value::Null)
    );
    place.trimmed("--older-than 1d --exact --force");
    let stats: String = place.run("INFO commandstats");
    let own = ["config|resetstat", "client|setinfo", "info", "config"];
    for line in stats
        .lines()
        .filter_map(|line| line.strip_prefix("cmdstat_"))
    {
        let name = line.split(':').next().unwrap();
        let reads = [
            "hello",
            "auth",
            "ping",
            "xinfo|stream",
            "xinfo|groups",
            "xpending",
            "xrange",
            "memory|usage",
        ];
        assert!(reads.contains(&name) || own.contains(&name), "{name}");
    }
    assert_eq!(place.length(), 100);
    assert!(!place.path("never.gz").exists());
}

#[test]
fn it_says_for_every_stream_what_would_go_and_what_would_stay() {
    let place = Place::new();
    place.fill(1, 50);
    place.fill_stream("memory:other", 1, 7);
    let output = place.trim("-s memory:* --max-len 10");
    let told = shown(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    for words in [
        "memory:events  50 entries\n",
        "40 entries (80.0 %), about ",
        "1-0  1970-01-01 00:00:00.001 +00:00\n",
        "40-0  1970-01-01 00:00:00.040 +00:00\n",
        "10 entries, and up to about a hundred more",
        "memory:other  7 entries, none of which is to go\n",
        "hint: nothing was deleted; add --yes to do it\n",
    ] {
        assert!(told.contains(words), "`{words}` in {told}");
    }
    let json = place.trimmed("--max-len 10");
    assert_eq!(
        (&json["border"], &json["first"], &json["last"]),
        (&"40-1".into(), &"1-0".into(), &"40-0".into())
    );
    assert!(json["bytes"].as_u64().is_some_and(|bytes| bytes > 0));
}

#[test]
fn where_there_is_nothing_to_do_it_says_so_calmly() {
    let place = Place::new();
    let told = |flags: &str| {
        let output = place.trim(flags);
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        shown(&output)
    };
    for yes in ["", " --yes --exact"] {
        assert!(told(&format!("--max-len 5{yes}")).contains("does not exist: nothing to trim"));
    }
    assert!(told("-s none:* --max-len 5 --yes").contains("no stream matches `none:*`"));
    place.fill(1, 5);
    for flags in [
        "--max-len 5",
        "--max-len 9999 --yes",
        "--max-len 18446744073709551615 --yes --archive a.gz",
        "--older-than 50000w --yes",
    ] {
        assert!(
            told(flags).contains("5 entries, none of which is to go\n"),
            "{flags}"
        );
    }
    assert!(!place.path("a.gz").exists());
    let _: u64 = place.run(&format!("XTRIM {STREAM} MAXLEN 0"));
    assert!(told("--max-len 0 --yes --archive a.gz").contains("holds no entries"));
    place.fill(6, 9);
    let all = place.trimmed("--older-than 1d --yes --exact");
    assert_eq!((&all["removed"], place.length()), (&4.into(), 0));
}

#[test]
fn what_cannot_be_done_is_refused_with_a_hint() {
    let place = Place::new();
    let _: () = place.run("SET text x");
    for (flags, status, word) in [
        ("", 2, "--max-len N or --older-than"),
        ("--archive x.gz --yes", 2, "--max-len N or --older-than"),
        ("-f x.jsonl --max-len 5", 2, "names a file"),
        (
            "--max-len 5 --archive x.gz -s a -s b",
            2,
            "an archive holds one stream",
        ),
        (
            "--max-len 5 --archive x.gz -s a*",
            2,
            "an archive holds one stream",
        ),
        ("--max-len 5 -s text", 1, "`text` is not a stream"),
        ("--max-len 5 -s text --yes", 1, "`text` is not a stream"),
        ("--max-len 5 -r 127.0.0.1:1", 3, "nothing listens"),
        (
            "--max-len 5 --yes -r 127.0.0.1:1 --every 1h",
            3,
            "nothing listens",
        ),
    ] {
        place.refused(flags, status, &[word]);
    }
    for flags in [
        "--max-len -1",
        "--older-than 7",
        "--older-than 0s",
        "--max-len 5 --every 1h",
        "--max-len 5 --every 0s --yes",
    ] {
        assert_eq!(place.trim(flags).status.code(), Some(2), "{flags}");
    }
    // One of several that fails does not keep the others.
    place.fill(1, 50);
    place.refused(
        &format!("-s {STREAM} -s text --max-len 10 --yes --exact"),
        1,
        &["`text` is not", "removed"],
    );
    assert_eq!(place.length(), 10);
}

#[test]
fn either_limit_lets_entries_go_and_the_newest_id_is_never_lost() {
    let place = Place::new();
    place.fill(1, 40);
    let now: (u64, u64) = place.run("TIME");
    let young = now.0 * 1_000;
    place.fill(young, young + 59);
    let both = place.trimmed("--max-len 90 --older-than 1h --yes --exact");
    assert_eq!((&both["removed"], place.length()), (&40.into(), 60));
    place.trimmed("--max-len 20 --older-than 1h --yes --exact");
    assert_eq!(place.ids(), (young + 40..=young + 59).collect::<Vec<_>>());
    let state: Vec<redis::Value> = place.run(&format!("XINFO STREAM {STREAM}"));
    let added = state
        .windows(2)
        .find(|pair| pair[0] == redis::Value::BulkString(b"entries-added".to_vec()));
    assert_eq!(added.unwrap()[1], redis::Value::Int(100));
}

#[test]
fn approximately_takes_whole_nodes_only_and_names_of_any_bytes_are_safe() {
    let place = Place::new();
    place.fill(1, 100);
    let seen = place.trimmed("--max-len 45 --yes");
    assert_eq!(
        (&seen["would_remove"], &seen["removed"], place.length()),
        (&55.into(), &50.into(), 50)
    );
    let name = "memory:\u{1b}[2Jx";
    place.fill_stream(name, 1, 20);
    let output = place.trim("-s memory:* --max-len 10 --yes");
    assert!(!output.stdout.contains(&0x1b), "{}", shown(&output));
    assert_eq!(super::ids_of(&place.server, name).len(), 10);
}
