//! A folded session against folding its events one by one, whichever way the log grew.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use lookback::model::{EntryId, Mapping, Ms};
use lookback::project::Folded;
use lookback::project::findings::{Place, Silence};
use lookback::project::folded::{CHECKPOINTS, SPACING};
use lookback::project::session_state::{SessionFold, SessionState};
use lookback::project::timeline::SILENCE_MS;
use lookback::store::{Log, Page, PageBuilder, Seq, Symbol};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

const START: Ms = 1_700_000_000_000;
/// Between two events: with another session's event between them, it is a silence.
const STEP_MS: Ms = 20_000;
const KINDS: [&str; 8] = [
    "session.started",
    "message.added",
    "search.performed",
    "summary.created",
    "error.occurred",
    "memory.cleared",
    "session.ended",
    "cache.warmed",
];

/// An event of one of two sessions; events with the same number and session are repeats.
#[derive(Clone, Debug)]
struct Told {
    session: bool,
    kind: usize,
    number: u16,
}

fn told() -> impl Strategy<Value = Told> {
    (any::<bool>(), 0..KINDS.len(), 0_u16..60).prop_map(|(session, kind, number)| Told {
        session,
        kind,
        number,
    })
}

#[derive(Clone, Debug)]
enum Growth {
    Append(Vec<Told>),
    Prepend(Vec<Told>),
    Evict(usize),
    Look,
    Other,
}

fn growth() -> impl Strategy<Value = Growth> {
    prop_oneof![
        4 => vec(told(), 0..30).prop_map(Growth::Append),
        3 => vec(told(), 0..30).prop_map(Growth::Prepend),
        1 => (0_usize..30_000).prop_map(Growth::Evict),
        3 => Just(Growth::Look),
        1 => Just(Growth::Other),
    ]
}

fn push(page: &mut PageBuilder, ms: Ms, told: &Told) {
    let (session, number) = (u8::from(told.session), told.number);
    let fields = [
        ("id", format!("evt-{session}-{number}")),
        ("type", KINDS[told.kind].to_owned()),
        ("session_id", format!("s{session}")),
        (
            "role",
            ["user", "assistant"][usize::from(number % 2)].to_owned(),
        ),
        ("tokens", number.to_string()),
        ("query", format!("q{number}")),
        ("error", if told.kind == 4 { "boom" } else { "" }.to_owned()),
    ];
    let fields: Vec<(&[u8], &[u8])> = fields
        .iter()
        .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
        .collect();
    page.push(b"memory:events", EntryId::new(ms, 0), &fields);
}

fn page(first_ms: Ms, entries: &[Told]) -> Page {
    let mut page = PageBuilder::new(Arc::new(Mapping::default()));
    for (n, told) in (0..).zip(entries) {
        push(&mut page, first_ms + n * STEP_MS, told);
    }
    page.finish()
}

/// A log that grows at both ends.
struct Stage {
    log: Log,
    newest_ms: Ms,
    oldest_ms: Ms,
}

impl Stage {
    fn new() -> Self {
        let mut log = Log::default();
        // Both names are known from the beginning.
        let both = [true, false].map(|session| Told {
            session,
            kind: 1,
            number: 0,
        });
        log.append(&page(START, &both));
        Self {
            log,
            newest_ms: START + 2 * STEP_MS,
            oldest_ms: START,
        }
    }

    fn grow(&mut self, growth: &Growth) {
        match growth {
            Growth::Append(entries) => {
                self.log.append(&page(self.newest_ms, entries));
                self.newest_ms += entries.len() as u64 * STEP_MS;
            }
            Growth::Prepend(entries) => {
                self.oldest_ms -= entries.len() as u64 * STEP_MS;
                self.log.prepend(&page(self.oldest_ms, entries));
            }
            Growth::Evict(budget) => drop(self.log.evict(*budget)),
            Growth::Look | Growth::Other => {}
        }
    }

    fn session(&self, which: bool) -> Symbol {
        let name: &[u8] = if which { b"s1" } else { b"s0" };
        self.log.symbol(name).unwrap()
    }
}

/// The places of a session's events, and its state after each of them, nothing first.
fn naive(log: &Log, session: Symbol) -> (Vec<Seq>, Vec<SessionState>) {
    let mut fold = SessionFold::default();
    let (mut seqs, mut states) = (Vec::new(), vec![fold.state.clone()]);
    for seq in (log.first().next().0..log.end().next().0).map(Seq) {
        let entry = log.get(seq).unwrap();
        if entry.session() == session {
            fold.apply(&entry.event(&Mapping::default()), entry.id());
            seqs.push(seq);
            states.push(fold.state.clone());
        }
    }
    (seqs, states)
}

/// The states after so many events of a session, ascending.
fn naive_after(log: &Log, session: Symbol, counts: &[usize]) -> Vec<SessionState> {
    let mut fold = SessionFold::default();
    let mut states = Vec::new();
    let mut done = 0;
    for seq in (log.first().next().0..log.end().next().0).map(Seq) {
        let entry = log.get(seq).unwrap();
        if entry.session() == session {
            states.extend(
                counts
                    .iter()
                    .filter(|n| **n == done)
                    .map(|_| fold.state.clone()),
            );
            fold.apply(&entry.event(&Mapping::default()), entry.id());
            done += 1;
        }
    }
    states.extend(
        counts
            .iter()
            .filter(|n| **n == done)
            .map(|_| fold.state.clone()),
    );
    states
}

/// What is remembered of the first `count` steps against looking at each of them.
fn outline_agrees(folded: &Folded, log: &Log, count: usize) {
    let steps = &folded.steps()[..count];
    let outline = folded.outline();
    let errors: Vec<usize> = (0..count).filter(|n| steps[*n].is_error).collect();
    assert_eq!(outline.errors(0..count), errors);
    let silent = |n: &usize| *n > 0 && steps[*n].ms - steps[n - 1].ms >= SILENCE_MS;
    let silences: Vec<usize> = (0..count).filter(silent).collect();
    assert_eq!(outline.after_silence(0..count), silences);
    let mut silence = Silence::default();
    for step in steps.iter().filter(|step| !step.repeated) {
        let entry = log.get(step.seq).unwrap();
        let place = Place {
            id: entry.id(),
            seq: Some(step.seq),
        };
        silence.push(place, entry.flags());
    }
    assert_eq!(folded.silence_after(log, count), silence, "after {count}");
}

fn agrees(folded: &mut Folded, log: &Log, session: Symbol, ats: &[Index]) {
    let (seqs, states) = naive(log, session);
    let found: Vec<Seq> = folded.steps().iter().map(|s| s.seq).collect();
    assert_eq!(found, seqs);
    assert_eq!(folded.turns(), Folded::new(log, session).turns());
    for at in ats {
        outline_agrees(folded, log, at.index(states.len()));
    }
    let mut near: Option<(usize, SessionState)> = None;
    for at in ats {
        let count = at.index(states.len());
        let given = near.as_ref().map(|(n, state)| (*n, state));
        let state = folded.state_after(log, &Mapping::default(), count, given);
        assert_eq!(state, states[count], "after {count} of {}", seqs.len());
        near = Some((count, state));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_state_is_that_of_folding_one_by_one(steps in vec(growth(), 1..14), ats in vec(any::<Index>(), 1..8)) {
        let mut stage = Stage::new();
        let mut which = true;
        let mut folded = Folded::new(&stage.log, stage.session(which));
        for step in &steps {
            stage.grow(step);
            which ^= matches!(step, Growth::Other);
            if matches!(step, Growth::Look | Growth::Other) {
                folded.refresh(&stage.log, stage.session(which));
                agrees(&mut folded, &stage.log, stage.session(which), &ats);
            }
        }
        folded.refresh(&stage.log, stage.session(which));
        agrees(&mut folded, &stage.log, stage.session(which), &ats);
    }

    #[test]
    fn repeating_a_session_changes_nothing(entries in vec(told(), 1..60)) {
        let mut stage = Stage::new();
        stage.grow(&Growth::Append(entries.clone()));
        let session = stage.session(true);
        let once = naive(&stage.log, session).1.pop();
        stage.grow(&Growth::Append(entries));
        let mut folded = Folded::new(&stage.log, session);
        let all = folded.steps().len();
        prop_assert_eq!(Some(folded.state_after(&stage.log, &Mapping::default(), all, None)), once);
    }
}

/// `count` events of one session.
fn long(count: u16) -> (Stage, Folded) {
    let mut stage = Stage::new();
    let entries: Vec<Told> = (0..count)
        .map(|number| Told {
            session: true,
            kind: usize::from(number) % KINDS.len(),
            number,
        })
        .collect();
    stage.grow(&Growth::Append(entries));
    let folded = Folded::new(&stage.log, stage.session(true));
    (stage, folded)
}

#[test]
fn the_outline_of_a_long_session_is_that_of_all_its_steps() {
    let (stage, folded) = long(1_500);
    for count in [0, 1, 255, 256, 257, 1_023, 1_024, folded.steps().len()] {
        outline_agrees(&folded, &stage.log, count);
    }
}

/// Where the fold would go on from, told by what a wrong state nearby does to the answer.
fn goes_on_from(folded: &mut Folded, log: &Log, count: usize, near: usize) -> bool {
    let wrong = SessionState {
        memory_cleared: 1 << 40,
        ..SessionState::default()
    };
    let state = folded.state_after(log, &Mapping::default(), count, Some((near, &wrong)));
    state.memory_cleared >= 1 << 40
}

#[test]
fn in_ten_thousand_events_a_step_forward_is_one_apply_and_any_other_at_most_the_spacing() {
    let (stage, mut folded) = long(10_000);
    let all = folded.steps().len();
    assert!(all > 9_999 && all / SPACING < CHECKPOINTS);
    folded.state_after(&stage.log, &Mapping::default(), all, None);
    let counts = [258, 300, 5_000, 5_001, 9_999, all];
    let states = naive_after(&stage.log, stage.session(true), &counts);
    for (count, wanted) in counts.into_iter().zip(states) {
        assert!(goes_on_from(
            &mut folded.clone(),
            &stage.log,
            count,
            count - 1
        ));
        let far = count - 1 - (count - 1) % SPACING - 1;
        assert!(!goes_on_from(&mut folded.clone(), &stage.log, count, far));
        let found = folded.state_after(&stage.log, &Mapping::default(), count, None);
        assert_eq!(found, wanted, "after {count}");
    }
}

#[test]
fn the_checkpoints_of_a_very_long_session_stay_few_and_right() {
    let (stage, mut folded) = long(40_000);
    let all = folded.steps().len();
    folded.state_after(&stage.log, &Mapping::default(), all, None);
    let counts = [0, 1, 16_383, 16_384, 16_640, 33_333, all];
    let states = naive_after(&stage.log, stage.session(true), &counts);
    for (count, wanted) in counts.into_iter().zip(states) {
        let found = folded.state_after(&stage.log, &Mapping::default(), count, None);
        assert_eq!(found, wanted, "after {count}");
    }
}
