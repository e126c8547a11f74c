//! Going anywhere in a stream of which only a part is here: a source that answers fetches in any order and in pages of any
//! size, against a list of everything it holds.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::sync::Arc;

use lookback::app::input::{Code, Key};
use lookback::app::layout::Size;
use lookback::app::playhead::Playhead;
use lookback::app::state::Options;
use lookback::app::update::go_to;
use lookback::app::{Action, Effect, State, screen, update};
use lookback::model::{EntryId, Mapping, Zone};
use lookback::query::Moment;
use lookback::store::{Arrival, Direction, Fetch, History, Link, Page, PageBuilder, Then};
use proptest::collection::vec;
use proptest::prelude::*;

/// An entry of the source: its id and one of two streams, which may share ids.
type Held = (EntryId, bool);

fn page(entries: &[Held]) -> Page {
    let mut page = PageBuilder::new(Arc::new(Mapping::default()));
    for (id, second) in entries {
        let stream: &[u8] = if *second { b"b" } else { b"a" };
        let text = id.to_string();
        let session = format!("s{}", id.ms / 40);
        page.push(
            stream,
            *id,
            &[
                (
                    b"type",
                    if id.ms % 7 == 0 {
                        b"error.occurred"
                    } else {
                        b"message.added"
                    },
                ),
                (b"session_id", session.as_bytes()),
                (b"content", text.as_bytes()),
            ],
        );
    }
    page.finish()
}

#[derive(Clone, Debug)]
enum Do {
    GoToId(prop::sample::Index),
    GoToTime(u64),
    Key(Key),
    /// The source answers one page of one of the fetches under way.
    Answer(prop::sample::Index, usize),
    AnswerAll,
    Arrive(usize),
    Follow,
}

fn what() -> impl Strategy<Value = Do> {
    let keys = prop::sample::select(vec![
        Key::plain(Code::Left),
        Key::plain(Code::Right),
        Key::plain(Code::PageUp),
        Key::plain(Code::PageDown),
        Key::char('e'),
        Key::char('E'),
        Key::char('g'),
        Key::char(' '),
        Key::char('{'),
    ]);
    prop_oneof![
        3 => any::<prop::sample::Index>().prop_map(Do::GoToId),
        2 => (0_u64..4_000).prop_map(Do::GoToTime),
        5 => keys.prop_map(Do::Key),
        4 => (any::<prop::sample::Index>(), 1_usize..300).prop_map(|(i, n)| Do::Answer(i, n)),
        3 => Just(Do::AnswerAll),
        2 => (1_usize..40).prop_map(Do::Arrive),
        1 => Just(Do::Follow),
    ]
}

struct Stage {
    state: State,
    /// Everything the source holds, in order.
    held: Vec<Held>,
    under_way: VecDeque<(Fetch, u64)>,
}

impl Stage {
    /// A source of `total` entries of which the newest `loaded` are here.
    fn new(total: u64, loaded: usize, memory_bytes: usize) -> Self {
        let id = |n: u64| EntryId::new(1_000 + n / 3, n % 2);
        let mut held: Vec<Held> = (0..total).map(|n| (id(n), n % 3 == 2)).collect();
        held.sort_unstable();
        held.dedup();
        let options = Options {
            place: "here".to_owned(),
            streams: "a, b".to_owned(),
            mapping: Arc::new(Mapping::default()),
            zone: Zone::Utc,
            memory_bytes,
            older_count: 50,
        };
        let size = Size {
            width: 120,
            height: 40,
        };
        let mut stage = Self {
            state: State::new(options, 10_000, size),
            under_way: VecDeque::new(),
            held,
        };
        let from = stage.held.len() - loaded;
        let newest = Arc::new(page(&stage.held[from..]));
        stage.tell(Arrival::Link(Link::Live));
        stage.tell(Arrival::Newer {
            page: newest,
            received_at: 10_000,
        });
        let history = History {
            loaded: loaded as u64,
            wanted: Some(loaded as u64),
            total: Some(stage.held.len() as u64),
            at_start: from == 0,
            idle: true,
            first_id: stage.held.first().map(|held| held.0),
        };
        stage.tell(Arrival::History(history));
        stage
    }

    fn tell(&mut self, arrival: Arrival) {
        self.act(Action::Arrived(arrival));
    }

    fn act(&mut self, action: Action) {
        let effects = update(&mut self.state, action);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Fetch(fetch) = effect {
                self.under_way.push_back((fetch, 0));
            }
        }
    }

    fn go(&mut self, moment: Moment) {
        let effects = go_to(&mut self.state, moment);
        self.perform(effects);
        self.act(Action::Tick { elapsed_ms: 1 });
    }

    /// One page of a fetch.
    fn answer(&mut self, at: usize, most: usize) {
        let Some((fetch, sent)) = self.under_way.remove(at) else {
            return;
        };
        let name = |second: bool| if second { b"b".to_vec() } else { b"a".to_vec() };
        let mut range: Vec<Held> = self
            .held
            .iter()
            .filter(|(id, _)| (fetch.range.from..=fetch.range.to).contains(id))
            .filter(|(id, second)| !fetch.except.contains(&(name(*second), *id)))
            .copied()
            .collect();
        if fetch.direction == Direction::Reverse {
            range.reverse();
        }
        let wanted = usize::try_from(fetch.count).unwrap();
        let start = usize::try_from(sent).unwrap();
        let end = range.len().min(wanted).min(start + most);
        let then = if end == wanted {
            Then::Enough
        } else if end == range.len() {
            Then::Exhausted
        } else {
            Then::More
        };
        let mut part = range[start..end].to_vec();
        if fetch.direction == Direction::Reverse {
            part.reverse();
        }
        if then == Then::More {
            self.under_way.push_back((fetch.clone(), end as u64));
        }
        self.tell(Arrival::Fetched {
            ticket: fetch.ticket,
            page: Arc::new(page(&part)),
            then,
        });
    }

    fn answer_all(&mut self) {
        for _ in 0..200 {
            if self.under_way.is_empty() {
                return;
            }
            self.answer(0, 500);
        }
        panic!("it asks forever");
    }

    fn apply(&mut self, what: &Do) {
        match what {
            Do::GoToId(index) => {
                let id = self.held[index.index(self.held.len())].0;
                self.go(Moment::Id(id));
            }
            Do::GoToTime(ms) => self.go(Moment::At(*ms)),
            Do::Key(key) => self.act(Action::Key(*key)),
            Do::Answer(index, most) if !self.under_way.is_empty() => {
                self.answer(index.index(self.under_way.len()), *most);
            }
            Do::Answer(..) => {}
            Do::AnswerAll => self.answer_all(),
            Do::Arrive(count) => {
                let last = self.held.last().unwrap().0;
                let news: Vec<Held> = (1..=*count as u64)
                    .map(|n| (EntryId::new(last.ms + n, 0), false))
                    .collect();
                self.held.extend(&news);
                self.tell(Arrival::Newer {
                    page: Arc::new(page(&news)),
                    received_at: last.ms + *count as u64,
                });
            }
            Do::Follow => self.act(Action::Key(Key::char('f'))),
        }
    }

    /// What is here is what the source holds, without what is told to be missing.
    fn check(&self) {
        let log = &self.state.log;
        let seqs: Vec<_> = log.seqs(log.first()..log.end()).collect();
        let here: Vec<Held> = seqs
            .iter()
            .map(|seq| log.get(*seq).unwrap())
            .map(|e| (e.id(), e.stream() == b"b"))
            .collect();
        let places: Vec<usize> = here
            .iter()
            .map(|one| self.held.binary_search(one).unwrap())
            .collect();
        let hole = log.hole();
        for (at, pair) in places.windows(2).enumerate() {
            let at_hole = hole.is_some_and(|h| h.from == seqs[at].after());
            assert!(pair[0] < pair[1], "in order, and nothing twice");
            assert!(
                pair[1] == pair[0] + 1 || at_hole,
                "nothing is left out untold"
            );
        }
        assert_eq!(places.last(), Some(&(self.held.len() - 1)));
        assert!(!self.state.loading.at_start || places[0] == 0);
        assert_eq!(
            self.state.not_loaded(),
            (self.held.len() - here.len()) as u64
        );
        self.check_counts(&places);
        drop(screen(&self.state));
    }

    fn check_counts(&self, places: &[usize]) {
        let log = &self.state.log;
        let cursor = self.state.cursor();
        let here = usize::try_from(log.count(log.first()..cursor)).unwrap();
        assert!(here > 0, "something has happened wherever it stands");
        let index = self.state.index_at(cursor);
        if index.exact {
            assert_eq!(index.n, places[here - 1] as u64 + 1);
        }
        if self.state.playhead != Playhead::Following {
            assert!(log.get(cursor.last()).is_some(), "it stands after an entry");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_is_fetched_when_the_log_is_the_stream_with_a_hole(
        total in 30_u64..4_000, loaded in 1_usize..600, steps in vec(what(), 1..40),
    ) {
        let loaded = loaded.min(usize::try_from(total).unwrap() / 2);
        let mut stage = Stage::new(total, loaded.max(1), usize::MAX / 2);
        stage.check();
        for step in &steps {
            stage.apply(step);
            stage.check();
        }
    }

    #[test]
    fn the_same_holds_while_memory_is_short(
        total in 30_u64..4_000, loaded in 1_usize..600, memory in 50_000_usize..400_000,
        steps in vec(what(), 1..40),
    ) {
        let loaded = loaded.min(usize::try_from(total).unwrap() / 2);
        let mut stage = Stage::new(total, loaded.max(1), memory);
        for step in &steps {
            stage.apply(step);
            stage.check();
        }
    }

    #[test]
    fn going_to_an_entry_ends_on_that_entry(
        total in 30_u64..9_000, loaded in 1_usize..400, to in vec(any::<prop::sample::Index>(), 1..6),
    ) {
        let loaded = loaded.min(usize::try_from(total).unwrap() / 2).max(1);
        let mut stage = Stage::new(total, loaded, usize::MAX / 2);
        for index in to {
            let id = stage.held[index.index(stage.held.len())].0;
            stage.go(Moment::Id(id));
            stage.answer_all();
            stage.check();
            prop_assert_eq!(stage.state.selected().unwrap().id(), id);
            prop_assert!(stage.state.notice.is_none(), "{:?}", stage.state.notice);
        }
    }
}

#[test]
fn a_step_over_the_edge_of_a_window_goes_on_in_the_source() {
    let mut stage = Stage::new(30_000, 100, usize::MAX / 2);
    stage.go(Moment::At(3_000));
    stage.answer_all();
    let start = stage.state.index_at(stage.state.cursor());
    for _ in 0..4_000 {
        stage.act(Action::Key(Key::plain(Code::Right)));
        stage.answer_all();
    }
    stage.check();
    let place = |stage: &Stage| {
        let here = stage.state.selected().unwrap();
        let one = (here.id(), here.stream() == b"b");
        stage.held.binary_search(&one).unwrap()
    };
    let there = place(&stage);
    for _ in 0..4_000 {
        stage.act(Action::Key(Key::plain(Code::Left)));
        stage.answer_all();
    }
    assert_eq!(there, place(&stage) + 4_000);
    assert!(!start.exact);
}

#[test]
fn before_the_first_entry_is_the_first_and_it_says_so() {
    let mut stage = Stage::new(5_000, 100, usize::MAX / 2);
    stage.go(Moment::At(1));
    stage.answer_all();
    stage.check();
    assert_eq!(stage.state.selected().unwrap().id(), stage.held[0].0);
    let notice = stage.state.notice.clone().unwrap().text;
    assert_eq!(notice, "that is before the first entry: this is the first");
    assert!(stage.state.index_at(stage.state.cursor()).exact);
}

#[test]
fn a_source_that_lost_all_that_is_not_here_is_not_asked_without_end() {
    let mut stage = Stage::new(5_000, 100, usize::MAX / 2);
    stage.held.drain(..4_900);
    stage.go(Moment::At(1));
    stage.answer_all();
    assert!(stage.state.loading.at_start);
    assert!(stage.state.loading.going.is_none());
    assert_eq!(stage.state.selected().unwrap().id(), stage.held[0].0);
}
