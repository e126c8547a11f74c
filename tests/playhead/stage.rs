//! The interface without a terminal: entries made at random, actions, and scans that are answered when the test says so.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

use lookback::app::input::{Code, Held, Key, Mouse, MouseKind};
use lookback::app::layout::Size;
use lookback::app::playhead::Playhead;
use lookback::app::search::{Answer, Question};
use lookback::app::view::View;
use lookback::app::{Action, Effect, Options, State, keymap, screen, update};
use lookback::model::{EntryId, Flags, Mapping, Ms, Zone};
use lookback::query::{EndedSessions, Filter, Plan, Scan, scan, scan_page};
use lookback::store::{Arrival, Cursor, History, Link, Page, PageBuilder, Seq, Trouble};
use proptest::collection::vec;
use proptest::prelude::*;

/// Where the stories begin, ms since the epoch.
pub const START: Ms = 1_700_000_000_000;

/// An entry in the reference layout. Its id is `gap_ms` after the one before it, or that much earlier where it is late.
#[derive(Clone, Debug)]
pub struct Entry {
    pub gap_ms: Ms,
    pub late: bool,
    pub kind: u8,
    pub session: u8,
    pub user: u8,
    pub number: u16,
}

pub fn entry() -> impl Strategy<Value = Entry> {
    let gap_ms = prop_oneof![
        2 => Just(0),
        6 => 1_u64..2_000,
        2 => 2_000_u64..90_000,
        1 => 90_000_u64..3_000_000,
    ];
    let late = prop::bool::weighted(0.08);
    (gap_ms, late, 0_u8..12, 0_u8..5, 0_u8..4, 0_u16..400).prop_map(
        |(gap_ms, late, kind, session, user, number)| Entry {
            gap_ms,
            late,
            kind,
            session,
            user,
            number,
        },
    )
}

/// Entries in the order of their ids.
pub fn in_order() -> impl Strategy<Value = Entry> {
    entry().prop_map(|entry| Entry {
        late: false,
        ..entry
    })
}

impl Entry {
    pub fn fields(&self, id: EntryId) -> Vec<(&'static str, String)> {
        let n = self.number;
        let (kind, more) = match self.kind {
            0 => ("session.started", vec![("ip", format!("10.0.0.{n}"))]),
            1 => ("session.ended", vec![("duration_minutes", n.to_string())]),
            2 => ("search.performed", vec![("query", format!("key {n}"))]),
            3 => (
                "summary.created",
                vec![("original_messages", n.to_string())],
            ),
            4 => (
                "memory.cleared",
                vec![("reason", "ünïcode\u{1b}[31m".to_owned())],
            ),
            5 => (
                "error.occurred",
                vec![
                    ("error", format!("timeout after {n} ms")),
                    ("code", "tool_error".to_owned()),
                ],
            ),
            6 => (
                "error.occurred",
                vec![(
                    "error",
                    ["rate limit", "no such key"][usize::from(n % 2)].to_owned(),
                )],
            ),
            _ => (
                "message.added",
                vec![
                    ("role", ["user", "assistant"][usize::from(n % 2)].to_owned()),
                    ("content", format!("the Key of {n}")),
                    ("tokens", n.to_string()),
                    ("latency_ms", (u32::from(n) * 17).to_string()),
                ],
            ),
        };
        let mut fields = vec![
            ("id", format!("evt-{}-{}", id.ms, n % 50)),
            ("type", kind.to_owned()),
        ];
        if self.session > 0 {
            fields.push(("session_id", format!("s{}", self.session)));
        }
        if self.user > 0 {
            fields.push(("user_id", format!("user-{}", self.user)));
        }
        fields.push(("timestamp", (id.ms / 1000).to_string()));
        fields.extend(more);
        fields
    }
}

/// A page of entries that have ids.
pub fn page(entries: &[(EntryId, Entry)]) -> Arc<Page> {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for (id, entry) in entries {
        let fields = entry.fields(*id);
        let fields: Vec<(&[u8], &[u8])> = fields
            .iter()
            .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
            .collect();
        builder.push(b"memory:events", *id, &fields);
    }
    Arc::new(builder.finish())
}

/// What a test does.
#[derive(Clone, Debug)]
pub enum Do {
    Newer(Vec<Entry>),
    Older(Vec<Entry>),
    Key(Key),
    Type(&'static str),
    Mouse(Mouse),
    Paste(String),
    Resize(Size),
    Tick(Ms),
    History(History),
    Link(Link),
    Notice(String),
    /// Some parts of the oldest scan not yet answered in full.
    Answer(usize),
    /// The part answered last, once more.
    AnswerAgain,
    /// What the log may take from now on, bytes.
    Memory(usize),
}

/// Keys of the table, and others.
pub fn key() -> impl Strategy<Value = Key> {
    let bound: Vec<Key> = keymap::TABLE
        .iter()
        .flat_map(|row| row.keys)
        .map(|(key, _)| *key)
        .collect();
    let codes = vec![
        Code::Enter,
        Code::Esc,
        Code::Tab,
        Code::Backspace,
        Code::Delete,
        Code::Left,
        Code::Right,
        Code::Home,
        Code::End,
        Code::Up,
        Code::PageDown,
    ];
    let held = prop::sample::select(vec![Held::None, Held::Shift, Held::Alt, Held::Control]);
    let any = prop_oneof![
        any::<char>().prop_map(Code::Char),
        prop::sample::select(codes)
    ];
    prop_oneof![
        8 => prop::sample::select(bound),
        1 => (held, any).prop_map(|(held, code)| Key::with(held, code)),
    ]
}

pub fn size() -> impl Strategy<Value = Size> {
    prop_oneof![
        3 => (0_u16..300, 0_u16..100),
        2 => Just((160, 45)),
        1 => Just((80, 24)),
        1 => (0_u16..6, 0_u16..6),
    ]
    .prop_map(|(width, height)| Size { width, height })
}

fn mouse() -> impl Strategy<Value = Mouse> {
    let kind = prop::sample::select(vec![
        MouseKind::Press,
        MouseKind::Drag,
        MouseKind::Release,
        MouseKind::WheelUp,
        MouseKind::WheelDown,
    ]);
    (kind, 0_u16..310, 0_u16..105).prop_map(|(kind, column, row)| Mouse { kind, column, row })
}

pub const FILTERS: [&str; 10] = [
    "is:error",
    "key",
    "type:message.added tokens>100",
    "session:s1",
    "-user:user-2",
    "/t(h)e/ OR code:tool_error",
    "is:open",
    "is:ended",
    "nothing at all",
    "has:latency latency>2s",
];

fn link() -> impl Strategy<Value = Link> {
    let trouble = || Trouble::new("it broke", "mend it");
    prop::sample::select(vec![
        Link::Connecting,
        Link::Waiting(trouble()),
        Link::Live,
        Link::Lost {
            trouble: trouble(),
            attempt: 3,
            retry_in_ms: 1_000,
        },
        Link::Refused(trouble()),
        Link::Ended,
    ])
}

/// Anything, in any order.
pub fn anything() -> impl Strategy<Value = Do> {
    let history = (
        0_u64..5_000,
        prop::option::of(0_u64..9_000),
        any::<bool>(),
        any::<bool>(),
    );
    let paste = prop_oneof![
        Just("is:error".to_owned()),
        "\\PC{0,12}",
        Just("\u{1b}]0;x\u{7}\n".to_owned())
    ];
    prop_oneof![
        4 => vec(entry(), 0..12).prop_map(Do::Newer),
        3 => vec(entry(), 0..12).prop_map(Do::Older),
        14 => key().prop_map(Do::Key),
        2 => prop::sample::select(vec!["-10m", "14:02", "1700000000500-0", "yesterday 9:00", "x y"]).prop_map(Do::Type),
        3 => prop::sample::select(FILTERS.to_vec()).prop_map(Do::Type),
        4 => mouse().prop_map(Do::Mouse),
        1 => paste.prop_map(Do::Paste),
        2 => size().prop_map(Do::Resize),
        2 => (0_u64..4_000).prop_map(Do::Tick),
        1 => (100_000_u64..100_000_000).prop_map(Do::Tick),
        1 => history.prop_map(|(loaded, wanted, at_start, idle)| Do::History(History {
            loaded, wanted, total: wanted.map(|w| w * 2), at_start, idle, first_id: None,
        })),
        1 => link().prop_map(Do::Link),
        1 => "\\PC{0,40}".prop_map(Do::Notice),
        3 => (0_usize..4).prop_map(Do::Answer),
        1 => Just(Do::AnswerAgain),
        1 => (2_000_usize..60_000).prop_map(Do::Memory),
    ]
}

/// A state, with the scans that are under way.
pub struct Stage {
    pub state: State,
    pub effects: Vec<String>,
    scans: VecDeque<(u64, VecDeque<Scan>)>,
    last: Option<Action>,
    newest_ms: Ms,
    oldest_ms: Ms,
    count: u64,
}

impl Stage {
    pub fn new(size: Size) -> Self {
        let options = Options {
            place: "localhost:6379".to_owned(),
            streams: "memory:events".to_owned(),
            mapping: Arc::new(Mapping::default()),
            zone: Zone::Utc,
            memory_bytes: usize::MAX / 2,
            older_count: 100,
        };
        Self {
            state: State::new(options, START + 5_000, size),
            effects: Vec::new(),
            scans: VecDeque::new(),
            last: None,
            newest_ms: START,
            oldest_ms: START,
            count: 0,
        }
    }

    pub fn play(size: Size, steps: &[Do]) -> Self {
        let mut stage = Self::new(size);
        for step in steps {
            stage.act(step);
        }
        stage
    }

    pub fn act(&mut self, step: &Do) {
        match step {
            Do::Newer(entries) => {
                let page = page(&self.newer(entries));
                self.newer_page(page);
            }
            Do::Older(entries) => {
                let page = page(&self.older(entries));
                self.older_page(page);
            }
            Do::Key(key) => self.send(Action::Key(*key)),
            Do::Type(text) => {
                let opens = if text.starts_with(|c: char| c.is_ascii_digit() || c == 'y') {
                    '@'
                } else {
                    '/'
                };
                self.press(opens);
                self.send(Action::Key(Key::with(Held::Control, Code::Char('u'))));
                self.send(Action::Paste((*text).to_owned()));
                self.send(Action::Key(Key::plain(Code::Enter)));
            }
            Do::Mouse(mouse) => self.send(Action::Mouse(*mouse)),
            Do::Paste(text) => self.send(Action::Paste(text.clone())),
            Do::Resize(size) => self.send(Action::Resize(*size)),
            Do::Tick(elapsed_ms) => self.send(Action::Tick {
                elapsed_ms: *elapsed_ms,
            }),
            Do::History(history) => self.send(Action::Arrived(Arrival::History(*history))),
            Do::Link(link) => self.send(Action::Arrived(Arrival::Link(link.clone()))),
            Do::Notice(text) => {
                let trouble = Trouble::new(text.clone(), "");
                self.send(Action::Arrived(Arrival::Notice(trouble)));
            }
            Do::Answer(parts) => (0..*parts).for_each(|_| self.answer()),
            Do::AnswerAgain => {
                if let Some(action) = self.last.clone() {
                    self.send(action);
                }
            }
            Do::Memory(bytes) => self.state.options.memory_bytes = *bytes,
        }
    }

    pub fn press(&mut self, key: char) {
        self.send(Action::Key(Key::char(key)));
    }

    pub fn keys(&mut self, keys: &str) {
        keys.chars().for_each(|key| self.press(key));
    }

    pub fn code(&mut self, code: Code) {
        self.send(Action::Key(Key::plain(code)));
    }

    pub fn newer_page(&mut self, page: Arc<Page>) {
        let received_at = page.id_range().map_or(0, |(_, last)| last.ms);
        self.send(Action::Arrived(Arrival::Newer { page, received_at }));
    }

    pub fn older_page(&mut self, page: Arc<Page>) {
        self.send(Action::Arrived(Arrival::Older { page }));
    }

    /// Puts a filter in force and waits for the whole answer.
    pub fn narrow(&mut self, filter: &str) {
        let effects = update::apply_filter(&mut self.state, filter).unwrap();
        self.perform(effects);
        self.send(Action::Tick { elapsed_ms: 0 });
        self.answer_all();
    }

    pub fn answer_all(&mut self) {
        while !self.scans.is_empty() {
            self.answer();
        }
    }

    /// The past as it stands, whatever way led to it.
    pub fn stand_at(&mut self, cursor: Cursor) {
        self.state.playhead = Playhead::Paused(cursor);
        self.state.panes.anchor = None;
        self.state.panes.session = lookback::store::Symbol::NONE;
        self.send(Action::Tick { elapsed_ms: 0 });
    }

    pub fn view(&self) -> View {
        screen(&self.state)
    }

    pub fn selected(&self) -> Option<Seq> {
        self.state.selected().map(|e| e.seq)
    }

    fn answer(&mut self) {
        let Some((generation, parts)) = self.scans.front_mut() else {
            return;
        };
        let generation = *generation;
        match parts.pop_front() {
            Some(scan) => {
                let action = Action::Scanned { generation, scan };
                self.last = Some(action.clone());
                self.send(action);
            }
            None => drop(self.scans.pop_front()),
        }
    }

    fn send(&mut self, action: Action) {
        let effects = update(&mut self.state, action);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.effects.push(match &effect {
                Effect::Quit => "quit".to_owned(),
                Effect::Scan {
                    generation, range, ..
                } => format!("scan {generation} {range:?}"),
                Effect::Fetch(fetch) => format!("{fetch:?}"),
                Effect::Search { generation, .. } => format!("search {generation}"),
                Effect::StopSearch => "stop search".to_owned(),
                Effect::Freeze(chunks) => format!("freeze {}", chunks.len()),
                Effect::Copy(text) => text.clone(),
                Effect::SaveBookmarks(save) => format!("save {}", save.number),
                Effect::Spike(spike) => format!("{spike:?}"),
                effect @ (Effect::WatchGroups(_)
                | Effect::FindDeleted(_)
                | Effect::CountMoved(_)
                | Effect::ChangeGroup(_)
                | Effect::Edit(_)) => format!("{effect:?}"),
            });
            if let Effect::Search {
                generation,
                plan,
                question,
            } = &effect
            {
                let answer = answer_search(plan, question);
                let generation = *generation;
                self.send(Action::Searched { generation, answer });
            }
            if let Effect::Scan {
                generation,
                plan,
                log,
                range,
            } = effect
            {
                let mut parts = VecDeque::new();
                scan(&plan, &log, range, |part| {
                    parts.push_back(part);
                    ControlFlow::Continue(())
                });
                self.scans.push_back((generation, parts));
            }
        }
    }

    fn newer(&mut self, entries: &[Entry]) -> Vec<(EntryId, Entry)> {
        let with_id = |entry: &Entry| {
            let ms = if entry.late {
                self.newest_ms.saturating_sub(entry.gap_ms)
            } else {
                self.newest_ms += entry.gap_ms;
                self.newest_ms
            };
            self.count += 1;
            (EntryId::new(ms, self.count), entry.clone())
        };
        entries.iter().map(with_id).collect()
    }

    fn older(&mut self, entries: &[Entry]) -> Vec<(EntryId, Entry)> {
        let with_id = |entry: &Entry| {
            self.oldest_ms = self.oldest_ms.saturating_sub(entry.gap_ms);
            self.count += 1;
            (
                EntryId::new(self.oldest_ms, u64::MAX - self.count),
                entry.clone(),
            )
        };
        let mut page: Vec<_> = entries.iter().rev().map(with_id).collect();
        page.reverse();
        page
    }

    /// Everything in the log.
    pub fn seqs(&self) -> Vec<Seq> {
        let log = &self.state.log;
        (log.first().next().0..log.end().next().0)
            .map(Seq)
            .collect()
    }

    pub fn is_error(&self, seq: Seq) -> bool {
        self.state
            .log
            .get(seq)
            .is_some_and(|e| e.flags().has(Flags::ERROR))
    }

    /// What a filter matches, one page of everything asked at once.
    pub fn naive_matches(&self, filter: &Filter) -> Vec<Seq> {
        let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
        let seqs = self.seqs();
        for entry in seqs.iter().filter_map(|seq| self.state.log.get(*seq)) {
            builder.push(entry.stream(), entry.id(), &entry.fields());
        }
        let page = builder.finish();
        let mut ended = EndedSessions::default();
        ended.collect(&page);
        let rows = scan_page(&filter.plan(self.state.now()), &page, &ended);
        rows.into_iter().map(|row| seqs[row]).collect()
    }

    /// The entries that the feed may show, by the matches that are known.
    pub fn visible(&self) -> Vec<Seq> {
        let log = &self.state.log;
        self.state.visible().before(log.end(), usize::MAX)
    }
}

/// The source of this stage holds nothing that is not here.
fn answer_search(plan: &Plan, question: &Question) -> Answer {
    let nothing = Answer::Found {
        hit: None,
        looked_at: 0,
    };
    question
        .answer(plan, lookback::query::scan_in, || false)
        .unwrap_or(nothing)
}
