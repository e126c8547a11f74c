//! Changes: what each does to the server, and what it says where it cannot be done.

use lookback::model::EntryId;
use lookback::model::consumer_groups::{GroupChange, GroupStart};
use lookback::stream::StreamError;
use lookback::stream::groups::{Changed, change};

use super::*;

fn id(ms: u64) -> EntryId {
    EntryId::new(ms, 0)
}

fn g() -> Vec<u8> {
    b"g".to_vec()
}

fn create(at: GroupStart, make_stream: bool) -> GroupChange {
    GroupChange::Create {
        group: g(),
        at,
        make_stream,
    }
}

/// Ten entries, of which the consumer `c` has read five.
async fn reading() -> (RedisServer, Link) {
    let server = RedisServer::new();
    add(&server, "s", 1, 10);
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 5);
    let link = link(&server).await;
    (server, link)
}

async fn done(link: &mut Link, it: &GroupChange) -> Changed {
    change(link, b"s", it).await.unwrap()
}

async fn lag(server: &RedisServer) -> (Option<u64>, Option<u64>, Option<u64>) {
    let snapshot = inspector(server, &["s"]).await.look().await.unwrap();
    let lag = group(&snapshot, "s", b"g").lag;
    (lag.total, lag.deliverable, lag.lost)
}

#[tokio::test]
async fn a_group_begins_where_it_is_told_to_and_the_server_knows_its_lag() {
    for (at, left) in [
        (GroupStart::Start, 8),
        (GroupStart::New, 0),
        (GroupStart::After(id(7)), 3),
        (GroupStart::After(id(99)), 0),
    ] {
        let server = RedisServer::new();
        add(&server, "s", 1, 10);
        server.run::<u64>("XTRIM s MAXLEN = 8");
        let mut link = link(&server).await;
        done(&mut link, &create(at, false)).await;
        assert_eq!(
            lag(&server).await,
            (Some(left), Some(left), Some(0)),
            "{at:?}"
        );
        done(
            &mut link,
            &GroupChange::SetId {
                group: g(),
                at: GroupStart::Start,
            },
        )
        .await;
        done(&mut link, &GroupChange::SetId { group: g(), at }).await;
        assert_eq!(
            lag(&server).await,
            (Some(left), Some(left), Some(0)),
            "moved to {at:?}"
        );
    }
}

#[tokio::test]
async fn what_is_trimmed_after_a_group_was_made_is_lost_to_it() {
    let server = RedisServer::new();
    add(&server, "s", 1, 10);
    server.run::<u64>("XTRIM s MAXLEN = 8");
    done(&mut link(&server).await, &create(GroupStart::Start, false)).await;
    server.run::<u64>("XTRIM s MAXLEN = 5");
    assert_eq!(lag(&server).await, (Some(8), Some(5), Some(3)));
}

#[tokio::test]
async fn a_group_can_be_made_with_its_stream_and_not_twice() {
    let server = RedisServer::new();
    let mut link = link(&server).await;
    let error = change(&mut link, b"s", &create(GroupStart::New, false))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, StreamError::NoGroup(trouble) if trouble.what.contains("no stream `s`")),
        "{error:?}"
    );
    done(&mut link, &create(GroupStart::New, true)).await;
    let error = change(&mut link, b"s", &create(GroupStart::New, true))
        .await
        .unwrap_err();
    assert!(matches!(error, StreamError::GroupExists(_)), "{error:?}");
    add(&server, "s", 1, 2);
    assert_eq!(lag(&server).await.1, Some(2));
}

#[tokio::test]
async fn acknowledging_takes_entries_off_the_list_and_says_which_were_not_on_it() {
    let (server, mut link) = reading().await;
    let ids = vec![id(1), id(2), id(9)];
    let changed = done(&mut link, &GroupChange::Acknowledge { group: g(), ids }).await;
    assert_eq!(changed.affected, 2);
    assert_eq!(
        changed.note.as_deref(),
        Some("1 of the 3 given were not pending")
    );
    assert_eq!(pending(&server), [3, 4, 5]);
}

#[tokio::test]
async fn many_thousand_ids_are_acknowledged_in_one_change() {
    let server = RedisServer::new();
    add(&server, "s", 1, 2_500);
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 2_500);
    let ids = (1..=2_500).map(id).collect();
    let changed = done(
        &mut link(&server).await,
        &GroupChange::Acknowledge { group: g(), ids },
    )
    .await;
    assert_eq!((changed.affected, changed.note), (2_500, None));
}

#[tokio::test]
async fn claiming_gives_entries_to_another_without_counting_a_delivery() {
    let (server, mut link) = reading().await;
    server.run::<u64>("XDEL s 2-0");
    let claim = |min_idle_ms| GroupChange::Claim {
        group: g(),
        consumer: b"other".to_vec(),
        ids: vec![id(1), id(2), id(3)],
        min_idle_ms,
    };
    let changed = done(&mut link, &claim(3_600_000)).await;
    assert_eq!(changed.affected, 0);
    let changed = done(&mut link, &claim(0)).await;
    // The deleted one has left the list, or (before 7.0) it was given too.
    assert_eq!(changed.affected, 2);
    assert!(
        changed
            .note
            .unwrap()
            .contains("deleted (those left the list)")
    );
    let mut inspector = inspector(&server, &["s"]).await;
    let listed = inspector.pending(b"s", b"g", None, 10).await.unwrap();
    let rows: Vec<(u64, &[u8], u64)> = listed
        .iter()
        .map(|one| (one.id.ms, one.consumer.as_slice(), one.deliveries))
        .collect();
    assert_eq!(
        rows,
        [
            (1, &b"other"[..], 1),
            (3, b"other", 1),
            (4, b"c", 1),
            (5, b"c", 1)
        ]
    );
}

#[tokio::test]
async fn forgetting_and_destroying_say_how_much_was_pending() {
    let (server, mut link) = reading().await;
    read(&server, "s", "g", "other", 2);
    let forget = |consumer: &[u8]| GroupChange::Forget {
        group: g(),
        consumer: consumer.to_vec(),
    };
    assert_eq!(done(&mut link, &forget(b"c")).await.affected, 5);
    assert_eq!(done(&mut link, &forget(b"nobody")).await.affected, 0);
    let destroy = GroupChange::Destroy { group: g() };
    assert_eq!(done(&mut link, &destroy).await.affected, 2);
    assert_eq!(server.run::<u64>("XLEN s"), 10);
    for it in [
        destroy,
        forget(b"c"),
        GroupChange::SetId {
            group: g(),
            at: GroupStart::New,
        },
        GroupChange::Acknowledge {
            group: g(),
            ids: vec![id(1)],
        },
        GroupChange::Claim {
            group: g(),
            consumer: g(),
            ids: vec![id(1)],
            min_idle_ms: 0,
        },
    ] {
        let error = change(&mut link, b"s", &it).await.unwrap_err();
        assert!(
            matches!(error, StreamError::NoGroup(_)),
            "{it:?}: {error:?}"
        );
    }
}

#[tokio::test]
async fn republishing_appends_first_and_acknowledges_then() {
    let (server, mut link) = reading().await;
    let fields = vec![
        (b"a".to_vec(), b"\xff\0".to_vec()),
        (b"a".to_vec(), b"2".to_vec()),
    ];
    let again = |group: Option<Vec<u8>>, id| GroupChange::Republish {
        group,
        id,
        fields: fields.clone(),
        acknowledge: true,
    };
    let changed = done(&mut link, &again(Some(g()), id(1))).await;
    assert_eq!((changed.affected, changed.note), (1, None));
    assert!(changed.appended.unwrap() > id(10));
    let last: redis::Value = server.run("XREVRANGE s + - COUNT 1");
    assert!(
        format!("{last:?}").contains("binary-data([255, 0])"),
        "{last:?}"
    );
    assert_eq!(pending(&server), [2, 3, 4, 5]);
    let noted = done(&mut link, &again(Some(g()), id(9))).await.note;
    assert_eq!(noted.as_deref(), Some("9-0 was not pending"));
    // No group: nothing is appended on the way to the error.
    let length = server.run::<u64>("XLEN s");
    let error = change(&mut link, b"s", &again(Some(b"no".to_vec()), id(1)))
        .await
        .unwrap_err();
    assert!(matches!(error, StreamError::NoGroup(_)), "{error:?}");
    assert_eq!(server.run::<u64>("XLEN s"), length);
    assert_eq!(done(&mut link, &again(None, id(1))).await.affected, 1);
}

#[tokio::test]
async fn a_server_that_takes_no_writes_and_a_key_of_another_type_are_told_apart() {
    let (server, mut link) = reading().await;
    server.run::<()>("SET text hello");
    let error = change(&mut link, b"text", &create(GroupStart::New, true))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("`text` is not a stream"),
        "{error}"
    );
    server.run::<()>("REPLICAOF 127.0.0.1 1");
    let error = change(&mut link, b"s", &GroupChange::Destroy { group: g() })
        .await
        .unwrap_err();
    assert!(matches!(error, StreamError::Refused(_)), "{error:?}");
    server.run::<()>("REPLICAOF NO ONE");
    server.run::<()>("ACL SETUSER eve on >pw ~* +@all -xack");
    let mut spec = spec(&server, &[]);
    spec.url = server.url().replace("redis://", "redis://eve:pw@");
    let mut eve = Link::open(&spec).await.unwrap();
    let acknowledge = GroupChange::Acknowledge {
        group: g(),
        ids: vec![id(1)],
    };
    let error = change(&mut eve, b"s", &acknowledge).await.unwrap_err();
    assert!(error.to_string().contains("may not"), "{error}");
    assert_eq!(pending(&server), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn the_entries_between_two_places_are_counted() {
    let (server, _) = reading().await;
    server.run::<u64>("XDEL s 7-0");
    let mut inspector = inspector(&server, &["s"]).await;
    let snapshot = inspector.look().await.unwrap();
    let status = stream(&snapshot, "s");
    for (to, count) in [(9, Some(3)), (2, Some(3)), (5, Some(0)), (99, Some(4))] {
        let it = GroupChange::SetId {
            group: g(),
            at: GroupStart::After(id(to)),
        };
        assert_eq!(inspector.between(status, &it).await.unwrap(), count, "{to}");
    }
}

/// The milliseconds of the pending ids.
fn pending(server: &RedisServer) -> Vec<u64> {
    let rows: Vec<(String, String, u64, u64)> = server.run("XPENDING s g - + 100");
    let ms = |row: &(String, String, u64, u64)| row.0.split('-').next().unwrap().parse().unwrap();
    rows.iter().map(ms).collect()
}
