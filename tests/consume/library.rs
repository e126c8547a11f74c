//! `lookback::stream::Consumer`, as an agent written in Rust would use it.

use std::time::Duration;

use lookback::model::EntryId;
use lookback::stream::consume::{Begin, Failed};
use lookback::stream::{Access, Batch, Consumer, StreamError, Subscription};

use super::stage::{GROUP, STREAM, Stage, field};

/// The numbers of the entries.
fn numbers(batch: &Batch) -> Vec<u64> {
    batch.ids().map(|id| id.ms).collect()
}

/// The next batch that holds or tells anything.
async fn some(consumer: &mut Consumer) -> Batch {
    let deadline = tokio::time::Instant::now() + super::stage::PATIENCE;
    loop {
        match consumer.next().await {
            Ok(batch) if !batch.is_empty() => return batch,
            Ok(_) => {}
            Err(error) => assert!(error.may_pass(), "{error:?}"),
        }
        assert!(tokio::time::Instant::now() < deadline, "nothing comes");
    }
}

#[tokio::test]
async fn entries_come_once_in_order_and_are_gone_when_acknowledged() {
    let stage = Stage::with_entries(150);
    let mut consumer = stage.consumer("one").await;
    let mut seen = Vec::new();
    while seen.len() < 150 {
        let batch = some(&mut consumer).await;
        assert!(batch.deliveries.iter().all(|d| d.deliveries == 1));
        seen.extend(numbers(&batch));
        let done: Vec<EntryId> = batch.ids().collect();
        assert_eq!(
            consumer.acknowledge(&done).await.unwrap(),
            done.len() as u64
        );
    }
    assert_eq!(seen, (1..=150).collect::<Vec<u64>>());
    assert!(consumer.next().await.unwrap().is_empty());
    assert!(!consumer.has_pending().await.unwrap());
    let tally = consumer.tally();
    assert_eq!(
        (tally.delivered, tally.acknowledged, tally.again),
        (150, 150, 0)
    );
}

#[tokio::test]
async fn fields_come_as_they_are_with_repeated_names_and_bytes() {
    let stage = Stage::new();
    let mut command = redis::cmd("XADD");
    command
        .arg(STREAM)
        .arg("5-1")
        .arg("a")
        .arg("1")
        .arg("a")
        .arg(&b"\xff\x00"[..]);
    command.query::<()>(&mut stage.server.connection()).unwrap();
    let batch = some(&mut stage.consumer("one").await).await;
    let fields = batch.deliveries[0].fields();
    assert_eq!(fields, [(&b"a"[..], &b"1"[..]), (b"a", b"\xff\x00")]);
}

#[tokio::test]
async fn a_group_that_has_to_be_created_begins_where_it_is_told() {
    for (begin, first) in [
        (Begin::Start, 1),
        (Begin::After(EntryId::new(2, 0)), 3),
        (Begin::Now, 4),
    ] {
        let stage = Stage::with_entries(3);
        let subscription = Subscription {
            begin,
            ..stage.subscription("one")
        };
        let mut consumer = Consumer::open(subscription).await.unwrap();
        stage.add(4..6);
        let batch = some(&mut consumer).await;
        assert_eq!(numbers(&batch)[0], first, "{begin:?}");
    }
}

#[tokio::test]
async fn a_group_that_is_there_is_used_as_it_stands() {
    let stage = Stage::with_entries(3);
    stage
        .server
        .run::<String>(&format!("XGROUP CREATE {STREAM} {GROUP} 2-0"));
    let batch = some(&mut stage.consumer("one").await).await;
    assert_eq!(numbers(&batch), [3]);
}

#[tokio::test]
async fn what_was_read_and_not_acknowledged_comes_first_after_a_restart() {
    let stage = Stage::with_entries(200);
    let first = {
        let mut consumer = stage.consumer("one").await;
        some(&mut consumer).await;
        numbers(&some(&mut consumer).await)
    };
    assert_eq!(first, (65..=128).collect::<Vec<u64>>());
    let mut consumer = stage.consumer("one").await;
    let mut seen = Vec::new();
    let mut counts = Vec::new();
    while seen.len() < 200 {
        let batch = some(&mut consumer).await;
        seen.extend(numbers(&batch));
        counts.extend(batch.deliveries.iter().map(|d| d.deliveries));
    }
    assert_eq!(seen, (1..=200).collect::<Vec<u64>>());
    assert_eq!(counts[..128], [2; 128]);
    assert_eq!(counts[128..], [1; 72]);
}

#[tokio::test]
async fn what_another_has_left_is_taken_over_with_its_count() {
    for by_hand in [false, true] {
        let stage = Stage::with_entries(5);
        some(&mut stage.consumer("dead").await).await;
        let subscription = Subscription {
            min_idle_ms: 1,
            by_hand,
            ..stage.subscription("heir")
        };
        let mut heir = Consumer::open(subscription).await.unwrap();
        let batch = some(&mut heir).await;
        assert_eq!(numbers(&batch), [1, 2, 3, 4, 5], "by hand: {by_hand}");
        assert!(batch.deliveries.iter().all(|d| d.deliveries == 2));
        let done: Vec<EntryId> = batch.ids().collect();
        assert_eq!(heir.acknowledge(&done).await.unwrap(), 5);
        assert_eq!(stage.pending(), 0);
    }
}

#[tokio::test]
async fn a_user_without_xautoclaim_takes_over_all_the_same() {
    let stage = Stage::with_entries(5);
    some(&mut stage.consumer("dead").await).await;
    stage
        .server
        .run::<String>("ACL SETUSER plain on >pw ~* +@all -xautoclaim -eval -evalsha -script");
    let mut spec = stage.spec();
    spec.url = spec.url.replace("redis://", "redis://plain:pw@");
    let subscription = Subscription {
        spec,
        min_idle_ms: 1,
        max_deliveries: 2,
        ..stage.subscription("heir")
    };
    let mut heir = Consumer::open(subscription).await.unwrap();
    let batch = some(&mut heir).await;
    assert_eq!(numbers(&batch), [1, 2, 3, 4, 5]);
    // Without scripts a dead letter is written in two steps.
    let failed = heir.fail(&batch.deliveries[0], "no good").await.unwrap();
    assert_eq!(failed, Failed::Buried);
    assert_eq!((stage.pending(), stage.dead().len()), (4, 1));
}

#[tokio::test]
async fn what_is_refreshed_is_not_taken_over_and_does_not_count() {
    let stage = Stage::with_entries(2);
    let mut busy = stage.consumer("busy").await;
    let batch = some(&mut busy).await;
    let ids: Vec<EntryId> = batch.ids().collect();
    let subscription = Subscription {
        min_idle_ms: 400,
        ..stage.subscription("heir")
    };
    let mut heir = Consumer::open(subscription).await.unwrap();
    let until = tokio::time::Instant::now() + Duration::from_millis(1_200);
    while tokio::time::Instant::now() < until {
        assert_eq!(busy.refresh(&ids).await.unwrap(), 2);
        assert!(heir.next().await.unwrap().is_empty());
    }
    let taken = some(&mut heir).await;
    assert!(
        taken.deliveries.iter().all(|d| d.deliveries == 2),
        "{taken:?}"
    );
    assert_eq!(busy.refresh(&ids).await.unwrap(), 0);
}

#[tokio::test]
async fn an_entry_that_kills_its_consumers_goes_to_the_dead_letters() {
    let stage = Stage::with_entries(1);
    for attempt in 1..=3 {
        let subscription = Subscription {
            min_idle_ms: 1,
            max_deliveries: 3,
            ..stage.subscription(&format!("victim-{attempt}"))
        };
        let batch = some(&mut Consumer::open(subscription).await.unwrap()).await;
        assert_eq!(batch.deliveries[0].deliveries, attempt);
    }
    let subscription = Subscription {
        min_idle_ms: 1,
        max_deliveries: 3,
        ..stage.subscription("last")
    };
    let mut last = Consumer::open(subscription).await.unwrap();
    let batch = some(&mut last).await;
    assert_eq!((batch.deliveries.len(), batch.buried.len()), (0, 1));
    assert_eq!((stage.pending(), last.tally().buried), (0, 1));
    let dead = stage.dead();
    let fields = &dead[0].1;
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let told = [
        "dead_reason",
        "dead_deliveries",
        "dead_origin",
        "dead_group",
        "dead_consumer",
        "dead_at",
    ];
    assert_eq!(names, [&["type", "n"], &told[..]].concat());
    assert_eq!(field(fields, "dead_origin"), "memory:events 1-0");
    assert_eq!(field(fields, "dead_deliveries"), "3");
    assert_eq!(field(fields, "dead_group"), GROUP);
    assert_eq!(field(fields, "dead_consumer"), "last");
    assert!(field(fields, "dead_reason").contains("never acknowledged"));
}

#[tokio::test]
async fn a_failed_entry_comes_again_later_and_at_last_is_buried_with_the_reason() {
    let stage = Stage::with_entries(1);
    let subscription = Subscription {
        min_idle_ms: 100,
        max_deliveries: 2,
        ..stage.subscription("one")
    };
    let mut consumer = Consumer::open(subscription).await.unwrap();
    let batch = some(&mut consumer).await;
    let kept = consumer.fail(&batch.deliveries[0], "first").await.unwrap();
    assert_eq!((kept, stage.pending()), (Failed::Kept, 1));
    let batch = some(&mut consumer).await;
    assert_eq!(batch.deliveries[0].deliveries, 2);
    let buried = consumer.fail(&batch.deliveries[0], "second").await.unwrap();
    assert_eq!((buried, stage.pending()), (Failed::Buried, 0));
    assert_eq!(field(&stage.dead()[0].1, "dead_reason"), "second");
}

#[tokio::test]
async fn two_that_bury_the_same_entry_bury_it_once() {
    let stage = Stage::with_entries(1);
    let mut slow = stage.consumer("slow").await;
    let batch = some(&mut slow).await;
    let subscription = Subscription {
        min_idle_ms: 1,
        ..stage.subscription("heir")
    };
    let mut heir = Consumer::open(subscription).await.unwrap();
    let taken = some(&mut heir).await;
    // It is the heir's by now.
    assert!(!slow.bury(&batch.deliveries[0], "mine").await.unwrap());
    assert!(heir.bury(&taken.deliveries[0], "its").await.unwrap());
    assert!(!heir.bury(&taken.deliveries[0], "again").await.unwrap());
    assert_eq!(stage.dead().len(), 1);
}

#[tokio::test]
async fn an_entry_too_wide_for_a_script_is_buried_too() {
    let stage = Stage::new();
    let mut command = redis::cmd("XADD");
    command.arg(STREAM).arg("1-0");
    for n in 0..5_000 {
        command.arg(n).arg("x");
    }
    command.query::<()>(&mut stage.server.connection()).unwrap();
    let mut consumer = stage.consumer("one").await;
    let batch = some(&mut consumer).await;
    assert!(consumer.bury(&batch.deliveries[0], "wide").await.unwrap());
    assert!(!consumer.bury(&batch.deliveries[0], "wide").await.unwrap());
    assert_eq!((stage.pending(), stage.dead()[0].1.len()), (0, 5_006));
}

#[tokio::test]
async fn an_entry_that_cannot_be_buried_stays_pending() {
    let stage = Stage::with_entries(1);
    stage.server.run::<String>(&format!("SET {STREAM}:dead x"));
    let mut consumer = stage.consumer("one").await;
    let batch = some(&mut consumer).await;
    let error = consumer.bury(&batch.deliveries[0], "no").await.unwrap_err();
    assert_eq!(error.to_string(), "`memory:events:dead` is not a stream");
    assert_eq!(stage.pending(), 1);
}

#[tokio::test]
async fn pending_entries_that_were_deleted_are_told_as_lost_and_acknowledged() {
    for by_hand in [false, true] {
        let stage = Stage::with_entries(4);
        some(&mut stage.consumer("dead").await).await;
        stage.server.run::<u64>(&format!("XDEL {STREAM} 2-0 3-0"));
        let subscription = Subscription {
            min_idle_ms: 1,
            by_hand,
            ..stage.subscription("heir")
        };
        let mut heir = Consumer::open(subscription).await.unwrap();
        let batch = some(&mut heir).await;
        assert_eq!(numbers(&batch), [1, 4], "by hand: {by_hand}");
        assert_eq!(batch.lost, [EntryId::new(2, 0), EntryId::new(3, 0)]);
        assert_eq!((heir.tally().lost, stage.pending()), (2, 2));
    }
}

#[tokio::test]
async fn own_pending_entries_that_were_deleted_are_lost_too() {
    let stage = Stage::with_entries(4);
    some(&mut stage.consumer("one").await).await;
    stage.server.run::<u64>(&format!("XTRIM {STREAM} MAXLEN 1"));
    let batch = some(&mut stage.consumer("one").await).await;
    assert_eq!((numbers(&batch), batch.lost.len()), (vec![4], 3));
    assert_eq!(stage.pending(), 1);
}

#[tokio::test]
async fn a_group_that_is_destroyed_ends_it_and_is_not_made_anew() {
    let stage = Stage::with_entries(1);
    let mut consumer = stage.consumer("one").await;
    some(&mut consumer).await;
    stage
        .server
        .run::<u64>(&format!("XGROUP DESTROY {STREAM} {GROUP}"));
    let error = ending(&mut consumer).await;
    assert!(matches!(error, StreamError::NoGroup(_)), "{error:?}");
    let groups: Vec<redis::Value> = stage.server.run(&format!("XINFO GROUPS {STREAM}"));
    assert_eq!(groups.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_deleted_while_it_waits_ends_it() {
    let stage = Stage::with_entries(1);
    let mut consumer = Consumer::open(Subscription {
        block_ms: 20_000,
        ..stage.subscription("one")
    })
    .await
    .unwrap();
    let batch = some(&mut consumer).await;
    consumer
        .acknowledge(&batch.ids().collect::<Vec<_>>())
        .await
        .unwrap();
    let waiting = tokio::spawn(async move { ending(&mut consumer).await });
    super::stage::until("a blocked client", || {
        let clients: String = stage.server.run("INFO clients");
        clients.contains("blocked_clients:1")
    });
    stage.server.run::<u64>(&format!("DEL {STREAM}"));
    let error = waiting.await.unwrap();
    assert!(matches!(error, StreamError::NoGroup(_)), "{error:?}");
    assert_eq!(stage.server.run::<u64>(&format!("EXISTS {STREAM}")), 0);
}

/// Goes on until something ends it.
async fn ending(consumer: &mut Consumer) -> StreamError {
    loop {
        match consumer.next().await {
            Ok(_) => {}
            Err(error) if error.may_pass() => {}
            Err(error) => return error,
        }
    }
}

#[tokio::test]
async fn a_key_of_another_type_and_a_reading_user_are_refused() {
    let stage = Stage::new();
    stage.server.run::<String>(&format!("SET {STREAM} x"));
    let error = Consumer::open(stage.subscription("one")).await.unwrap_err();
    assert_eq!(error.to_string(), "`memory:events` is not a stream");
    let mut subscription = stage.subscription("one");
    subscription.spec.access = Access::ReadOnly;
    let error = Consumer::open(subscription).await.unwrap_err();
    assert!(matches!(error, StreamError::ReadOnly(_)), "{error:?}");
}

#[tokio::test]
async fn a_restart_of_the_server_in_mid_batch_loses_and_doubles_nothing() {
    let mut stage = Stage::with_entries(100);
    let mut consumer = stage.consumer("one").await;
    let mut seen = Vec::new();
    let batch = some(&mut consumer).await;
    seen.extend(numbers(&batch));
    stage.server.stop();
    let done: Vec<EntryId> = batch.ids().collect();
    let error = consumer.acknowledge(&done).await.unwrap_err();
    assert!(error.may_pass(), "{error:?}");
    let error = consumer.next().await.unwrap_err();
    assert!(error.may_pass(), "{error:?}");
    stage.server.start();
    while seen.len() < 100 {
        let batch = some(&mut consumer).await;
        seen.extend(numbers(&batch));
        consumer
            .acknowledge(&batch.ids().collect::<Vec<_>>())
            .await
            .unwrap();
    }
    assert_eq!(seen, (1..=100).collect::<Vec<u64>>());
    assert_eq!(stage.pending(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_of_a_reply_that_was_dropped_are_read_by_the_next_call() {
    let stage = Stage::new();
    let mut consumer = Consumer::open(Subscription {
        block_ms: 20_000,
        ..stage.subscription("one")
    })
    .await
    .unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for n in 1..=30 {
        // The entry comes at about the moment when the caller stops waiting.
        let patience = Duration::from_millis(20 + n % 7);
        let stopped = tokio::time::timeout(patience, consumer.next());
        let (batch, ()) = tokio::join!(stopped, async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            stage.add(n..n + 1);
        });
        if let Ok(batch) = batch {
            seen.extend(numbers(&batch.unwrap()));
        }
    }
    while seen.len() < 30 {
        seen.extend(numbers(&some(&mut consumer).await));
    }
    assert_eq!((stage.pending(), consumer.tally().delivered), (30, 30));
}
