//! The action journal: it knows of a change before the server does.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use lookback::model::EntryId;
use lookback::model::consumer_groups::{GroupChange, GroupStart};
use lookback::stream::groups::change_noted;
use lookback::stream::groups::journal::Journal;
use serde_json::Value;

use super::*;

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn destroy(group: &[u8]) -> GroupChange {
    GroupChange::Destroy {
        group: group.to_vec(),
    }
}

#[tokio::test]
async fn a_change_stands_in_the_journal_before_and_after() {
    let server = RedisServer::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/lookback/actions.jsonl");
    add(&server, "s", 1, 200);
    server.run::<()>("XGROUP CREATE s g 0");
    read(&server, "s", "g", "c", 200);
    let mut link = link(&server).await;
    let mut journal = Journal::open(&path, "ann").await.unwrap();
    let acknowledge = GroupChange::Acknowledge {
        group: b"g".to_vec(),
        ids: (1..=150).map(|ms| EntryId::new(ms, 0)).collect(),
    };
    change_noted(&mut link, b"s", &acknowledge, &mut journal)
        .await
        .unwrap();
    change_noted(&mut link, b"s", &destroy(b"\xff"), &mut journal)
        .await
        .unwrap_err();
    let set_id = GroupChange::SetId {
        group: b"g".to_vec(),
        at: GroupStart::After(EntryId::new(7, 0)),
    };
    change_noted(&mut link, b"s", &set_id, &mut journal)
        .await
        .unwrap();
    let lines = lines(&path);
    let outcomes: Vec<&str> = lines
        .iter()
        .map(|line| line["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        ["intended", "done", "intended", "failed", "intended", "done"]
    );
    let keys: Vec<&String> = lines[1].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "at", "place", "stream", "action", "group", "consumer", "to", "count", "ids",
            "affected", "outcome", "error", "by"
        ]
    );
    assert_eq!(
        (&lines[1]["affected"], &lines[1]["count"]),
        (&Value::from(150), &Value::from(150))
    );
    assert_eq!(lines[1]["ids"].as_array().unwrap().len(), 100);
    assert_eq!(
        (&lines[1]["action"], &lines[1]["by"]),
        (&Value::from("ack"), &Value::from("ann"))
    );
    assert_eq!(lines[3]["group"]["base64"], "/w==");
    assert!(
        lines[3]["error"]
            .as_str()
            .unwrap()
            .contains("no such consumer group")
    );
    assert_eq!(lines[5]["to"], "7-0");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
}

#[tokio::test]
async fn nothing_is_changed_where_the_journal_cannot_be_written() {
    let server = RedisServer::new();
    add(&server, "s", 1, 1);
    server.run::<()>("XGROUP CREATE s g 0");
    let mut link = link(&server).await;
    let mut journal = Journal::open(Path::new("/dev/full"), "ann").await.unwrap();
    let error = change_noted(&mut link, b"s", &destroy(b"g"), &mut journal)
        .await
        .unwrap_err();
    assert!(
        error.to_string().starts_with("nothing was changed"),
        "{error}"
    );
    let snapshot = inspector(&server, &["s"]).await.look().await.unwrap();
    assert_eq!(stream(&snapshot, "s").groups.len(), 1);
    let folder = tempfile::tempdir().unwrap();
    assert!(Journal::open(folder.path(), "ann").await.is_err());
}

#[tokio::test]
async fn a_torn_line_stays_alone_and_a_readable_journal_is_closed_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("actions.jsonl");
    fs::write(&path, b"{\"at\":\"2026").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    for _ in 0..2 {
        let mut journal = Journal::open(&path, "ann").await.unwrap();
        journal.intend("here", b"s", &destroy(b"g")).await.unwrap();
    }
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "{\"at\":\"2026"));
    assert!(
        lines[1..]
            .iter()
            .all(|line| serde_json::from_str::<Value>(line).is_ok())
    );
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[tokio::test]
async fn a_lost_server_is_noted_as_failed() {
    let mut server = RedisServer::new();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("actions.jsonl");
    let mut link = link(&server).await;
    let mut journal = Journal::open(&path, "ann").await.unwrap();
    server.stop();
    change_noted(&mut link, b"s", &destroy(b"g"), &mut journal)
        .await
        .unwrap_err();
    assert_eq!(lines(&path)[1]["outcome"], "failed");
}
