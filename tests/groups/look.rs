//! Looking: what it tells, that it only reads, and what is left of it where something is forbidden or missing.

use lookback::model::EntryId;
use lookback::model::consumer_groups::{KeyKind, PendingPayload};
use lookback::source::READING_COMMANDS;
use lookback::stream::StreamError;

use super::*;

#[tokio::test]
async fn a_look_tells_of_streams_groups_and_consumers() {
    let server = RedisServer::new();
    add(&server, "s", 1, 10);
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "one", 3);
    read(&server, "s", "g", "two", 1);
    let snapshot = inspector(&server, &["s"]).await.look().await.unwrap();
    let status = stream(&snapshot, "s");
    assert_eq!(
        (status.kind, status.length, status.added),
        (KeyKind::Stream, Some(10), Some(10))
    );
    assert_eq!(
        (status.first, status.last),
        (Some(EntryId::new(1, 0)), Some(EntryId::new(10, 0)))
    );
    assert!(status.memory_bytes.unwrap() > 100);
    let g = group(&snapshot, "s", b"g");
    assert_eq!(
        (g.pending, g.consumer_count, g.behind_ms),
        (Some(4), Some(2), Some(6))
    );
    assert_eq!(
        (g.first_pending, g.last_delivered),
        (Some(EntryId::new(1, 0)), Some(EntryId::new(4, 0)))
    );
    let consumers: Vec<(&[u8], u64)> = g
        .consumers
        .iter()
        .flatten()
        .map(|c| (c.name.as_slice(), c.pending))
        .collect();
    assert_eq!(consumers, [(&b"one"[..], 3), (b"two", 1)]);
    assert!(status.faults.is_empty() && g.faults.is_empty() && snapshot.faults.is_empty());
}

#[tokio::test]
async fn a_look_costs_few_commands_and_the_snapshot_counts_them_as_the_server_does() {
    let server = RedisServer::new();
    for key in ["s1", "s2"] {
        add(&server, key, 1, 10);
        for group in ["a", "b", "c"] {
            server.run::<()>(&format!("XGROUP CREATE {key} {group} 0"));
        }
    }
    let mut inspector = inspector(&server, &["s*"]).await;
    inspector.look().await.unwrap();
    server.run::<()>("CONFIG RESETSTAT");
    let snapshot = inspector.look().await.unwrap();
    // Two of the stream, two of each group; globs and memory are asked for less often.
    assert_eq!(snapshot.commands, 2 * (2 + 3 * 2));
    let seen: u64 = commands(&server).iter().map(|(_, calls)| calls).sum();
    assert_eq!(seen, u64::from(snapshot.commands));
}

#[tokio::test]
async fn looking_sends_nothing_but_what_reads_even_where_writing_is_allowed() {
    let server = RedisServer::new();
    add(&server, "s", 1, 3_000);
    server.run::<u64>("XTRIM s MAXLEN = 2500");
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 600);
    server.run::<()>("CONFIG RESETSTAT");
    let mut inspector = inspector(&server, &["s*", "missing"]).await;
    for _ in 0..6 {
        inspector.look().await.unwrap();
    }
    inspector.pending(b"s", b"g", None, 100).await.unwrap();
    inspector.deleted_pending(b"s", b"g", 10).await.unwrap();
    let seen = commands(&server);
    for (name, _) in &seen {
        let whole = name.replace('|', " ").to_uppercase();
        let first = whole.split(' ').next().unwrap_or_default();
        assert!(
            READING_COMMANDS.iter().any(|c| *c == whole || *c == first),
            "{name}"
        );
    }
    assert!(seen.iter().any(|(name, _)| name == "xpending"), "{seen:?}");
}

/// What the server has run since its counters were set back, without what this asks by itself.
fn commands(server: &RedisServer) -> Vec<(String, u64)> {
    let text: String = server.run("INFO commandstats");
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("cmdstat_"));
    let parsed = lines.filter_map(|line| {
        let (name, rest) = line.split_once(':')?;
        let calls = rest.strip_prefix("calls=")?.split(',').next()?;
        Some((name.to_owned(), calls.parse().ok()?))
    });
    let own = [
        "config|resetstat",
        "info",
        "hello",
        "client|setinfo",
        "select",
        "auth",
        "ping",
    ];
    parsed
        .filter(|(name, _): &(String, u64)| !own.contains(&name.as_str()))
        .collect()
}

#[tokio::test]
async fn what_is_forbidden_degrades_its_part_and_the_rest_stands() {
    let server = RedisServer::new();
    add(&server, "s", 1, 10);
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 4);
    let looks = [
        ("xpending", "oldest pending"),
        ("xinfo|consumers", "consumers"),
        ("memory|usage", "memory"),
        ("xinfo|groups", "groups"),
        ("xinfo|stream", "length"),
        ("xrange", ""),
    ];
    for (forbidden, part) in looks {
        server.run::<()>(&format!(
            "ACL SETUSER eve reset on >pw ~* +@all -{forbidden}"
        ));
        let mut spec = spec(&server, &["s"]);
        spec.url = server.url().replace("redis://", "redis://eve:pw@");
        let snapshot = Inspector::open(&spec).await.unwrap().look().await.unwrap();
        let status = stream(&snapshot, "s");
        let g = status.groups.first();
        let mut faults = status.faults.clone();
        faults.extend(g.map(|g| g.faults.clone()).unwrap_or_default());
        assert_eq!(
            faults.len(),
            usize::from(!part.is_empty()),
            "{forbidden}: {faults:?}"
        );
        assert!(
            faults.iter().all(|fault| fault.starts_with(part)),
            "{forbidden}: {faults:?}"
        );
        assert_eq!(
            status.length.is_some(),
            forbidden != "xinfo|stream",
            "{forbidden}"
        );
        assert_eq!(
            status.memory_bytes.is_some(),
            forbidden != "memory|usage",
            "{forbidden}"
        );
        assert_eq!(g.is_some(), forbidden != "xinfo|groups", "{forbidden}");
        if let Some(g) = g {
            assert_eq!(g.pending, Some(4), "{forbidden}");
            assert_eq!(
                g.first_pending.is_some(),
                forbidden != "xpending",
                "{forbidden}"
            );
            assert_eq!(
                g.consumers.is_some(),
                forbidden != "xinfo|consumers",
                "{forbidden}"
            );
            // Unknown, never 0.
            let known = Some(6).filter(|_| forbidden != "xinfo|stream");
            assert_eq!(g.lag.deliverable, known, "{forbidden}");
        }
    }
}

#[tokio::test]
async fn a_missing_key_and_one_of_another_type_are_told_each_by_itself() {
    let server = RedisServer::new();
    add(&server, "s", 1, 2);
    server.run::<()>("SET text hello");
    let snapshot = inspector(&server, &["missing", "text", "s"])
        .await
        .look()
        .await
        .unwrap();
    let told = |key| {
        (
            stream(&snapshot, key).kind,
            stream(&snapshot, key).faults.concat(),
        )
    };
    assert_eq!(
        told("missing"),
        (KeyKind::Missing, "there is no such stream".to_owned())
    );
    assert_eq!(
        told("text"),
        (KeyKind::Other, "`text` is not a stream".to_owned())
    );
    assert_eq!(told("s"), (KeyKind::Stream, String::new()));
    assert_eq!(stream(&snapshot, "missing").length, None);
}

#[tokio::test]
async fn more_streams_groups_and_consumers_than_are_told_of_are_said_to_be_left_out() {
    let server = RedisServer::new();
    let mut pipe = redis::pipe();
    for n in 0..210 {
        pipe.cmd("XADD")
            .arg(format!("many:{n:03}"))
            .arg("1-0")
            .arg("a")
            .arg("b")
            .ignore();
    }
    for n in 0..105 {
        pipe.cmd("XGROUP")
            .arg("CREATE")
            .arg("many:000")
            .arg(format!("g{n:03}"))
            .arg("0")
            .ignore();
        pipe.cmd("XGROUP")
            .arg("CREATECONSUMER")
            .arg("many:000")
            .arg("g000")
            .arg(format!("c{n}"))
            .ignore();
    }
    pipe.query::<()>(&mut server.connection()).unwrap();
    let snapshot = inspector(&server, &["many:*"]).await.look().await.unwrap();
    assert_eq!(snapshot.streams.len(), 200);
    assert!(
        snapshot.faults.concat().contains("first 200 streams"),
        "{:?}",
        snapshot.faults
    );
    let first = stream(&snapshot, "many:000");
    assert_eq!(first.groups.len(), 100);
    assert!(
        first.faults.concat().contains("100 of its 105 groups"),
        "{:?}",
        first.faults
    );
    let g = group(&snapshot, "many:000", b"g000");
    assert_eq!(
        (g.consumer_count, g.consumers.as_ref().unwrap().len()),
        (Some(105), 100)
    );
    assert!(
        g.faults.concat().contains("100 of its 105 consumers"),
        "{:?}",
        g.faults
    );
}

#[tokio::test]
async fn a_group_of_very_many_consumers_does_not_make_the_server_list_them() {
    let server = RedisServer::new();
    add(&server, "s", 1, 1);
    server.run::<()>("XGROUP CREATE s g 0");
    let mut pipe = redis::pipe();
    for n in 0..1_001 {
        pipe.cmd("XGROUP")
            .arg("CREATECONSUMER")
            .arg("s")
            .arg("g")
            .arg(n)
            .ignore();
    }
    pipe.query::<()>(&mut server.connection()).unwrap();
    let snapshot = inspector(&server, &["s"]).await.look().await.unwrap();
    let g = group(&snapshot, "s", b"g");
    assert_eq!((g.consumer_count, &g.consumers), (Some(1_001), &None));
    assert_eq!(g.faults.len(), 1);
    assert_eq!(g.lag.deliverable, Some(1));
}

#[tokio::test]
async fn a_broken_connection_costs_one_look() {
    let server = RedisServer::new();
    add(&server, "s", 1, 2);
    let mut inspector = inspector(&server, &["s"]).await;
    inspector.look().await.unwrap();
    server.run::<u64>("CLIENT KILL TYPE normal SKIPME yes");
    let error = inspector.look().await.unwrap_err();
    assert!(matches!(error, StreamError::NotConnected(_)), "{error:?}");
    let snapshot = inspector.look().await.unwrap();
    assert_eq!(stream(&snapshot, "s").length, Some(2));
}

#[tokio::test]
async fn pending_entries_come_with_what_they_say_or_that_they_are_gone() {
    let server = RedisServer::new();
    add(&server, "s", 1, 40);
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 40);
    server.run::<u64>("XDEL s 2-0");
    server.run::<u64>("XACK s g 3-0");
    let mut inspector = inspector(&server, &["s"]).await;
    let first = inspector.pending(b"s", b"g", None, 3).await.unwrap();
    let ids: Vec<u64> = first.iter().map(|one| one.id.ms).collect();
    assert_eq!(ids, [1, 2, 4]);
    let present = vec![
        (b"type".to_vec(), b"message.added".to_vec()),
        (b"n".to_vec(), b"1".to_vec()),
    ];
    assert_eq!(first[0].entry, PendingPayload::Present(present));
    assert_eq!(first[1].entry, PendingPayload::Deleted);
    assert_eq!(
        (first[2].deliveries, first[2].consumer.as_slice()),
        (1, &b"c"[..])
    );
    let rest = inspector
        .pending(b"s", b"g", Some(first[2].id), 1_000)
        .await
        .unwrap();
    assert_eq!((rest.len(), rest[0].id.ms), (36, 5));
    assert_eq!(
        inspector.deleted_pending(b"s", b"g", 10).await.unwrap(),
        [EntryId::new(2, 0)]
    );
    let none = inspector
        .pending(b"s", b"nobody", None, 1)
        .await
        .unwrap_err();
    assert!(matches!(none, StreamError::NoGroup(_)), "{none:?}");
}

#[tokio::test]
async fn pending_entries_that_may_not_be_read_are_unknown_and_not_deleted() {
    let server = RedisServer::new();
    add(&server, "s", 1, 3);
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 3);
    server.run::<()>("ACL SETUSER eve on >pw ~* +@all -xrange");
    let mut spec = spec(&server, &["s"]);
    spec.url = server.url().replace("redis://", "redis://eve:pw@");
    let mut inspector = Inspector::open(&spec).await.unwrap();
    let listed = inspector.pending(b"s", b"g", None, 10).await.unwrap();
    assert_eq!(listed.len(), 3);
    assert!(
        listed
            .iter()
            .all(|one| one.entry == PendingPayload::Unknown)
    );
    assert!(inspector.deleted_pending(b"s", b"g", 10).await.is_err());
}

#[tokio::test]
async fn the_fields_of_huge_pending_entries_are_bounded() {
    let server = RedisServer::new();
    let huge = vec![b'x'; 1 << 20];
    for ms in 1..=40 {
        run::<String>(
            &server,
            &[b"XADD", b"s", format!("{ms}-0").as_bytes(), b"a", &huge],
        );
    }
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 40);
    let listed = inspector(&server, &["s"])
        .await
        .pending(b"s", b"g", None, 40)
        .await
        .unwrap();
    let present = listed
        .iter()
        .filter(|one| matches!(one.entry, PendingPayload::Present(_)))
        .count();
    let unknown = listed
        .iter()
        .filter(|one| one.entry == PendingPayload::Unknown)
        .count();
    assert_eq!((listed.len(), present + unknown), (40, 40));
    assert!(present < 30, "{present} MiB are held");
}

#[tokio::test]
async fn hostile_names_are_bytes_all_the_way() {
    let server = RedisServer::new();
    add(&server, "s", 1, 3);
    let long = vec![b'n'; 100_000];
    let names: [&[u8]; 4] = [b"\x1b[2J\x07", b"\xff\xfe", "a\u{202e}b".as_bytes(), &long];
    for name in names {
        run::<()>(&server, &[b"XGROUP", b"CREATE", b"s", name, b"0"]);
        run::<redis::Value>(
            &server,
            &[
                b"XREADGROUP",
                b"GROUP",
                name,
                name,
                b"COUNT",
                b"2",
                b"STREAMS",
                b"s",
                b">",
            ],
        );
    }
    let mut inspector = inspector(&server, &["s"]).await;
    let snapshot = inspector.look().await.unwrap();
    for name in names {
        let g = group(&snapshot, "s", name);
        assert_eq!(g.consumers.as_ref().unwrap()[0].name, name);
        assert_eq!(
            inspector.pending(b"s", name, None, 5).await.unwrap().len(),
            2
        );
    }
}
