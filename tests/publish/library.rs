//! The library, as an agent that is written in Rust uses it.

use std::time::Duration;

use lookback::stream::{Access, Draft, Fate, PublishOptions, Publisher, RedisSpec, StreamError};

use super::place::Place;

fn spec(place: &Place, access: Access) -> RedisSpec {
    RedisSpec {
        url: place.server.url(),
        password: None,
        streams: Vec::new(),
        access,
    }
}

fn wait_for<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}

#[test]
fn receipts_come_in_the_order_of_the_events() {
    let place = Place::new();
    let drafts: Vec<Draft> = (0..2_000)
        .map(|n| {
            Draft::new("a")
                .id(format!("e{n}"))
                .field("n", n.to_string())
        })
        .collect();
    let receipts = wait_for(async {
        let spec = spec(&place, Access::ReadWrite);
        let mut publisher = Publisher::open(&spec, b"s", PublishOptions::default())
            .await
            .unwrap();
        publisher.publish(&drafts).await.unwrap()
    });
    assert!(
        receipts
            .windows(2)
            .all(|pair| pair[0].entry < pair[1].entry)
    );
    let ids: Vec<Option<Vec<u8>>> = (0..2_000)
        .map(|n| Some(format!("e{n}").into_bytes()))
        .collect();
    assert_eq!(
        receipts
            .iter()
            .map(|r| r.event_id.clone())
            .collect::<Vec<_>>(),
        ids
    );
    assert_eq!(place.length("s"), 2_000);
}

#[test]
fn nothing_is_written_where_only_reading_is_allowed() {
    let place = Place::new();
    let opened = wait_for(async {
        let spec = spec(&place, Access::ReadOnly);
        Publisher::open(&spec, b"s", PublishOptions::default())
            .await
            .map(drop)
    });
    assert!(
        matches!(opened, Err(StreamError::ReadOnly(_))),
        "{opened:?}"
    );
}

#[test]
fn what_became_of_each_event_is_told() {
    let place = Place::new();
    let options = PublishOptions {
        once_for: Some(Duration::from_secs(60)),
        ..PublishOptions::default()
    };
    let unfinished = wait_for(async {
        let spec = spec(&place, Access::ReadWrite);
        let mut publisher = Publisher::open(&spec, b"s", options).await.unwrap();
        let mut drafts: Vec<Draft> = (0..600)
            .map(|n| Draft::new("a").id(n.to_string()))
            .collect();
        drafts.push(Draft::new("a"));
        publisher.publish(&drafts).await.unwrap_err()
    });
    // The first batch is whole before the second is looked at.
    assert_eq!(unfinished.first_open(), Some(512));
    assert_eq!(unfinished.written().count(), 512);
    assert_eq!(unfinished.fates.len(), 601);
    assert_eq!(unfinished.fates.last(), Some(&Fate::NotWritten));
    assert_eq!(place.length("s"), 512);
}
