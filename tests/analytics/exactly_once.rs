//! Each entry is counted once: over crashes at any moment, redelivery, several consumers, and groups that are moved back.

use std::sync::Arc;
use std::time::Duration;

use lookback::model::Mapping;
use lookback::stream::{Analytics, Subscription};

use super::recount::{Chance, add, kept, recount};
use crate::stage::{STREAM, Stage};

const GROUP: &str = "analytics-group";

fn subscription(stage: &Stage, name: &str, batch: u64, ahead: bool) -> Subscription {
    Subscription {
        consumer: name.as_bytes().to_vec(),
        batch: usize::try_from(batch).unwrap(),
        block_ms: 1,
        min_idle_ms: 1,
        ahead,
        ..Subscription::new(stage.spec(), STREAM.as_bytes(), GROUP.as_bytes())
    }
}

async fn open(stage: &Stage, name: &str, batch: u64, ahead: bool) -> Analytics {
    let subscription = subscription(stage, name, batch, ahead);
    Analytics::open(subscription, Arc::new(Mapping::default()))
        .await
        .unwrap()
}

/// Counts until nothing is left anywhere.
async fn drain(stage: &Stage) {
    let mut analytics = open(stage, "last", 100, false).await;
    let mut quiet = 0;
    while quiet < 3 {
        let step = analytics.step().await.unwrap();
        quiet = if step.entries == 0 { quiet + 1 } else { 0 };
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let pending: (u64, redis::Value, redis::Value, redis::Value) =
        stage.server.run(&format!("XPENDING {STREAM} {GROUP}"));
    assert_eq!(pending.0, 0);
}

#[tokio::test]
async fn what_is_counted_is_what_a_recount_gives() {
    let stage = Stage::new();
    add(&stage, &mut Chance(7), 500);
    drain(&stage).await;
    assert_eq!(kept(&stage), recount(&stage));
    // With one consumer nothing needs to be remembered by id.
    assert_eq!(
        stage
            .server
            .run::<u64>(&format!("EXISTS {STREAM}:metrics:counted")),
        0
    );
}

#[tokio::test]
async fn a_group_that_is_moved_back_counts_nothing_twice() {
    let stage = Stage::new();
    add(&stage, &mut Chance(11), 300);
    drain(&stage).await;
    let once = kept(&stage);
    stage
        .server
        .run::<String>(&format!("XGROUP SETID {STREAM} {GROUP} 0"));
    drain(&stage).await;
    stage
        .server
        .run::<u64>(&format!("XGROUP DESTROY {STREAM} {GROUP}"));
    drain(&stage).await;
    assert_eq!(kept(&stage), once);
    assert_eq!(once, recount(&stage));
}

/// One life of a consumer: some steps, ended at a random moment.
async fn live(stage: &Stage, chance: &mut Chance, crash: bool) {
    let name = format!("c{}", chance.below(4));
    let batch = chance.below(40) + 1;
    let ahead = chance.below(2) == 0;
    let mut analytics = open(stage, &name, batch, ahead).await;
    for _ in 0..chance.below(8) {
        if crash {
            // Dropped wherever it stands: before, within or after what the server does.
            let moment = Duration::from_micros(chance.below(1_500));
            if tokio::time::timeout(moment, analytics.step())
                .await
                .is_err()
                && chance.below(2) == 0
            {
                return;
            }
        } else {
            analytics.step().await.unwrap();
        }
    }
}

#[tokio::test]
async fn crashes_redelivery_and_several_consumers_change_no_figure() {
    for seed in [3, 1_789, 424_242] {
        let stage = Stage::new();
        let mut chance = Chance(seed);
        add(&stage, &mut chance, 50);
        for round in 0..60 {
            match chance.below(10) {
                0..3 => {
                    let count = chance.below(60);
                    add(&stage, &mut chance, count + 1);
                }
                3..6 => live(&stage, &mut chance, true).await,
                6..9 => {
                    let crash = chance.below(2) == 0;
                    let mut other = Chance(chance.below(1 << 40) + 1);
                    // Two at once, on the same stream.
                    tokio::join!(
                        live(&stage, &mut chance, crash),
                        live(&stage, &mut other, true)
                    );
                }
                _ if round > 5 => {
                    let back = redis::cmd("XGROUP")
                        .arg("SETID")
                        .arg(STREAM)
                        .arg(GROUP)
                        .arg(0)
                        .query::<String>(&mut stage.server.connection());
                    // There may be no group yet.
                    assert!(back.is_ok() || back.unwrap_err().to_string().contains("NOGROUP"));
                }
                _ => {}
            }
        }
        drain(&stage).await;
        assert_eq!(kept(&stage), recount(&stage), "seed {seed}");
        let remembered: u64 = stage.server.run(&format!("ZCARD {STREAM}:metrics:counted"));
        assert_eq!(remembered, 0, "seed {seed}");
    }
}

#[tokio::test]
async fn an_entry_that_is_stuck_elsewhere_holds_nothing_up_and_is_counted_at_last() {
    let stage = Stage::new();
    let mut chance = Chance(5);
    add(&stage, &mut chance, 100);
    // Somebody takes the first ten and dies.
    let _: redis::Value = {
        drop(open(&stage, "opener", 1, false).await);
        stage.server.run(&format!(
            "XREADGROUP GROUP {GROUP} dead COUNT 10 STREAMS {STREAM} >"
        ))
    };
    let patient = Subscription {
        min_idle_ms: 60_000,
        ..subscription(&stage, "one", 30, false)
    };
    let mut analytics = Analytics::open(patient, Arc::default()).await.unwrap();
    while analytics.step().await.unwrap().entries > 0 {}
    assert_eq!(kept(&stage)["total_events"], "90");
    assert_eq!(
        stage
            .server
            .run::<u64>(&format!("ZCARD {STREAM}:metrics:counted")),
        90
    );
    drain(&stage).await;
    assert_eq!(kept(&stage), recount(&stage));
    assert_eq!(
        stage
            .server
            .run::<u64>(&format!("ZCARD {STREAM}:metrics:counted")),
        0
    );
}

#[tokio::test]
async fn what_was_counted_beside_a_stuck_entry_is_not_counted_again_when_the_group_is_moved_back() {
    let stage = Stage::new();
    add(&stage, &mut Chance(6), 100);
    drop(open(&stage, "opener", 1, false).await);
    let _: redis::Value = stage.server.run(&format!(
        "XREADGROUP GROUP {GROUP} dead COUNT 10 STREAMS {STREAM} >"
    ));
    let patient = Subscription {
        min_idle_ms: 60_000,
        ..subscription(&stage, "one", 30, false)
    };
    let mut analytics = Analytics::open(patient, Arc::default()).await.unwrap();
    while analytics.step().await.unwrap().entries > 0 {}
    stage
        .server
        .run::<String>(&format!("XGROUP SETID {STREAM} {GROUP} 0"));
    // The first batch has the stuck ones, and some that only the list of counted ids knows.
    assert_eq!(analytics.step().await.unwrap().counted, 10);
    while analytics.step().await.unwrap().entries > 0 {}
    assert_eq!(kept(&stage), recount(&stage));
}

#[tokio::test]
async fn ids_that_no_double_holds_are_told_apart() {
    let stage = Stage::new();
    let ids = [
        "9007199254740993-18446744073709551614",
        "9007199254740993-18446744073709551615",
        "18446744073709551614-1",
    ];
    for id in ids {
        stage
            .server
            .run::<String>(&format!("XADD {STREAM} {id} type a"));
    }
    let mut analytics = open(&stage, "one", 1, false).await;
    while analytics.step().await.unwrap().entries > 0 {}
    stage
        .server
        .run::<String>(&format!("XGROUP SETID {STREAM} {GROUP} 0"));
    while analytics.step().await.unwrap().entries > 0 {}
    let kept = kept(&stage);
    assert_eq!(
        (kept["total_events"].as_str(), kept["through"].as_str()),
        ("3", ids[2])
    );
}
