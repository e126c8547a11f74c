//! `consume` without a command: lines, flushed and then acknowledged.

use std::collections::BTreeSet;

use super::binary::{Running, command, lines, number, run, stderr};
use super::stage::{GROUP, STREAM, Stage, until};

#[test]
fn every_entry_is_printed_once_as_query_prints_it_and_acknowledged() {
    let stage = Stage::with_entries(300);
    let output = run(&stage, &["consume", "--until-empty"]);
    assert!(output.status.success(), "{output:?}");
    let printed = lines(&output);
    let queried = lines(&run(&stage, &["query", "--format", "jsonl"]));
    assert_eq!(printed.len(), 300);
    for (mut event, query) in printed.into_iter().zip(queried) {
        let deliveries = event.as_object_mut().unwrap().remove("deliveries");
        assert_eq!(deliveries, Some(1.into()));
        assert_eq!(event, query);
    }
    assert_eq!(stage.pending(), 0);
    let said = stderr(&output);
    assert!(
        said.contains("300 handled, 300 acknowledged, 0 failed, 0 dead, 0 lost, 0 taken over"),
        "{said}"
    );
    // A second one finds nothing, and neither has left its name behind.
    assert!(lines(&run(&stage, &["consume", "--until-empty"])).is_empty());
    let consumers: Vec<redis::Value> = stage
        .server
        .run(&format!("XINFO CONSUMERS {STREAM} {GROUP}"));
    assert_eq!(consumers.len(), 0);
}

#[test]
fn a_limit_takes_no_more_than_it_prints() {
    let stage = Stage::with_entries(100);
    let output = run(&stage, &["consume", "--limit", "70"]);
    assert_eq!(lines(&output).len(), 70);
    assert_eq!(stage.pending(), 0);
    let rest = lines(&run(&stage, &["consume", "--until-empty"]));
    assert_eq!(
        rest.iter().map(number).collect::<Vec<_>>(),
        (71..=100).collect::<Vec<u64>>()
    );
}

#[test]
fn two_share_the_load_and_no_entry_comes_twice() {
    let stage = Stage::new();
    let start = |name| Running::start(&stage, &["consume", "--batch", "5", "--consumer", name]);
    let (one, two) = (start("one"), start("two"));
    until("both are there", || {
        let consumers: redis::RedisResult<Vec<redis::Value>> = redis::cmd("XINFO")
            .arg("CONSUMERS")
            .arg(STREAM)
            .arg(GROUP)
            .query(&mut stage.server.connection());
        consumers.is_ok_and(|c| c.len() == 2)
    });
    for n in 0..40 {
        stage.add(n * 25 + 1..n * 25 + 26);
    }
    until("all are acknowledged", || {
        delivered(&stage) == 1_000 && stage.pending() == 0
    });
    one.signal("TERM");
    two.signal("TERM");
    let (one, two) = (one.rest(), two.rest());
    assert!(
        !one.is_empty() && !two.is_empty(),
        "{} and {}",
        one.len(),
        two.len()
    );
    assert_eq!(one.len() + two.len(), 1_000);
    let all: BTreeSet<u64> = one.into_iter().chain(two).collect();
    assert_eq!(all.len(), 1_000);
}

/// Entries the group has read so far.
fn delivered(stage: &Stage) -> u64 {
    let groups: Vec<std::collections::HashMap<String, redis::Value>> =
        stage.server.run(&format!("XINFO GROUPS {STREAM}"));
    let read = groups.first().and_then(|g| g.get("entries-read")).cloned();
    read.and_then(|v| redis::from_redis_value(v).ok())
        .unwrap_or_default()
}

#[test]
fn two_of_one_name_lose_nothing() {
    let stage = Stage::with_entries(2_000);
    let start = || {
        Running::start(
            &stage,
            &[
                "consume",
                "--consumer",
                "same",
                "--until-empty",
                "--batch",
                "7",
            ],
        )
    };
    let (one, two) = (start(), start());
    let all: BTreeSet<u64> = one.rest().into_iter().chain(two.rest()).collect();
    assert_eq!(all, (1..=2_000).collect());
    assert_eq!(stage.pending(), 0);
}

#[test]
fn sigterm_ends_it_with_0_and_ctrl_c_with_130_and_nothing_is_left_pending() {
    for (signal, code) in [("TERM", 0), ("INT", 130)] {
        let stage = Stage::with_entries(10);
        let running = Running::start(&stage, &["consume"]);
        for n in 1..=10 {
            assert_eq!(running.next(), n);
        }
        running.signal(signal);
        let (status, said) = running.ended();
        assert_eq!(status.code(), Some(code), "{said}");
        assert!(said.contains("10 handled, 10 acknowledged"), "{said}");
        assert_eq!(stage.pending(), 0);
    }
}

#[test]
fn what_a_closed_pipe_did_not_take_is_not_acknowledged() {
    let stage = Stage::with_entries(5_000);
    let mut shell = std::process::Command::new("sh");
    let program = command(&stage, &[]);
    for (name, value) in program.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    let program = program.get_program().to_str().unwrap();
    let script = format!("{{ {program} consume; echo status $? >&2; }} | head -n 3");
    let output = shell.arg("-c").arg(script).output().unwrap();
    let said = stderr(&output);
    assert!(said.contains("status 0"), "{said}");
    assert_eq!(lines(&output).len(), 3);
    // What was flushed into the pipe is acknowledged; all else comes again.
    let pending = stage.pending();
    assert!(pending > 0);
    let again = lines(&run(
        &stage,
        &["consume", "--until-empty", "--min-idle", "1ms"],
    ));
    let again: BTreeSet<u64> = again.iter().map(number).collect();
    assert_eq!(again.last(), Some(&5_000));
    assert_eq!(again.len() as u64, 5_001 - again.first().unwrap());
}

#[test]
fn a_restart_of_the_server_is_told_and_survived() {
    let mut stage = Stage::with_entries(50);
    let running = Running::start(&stage, &["consume"]);
    for n in 1..=50 {
        assert_eq!(running.next(), n);
    }
    stage.server.stop();
    stage.server.start();
    stage.add(51..101);
    for n in 51..=100 {
        assert_eq!(running.next(), n);
    }
    until("all are acknowledged", || stage.pending() == 0);
    running.signal("TERM");
    let (status, said) = running.ended();
    assert_eq!(status.code(), Some(0));
    assert!(said.contains("going on"), "{said}");
    assert!(said.contains("100 handled"), "{said}");
}

#[test]
fn a_restart_at_any_moment_loses_nothing() {
    let mut stage = Stage::with_entries(20_000);
    let running = Running::start(&stage, &["consume", "--batch", "10", "--until-empty"]);
    let mut all = BTreeSet::new();
    for round in 0_u64..3 {
        all.insert(running.next());
        std::thread::sleep(std::time::Duration::from_millis(30 + 17 * round));
        stage.server.stop();
        stage.server.start();
    }
    all.extend(running.rest());
    assert_eq!(all, (1..=20_000).collect());
    assert_eq!(stage.pending(), 0);
}

#[test]
fn a_group_that_is_destroyed_ends_it_with_a_hint() {
    let stage = Stage::with_entries(1);
    let running = Running::start(&stage, &["consume"]);
    assert_eq!(running.next(), 1);
    stage
        .server
        .run::<u64>(&format!("XGROUP DESTROY {STREAM} {GROUP}"));
    let (status, said) = running.ended();
    assert_eq!(status.code(), Some(1));
    assert!(
        said.contains("the consumer group `debug-group` of `memory:events` is not there"),
        "{said}"
    );
    assert!(said.contains("hint: "), "{said}");
}

#[test]
fn wrong_use_is_told_and_nothing_is_consumed() {
    let stage = Stage::with_entries(1);
    for (arguments, told) in [
        (
            &["consume", "-s", "a", "-s", "b"][..],
            "this command takes one stream",
        ),
        (&["consume", "-s", "a*"], "may stand for several streams"),
        (&["consume", "--since", "-1h"], "--from"),
        (&["consume", "--from", "yesterday"], "entry id"),
        (&["consume", "--group", ""], "--group"),
        (&["consume", "--consumer", ""], "--consumer"),
        (&["consume", "--batch", "0"], "--batch"),
        (&["consume", "--block", "5"], "unit"),
        (&["consume", "--jobs", "2"], "CMD"),
        (
            &["consume", "--", "no-such-program-anywhere", "x"],
            "no such program",
        ),
        (&["consume", "--", "./no/such"], "no such program"),
    ] {
        let output = run(&stage, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(stderr(&output).contains(told), "{arguments:?}: {output:?}");
    }
    let groups: Vec<redis::Value> = stage.server.run(&format!("XINFO GROUPS {STREAM}"));
    assert_eq!(groups.len(), 0);
    let nobody = run(&stage, &["consume", "-r", "127.0.0.1:1"]);
    assert_eq!(nobody.status.code(), Some(3), "{nobody:?}");
    stage.server.run::<String>("SET words x");
    let words = run(&stage, &["consume", "-s", "words"]);
    assert_eq!(words.status.code(), Some(1), "{words:?}");
}

#[test]
fn hostile_bytes_come_out_as_harmless_json() {
    let stage = Stage::new();
    let mut add = redis::cmd("XADD");
    add.arg(STREAM)
        .arg("1-0")
        .arg("type")
        .arg("a\x1b[2J\0")
        .arg("n")
        .arg(&b"\xff"[..]);
    add.query::<()>(&mut stage.server.connection()).unwrap();
    let output = run(&stage, &["consume", "--until-empty"]);
    assert!(!output.stdout.contains(&0x1b));
    let event = &lines(&output)[0];
    assert_eq!(event["type"], "a\u{1b}[2J\0");
    assert_eq!(event["fields"]["n"]["base64"], "/w==");
}
