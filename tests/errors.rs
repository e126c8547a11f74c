//! Error groups against a plain recount: at every cursor, under a filter, with repeated events, over sealed, joined and open
//! chunks, with history that comes after what it repeats.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lookback::model::{EntryId, Mapping};
use lookback::project::error_groups;
use lookback::project::errors::{ErrorIndex, error_groups_among};
use lookback::store::{Cursor, Log, Page, PageBuilder, Seq};
use proptest::collection::vec;
use proptest::prelude::*;

/// An entry in plain words.
#[derive(Clone, Copy, Debug)]
struct Told {
    event: Option<u8>,
    /// Which message; none where nothing failed.
    fails: Option<u8>,
    session: u8,
    user: u8,
}

/// What a group counts: errors, sessions, users, first, last.
type Group = (u64, BTreeSet<u8>, BTreeSet<u8>, usize, usize);

const MESSAGES: [&str; 4] = ["no route", "refused", "timed out", "out of memory"];

fn told(most_events: u8) -> impl Strategy<Value = Told> {
    let event = prop_oneof![1 => Just(None), 2 => (0..most_events).prop_map(Some)];
    let fails = prop_oneof![3 => Just(None), 1 => (0_u8..4).prop_map(Some)];
    (event, fails, 0_u8..5, 0_u8..3).prop_map(|(event, fails, session, user)| Told {
        event,
        fails,
        session,
        user,
    })
}

fn page(told: &[Told], first: usize) -> Page {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for (n, told) in told.iter().enumerate() {
        let mut fields: Vec<(&[u8], String)> = vec![
            (b"session_id", format!("s{}", told.session)),
            (b"user_id", format!("u{}", told.user)),
        ];
        fields.push(match told.fails {
            Some(message) => (b"error", MESSAGES[usize::from(message)].to_owned()),
            None => (b"content", "well".to_owned()),
        });
        if let Some(event) = told.event {
            fields.push((b"id", format!("evt-{event}")));
        }
        fields.push((b"type", "x".to_owned()));
        let fields: Vec<(&[u8], &[u8])> = fields.iter().map(|(n, v)| (*n, v.as_bytes())).collect();
        builder.push(b"e", EntryId::new(1 + (first + n) as u64, 0), &fields);
    }
    builder.finish()
}

/// The last `live` entries come first, then what was before them.
fn log_of(told: &[Told], live: usize, size: usize) -> Log {
    let mut log = Log::default();
    let history = told.len() - live.min(told.len());
    for at in (history..told.len()).step_by(size) {
        log.append(&page(&told[at..(at + size).min(told.len())], at));
    }
    for end in (1..=history).rev().step_by(size) {
        let from = end.saturating_sub(size);
        log.prepend(&page(&told[from..end], from));
    }
    log
}

/// Which entries repeat an event that stands before them.
fn repeats(told: &[Told]) -> Vec<bool> {
    let mut seen = BTreeSet::new();
    let is_new = |event| seen.insert(event);
    let mut is_new = is_new;
    told.iter()
        .map(|t| t.event.is_some_and(|event| !is_new(event)))
        .collect()
}

fn recount(told: &[Told], count: usize, is_among: impl Fn(usize) -> bool) -> BTreeMap<u8, Group> {
    let repeats = repeats(told);
    let mut groups = BTreeMap::new();
    for (n, told) in told.iter().enumerate().take(count) {
        if let Some(message) = told.fails.filter(|_| !repeats[n] && is_among(n)) {
            let new = || (0, BTreeSet::new(), BTreeSet::new(), n, n);
            let group: &mut Group = groups.entry(message).or_insert_with(new);
            group.0 += 1;
            group.1.insert(told.session);
            group.2.insert(told.user);
            group.4 = n;
        }
    }
    groups
}

fn cursor(log: &Log, count: usize) -> Cursor {
    log.first().next().plus(count as u64).before()
}

fn number(log: &Log, seq: Seq) -> usize {
    usize::try_from(seq.since(log.first().next())).unwrap()
}

fn message_of(log: &Log, fingerprint: lookback::store::Symbol) -> u8 {
    let parts = lookback::model::fingerprint::parts(log.strings().get(fingerprint));
    let at = MESSAGES.iter().position(|m| m.as_bytes() == parts[2]);
    u8::try_from(at.unwrap()).unwrap()
}

fn check(log: &Log, told: &[Told], count: usize) {
    let at = cursor(log, count);
    let wanted = recount(told, count, |_| true);
    let few: Vec<(u8, u64, usize)> = error_groups(log, at)
        .iter()
        .map(|g| (message_of(log, g.fingerprint), g.count, number(log, g.last)))
        .collect();
    let mut sorted: Vec<_> = wanted.iter().map(|(m, g)| (*m, g.0, g.4)).collect();
    sorted.sort_by_key(|(_, count, last)| std::cmp::Reverse((*count, *last)));
    assert_eq!(few, sorted, "pane at {count}");
    let third = |n: usize| n.is_multiple_of(3);
    let seqs: Vec<Seq> = (0..told.len())
        .filter(|n| third(*n))
        .map(|n| log.first().next().plus(n as u64))
        .collect();
    let is_among = |seq| seqs.binary_search(&seq).is_ok();
    let among = error_groups_among(log, is_among, at);
    let among: BTreeMap<u8, (u64, usize)> = among
        .iter()
        .map(|g| {
            (
                message_of(log, g.fingerprint),
                (g.count, number(log, g.last)),
            )
        })
        .collect();
    let wanted_among = recount(told, count, third);
    let plain = wanted_among.iter().map(|(m, g)| (*m, (g.0, g.4))).collect();
    assert_eq!(among, plain, "pane under a filter at {count}");
    // The index is built in two steps, and asked for cursors before and after the border between them.
    let half = cursor(log, told.len() / 2);
    let (mut all, mut some) = (ErrorIndex::default(), ErrorIndex::default());
    for range in [log.first()..half, half..log.end()] {
        all.extend(log, range.clone(), |_| true);
        some.extend(log, range, is_among);
    }
    assert_eq!(indexed(log, &all, at), wanted, "index at {count}");
    assert_eq!(
        indexed(log, &some, at),
        wanted_among,
        "index under a filter"
    );
    let order: Vec<u8> = all
        .groups(at)
        .iter()
        .map(|g| message_of(log, g.fingerprint))
        .collect();
    assert_eq!(order, sorted.iter().map(|g| g.0).collect::<Vec<_>>());
    assert_eq!(all.others(at), 0);
}

fn indexed(log: &Log, index: &ErrorIndex, at: Cursor) -> BTreeMap<u8, Group> {
    let of = |bytes: &[u8]| bytes[1] - b'0';
    let mut groups = BTreeMap::new();
    for group in index.groups(at) {
        let faults = index.faults(group.fingerprint, at);
        let strings = log.strings();
        let sessions: BTreeSet<u8> = faults.iter().map(|f| of(strings.get(f.session))).collect();
        let users: BTreeSet<u8> = faults.iter().map(|f| of(strings.get(f.user))).collect();
        assert_eq!(faults.len() as u64, group.count);
        assert_eq!(group.sessions.count, sessions.len() as u64);
        assert_eq!(group.users.count, users.len() as u64);
        assert!(!group.sessions.at_least && !group.users.at_least);
        let (first, last) = (number(log, group.first), number(log, group.last));
        groups.insert(
            message_of(log, group.fingerprint),
            (group.count, sessions, users, first, last),
        );
    }
    groups
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn groups_are_what_a_recount_says(
        told in vec(told(40), 1..300),
        live in 0_usize..300,
        size in 1_usize..60,
        parts in vec(0_usize..1000, 3),
    ) {
        let log = log_of(&told, live, size);
        check(&log, &told, told.len());
        for part in parts {
            check(&log, &told, part * told.len() / 1000);
        }
    }
}

/// Sealed chunks: what they sum up must follow marks that are set after they were sealed.
#[test]
fn history_that_repeats_takes_errors_out_of_sealed_chunks() {
    let mut seed = 7_u64;
    let mut next = move |most: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        u8::try_from((seed >> 33) % most).unwrap()
    };
    let told: Vec<Told> = (0..60_000)
        .map(|_| Told {
            event: (next(4) == 0).then(|| next(250)),
            fails: (next(5) == 0).then(|| next(4)),
            session: next(5),
            user: next(3),
        })
        .collect();
    let log = log_of(&told, 40_000, 4_000);
    let sealed = log.chunks(log.first()..log.end());
    assert!(
        sealed
            .filter(|(_, chunk, _)| chunk.summary.is_some())
            .count()
            >= 2
    );
    for count in [0, 1, 20_000, 20_001, 36_384, 36_385, 55_555, 60_000] {
        check(&log, &told, count);
    }
}
