//! Killed, restarted, out of room: nothing is acknowledged that is not in the file, and nothing is there twice.

use std::process::Command;
use std::time::Duration;

use super::stage::{Stage, ids, said, wait_until};

const ENTRIES: u64 = 8_000;

/// Pseudo-random numbers (an LCG of Knuth's), so that a failure can be repeated.
fn next(seed: &mut u64) -> u64 {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

#[test]
fn killed_at_any_moment_it_goes_on_and_holds_every_entry_once() {
    // The server lives on, so its own disk need not be waited for.
    let stage = Stage::with(&["--appendfsync", "no"]);
    stage.fill(1..=ENTRIES);
    let (mut seed, mut kills) = (7, 0);
    while kills < 25 && (stage.ids().len() as u64) < ENTRIES {
        let mut child = stage.audit(&["--batch", "100"]).spawn().unwrap();
        let before = stage.bytes().len();
        // From before the first write to somewhere in the middle of many: by what it wrote, so that a fast machine is not done
        // before it was killed often.
        if kills % 5 != 0 {
            let goal = before + usize::try_from(next(&mut seed) % 100_000).unwrap();
            wait_until("it writes", || {
                stage.bytes().len() > goal || child.try_wait().unwrap().is_some()
            });
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        // Nothing is acknowledged that is not in the file.
        let (held, done) = (
            stage.ids().len() as u64,
            stage.acknowledged(1..=ENTRIES).len() as u64,
        );
        assert!(
            done <= held,
            "kill {kills}: {done} acknowledged, {held} in the file"
        );
    }
    stage.audit_all();
    assert!(kills >= 5, "only {kills} kills");
    let mut found = stage.ids();
    found.sort_by_key(|id| id.trim_end_matches("-0").parse::<u64>().unwrap());
    let other = found
        .iter()
        .zip(ids(1..=ENTRIES))
        .find(|(found, wanted)| *found != wanted);
    assert_eq!(other, None, "twice or missing");
    assert_eq!((stage.chain().lines, stage.pending()), (ENTRIES, 0));
}

#[test]
fn what_is_in_the_file_and_was_not_acknowledged_is_acknowledged_and_not_written_again() {
    let stage = Stage::new();
    stage.fill(1..=50);
    stage.audit_all();
    // As after a failover that lost acknowledgements and deliveries.
    stage.server.run::<()>("XGROUP SETID s audit-group 0");
    stage.fill([51]);
    let told = stage.audit_all();
    assert!(told.contains("50 entries were delivered again"), "{told}");
    assert_eq!((stage.ids(), stage.pending()), (ids(1..=51), 0));
    // Left behind by another consumer that died.
    stage.fill([52]);
    stage
        .server
        .run::<redis::Value>("XREADGROUP GROUP audit-group other STREAMS s >");
    wait_until("taken over", || {
        let output = stage
            .audit(&["--until-empty", "--block", "50ms", "--min-idle", "1ms"])
            .output();
        assert!(output.unwrap().status.success());
        stage.pending() == 0
    });
    assert_eq!(stage.ids(), ids(1..=52));
    stage.chain();
}

#[test]
fn a_disk_that_is_full_ends_it_with_nothing_acknowledged_that_is_not_in_the_file() {
    let stage = Stage::new();
    stage.fill(1..=3_000);
    // Blocks of 512 or 1024 bytes, by the shell; the file stops in the middle of a line.
    let script = format!(
        "trap '' XFSZ; ulimit -f 300; exec {} audit -s s --batch 100 --until-empty --out {}",
        env!("CARGO_BIN_EXE_lookback"),
        stage.out()
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]);
    let output = stage
        .dress(command)
        .env("PATH", "/usr/bin:/bin")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = said(&output);
    assert!(
        told.contains("cannot be written") && told.contains("make room"),
        "{told}"
    );
    let held = stage.ids();
    assert!(!held.is_empty() && held.len() < 3_000, "{}", held.len());
    assert_eq!(
        stage.chain().lines,
        held.len() as u64,
        "cut back to the last good line"
    );
    assert_eq!(stage.acknowledged(1..=3_000), held);
    // With room again it goes on.
    stage.audit_all();
    assert_eq!((stage.ids(), stage.pending()), (ids(1..=3_000), 0));
    stage.chain();
}

#[test]
fn a_server_that_restarts_is_waited_for() {
    let mut stage = Stage::new();
    stage.fill(1..=20);
    let child = stage.audit(&["--block", "100ms"]).spawn().unwrap();
    wait_until("written", || stage.ids().len() == 20);
    stage.server.stop();
    std::thread::sleep(Duration::from_millis(300));
    stage.server.start();
    stage.fill(21..=40);
    wait_until("written again", || stage.ids().len() == 40);
    super::stage::signal(&child, "-TERM");
    let output = child.wait_with_output().unwrap();
    assert!(said(&output).contains("going on"), "{output:?}");
    stage.audit_all();
    assert_eq!((stage.ids(), stage.pending()), (ids(1..=40), 0));
    stage.chain();
}

#[test]
fn a_group_that_goes_away_ends_it() {
    let stage = Stage::new();
    stage.fill(1..=5);
    let child = stage.audit(&["--block", "50ms"]).spawn().unwrap();
    wait_until("written", || stage.ids().len() == 5);
    stage.server.run::<()>("XGROUP DESTROY s audit-group");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(said(&output).contains("not there (any more)"), "{output:?}");
    // Made anew it begins at the start, and the file holds each once.
    stage.fill([6]);
    stage.audit_all();
    assert_eq!(stage.ids(), ids(1..=6));
}
