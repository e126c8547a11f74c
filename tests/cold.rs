//! Entries that are seldom looked at take less memory and read the same.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

use lookback::app::action::Frozen;
use lookback::app::layout::Size;
use lookback::app::state::{Options, State};
use lookback::app::{Action, Effect, update};
use lookback::model::{EntryId, FieldRef, Flags, Mapping, Zone};
use lookback::query::{Filter, Now, scan};
use lookback::store::{Arrival, Chunk, Log, Page, PageBuilder, Seq};

/// More than fill a chunk.
const MANY: u64 = Chunk::FULL_LEN as u64 + 300;

/// Entries `from..from + MANY`, of which some repeat the event of `back` entries before.
fn page(from: u64, back: u64) -> Page {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for n in from..from + MANY {
        let event = if n % 97 == 0 {
            n.saturating_sub(back)
        } else {
            n
        };
        let kind = ["message.added", "error.occurred", "search.performed"]
            [usize::try_from(n % 3).unwrap()];
        let (event, session) = (format!("evt-{event}"), format!("s{}", n % 40));
        let (text, tokens) = (
            format!("the {n}th of some words that repeat"),
            (n % 900).to_string(),
        );
        builder.push(
            b"memory:events",
            EntryId::new(1_000_000 + n * 20, 0),
            &[
                (b"id", event.as_bytes()),
                (b"type", kind.as_bytes()),
                (b"session_id", session.as_bytes()),
                (b"content", text.as_bytes()),
                (b"error", text.as_bytes()),
                (b"tokens", tokens.as_bytes()),
            ],
        );
    }
    builder.finish()
}

fn log(pages: u64) -> Log {
    let mut log = Log::default();
    for n in 0..pages {
        log.append(&page((n + 1) * MANY, 50));
    }
    log
}

fn freeze(log: &mut Log, hot_bytes: usize) -> usize {
    let overdue = log.overdue(hot_bytes, usize::MAX);
    for (base, chunk) in &overdue {
        let made = (Arc::clone(chunk), Arc::new(chunk.frozen()));
        log.freeze(*base, Some(&made));
    }
    overdue.len()
}

fn matches(log: &Log, filter: &str) -> Vec<Seq> {
    let (ms, zone) = (0, Zone::Utc);
    let plan = Filter::parse(filter).unwrap().plan(Now { ms, zone });
    let snapshot = log.snapshot();
    let mut found = Vec::new();
    scan(&plan, &snapshot, log.first()..log.end(), |part| {
        found.extend(part.seqs());
        ControlFlow::Continue(())
    });
    found.sort_unstable();
    found
}

fn same(one: &Log, two: &Log) {
    assert_eq!((one.first(), one.end()), (two.first(), two.end()));
    for n in 0..one.len() {
        let seq = one.first().next().plus(n);
        let (a, b) = (one.get(seq).unwrap(), two.get(seq).unwrap());
        assert_eq!((a.id(), a.flags()), (b.id(), b.flags()));
        let fields = |entry: &lookback::store::EntryRef<'_>| -> Vec<(Vec<u8>, Vec<u8>)> {
            let own = |(n, v): &FieldRef<'_>| (n.to_vec(), v.to_vec());
            entry.fields().iter().map(own).collect()
        };
        assert_eq!(fields(&a), fields(&b));
    }
    for filter in [
        "is:error s12",
        "type:message.*",
        "tokens>800 \"some words\"",
        "/4[0-9]{3}th/",
    ] {
        assert_eq!(matches(one, filter), matches(two, filter), "{filter}");
    }
}

#[test]
fn a_frozen_log_reads_as_the_plain_one_and_takes_a_half_of_it() {
    let plain = log(4);
    let mut cold = plain.clone();
    assert_eq!(freeze(&mut cold, 0), 3, "all but the open one");
    assert_eq!(freeze(&mut cold, 0), 0);
    assert!(cold.memory_bytes() * 2 < plain.memory_bytes());
    assert_eq!(cold.version(), plain.version());
    same(&plain, &cold);
    assert!(cold.thawed_bytes() > 0);
    cold.cool();
    assert_eq!(cold.thawed_bytes(), 0);
    same(&plain, &cold);
}

#[test]
fn the_newest_stay_plain_up_to_what_is_allowed() {
    let mut log = log(4);
    let whole: Vec<_> = log.overdue(0, usize::MAX);
    assert_eq!(whole.len(), 3);
    let (newest, oldest) = (&whole[0], &whole[2]);
    assert!(newest.0 > oldest.0);
    assert!(log.overdue(usize::MAX, 9).is_empty());
    assert_eq!(log.overdue(0, 1)[0].0, newest.0);
    let all: usize = log.memory_bytes();
    freeze(&mut log, all / 2);
    let is_cold = |log: &Log, seq: Seq| {
        let mut chunks = log.chunks(seq.before()..log.end());
        chunks.next().unwrap().1.is_cold()
    };
    assert!(is_cold(&log, oldest.0) && !is_cold(&log, newest.0));
}

#[test]
fn marks_that_come_after_the_freezing_are_not_lost() {
    let (mut plain, mut cold) = (log(2), log(2));
    freeze(&mut cold, 0);
    // The originals of entries here: what repeats them is marked now.
    let older = page(0, MANY);
    for log in [&mut plain, &mut cold] {
        log.prepend(&older);
    }
    same(&plain, &cold);
    let mut stale = log(2);
    let (base, chunk) = stale.overdue(0, 1).pop().unwrap();
    let made = (Arc::clone(&chunk), Arc::new(chunk.frozen()));
    let repeated = stale.get(base).unwrap().seq;
    stale.prepend(&older);
    stale.prepend(&copies(&stale, repeated));
    assert!(stale.get(repeated).unwrap().flags().has(Flags::DUPLICATE));
    stale.freeze(base, Some(&made));
    let slot = stale.chunks(base.before()..stale.end()).next().unwrap().1;
    assert!(slot.is_cold());
    assert!(stale.get(repeated).unwrap().flags().has(Flags::DUPLICATE));
}

/// An older entry with the event id of that one.
fn copies(log: &Log, seq: Seq) -> Page {
    let entry = log.get(seq).unwrap();
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    builder.push(b"memory:events", EntryId::new(1, 0), &entry.fields());
    builder.finish()
}

fn state(memory_bytes: usize) -> State {
    let options = Options {
        place: "here".to_owned(),
        streams: "memory:events".to_owned(),
        mapping: Arc::new(Mapping::default()),
        zone: Zone::Utc,
        memory_bytes,
        older_count: 50,
    };
    let (width, height) = (120, 40);
    State::new(options, 0, Size { width, height })
}

fn is_told(state: &State) -> bool {
    format!("{:?}", lookback::app::screen(state)).contains("memory is full")
}

/// Feeds pages of history, newest first; the shell answers a `Freeze` after so many pages, or never.
fn load(state: &mut State, pages: u64, answers_after: Option<usize>) {
    let mut waiting: VecDeque<Vec<(Seq, Arc<Chunk>)>> = VecDeque::new();
    for n in (1..=pages).rev() {
        let page = Arc::new(page(n * MANY, 50));
        let effects = update(state, Action::Arrived(Arrival::Older { page }));
        for effect in effects {
            if let Effect::Freeze(chunks) = effect {
                waiting.push_back(chunks);
            }
        }
        if answers_after.is_some_and(|after| waiting.len() > after) {
            let chunks = waiting.pop_front().unwrap();
            let frozen = chunks.into_iter().map(|(base, chunk)| Frozen {
                base,
                made: Some((Arc::clone(&chunk), Arc::new(chunk.frozen()))),
            });
            update(state, Action::Frozen(frozen.collect()));
        }
    }
}

#[test]
fn memory_is_full_only_once_what_is_old_is_frozen() {
    let whole = log(6).memory_bytes();
    for answers_after in [Some(0), Some(2), None] {
        let allowed = whole * 9 / 10;
        let mut state = state(allowed);
        load(&mut state, 6, answers_after);
        assert_eq!(state.log.len(), 6 * MANY, "{answers_after:?}");
        // A sixth of what is allowed stays free.
        assert!(state.log.memory_bytes() <= allowed - allowed / 6);
        assert!(!is_told(&state));
    }
    let mut tight = state(whole / 3);
    load(&mut tight, 6, Some(0));
    assert!(tight.log.len() < 6 * MANY && is_told(&tight));
    assert!(tight.log.memory_bytes() <= whole / 3);
}

#[test]
fn what_the_program_takes_beside_the_log_counts() {
    let whole = log(4).memory_bytes();
    let mut state = state(whole / 2);
    load(&mut state, 1, None);
    let resident_bytes = state.log.memory_bytes() + whole / 8;
    update(&mut state, Action::Resident(resident_bytes));
    for n in 10..16 {
        let page = Arc::new(page(n * MANY, 50));
        let received_at = 0;
        update(
            &mut state,
            Action::Arrived(Arrival::Newer { page, received_at }),
        );
        assert!(state.log.memory_bytes() <= whole / 2 - whole / 8);
    }
    assert!(state.log.len() < 7 * MANY, "the oldest made room");
    assert_eq!(
        state.log.overdue(0, 9).len(),
        0,
        "and all the others were frozen before that"
    );
}
