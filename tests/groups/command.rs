//! The command `groups`, by the real binary.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

use super::support::pty::{Key, Pty};
use super::*;

/// A server with one stream of ten entries, whose group `audit-group` has read five; and a home of its own.
struct Place {
    server: RedisServer,
    home: TempDir,
}

impl Place {
    fn new() -> Self {
        let server = RedisServer::new();
        add(&server, "memory:events", 1, 10);
        server.run::<()>("XGROUP CREATE memory:events audit-group 0");
        read(&server, "memory:events", "audit-group", "worker-1", 4);
        read(&server, "memory:events", "audit-group", "worker-2", 1);
        Self {
            server,
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let home = self.home.path().display().to_string();
        vec![
            ("HOME", home.clone()),
            ("XDG_CONFIG_HOME", home),
            (
                "XDG_STATE_HOME",
                self.home.path().join("state").display().to_string(),
            ),
            ("USER", "ann".to_owned()),
            ("TZ", "UTC".to_owned()),
            ("REDIS_URL", self.server.url()),
        ]
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::cargo_bin("lookback").unwrap();
        command.arg("groups").args(arguments).env_clear();
        command
            .envs(self.environment())
            .timeout(Duration::from_secs(60));
        command.output().unwrap()
    }

    /// Standard output of a run that must succeed.
    fn print(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.extend(["--format", "json"]);
        serde_json::from_str(&self.print(&all)).unwrap()
    }

    /// Exit status and stderr of a run that must fail.
    fn fail(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        assert!(
            !output.status.success() && output.stdout.is_empty(),
            "{arguments:?}: {output:?}"
        );
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }

    fn journal(&self) -> PathBuf {
        self.home.path().join("state/lookback/actions.jsonl")
    }

    fn pending(&self) -> u64 {
        self.json(&[])[0]["pending"].as_u64().unwrap()
    }
}

#[test]
fn the_table_shows_streams_groups_and_consumers_aligned() {
    let place = Place::new();
    let text = place.print(&["--consumers"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0].split_whitespace().collect::<Vec<_>>(),
        ["STREAM", "LENGTH", "MEMORY", "TRIMMED", "FIRST", "LAST"]
    );
    assert!(lines[1].starts_with("memory:events      10  "), "{text}");
    assert_eq!(
        lines[3],
        "GROUP        CONSUMERS  PENDING  LAG  DELIVERABLE  LOST  BEHIND  LAST DELIVERED"
    );
    assert_eq!(
        lines[4],
        "audit-group          2        5    5            5     0    5 ms  5-0"
    );
    assert!(
        lines[7].starts_with("audit-group  worker-1        4  "),
        "{text}"
    );
    assert!(
        !text.contains('\x1b') && text.lines().all(|line| line.trim_end() == line),
        "{text}"
    );
}

#[test]
fn json_has_the_documented_keys_and_null_where_nothing_is_known() {
    let place = Place::new();
    place
        .server
        .run::<()>("XGROUP CREATE memory:events odd 5-0");
    add(&place.server, "alone", 1, 1);
    let rows = place.json(&["-s", "memory:events", "-s", "alone"]);
    let keys: Vec<&String> = rows[0].as_object().unwrap().keys().take(9).collect();
    assert_eq!(
        keys,
        [
            "stream",
            "group",
            "consumers",
            "pending",
            "lag",
            "deliverable",
            "lost",
            "last_delivered",
            "behind_ms"
        ]
    );
    assert_eq!(
        (&rows[0]["group"], &rows[0]["deliverable"]),
        (&Value::from("audit-group"), &Value::from(5))
    );
    assert_eq!(
        (&rows[1]["lag"], &rows[1]["deliverable"]),
        (&Value::Null, &Value::from(5))
    );
    assert_eq!(
        (&rows[2]["stream"], &rows[2]["group"]),
        (&Value::from("alone"), &Value::Null)
    );
    let listed = place.json(&["--consumers"]);
    assert_eq!(listed[0]["consumer_list"][1]["consumer"], "worker-2");
    let csv = place.print(&["--format", "csv"]);
    assert!(
        csv.lines()
            .nth(1)
            .unwrap()
            .starts_with("memory:events,audit-group,2,5,5,5,0,5-0,5,5,1-0,10,"),
        "{csv}"
    );
}

#[test]
fn what_is_not_known_of_the_lag_is_counted_on_demand() {
    let place = Place::new();
    add(&place.server, "long", 1, 4_500);
    place.server.run::<u64>("XTRIM long MAXLEN = 4000");
    place.server.run::<()>("XGROUP CREATE long g 2500-0");
    let asked = |arguments: &[&str]| place.json(arguments)[0]["deliverable"].clone();
    assert_eq!(asked(&["-s", "long"]), Value::Null);
    assert!(place.print(&["-s", "long"]).contains(" n/a "));
    assert_eq!(asked(&["-s", "long", "--recount"]), 2_000);
}

#[test]
fn pending_entries_are_listed_with_what_they_say() {
    let place = Place::new();
    place.server.run::<u64>("XDEL memory:events 2-0");
    let text = place.print(&["--pending", "audit-group"]);
    let lines: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0], ["ID", "AGE", "DELIVERIES", "CONSUMER", "ENTRY"]);
    assert_eq!(
        (lines.len(), lines[1][0], lines[2].last()),
        (6, "1-0", Some(&"deleted"))
    );
    assert!(text.contains("message.added  n=1"), "{text}");
    let rows = place.json(&["--pending", "audit-group", "--count", "2"]);
    assert_eq!(rows.as_array().unwrap().len(), 2);
    assert_eq!(
        (&rows[0]["deleted"], &rows[0]["fields"]["n"]),
        (&Value::from(false), &Value::from("1"))
    );
    assert_eq!(
        (&rows[1]["deleted"], &rows[1]["fields"]),
        (&Value::from(true), &Value::Null)
    );
    let (status, said) = place.fail(&["--pending", "nobody"]);
    assert!(
        status == 1 && said.contains("no group `nobody`") && said.contains("audit-group"),
        "{said}"
    );
}

#[test]
fn a_missing_stream_and_a_wrong_type_are_told_and_only_nothing_at_all_is_a_failure() {
    let place = Place::new();
    place.server.run::<()>("SET text hello");
    let output = place.run(&["-s", "memory:events", "-s", "text", "-s", "nope"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("note: nope: there is no such stream"),
        "{said}"
    );
    assert!(
        said.contains("note: text: `text` is not a stream"),
        "{said}"
    );
    assert_eq!(place.run(&["-s", "nope"]).status.code(), Some(1));
    assert_eq!(place.run(&["-r", "127.0.0.1:1"]).status.code(), Some(3));
    assert_eq!(place.run(&["-f", "x.jsonl"]).status.code(), Some(2));
}

#[test]
fn watch_looks_again_until_it_is_interrupted() {
    let place = Place::new();
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("lookback"))
        .args(["groups", "--watch", "200ms", "--format", "jsonl"])
        .env_clear()
        .envs(place.environment())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut pending = || {
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        line["pending"].as_u64().unwrap()
    };
    assert_eq!(pending(), 5);
    read(&place.server, "memory:events", "audit-group", "worker-1", 2);
    while pending() != 7 {}
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&child),
        rustix::process::Signal::INT,
    )
    .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn without_a_change_only_what_reads_is_sent() {
    let place = Place::new();
    place.server.run::<()>("CONFIG RESETSTAT");
    place.print(&["--consumers"]);
    place.print(&["--pending", "audit-group"]);
    place.print(&["destroy", "audit-group", "--dry-run"]);
    let stats: String = place.server.run("INFO commandstats");
    let names: Vec<&str> = stats
        .lines()
        .filter_map(|line| line.strip_prefix("cmdstat_")?.split(':').next())
        .collect();
    for name in &names {
        let reads = [
            "xinfo|",
            "xpending",
            "memory|usage",
            "xrange",
            "xrevrange",
            "hello",
            "config|resetstat",
            "info",
            "client|setinfo",
        ];
        assert!(
            reads.iter().any(|known| name.starts_with(known)),
            "{names:?}"
        );
    }
}

#[test]
fn a_change_asks_says_what_it_does_and_stands_in_the_journal() {
    let place = Place::new();
    let (status, said) = place.fail(&["ack", "audit-group", "1-0"]);
    assert!(status == 2 && said.contains("--yes"), "{said}");
    assert!(
        place.pending() == 5
            && fs::read_to_string(place.journal())
                .unwrap_or_default()
                .is_empty()
    );
    let sentence = place.print(&["ack", "audit-group", "1-0", "2-0", "9-0", "--dry-run"]);
    assert_eq!(
        sentence,
        "acknowledge 2 pending entries of group audit-group in memory:events: they will not be delivered again\n"
    );
    let output = place.run(&["ack", "audit-group", "1-0", "2-0", "9-0", "--yes"]);
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "2 entries acknowledged\n"
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("note: 9-0: not pending") && said.contains(sentence.trim()),
        "{said}"
    );
    assert_eq!(place.pending(), 3);
    let journal = fs::read_to_string(place.journal()).unwrap();
    let lines: Vec<Value> = journal
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (lines.len(), &lines[1]["outcome"], &lines[1]["by"]),
        (2, &Value::from("done"), &Value::from("ann"))
    );
    assert_eq!(lines[0]["ids"], serde_json::json!(["1-0", "2-0"]));
}

#[test]
fn groups_are_created_moved_and_destroyed() {
    let place = Place::new();
    place.print(&["create", "new", "--at", "start", "--yes"]);
    assert_eq!(place.json(&[])[1]["deliverable"], 10);
    let sentence = place.print(&["set-id", "new", "--at", "4-0", "--dry-run"]);
    assert!(
        sentence.contains(
            "forward to 4-0: what comes after 0-0, up to that (4 entries), will not be delivered"
        ),
        "{sentence}"
    );
    place.print(&["set-id", "new", "--at", "4-0", "--yes"]);
    let row = &place.json(&[])[1];
    assert_eq!(
        (&row["lag"], &row["deliverable"]),
        (&Value::from(6), &Value::from(6))
    );
    place.print(&["destroy", "new", "--yes"]);
    assert_eq!(place.json(&[]).as_array().unwrap().len(), 1);
    place.print(&["create", "g", "--mkstream", "-s", "fresh", "--yes"]);
    assert_eq!(place.json(&["-s", "fresh"])[0]["length"], 0);
}

#[test]
fn entries_are_claimed_for_another_and_deleted_ones_acknowledged_all_at_once() {
    let place = Place::new();
    place.print(&[
        "claim",
        "audit-group",
        "--consumer",
        "worker-3",
        "1-0",
        "2-0",
        "--yes",
    ]);
    let rows = place.json(&["--pending", "audit-group"]);
    assert_eq!(
        (&rows[0]["consumer"], &rows[0]["deliveries"]),
        (&Value::from("worker-3"), &Value::from(1))
    );
    place.server.run::<u64>("XTRIM memory:events MINID = 4-0");
    assert_eq!(
        place.print(&["ack", "audit-group", "--all-deleted", "--yes"]),
        "3 entries acknowledged\n"
    );
    assert_eq!(place.pending(), 2);
    let (status, said) = place.fail(&["ack", "audit-group", "--all-deleted", "--yes"]);
    assert!(
        status == 1 && said.contains("nothing to acknowledge"),
        "{said}"
    );
}

#[test]
fn a_consumer_with_pending_entries_is_forgotten_only_on_demand() {
    let place = Place::new();
    let (status, said) = place.fail(&["forget", "audit-group", "--consumer", "worker-1", "--yes"]);
    assert!(
        status == 1 && said.contains("4 entries pending") && said.contains("--with-pending"),
        "{said}"
    );
    assert_eq!(place.pending(), 5);
    place.print(&[
        "forget",
        "audit-group",
        "--consumer",
        "worker-1",
        "--with-pending",
        "--yes",
    ]);
    assert_eq!(place.pending(), 1);
    let (_, said) = place.fail(&["forget", "audit-group", "--consumer", "worker-1", "--yes"]);
    assert!(
        said.contains("no consumer `worker-1`") && said.contains("worker-2"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_done_says_what_is_there() {
    let place = Place::new();
    for (arguments, code, part) in [
        (
            &["destroy", "nobody", "--yes"][..],
            1,
            "hint: groups there: audit-group",
        ),
        (
            &["create", "audit-group", "--yes"],
            1,
            "has a group `audit-group` already",
        ),
        (&["create", "", "--yes"], 2, "a group has a name"),
        (
            &["create", "g", "-s", "nope", "--yes"],
            1,
            "there is no stream `nope`",
        ),
        (
            &["destroy", "g", "-s", "nope", "--yes"],
            1,
            "there is no stream `nope`",
        ),
        (
            &["ack", "audit-group", "9-0", "--yes"],
            1,
            "9-0: not pending in group `audit-group`",
        ),
        (
            &["ack", "audit-group", "x", "--yes"],
            2,
            "`x` is no entry id",
        ),
        (&["ack", "audit-group", "--yes"], 2, "ID"),
        (
            &["set-id", "audit-group", "--at", "later"],
            2,
            "a place is start, now, or an entry id",
        ),
        (
            &[
                "claim",
                "audit-group",
                "--consumer",
                "c",
                "--min-idle",
                "9h",
                "1-0",
                "--yes",
            ],
            1,
            "or not for 9h 00m",
        ),
        (
            &["-s", "mem*", "create", "g", "--yes"],
            2,
            "may stand for several streams",
        ),
        (
            &["--consumers", "create", "g"],
            2,
            "--consumers is for looking",
        ),
    ] {
        let (status, said) = place.fail(arguments);
        assert!(
            status == code && said.contains(part),
            "{arguments:?}: {status} {said}"
        );
    }
}

#[test]
fn nothing_is_changed_where_the_journal_cannot_be_written() {
    let place = Place::new();
    let folder = place.home.path().display().to_string();
    for journal in ["/dev/full", &folder, "/dev/null/journal"] {
        let (status, said) = place.fail(&["destroy", "audit-group", "--yes", "--journal", journal]);
        assert!(
            status == 1 && said.contains("nothing was changed"),
            "{said}"
        );
    }
    assert_eq!(place.pending(), 5);
}

#[test]
fn hostile_names_neither_reach_the_terminal_nor_break_a_change() {
    let place = Place::new();
    let long = "n".repeat(5_000);
    for name in ["\u{1b}[2J\u{7}", "a\u{202e}b", &long] {
        place.print(&["create", name, "--yes"]);
    }
    run::<()>(
        &place.server,
        &[b"XGROUP", b"CREATE", b"memory:events", b"\xff\xfe", b"0"],
    );
    let output = place.run(&["--consumers"]);
    let shown = [output.stdout, output.stderr].concat();
    assert!(
        !shown.contains(&0x1b) && !shown.contains(&0x07),
        "{shown:?}"
    );
    let text = String::from_utf8(shown).unwrap();
    assert!(
        !text.contains('\u{202e}') && text.lines().all(|line| line.chars().count() < 140),
        "{text}"
    );
    for name in ["\u{1b}[2J\u{7}", "a\u{202e}b", &long] {
        let output = place.run(&["destroy", name, "--yes"]);
        assert!(
            output.status.success() && !output.stderr.contains(&0x1b),
            "{output:?}"
        );
    }
    let rows = place.json(&[]);
    assert_eq!(rows[1]["group"]["base64"], "//4=");
    let mut command = Command::cargo_bin("lookback").unwrap();
    let not_text = std::os::unix::ffi::OsStringExt::from_vec(b"\xff\xfe".to_vec());
    let arguments: [std::ffi::OsString; 4] =
        ["groups".into(), "destroy".into(), not_text, "--yes".into()];
    command
        .args(arguments)
        .env_clear()
        .envs(place.environment())
        .assert()
        .success();
    assert_eq!(place.json(&[]).as_array().unwrap().len(), 1);
}

#[test]
fn on_a_terminal_a_destructive_change_wants_its_name_typed() {
    let place = Place::new();
    let environment = place.environment();
    let environment: Vec<(&str, &str)> = environment
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let patience = Duration::from_secs(20);
    for (typed, code, left) in [("y", 1, 1), ("audit-group", 0, 0)] {
        let program = assert_cmd::cargo::cargo_bin("lookback");
        let mut pty = Pty::spawn(
            program,
            &["groups", "destroy", "audit-group"],
            &environment,
            100,
            20,
        );
        let screen = pty.wait_for_text("type audit-group to go on:", patience);
        assert!(
            screen.contains("2 consumers and 5 pending entries"),
            "{screen}"
        );
        pty.keys(typed);
        pty.key(Key::Enter);
        assert_eq!(pty.wait_exit(patience).exit_code(), code, "{typed}");
        let snapshot: Vec<redis::Value> = place.server.run("XINFO GROUPS memory:events");
        assert_eq!(snapshot.len(), left, "{typed}");
    }
}
