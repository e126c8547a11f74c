//! Running until a filter matches, against a naive search over everything that the source holds.

use lookback::app::input::{Code, Held, Key};
use lookback::app::search::{Answer, Question, Tally, first_of_page};
use lookback::app::{Action, Effect, State, update};
use lookback::model::{EntryId, Mapping};
use lookback::query::{EndedSessions, Filter, Moment, Plan, scan_page};
use lookback::store::{Direction, History, IdRange, PageBuilder, Seq};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::sync::Arc;

use super::SCREEN;
use super::stage::{Entry, FILTERS, START, Stage, in_order, page};

type Known = (EntryId, Entry);

/// A source of which a window and the newest part are here.
struct Story {
    all: Vec<Known>,
    /// Rows of `all` that are here.
    here: Vec<usize>,
    state: State,
}

/// Before the window, the window, the hole, the newest part; any of the first three may be empty.
fn story(parts: &[Vec<Entry>; 4]) -> Story {
    let mut at_ms = START - 1_000_000_000;
    let mut all = Vec::new();
    let rows: Vec<Vec<usize>> = parts
        .iter()
        .map(|part| {
            let rows = part.iter().map(|entry| {
                at_ms += entry.gap_ms;
                all.push((EntryId::new(at_ms, all.len() as u64), entry.clone()));
                all.len() - 1
            });
            rows.collect()
        })
        .collect();
    let mut state = Stage::new(SCREEN).state;
    let of = |rows: &[usize]| rows.iter().map(|row| all[*row].clone()).collect::<Vec<_>>();
    state.log.append(&page(&of(&rows[3])));
    if rows[1].is_empty() {
        // What would be in the hole is older then.
    } else if rows[2].is_empty() {
        state.log.prepend(&page(&of(&rows[1])));
    } else {
        state.log.place(&page(&of(&rows[1])));
    }
    let here = [rows[1].clone(), rows[3].clone()].concat();
    state.feed.history = History {
        loaded: here.len() as u64,
        total: Some(all.len() as u64),
        idle: true,
        ..History::default()
    };
    Story { all, here, state }
}

impl Story {
    fn send(&mut self, action: Action) {
        let effects = update(&mut self.state, action);
        self.perform(effects);
    }

    fn key(&mut self, key: Key) {
        self.send(Action::Key(key));
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Search {
                generation,
                plan,
                question,
            } = effect
            {
                let answer = self.answer(&plan, &question);
                self.send(Action::Searched { generation, answer });
            }
        }
    }

    fn answer(&self, plan: &Plan, question: &Question) -> Answer {
        match question {
            Question::Source { stretch, direction } => {
                let IdRange { from, to } = stretch.range;
                let within = |known: &&Known| from <= known.0 && known.0 <= to;
                let page = page(&self.all.iter().filter(within).cloned().collect::<Vec<_>>());
                Answer::Found {
                    hit: first_of_page(plan, &page, *direction, &stretch.except),
                    looked_at: page.len() as u64,
                }
            }
            _ => question
                .answer(plan, lookback::query::scan_in, || false)
                .unwrap(),
        }
    }

    /// Stands on a row of those here.
    fn stand_on(&mut self, row: usize) {
        let seq = self.state.log.find(self.all[row].0).unwrap();
        self.state.playhead = lookback::app::playhead::Playhead::Paused(seq.after());
        self.send(Action::Tick { elapsed_ms: 0 });
    }

    /// Where the playhead stands, or is going.
    fn stands_on(&self) -> EntryId {
        if let Some(Moment::Id(id)) = self.state.loading.going.map(|going| going.to) {
            return id;
        }
        let log = &self.state.log;
        log.last_before(self.state.cursor()).unwrap().id()
    }

    fn type_until(&mut self, filter: &str) {
        self.key(Key::char('b'));
        self.key(Key::with(Held::Control, Code::Char('u')));
        self.send(Action::Paste(filter.to_owned()));
    }

    /// Rows that match, of all, or of those here where only those can be told.
    fn matches(&self, filter: &str) -> Vec<usize> {
        let plan = Filter::parse(filter).unwrap().plan(self.state.now());
        let everything: Vec<usize> = (0..self.all.len()).collect();
        let asked = if plan.needs_sessions() {
            &self.here
        } else {
            &everything
        };
        let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
        for (id, entry) in asked.iter().map(|row| &self.all[*row]) {
            let fields = entry.fields(*id);
            let fields: Vec<(&[u8], &[u8])> = fields
                .iter()
                .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
                .collect();
            builder.push(b"memory:events", *id, &fields);
        }
        let page = builder.finish();
        let mut ended = EndedSessions::default();
        ended.collect(&page);
        let found = scan_page(&plan, &page, &ended);
        found.into_iter().map(|row| asked[row]).collect()
    }
}

fn nearest(matches: &[usize], here: usize, direction: Direction) -> Option<usize> {
    match direction {
        Direction::Forward => matches.iter().copied().find(|row| *row > here),
        Direction::Reverse => matches.iter().rev().copied().find(|row| *row < here),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn it_stops_where_a_naive_search_does_in_both_directions_and_beyond_what_is_here(
        older in vec(in_order(), 0..20), window in vec(in_order(), 0..20), hole in vec(in_order(), 0..20),
        newest in vec(in_order(), 1..20), at in any::<Index>(), filter in prop::sample::select(FILTERS.to_vec()),
    ) {
        let story = || story(&[older.clone(), window.clone(), hole.clone(), newest.clone()]);
        for (direction, code) in [(Direction::Forward, Code::Down), (Direction::Reverse, Code::Up)] {
            let mut story = story();
            let here = story.here[at.index(story.here.len())];
            story.stand_on(here);
            story.type_until(filter);
            story.key(Key::plain(code));
            prop_assert!(story.state.prompt.is_none());
            let wanted = nearest(&story.matches(filter), here, direction);
            prop_assert_eq!(story.stands_on(), story.all[wanted.unwrap_or(here)].0);
            if wanted.is_none() {
                let told = story.state.notice.clone().unwrap().text;
                prop_assert!(told.starts_with("no match "), "{}", told);
            }
        }
    }

    #[test]
    fn the_preview_counts_what_is_here_on_both_sides(
        window in vec(in_order(), 1..20), hole in vec(in_order(), 0..5), newest in vec(in_order(), 1..20),
        at in any::<Index>(), filter in prop::sample::select(FILTERS.to_vec()),
    ) {
        let mut story = story(&[Vec::new(), window, hole, newest]);
        let here = story.here[at.index(story.here.len())];
        story.stand_on(here);
        story.type_until(filter);
        let all = story.matches(filter);
        let known: Vec<usize> = all.into_iter().filter(|row| story.here.contains(row)).collect();
        let seq = |row: usize| story.state.log.find(story.all[row].0).unwrap();
        let wanted = Tally {
            behind: known.iter().filter(|row| **row < here).count() as u64,
            ahead: known.iter().filter(|row| **row > here).count() as u64,
            previous: nearest(&known, here, Direction::Reverse).map(seq),
            next: nearest(&known, here, Direction::Forward).map(seq),
        };
        prop_assert_eq!(story.state.search.tally, Some(wanted));
        story.key(Key::plain(Code::Esc));
        prop_assert_eq!(story.state.search.tally, None);
        prop_assert_eq!(story.stands_on(), story.all[here].0);
    }
}

fn message(gap_ms: u64) -> Entry {
    Entry {
        gap_ms,
        late: false,
        kind: 9,
        session: 1,
        user: 1,
        number: 1,
    }
}

fn error() -> Entry {
    let kind = 5;
    Entry {
        kind,
        ..message(1_000)
    }
}

/// A message and an error in turn.
fn turns(count: usize) -> Vec<Entry> {
    let turn = |n| {
        if n % 2 == 1 { error() } else { message(1_000) }
    };
    (0..count).map(turn).collect()
}

#[test]
fn it_repeats_without_a_prompt_and_the_first_time_asks_for_errors() {
    let mut story = story(&[Vec::new(), Vec::new(), Vec::new(), turns(10)]);
    story.stand_on(4);
    story.key(Key::char('n'));
    let prompt = story.state.prompt.as_ref().unwrap();
    assert_eq!(prompt.input.value(), "is:error");
    story.key(Key::plain(Code::Enter));
    assert_eq!(story.stands_on(), story.all[5].0);
    story.key(Key::char('n'));
    story.key(Key::char('n'));
    assert_eq!(story.stands_on(), story.all[9].0);
    story.key(Key::char('N'));
    assert_eq!(story.stands_on(), story.all[7].0);
    story.key(Key::char('f'));
    story.key(Key::char('n'));
    let newest: Seq = story.state.log.find(story.all[9].0).unwrap();
    assert_eq!(story.state.cursor(), newest.after(), "from the live end");
}

#[test]
fn under_a_filter_it_stops_where_the_feed_shows_a_row() {
    let mut story = story(&[Vec::new(), Vec::new(), Vec::new(), turns(10)]);
    story.stand_on(0);
    let effects = update::apply_filter(&mut story.state, "type:message.added").unwrap();
    story.perform(effects);
    story.type_until("is:error");
    story.key(Key::plain(Code::Enter));
    assert_eq!(story.stands_on(), story.all[0].0);
    assert!(story.state.notice.is_some());
}

#[test]
fn an_answer_that_comes_too_late_moves_nothing() {
    let mut story = story(&[turns(6), Vec::new(), Vec::new(), vec![message(1); 3]]);
    story.stand_on(7);
    story.type_until("is:error");
    let effects = update(&mut story.state, Action::Key(Key::plain(Code::Up)));
    let search = effects.into_iter().find_map(|effect| match effect {
        Effect::Search {
            generation,
            plan,
            question,
        } => Some((generation, plan, question)),
        _ => None,
    });
    let (generation, plan, question) = search.unwrap();
    let answer = story.answer(&plan, &question);
    let mut moved = story.state.clone();
    update(&mut moved, Action::Key(Key::plain(Code::Left)));
    let stood = moved.playhead;
    let action = Action::Searched {
        generation,
        answer: Answer::Found {
            hit: Some(lookback::app::search::Hit {
                id: story.all[5].0,
                seq: None,
            }),
            looked_at: 3,
        },
    };
    update(&mut moved, action);
    assert_eq!((moved.playhead, moved.loading.going), (stood, None));
    assert!(moved.notice.unwrap().text.contains("moved meanwhile"));
    update(&mut story.state, Action::Key(Key::plain(Code::Esc)));
    let told = story.state.notice.clone().unwrap().text;
    assert_eq!(told, "search stopped");
    story.send(Action::Searched { generation, answer });
    assert_eq!(story.stands_on(), story.all[7].0);
}
