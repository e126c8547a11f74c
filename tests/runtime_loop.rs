//! The loop itself, with keys from a list and a glass in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures_util::stream::{self, StreamExt};
use lookback::app::State;
use lookback::app::layout::Size;
use lookback::app::state::Options;
use lookback::model::{EntryId, Mapping, Zone};
use lookback::runtime::{Files, Glass, Session, run};
use lookback::source::{Beat, Feed, FileSpec, Spec};
use lookback::store::{Arrival, Link, PageBuilder};
use lookback::ui::theme::{Depth, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use tokio::sync::{Notify, mpsc};

#[path = "runtime_loop/recording.rs"]
mod recording;

const WIDTH: u16 = 120;
const HEIGHT: u16 = 40;
const SIZE: Size = Size {
    width: WIDTH,
    height: HEIGHT,
};
const NOW: u64 = 1_700_000_100_000;
const SOON: Duration = Duration::from_secs(20);

/// What the glass shows, and whether it takes frames.
#[derive(Clone, Default)]
struct Seen {
    text: Arc<Mutex<String>>,
    frames: Arc<AtomicUsize>,
    busy: Arc<AtomicBool>,
    changed: Arc<Notify>,
}

impl Seen {
    fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    async fn until(&self, text: &str) {
        let wait = async {
            while !self.text().contains(text) {
                self.changed.notified().await;
            }
        };
        let found = tokio::time::timeout(SOON, wait).await;
        assert!(found.is_ok(), "no {text:?} on\n{}", self.text());
    }
}

impl Glass for Seen {
    fn frame(
        &mut self,
        render: &mut dyn FnMut(&mut Buffer) -> Option<Position>,
    ) -> io::Result<usize> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        render(&mut buffer);
        let rows = buffer.content.chunks(usize::from(WIDTH));
        let rows = rows.map(|row| row.iter().map(Cell::symbol).collect::<String>());
        *self.text.lock().unwrap() = rows.collect::<Vec<_>>().join("\n");
        self.frames.fetch_add(1, Ordering::SeqCst);
        self.changed.notify_one();
        Ok(1)
    }

    fn resize(&mut self, _: Size) {}

    fn is_idle(&self) -> bool {
        !self.busy.load(Ordering::SeqCst)
    }

    fn copy(&mut self, _: &str) -> io::Result<()> {
        Ok(())
    }
}

const THEME: Theme = Theme {
    depth: Depth::Mono,
    ascii: false,
};

fn options() -> Options {
    Options {
        place: "here".to_owned(),
        streams: "events".to_owned(),
        mapping: Arc::new(Mapping::default()),
        zone: Zone::Utc,
        memory_bytes: 1 << 28,
        older_count: 10,
    }
}

struct Stage {
    seen: Seen,
    keys: mpsc::UnboundedSender<Event>,
    frame_left: Arc<Notify>,
    leave: Arc<Notify>,
    ended: tokio::task::JoinHandle<io::Result<State>>,
    _arrivals: mpsc::Sender<Arrival>,
}

impl Stage {
    async fn new() -> Self {
        Self::with(Files::default()).await
    }

    /// Three entries of three sessions.
    async fn with(files: Files) -> Self {
        let (arrivals_in, arrivals) = mpsc::channel(4);
        let (requests, _) = mpsc::channel(4);
        let (keys, mut typed) = mpsc::unbounded_channel();
        let (frame_left, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let seen = Seen::default();
        let options = options();
        let mapping = Arc::clone(&options.mapping);
        let session = Session {
            state: State::new(options, NOW, SIZE),
            feed: Feed { arrivals, requests },
            spec: Spec::Files(FileSpec { paths: Vec::new() }),
            glass: seen.clone(),
            theme: THEME,
            beat: Beat::default(),
            frame_left: Arc::clone(&frame_left),
            leave: Arc::clone(&leave),
            files,
        };
        let input = stream::poll_fn(move |cx| typed.poll_recv(cx)).map(Ok);
        let ended = tokio::spawn(async move { run(session, input, Vec::new()).await });
        let mut page = PageBuilder::new(mapping);
        for i in 0..3_u64 {
            let session = format!("sess-{i}");
            let fields: [(&[u8], &[u8]); 2] =
                [(b"type", b"note"), (b"session_id", session.as_bytes())];
            page.push(
                b"events",
                EntryId {
                    ms: 1_700_000_000_000 + i,
                    seq: 0,
                },
                &fields,
            );
        }
        let page = Arc::new(page.finish());
        let news = Arrival::Newer {
            page,
            received_at: NOW,
        };
        arrivals_in.send(news).await.unwrap();
        arrivals_in.send(Arrival::Link(Link::Live)).await.unwrap();
        seen.until("3 entries").await;
        seen.until("LIVE").await;
        Self {
            seen,
            keys,
            frame_left,
            leave,
            ended,
            _arrivals: arrivals_in,
        }
    }

    fn press(&self, keys: &str) {
        for c in keys.chars() {
            let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
            self.keys.send(Event::Key(key)).unwrap();
        }
    }

    async fn end(self) -> State {
        tokio::time::timeout(SOON, self.ended)
            .await
            .unwrap()
            .unwrap()
            .unwrap()
    }
}

#[tokio::test]
async fn the_key_to_leave_leaves_and_so_does_a_signal_and_the_end_of_input() {
    let stage = Stage::new().await;
    stage.press("q");
    stage.end().await;
    let stage = Stage::new().await;
    stage.leave.notify_one();
    stage.end().await;
    let mut stage = Stage::new().await;
    stage.keys = mpsc::unbounded_channel().0;
    stage.end().await;
}

#[tokio::test]
async fn keys_typed_in_one_go_are_each_meant_for_what_the_one_before_left() {
    let stage = Stage::new().await;
    stage.press("otot/x");
    stage.seen.until("Esc goes back").await;
    let escape = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
    stage.keys.send(Event::Key(escape)).unwrap();
    stage.press("q");
    let last = stage.end().await;
    assert!(
        last.narrowing.is_none(),
        "each was taken back by its second press"
    );
}

#[tokio::test]
async fn a_glass_that_is_busy_gets_no_frame_and_then_the_newest_alone() {
    let stage = Stage::new().await;
    stage.seen.busy.store(true, Ordering::SeqCst);
    let frames = stage.seen.frames.load(Ordering::SeqCst);
    stage.press("/abc");
    stage.keys.send(Event::Paste("def".to_owned())).unwrap();
    // The loop runs on this same thread: it takes them in meanwhile.
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert_eq!(stage.seen.frames.load(Ordering::SeqCst), frames);
    stage.seen.busy.store(false, Ordering::SeqCst);
    stage.frame_left.notify_one();
    stage.seen.until("abcdef").await;
}

#[tokio::test]
async fn what_drawing_costs_is_told_from_key_to_key() {
    let stage = Stage::new().await;
    assert!(!stage.seen.text().contains("bytes a frame"));
    let key = KeyEvent::new(KeyCode::F(12), KeyModifiers::NONE);
    stage.keys.send(Event::Key(key)).unwrap();
    stage.seen.until("bytes a frame —").await;
    // Each frame of this glass is one byte.
    stage.seen.until("bytes a frame 1 ").await;
    stage.keys.send(Event::Key(key)).unwrap();
    stage.press("q");
    assert_eq!(stage.end().await.cost, None);
}
