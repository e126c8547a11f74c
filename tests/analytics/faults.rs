//! What stands in the way is told, and nothing is half done.

use std::sync::Arc;

use lookback::stream::{Analytics, ReadModel, StreamError, Subscription};

use super::recount::{Chance, add, kept, recount};
use crate::stage::{STREAM, Stage};

async fn open(stage: &Stage) -> Analytics {
    let subscription = Subscription {
        block_ms: 1,
        min_idle_ms: 1,
        ..Subscription::new(stage.spec(), STREAM.as_bytes(), b"analytics-group")
    };
    Analytics::open(subscription, Arc::default()).await.unwrap()
}

#[tokio::test]
async fn keys_that_hold_something_else_are_named_and_nothing_is_acknowledged() {
    for key in ["metrics", "metrics:counted", "metrics:sessions"] {
        let stage = Stage::new();
        add(&stage, &mut Chance(1), 10);
        let other = if key == "metrics:sessions" {
            "LPUSH"
        } else {
            "SET"
        };
        stage
            .server
            .run::<redis::Value>(&format!("{other} {STREAM}:{key} x"));
        let error = open(&stage).await.step().await.unwrap_err();
        let told = format!("`{STREAM}:{key}` holds something else than this read model");
        assert_eq!(error.to_string(), told);
        assert_eq!(pending(&stage), 10);
    }
}

#[tokio::test]
async fn a_field_that_is_no_number_is_named_and_nothing_is_changed() {
    let stage = Stage::new();
    add(&stage, &mut Chance(1), 10);
    stage
        .server
        .run::<u64>(&format!("HSET {STREAM}:metrics total_events many"));
    let error = open(&stage).await.step().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the field `total_events` of `memory:events:metrics` is no whole number"
    );
    assert_eq!((kept(&stage).len(), pending(&stage)), (1, 10));
    // A string that is no HyperLogLog is found before anything is counted too.
    stage.server.run::<u64>(&format!("DEL {STREAM}:metrics"));
    stage
        .server
        .run::<String>(&format!("SET {STREAM}:metrics:sessions x"));
    open(&stage).await.step().await.unwrap_err();
    assert_eq!((kept(&stage).len(), pending(&stage)), (0, 10));
}

fn pending(stage: &Stage) -> u64 {
    let summary: (u64, redis::Value, redis::Value, redis::Value) = stage
        .server
        .run(&format!("XPENDING {STREAM} analytics-group"));
    summary.0
}

#[tokio::test]
async fn a_restart_between_delivery_and_counting_is_survived() {
    let mut stage = Stage::new();
    add(&stage, &mut Chance(9), 500);
    let mut analytics = open(&stage).await;
    analytics.step().await.unwrap();
    for _ in 0..2 {
        stage.server.stop();
        assert!(analytics.step().await.unwrap_err().may_pass());
        stage.server.start();
        // It connects anew, and the script is sent again: the server has forgotten it.
        let deadline = std::time::Instant::now() + crate::stage::PATIENCE;
        while let Err(error) = analytics.step().await {
            assert!(
                error.may_pass() && std::time::Instant::now() < deadline,
                "{error:?}"
            );
        }
    }
    while analytics.step().await.unwrap().entries > 0 {}
    assert_eq!(kept(&stage), recount(&stage));
}

#[tokio::test]
async fn a_script_that_was_forgotten_is_sent_again() {
    let stage = Stage::new();
    add(&stage, &mut Chance(9), 10);
    let mut analytics = open(&stage).await;
    while analytics.step().await.unwrap().entries > 0 {}
    stage.server.run::<String>("SCRIPT FLUSH");
    add(&stage, &mut Chance(10), 10);
    while analytics.step().await.unwrap().entries > 0 {}
    assert_eq!(kept(&stage)["total_events"], "20");
}

#[tokio::test]
async fn a_group_that_goes_away_ends_it() {
    let stage = Stage::new();
    add(&stage, &mut Chance(9), 10);
    let mut analytics = open(&stage).await;
    analytics.step().await.unwrap();
    stage
        .server
        .run::<u64>(&format!("XGROUP DESTROY {STREAM} analytics-group"));
    let error = loop {
        match analytics.step().await {
            Err(error) if !error.may_pass() => break error,
            _ => {}
        }
    };
    assert!(matches!(error, StreamError::NoGroup(_)), "{error:?}");
}

#[tokio::test]
async fn hostile_figures_stay_within_bounds() {
    let stage = Stage::new();
    for n in 0..150 {
        stage.server.run::<String>(&format!(
            "XADD {STREAM} * type kind-{n} tokens 1000000000000 latency_ms 9e10 timestamp 9e300"
        ));
    }
    let long = "k".repeat(4_000);
    stage.server.run::<String>(&format!(
        "XADD {STREAM} * type {long} latency_ms -5 tokens -1"
    ));
    let mut analytics = open(&stage).await;
    while analytics.step().await.unwrap().entries > 0 {}
    let kept = kept(&stage);
    let types = kept
        .keys()
        .filter(|field| field.starts_with("type:"))
        .count();
    assert_eq!(
        (
            types,
            kept["type:(other)"].as_str(),
            kept["total_events"].as_str()
        ),
        (101, "51", "151")
    );
    assert_eq!(kept["tokens"], "150000000000000");
    assert_eq!(kept["latency_ms:inf"], "150");
    assert_eq!(kept["latency_sum_us"], "150000000000000");
    let model = ReadModel::read(&stage.spec(), STREAM.as_bytes())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(model.latency_quantile_ms(0.5), Some(100_000.0));
    assert!(model.sessions.is_none());
}
