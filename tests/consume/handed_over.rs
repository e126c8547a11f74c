//! `consume -- CMD`: a command for each entry, its exit the answer.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::binary::{Running, run, stderr};
use super::stage::{STREAM, Stage, field, until};

/// What commands wrote into the file `seen`: the ids, each with how often.
fn seen(stage: &Stage) -> BTreeMap<String, u64> {
    let text = std::fs::read_to_string(stage.home.path().join("seen")).unwrap_or_default();
    let mut seen = BTreeMap::new();
    for id in text.lines() {
        *seen.entry(id.to_owned()).or_default() += 1;
    }
    seen
}

const NOTE: &str = "echo $LOOKBACK_ID >> seen";

#[test]
fn a_command_finds_the_event_on_its_stdin_and_in_its_environment() {
    let stage = Stage::with_entries(2);
    let script = "cat; echo $LOOKBACK_ID $LOOKBACK_STREAM $LOOKBACK_TYPE $LOOKBACK_GROUP $LOOKBACK_CONSUMER $LOOKBACK_DELIVERIES $1";
    let output = run(
        &stage,
        &[
            "consume",
            "--consumer",
            "me",
            "--until-empty",
            "--",
            "sh",
            "-c",
            script,
            "sh",
            "-x",
        ],
    );
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    let event: serde_json::Value = serde_json::from_str(lines[0]).unwrap();
    assert_eq!(
        (&event["id"], &event["deliveries"]),
        (&"1-0".into(), &1.into())
    );
    assert_eq!(
        lines[1],
        "1-0 memory:events message.added debug-group me 1 -x"
    );
    assert_eq!(stage.pending(), 0);
}

#[test]
fn only_what_its_command_did_is_acknowledged() {
    let stage = Stage::with_entries(6);
    // Odd ones fail, once.
    let script = "case $LOOKBACK_ID,$LOOKBACK_DELIVERIES in [135]-0,1) echo no $LOOKBACK_ID >&2; exit 7;; esac; echo $LOOKBACK_ID >> seen";
    let output = run(
        &stage,
        &[
            "consume",
            "--min-idle",
            "300ms",
            "--until-empty",
            "--",
            "sh",
            "-c",
            script,
        ],
    );
    let said = stderr(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("3-0 stays pending: exit status 7: no 3-0"),
        "{said}"
    );
    assert!(
        said.contains("6 handled, 6 acknowledged, 3 failed, 0 dead, 0 lost, 3 taken over"),
        "{said}"
    );
    assert_eq!(seen(&stage).values().copied().collect::<Vec<u64>>(), [1; 6]);
    assert_eq!(stage.pending(), 0);
}

#[test]
fn a_poison_entry_goes_to_the_dead_letters_with_reason_deliveries_and_origin() {
    for (script, reason) in [
        (
            "echo; echo 'cannot parse \u{1b}[2J it' >&2; exit 3",
            "exit status 3: cannot parse \\x1b[2J it",
        ),
        ("kill -KILL $$", "killed by signal 9"),
        ("sleep 60 & sleep 60", "timeout after 300 ms"),
    ] {
        let stage = Stage::with_entries(1);
        let began = Instant::now();
        let output = run(
            &stage,
            &[
                "consume",
                "--max-deliveries",
                "2",
                "--min-idle",
                "50ms",
                "--timeout",
                "300ms",
                "--until-empty",
                "--",
                "sh",
                "-c",
                script,
            ],
        );
        let said = stderr(&output);
        assert!(output.status.success(), "{said}");
        assert!(
            said.contains("1-0 was moved to memory:events:dead after 2 deliveries"),
            "{said}"
        );
        assert!(
            said.contains("0 handled, 0 acknowledged, 2 failed, 1 dead"),
            "{said}"
        );
        let dead = stage.dead();
        let fields = &dead[0].1;
        let told = field(fields, "dead_reason");
        assert!(
            told.starts_with(reason.split('\\').next().unwrap()),
            "{told:?} is not {reason:?}"
        );
        assert!(!told.contains('\u{1b}'), "{told:?}");
        assert_eq!(field(fields, "dead_deliveries"), "2");
        assert_eq!(field(fields, "dead_origin"), "memory:events 1-0");
        assert_eq!(field(fields, "n"), "1");
        assert_eq!((dead.len(), stage.pending()), (1, 0));
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn a_command_that_hangs_is_killed_with_all_that_it_started() {
    let stage = Stage::with_entries(1);
    let script = "sleep 300 & echo $! > child; wait";
    let output = run(
        &stage,
        &[
            "consume",
            "--limit",
            "1",
            "--timeout",
            "200ms",
            "--",
            "sh",
            "-c",
            script,
        ],
    );
    assert!(
        stderr(&output).contains("timeout after 200 ms"),
        "{output:?}"
    );
    assert_eq!(stage.pending(), 1);
    let child = std::fs::read_to_string(stage.home.path().join("child")).unwrap();
    let stat = format!("/proc/{}/stat", child.trim());
    until("its child is gone", || {
        // A zombie that nobody waits for is dead too.
        std::fs::read_to_string(&stat).map_or(true, |text| text.contains(") Z "))
    });
}

#[test]
fn a_command_that_does_not_read_its_input_is_none_the_worse() {
    let stage = Stage::new();
    let mut add = redis::cmd("XADD");
    add.arg(STREAM).arg("1-0").arg("n").arg("x".repeat(1 << 20));
    add.query::<()>(&mut stage.server.connection()).unwrap();
    let output = run(&stage, &["consume", "--until-empty", "--", "true"]);
    assert!(
        stderr(&output).contains("1 handled, 1 acknowledged, 0 failed"),
        "{output:?}"
    );
}

#[test]
fn a_program_that_vanishes_leaves_its_entries_pending() {
    let stage = Stage::with_entries(2);
    let path = stage.home.path().join("once");
    std::fs::write(&path, "#!/bin/sh\nrm \"$0\"\n").unwrap();
    std::process::Command::new("chmod")
        .arg("+x")
        .arg(&path)
        .status()
        .unwrap();
    let output = run(&stage, &["consume", "--limit", "2", "--", "./once"]);
    let said = stderr(&output);
    assert!(
        said.contains("2-0 stays pending: cannot be started"),
        "{said}"
    );
    assert_eq!(stage.pending(), 1);
}

#[test]
fn entries_in_hand_are_not_taken_over_while_their_commands_run() {
    let stage = Stage::with_entries(4);
    let script = "sleep 0.5; echo $LOOKBACK_ID >> seen";
    let slow = Running::start(
        &stage,
        &[
            "consume",
            "--min-idle",
            "600ms",
            "--until-empty",
            "--",
            "sh",
            "-c",
            script,
        ],
    );
    until("it has them all", || {
        group_exists(&stage) && stage.pending() == 4
    });
    let thief = Running::start(
        &stage,
        &["consume", "--min-idle", "600ms", "--", "sh", "-c", NOTE],
    );
    let (status, said) = slow.ended();
    assert!(
        status.success() && said.contains("4 handled, 4 acknowledged"),
        "{said}"
    );
    thief.signal("TERM");
    let (_, said) = thief.ended();
    assert!(said.contains("0 handled"), "{said}");
    assert_eq!(seen(&stage).values().sum::<u64>(), 4);
}

fn group_exists(stage: &Stage) -> bool {
    let groups: Vec<redis::Value> = stage.server.run(&format!("XINFO GROUPS {STREAM}"));
    !groups.is_empty()
}

#[test]
fn sigterm_finishes_the_batch_in_hand() {
    let stage = Stage::with_entries(12);
    let script = "sleep 0.1; echo $LOOKBACK_ID >> seen";
    let running = Running::start(
        &stage,
        &["consume", "--batch", "6", "--", "sh", "-c", script],
    );
    until("the first is done", || !seen(&stage).is_empty());
    running.signal("TERM");
    let (status, said) = running.ended();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("6 handled, 6 acknowledged"), "{said}");
    assert_eq!((seen(&stage).len(), stage.pending()), (6, 0));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let stage = Stage::with_entries(2);
    let running = Running::start(&stage, &["consume", "--", "sleep", "20"]);
    until("it has them", || {
        group_exists(&stage) && stage.pending() == 2
    });
    let began = Instant::now();
    running.signal("INT");
    std::thread::sleep(Duration::from_millis(100));
    running.signal("INT");
    let (status, _) = running.ended();
    assert_eq!(status.code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(stage.pending(), 2);
}

#[test]
fn commands_run_side_by_side_where_it_is_asked_for() {
    let stage = Stage::with_entries(8);
    let began = Instant::now();
    let output = run(
        &stage,
        &[
            "consume",
            "--jobs",
            "8",
            "--until-empty",
            "--",
            "sh",
            "-c",
            "sleep 1; echo $LOOKBACK_ID >> seen",
        ],
    );
    assert!(output.status.success(), "{output:?}");
    assert_eq!((seen(&stage).len(), stage.pending()), (8, 0));
    assert!(
        began.elapsed() < Duration::from_secs(6),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn kill_9_at_any_moment_loses_nothing() {
    let stage = Stage::with_entries(400);
    let mut kills = 0;
    // Odd waits, so that each kill falls elsewhere.
    for round in 0..8_u64 {
        let running = Running::start(
            &stage,
            &[
                "consume",
                "--batch",
                "9",
                "--min-idle",
                "50ms",
                "--max-deliveries",
                "0",
                "--until-empty",
                "--",
                "sh",
                "-c",
                NOTE,
            ],
        );
        std::thread::sleep(Duration::from_millis(60 + 37 * (round * 7 % 11)));
        kills += u64::from(seen(&stage).len() < 400);
        drop(running);
    }
    let output = run(
        &stage,
        &[
            "consume",
            "--min-idle",
            "50ms",
            "--max-deliveries",
            "0",
            "--until-empty",
            "--",
            "sh",
            "-c",
            NOTE,
        ],
    );
    assert!(output.status.success(), "{output:?}");
    // What a killed one left is taken over only after its time.
    let last = run(
        &stage,
        &[
            "consume",
            "--min-idle",
            "1ms",
            "--max-deliveries",
            "0",
            "--until-empty",
            "--",
            "sh",
            "-c",
            NOTE,
        ],
    );
    assert!(last.status.success());
    let seen = seen(&stage);
    let doubled = seen.values().filter(|n| **n > 1).count();
    assert_eq!((seen.len(), stage.pending()), (400, 0));
    assert!(kills > 0);
    assert!(doubled <= 20, "{doubled} of 400 twice after {kills} kills");
}
