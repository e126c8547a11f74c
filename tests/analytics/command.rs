//! `analytics` and `analytics --show`, by the real binary.

use std::time::Duration;

use serde_json::Value;

use super::recount::{Chance, add, kept, recount};
use crate::binary::{Running, run, stderr};
use crate::stage::{STREAM, Stage, until};

fn json(stage: &Stage) -> Value {
    let output = run(stage, &["analytics", "--show", "--format", "json"]);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_figures_are_those_of_stats() {
    let stage = Stage::new();
    add(&stage, &mut Chance(21), 2_000);
    let counted = run(&stage, &["analytics", "--until-empty"]);
    assert!(counted.status.success(), "{counted:?}");
    assert!(
        stderr(&counted).contains("2000 counted, 0 counted before, 0 lost"),
        "{counted:?}"
    );
    let shown = json(&stage);
    let stats = run(&stage, &["stats", "--format", "json"]);
    let stats: Value = serde_json::from_slice(&stats.stdout).unwrap();
    for key in ["total_events", "tokens"] {
        assert_eq!(shown[key], stats[key], "{key}");
    }
    for key in ["error_rate", "average_latency_ms"] {
        let (shown, stats) = (shown[key].as_f64().unwrap(), stats[key].as_f64().unwrap());
        assert!(
            (shown - stats).abs() < 0.001 * stats,
            "{key}: {shown} and {stats}"
        );
    }
    // An estimate lies in the bucket of the exact figure: bounds are at most a factor of 2 apart.
    for q in ["p50", "p95"] {
        let (shown, stats) = (
            shown["latency_ms"][q].as_f64().unwrap(),
            stats["latency_ms"][q].as_f64().unwrap(),
        );
        assert!(
            shown >= stats / 2.0 && shown <= stats * 2.0,
            "{q}: {shown} and {stats}"
        );
    }
    assert_eq!(shown["types"], stats["top_event_types"]);
    assert_eq!(shown["stream"], STREAM);
    let text = String::from_utf8(run(&stage, &["analytics", "--show"]).stdout).unwrap();
    assert!(text.contains("events                    2000\n"), "{text}");
}

#[test]
fn showing_writes_nothing() {
    let stage = Stage::new();
    let output = run(&stage, &["analytics", "--show"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("nothing was counted yet"),
        "{output:?}"
    );
    assert_eq!(stage.server.run::<u64>("DBSIZE"), 0);
    add(&stage, &mut Chance(2), 10);
    run(&stage, &["analytics", "--until-empty"]);
    stage
        .server
        .run::<String>("ACL SETUSER reader on >pw ~* -@all +hgetall +hello +ping");
    let url = stage.server.url().replace("redis://", "redis://reader:pw@");
    let output = run(&stage, &["analytics", "--show", "-r", &url]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn kinds_are_shown_without_control_characters() {
    let stage = Stage::new();
    let mut command = redis::cmd("XADD");
    command
        .arg(STREAM)
        .arg("*")
        .arg("type")
        .arg(&b"a\x1b[2J\xff"[..]);
    command.query::<()>(&mut stage.server.connection()).unwrap();
    run(&stage, &["analytics", "--until-empty"]);
    for format in ["text", "json"] {
        let output = run(&stage, &["analytics", "--show", "--format", format]);
        assert!(
            output.status.success() && !output.stdout.contains(&0x1b),
            "{output:?}"
        );
    }
}

#[test]
fn kill_9_at_any_moment_changes_no_figure() {
    let stage = Stage::new();
    let mut chance = Chance(77);
    let arguments = [
        "analytics",
        "--batch",
        "20",
        "--block",
        "10ms",
        "--min-idle",
        "20ms",
    ];
    for _ in 0..8 {
        add(&stage, &mut chance, 1_500);
        let (one, two) = (
            Running::start(&stage, &arguments),
            Running::start(&stage, &arguments),
        );
        std::thread::sleep(Duration::from_millis(20 + chance.below(120)));
        drop((one, two));
    }
    let last = Running::start(&stage, &arguments);
    // Only this one can count it: it is up, and listens to signals.
    add(&stage, &mut chance, 1);
    until("all is counted", || {
        let total = kept(&stage).get("total_events").cloned();
        total.as_deref() == Some("12001") && pending(&stage) == 0
    });
    last.signal("TERM");
    let (status, said) = last.ended();
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(kept(&stage), recount(&stage));
}

fn pending(stage: &Stage) -> u64 {
    let summary: (u64, redis::Value, redis::Value, redis::Value) = stage
        .server
        .run(&format!("XPENDING {STREAM} analytics-group"));
    summary.0
}

#[test]
fn ctrl_c_counts_what_was_delivered_and_ends_with_130() {
    let stage = Stage::new();
    add(&stage, &mut Chance(4), 300);
    let running = Running::start(&stage, &["analytics"]);
    until("all is counted", || {
        kept(&stage).get("total_events").is_some_and(|n| n == "300")
    });
    running.signal("INT");
    let (status, said) = running.ended();
    assert_eq!(status.code(), Some(130), "{said}");
    assert_eq!(pending(&stage), 0);
}

#[test]
fn wrong_use_is_told() {
    let stage = Stage::new();
    for (arguments, told) in [
        (&["analytics", "--since", "-1h"][..], "lookback stats"),
        (&["analytics", "--format", "json"], "--show"),
        (&["analytics", "-s", "a", "-s", "b"], "one stream"),
    ] {
        let output = run(&stage, arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(stderr(&output).contains(told), "{output:?}");
    }
}
