//! An interface over entries at given moments, with a source that is asked and answered by the test.

use std::sync::Arc;

use lookback::app::input::{Code, Key, Mouse, MouseKind};
use lookback::app::layout::Size;
use lookback::app::playhead::Playhead;
use lookback::app::view::{Line, View};
use lookback::app::{Action, Effect, Options, State, screen, update};
use lookback::model::{EntryId, Mapping, Ms, Zone};
use lookback::store::{Arrival, Fetch, History, Link, Page, PageBuilder, Seq, Then};

/// 2023-11-14 20:00:00 UTC.
pub const START: Ms = 1_699_992_000_000;
pub const MINUTE: Ms = 60_000;
pub const HOUR: Ms = 60 * MINUTE;

pub struct Stage {
    pub state: State,
    pub fetches: Vec<Fetch>,
}

/// Entries of one session at these moments after [`START`]; every seventh an error.
pub fn page(at: &[Ms]) -> Arc<Page> {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for (n, ms) in at.iter().enumerate() {
        let kind = if n % 7 == 3 {
            "error.occurred"
        } else {
            "message.added"
        };
        let text = format!("entry {n}");
        let fields: [(&[u8], &[u8]); 4] = [
            (b"type", kind.as_bytes()),
            (b"session_id", b"sess-1"),
            (b"content", text.as_bytes()),
            (b"error", if n % 7 == 3 { b"no such key" } else { b"" }),
        ];
        builder.push(b"memory:events", EntryId::new(START + ms, 0), &fields);
    }
    Arc::new(builder.finish())
}

impl Stage {
    /// Entries at these moments; the present is at the newest.
    pub fn new(width: u16, at: &[Ms]) -> Self {
        let options = Options {
            place: "localhost:6379".to_owned(),
            streams: "memory:events".to_owned(),
            mapping: Arc::new(Mapping::default()),
            zone: Zone::Utc,
            memory_bytes: usize::MAX / 2,
            older_count: 100,
        };
        let now = START + at.last().copied().unwrap_or(0);
        let size = Size { width, height: 45 };
        let mut stage = Self {
            state: State::new(options, now, size),
            fetches: Vec::new(),
        };
        stage.tell(Arrival::Link(Link::Live));
        stage.tell(Arrival::Newer {
            page: page(at),
            received_at: now,
        });
        stage.source_holds(at.len() as u64, None);
        stage
    }

    /// The source told what it holds in all, and since when.
    pub fn source_holds(&mut self, total: u64, first_ms: Option<Ms>) {
        self.tell(Arrival::History(History {
            loaded: self.state.log.len(),
            wanted: Some(self.state.log.len()),
            total: Some(total),
            at_start: first_ms.is_none(),
            idle: true,
            first_id: first_ms.map(|ms| EntryId::new(ms, 0)),
        }));
    }

    pub fn tell(&mut self, arrival: Arrival) {
        self.send(Action::Arrived(arrival));
    }

    /// Answers the oldest fetch with entries at these moments.
    pub fn answer(&mut self, at: &[Ms], then: Then) {
        let ticket = self.fetches.remove(0).ticket;
        let page = page(at);
        self.tell(Arrival::Fetched { ticket, page, then });
    }

    pub fn keys(&mut self, keys: &str) {
        for key in keys.chars() {
            self.send(Action::Key(Key::char(key)));
        }
    }

    pub fn code(&mut self, code: Code) {
        self.send(Action::Key(Key::plain(code)));
    }

    pub fn tick(&mut self, elapsed_ms: Ms) {
        self.send(Action::Tick { elapsed_ms });
    }

    /// On the bars of the scrubber.
    pub fn mouse(&mut self, kind: MouseKind, column: u16) {
        let row = self.state.layout().scrubber.unwrap().y + 1;
        self.send(Action::Mouse(Mouse { kind, column, row }));
    }

    pub fn click(&mut self, column: u16) {
        self.mouse(MouseKind::Press, column);
        self.mouse(MouseKind::Release, column);
    }

    fn send(&mut self, action: Action) {
        for effect in update(&mut self.state, action) {
            if let Effect::Fetch(fetch) = effect {
                self.fetches.push(fetch);
            }
        }
    }

    /// The place of the `n`th entry here, from 0.
    pub fn seq(&self, n: u64) -> Seq {
        self.state.log.nth(n + 1).last()
    }

    pub fn stand_on(&mut self, n: u64) {
        self.state.playhead = Playhead::Paused(self.seq(n).after());
        self.tick(0);
    }

    /// Entries here that have happened.
    pub fn happened(&self) -> u64 {
        let log = &self.state.log;
        log.count(log.first()..self.state.cursor())
    }

    pub fn view(&self) -> View {
        screen(&self.state)
    }

    pub fn header(&self) -> String {
        text(&self.view().header.left)
    }
}

pub fn text(line: &Line) -> String {
    line.iter().map(|piece| piece.text.as_str()).collect()
}
