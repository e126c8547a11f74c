//! Below the interface: whatever the interface believes, nothing is changed that was not allowed, or could not be written down.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::stream::{self, StreamExt};
use lookback::app::State;
use lookback::app::consumer_groups::Reach;
use lookback::app::layout::Size;
use lookback::app::state::Options;
use lookback::model::{Mapping, Zone};
use lookback::runtime::{Allowed, Files, Glass, Session, run};
use lookback::source::{Access, Beat, Feed, RedisSpec, Spec};
use lookback::ui::theme::{Depth, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use support::redis_server::RedisServer;
use tokio::sync::{Notify, mpsc};

const SIZE: Size = Size {
    width: 160,
    height: 45,
};
const SOON: Duration = Duration::from_secs(20);

#[derive(Clone, Default)]
struct Seen {
    text: Arc<Mutex<String>>,
    changed: Arc<Notify>,
}

impl Seen {
    async fn until(&self, words: &str) {
        let wait = async {
            while !self.text.lock().unwrap().contains(words) {
                self.changed.notified().await;
            }
        };
        let found = tokio::time::timeout(SOON, wait).await;
        assert!(
            found.is_ok(),
            "no {words:?} on\n{}",
            self.text.lock().unwrap()
        );
    }
}

impl Glass for Seen {
    fn frame(
        &mut self,
        render: &mut dyn FnMut(&mut Buffer) -> Option<Position>,
    ) -> io::Result<usize> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.width, SIZE.height));
        render(&mut buffer);
        let rows = buffer.content.chunks(usize::from(SIZE.width));
        let rows = rows.map(|row| row.iter().map(Cell::symbol).collect::<String>());
        *self.text.lock().unwrap() = rows.collect::<Vec<_>>().join("\n");
        self.changed.notify_one();
        Ok(1)
    }

    fn resize(&mut self, _: Size) {}

    fn is_idle(&self) -> bool {
        true
    }

    fn copy(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

/// An interface that believes it may change groups, over a server with the group `workers`; destroys that.
async fn destroyed(server: &RedisServer, access: Access, journal: Option<PathBuf>, told: &str) {
    let () = server.run("XGROUP CREATE events workers 0 MKSTREAM");
    let options = Options {
        place: "here".to_owned(),
        streams: "events".to_owned(),
        mapping: Arc::new(Mapping::default()),
        zone: Zone::Utc,
        memory_bytes: 1 << 28,
        older_count: 10,
    };
    let mut state = State::new(options, 1_700_000_000_000, SIZE);
    state.groups.reach = Reach::Changes;
    let (_arrivals, arrivals) = mpsc::channel(1);
    let (requests, _asked) = mpsc::channel(1);
    let (keys, mut typed) = mpsc::unbounded_channel();
    let seen = Seen::default();
    let session = Session {
        state,
        feed: Feed { arrivals, requests },
        spec: Spec::Redis(RedisSpec {
            url: server.url(),
            password: None,
            streams: vec!["events".to_owned()],
            access: Access::ReadOnly,
        }),
        glass: seen.clone(),
        theme: Theme {
            depth: Depth::Mono,
            ascii: false,
        },
        beat: Beat::default(),
        frame_left: Arc::default(),
        leave: Arc::default(),
        files: Files {
            allowed: Allowed {
                access,
                journal,
                ..Allowed::default()
            },
            ..Files::default()
        },
    };
    let input = stream::poll_fn(move |cx| typed.poll_recv(cx)).map(Ok);
    let ended = tokio::spawn(async move { run(session, input, Vec::new()).await });
    let press = |code| {
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        keys.send(Event::Key(key)).unwrap();
    };
    press(KeyCode::Char('5'));
    seen.until("of workers").await;
    for c in "Xworkers".chars() {
        press(KeyCode::Char(c));
    }
    seen.until("destroy group workers").await;
    press(KeyCode::Enter);
    seen.until(told).await;
    press(KeyCode::Char('q'));
    tokio::time::timeout(SOON, ended)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}

fn has_group(server: &RedisServer) -> bool {
    let groups: Vec<redis::Value> = server.run("XINFO GROUPS events");
    !groups.is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_allowed_is_refused_where_connections_are_made() {
    let (server, folder) = (RedisServer::new(), tempfile::tempdir().unwrap());
    let journal = folder.path().join("actions.jsonl");
    let told = "opened for reading only";
    destroyed(&server, Access::ReadOnly, Some(journal.clone()), told).await;
    assert!(has_group(&server));
    assert!(!journal.exists());
    let asked: String = server.run("INFO commandstats");
    assert!(!asked.contains("xgroup|destroy"), "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_down_is_not_done() {
    for journal in [None, Some(PathBuf::from("/dev/full/actions.jsonl"))] {
        let server = RedisServer::new();
        destroyed(&server, Access::ReadWrite, journal, "nothing was changed:").await;
        assert!(has_group(&server));
    }
    let server = RedisServer::new();
    let full = Some(PathBuf::from("/dev/full"));
    destroyed(&server, Access::ReadWrite, full, "nothing was changed:").await;
    assert!(has_group(&server));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_allowed_and_written_down_is_done() {
    let (server, folder) = (RedisServer::new(), tempfile::tempdir().unwrap());
    let journal = folder.path().join("made/for/it/actions.jsonl");
    let told = "destroyed group workers";
    destroyed(&server, Access::ReadWrite, Some(journal.clone()), told).await;
    assert!(!has_group(&server));
    let text = std::fs::read_to_string(&journal).unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
}
