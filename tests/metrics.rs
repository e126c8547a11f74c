//! What the metrics screen measures: the same whichever way led there, and what a plain count of the window says.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::ControlFlow;
use std::sync::Arc;

use lookback::app::input::{Code, Key};
use lookback::app::layout::Size;
use lookback::app::{Action, Effect, Options, State, update};
use lookback::model::{EntryId, Mapping, Ms, Zone};
use lookback::project::Tally;
use lookback::project::tally::How;
use lookback::query::{Now, scan};
use lookback::store::{Arrival, History, Page, PageBuilder};
use proptest::collection::vec;
use proptest::prelude::*;

const START: Ms = 1_700_000_000_000;

/// Entry `n` of a log: three sessions, a failure now and then, every eleventh repeats an event id.
fn entry(n: u64) -> (Ms, Vec<(&'static str, String)>) {
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let ms = START + n * 4_000 + mixed % 3_000;
    let kind = match mixed % 9 {
        0 => "session.started",
        1 => "error.occurred",
        2 => "session.ended",
        _ => "message.added",
    };
    let id = if n > 4 && n.is_multiple_of(11) {
        n - 4
    } else {
        n
    };
    let role = if mixed.is_multiple_of(2) {
        "user"
    } else {
        "assistant"
    };
    let fields = vec![
        ("type", kind.to_owned()),
        ("id", format!("evt-{id}")),
        ("session_id", format!("s{}", mixed % 3)),
        ("user_id", format!("u{}", mixed % 2)),
        ("role", role.to_owned()),
        ("latency_ms", (mixed % 900).to_string()),
        ("tokens", (mixed % 70).to_string()),
        ("timestamp", (ms - mixed % 500).to_string()),
    ];
    (ms, fields)
}

fn page(range: std::ops::Range<u64>) -> Arc<Page> {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for n in range {
        let (ms, fields) = entry(n);
        let fields: Vec<(&[u8], &[u8])> = fields
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect();
        builder.push(b"e", EntryId::new(ms, 0), &fields);
    }
    Arc::new(builder.finish())
}

fn stage(width: u16) -> State {
    let options = Options {
        place: String::new(),
        streams: String::new(),
        mapping: Arc::new(Mapping::default()),
        zone: Zone::Utc,
        memory_bytes: usize::MAX / 2,
        older_count: 0,
    };
    let size = Size { width, height: 45 };
    State::new(options, START, size)
}

#[derive(Clone, Debug)]
enum Move {
    Newer(u64),
    Older(u64),
    Loaded,
    Key(char),
    Arrow(bool),
    Filter,
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        3 => (1_u64..60).prop_map(Move::Newer),
        1 => (1_u64..200).prop_map(Move::Older),
        1 => Just(Move::Loaded),
        6 => prop::sample::select("4WWapdfg eE<>ut124".chars().collect::<Vec<_>>()).prop_map(Move::Key),
        2 => any::<bool>().prop_map(Move::Arrow),
        1 => Just(Move::Filter),
    ]
}

/// A log that grows at both ends.
struct Both {
    state: State,
    oldest: u64,
    newest: u64,
}

impl Both {
    fn run(&mut self, next: &Move) {
        let action = match next {
            Move::Newer(count) => {
                let from = self.newest;
                self.newest += count;
                let page = page(from..self.newest);
                let received_at = page.columns.id.last().unwrap().ms + 20;
                Action::Arrived(Arrival::Newer { page, received_at })
            }
            Move::Older(count) => {
                let to = self.oldest;
                self.oldest = self.oldest.saturating_sub(*count);
                if self.oldest == to {
                    return;
                }
                let page = page(self.oldest..to);
                Action::Arrived(Arrival::Older { page })
            }
            Move::Loaded => Action::Arrived(Arrival::History(History {
                idle: true,
                ..History::default()
            })),
            Move::Key(key) => Action::Key(Key::char(*key)),
            Move::Arrow(true) => Action::Key(Key::plain(Code::Right)),
            Move::Arrow(false) => Action::Key(Key::plain(Code::Left)),
            Move::Filter => {
                let effects = update::apply_filter(&mut self.state, "is:error").unwrap();
                self.answer(effects);
                return;
            }
        };
        self.act(action);
    }

    fn act(&mut self, action: Action) {
        let effects = update(&mut self.state, action);
        self.answer(effects);
    }

    /// Scans are answered at once.
    fn answer(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let Effect::Scan {
                generation,
                plan,
                log,
                range,
            } = effect
            else {
                continue;
            };
            let mut parts = Vec::new();
            scan(&plan, &log, range, |part| {
                parts.push(part);
                ControlFlow::Continue(())
            });
            for scan in parts {
                self.act(Action::Scanned { generation, scan });
            }
        }
    }

    /// What a screen that opens only now would measure, and what a plain count of the window is.
    fn check(&self) -> Result<(), TestCaseError> {
        let mut rested = self.state.clone();
        // Not measured anew within a moment, it is after that.
        update(&mut rested, Action::Tick { elapsed_ms: 300 });
        let Some(measured) = &rested.metrics.measured else {
            return Ok(());
        };
        let mut anew = rested.clone();
        anew.metrics.measured = None;
        let size = anew.size;
        update(&mut anew, Action::Resize(size));
        let fresh = anew.metrics.measured.unwrap();
        prop_assert_eq!(&measured.figures, &fresh.figures);
        prop_assert_eq!(&measured.total, &fresh.total);
        prop_assert_eq!(&measured.buckets, &fresh.buckets);
        prop_assert_eq!(&measured.before, &fresh.before);
        prop_assert_eq!(&measured.total, &plainly(&rested, measured.window));
        Ok(())
    }
}

/// Entry by entry.
fn plainly(state: &State, window: (Ms, Ms)) -> Tally {
    let how = How {
        axis: state.metrics.choice.axis,
        zone: Zone::Utc,
    };
    let plan = state.narrowing.as_ref().map(|n| {
        let now = Now {
            ms: 0,
            zone: Zone::Utc,
        };
        n.filter.plan(now)
    });
    let mut tally = Tally::default();
    for (base, chunk, rows) in state.log.chunks(state.log.first()..state.cursor()) {
        let matching = plan.as_ref().map(|plan| {
            let mut seqs = Vec::new();
            scan(
                plan,
                &state.log.snapshot(),
                state.log.first()..state.log.end(),
                |part| {
                    seqs.extend(part.seqs());
                    ControlFlow::Continue(())
                },
            );
            seqs
        });
        let chosen = rows.filter(|row| {
            let ms = chunk.columns.axis_ms.get(*row).unwrap();
            let seq = base.plus(*row as u64);
            ms > window.0 && matching.as_ref().is_none_or(|all| all.contains(&seq))
        });
        tally.add(&chunk.columns, chosen, state.log.strings(), how);
    }
    tally
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_way_to_a_window_does_not_matter(first in 1_u64..400, width in 40_u16..200, moves in vec(moves(), 1..24)) {
        let mut both = Both { state: stage(width), oldest: 1_000, newest: 1_000 };
        both.run(&Move::Newer(first));
        both.run(&Move::Key('4'));
        for next in &moves {
            both.run(next);
            both.check()?;
        }
    }
}
