//! Findings against a second, slow telling of the same rules, over generated logs cut anywhere; and their bound.
#![expect(clippy::indexing_slicing, reason = "a test fails by panicking")]

use lookback::model::{EntryId, Flags};
use lookback::project::findings::{Place, Seen, Silence, Watcher};
use lookback::project::{Finding, Found};
use proptest::prelude::*;

type Told = (u64, &'static str, u64, Vec<u64>);

fn event(ms: u64, flags: Flags, arguments: u32, tokens: Option<u64>, asks: bool) -> Seen {
    let id = EntryId::new(ms, 0);
    Seen {
        at: Place { id, seq: None },
        flags,
        arguments,
        tokens,
        asks,
    }
}

fn told(finding: &Finding) -> Told {
    let entries = finding.rests_on.iter().map(|p| p.id.ms).collect();
    (
        finding.session,
        finding.found.key(),
        finding.at.id.ms,
        entries,
    )
}

fn watched(events: &[(u64, Seen)], into: &mut Watcher) -> Vec<Told> {
    let mut found = Vec::new();
    for (session, seen) in events {
        into.see(*session, seen, |finding| found.push(told(&finding)));
    }
    found
}

/// Looks at the whole past again for every event.
fn naive(events: &[(u64, Seen)]) -> Vec<Told> {
    let mut out: Vec<Told> = Vec::new();
    let events: Vec<_> = events
        .iter()
        .filter(|(_, e)| !e.flags.has(Flags::DUPLICATE))
        .collect();
    for n in 0..events.len() {
        let (session, now) = events[n];
        let own: Vec<&Seen> = events[..=n]
            .iter()
            .filter(|(s, _)| s == session)
            .map(|(_, e)| e)
            .collect();
        let mut say = |key, entries: Vec<u64>| out.push((*session, key, now.at.id.ms, entries));
        let starts = |e: &&&Seen| e.flags.has(Flags::START);
        if now.flags.has(Flags::START) && own.len() > 1 {
            say("restarted", vec![now.at.id.ms]);
        } else if now.flags.has(Flags::END)
            && !own.iter().any(|e| starts(&e))
            && events[..n].iter().any(|(_, e)| e.flags.has(Flags::START))
            && !naive_odd_end_before(&events[..n], *session)
        {
            say("ended_without_start", vec![now.at.id.ms]);
        }
        if let Some(entries) = naive_loop(&own) {
            say("loop", entries);
        }
        let run = own.iter().rev().take_while(|e| e.flags.has(Flags::ERROR));
        let errors: Vec<u64> = own
            .iter()
            .filter(|e| e.flags.has(Flags::ERROR))
            .map(|e| e.at.id.ms)
            .collect();
        if run.count() == 3 {
            say("errors_in_a_row", errors[errors.len() - 3..].to_vec());
        }
        if now.flags.has(Flags::ERROR) && naive_burst(&errors) {
            say("error_burst", errors[errors.len() - 3..].to_vec());
        }
        if let Some(entries) = naive_turn(&events[..=n]) {
            say("expensive_turns", entries);
        }
    }
    out
}

fn naive_odd_end_before(events: &[&(u64, Seen)], session: u64) -> bool {
    events.iter().enumerate().any(|(n, (s, e))| {
        *s == session
            && e.flags.has(Flags::END)
            && events[..n].iter().any(|(_, e)| e.flags.has(Flags::START))
    })
}

fn naive_loop(own: &[&Seen]) -> Option<Vec<u64>> {
    let arguments = own.last()?.arguments;
    let alike_at = |end: usize| -> Vec<u64> {
        own[end.saturating_sub(10)..end]
            .iter()
            .filter(|e| e.arguments == arguments)
            .map(|e| e.at.id.ms)
            .collect()
    };
    let (before, now) = (alike_at(own.len() - 1), alike_at(own.len()));
    (arguments != 0 && now.len() >= 3 && before.len() < 3).then_some(now)
}

/// Whether the newest error is the first to make a burst since the last minute without one.
fn naive_burst(errors: &[u64]) -> bool {
    let last_pause = (1..errors.len())
        .rev()
        .find(|n| errors[*n] - errors[n - 1] > 60_000);
    let since = &errors[last_pause.unwrap_or(0)..];
    let is_burst = |end: usize| end >= 3 && since[end - 1] - since[end - 3] <= 60_000;
    is_burst(since.len()) && !(0..since.len()).any(is_burst)
}

/// A turn as it is told from the start: session, where it began, its tokens, and whether it is complete.
type NaiveTurn = (u64, u64, Option<u64>, bool);

/// Tokens a turn of the session against all turns that were complete, counted from the start; the first time only.
fn naive_turn(events: &[&(u64, Seen)]) -> Option<Vec<u64>> {
    let mut turns: Vec<NaiveTurn> = Vec::new();
    let mut told: Vec<u64> = Vec::new();
    let mut last = None;
    for (session, e) in events {
        last = None;
        let of = |t: &NaiveTurn| t.0 == *session;
        if e.asks {
            turns.iter_mut().filter(|t| of(t)).for_each(|t| t.3 = true);
            turns.push((*session, e.at.id.ms, None, false));
        }
        let open = turns.iter_mut().find(|t| of(t) && !t.3);
        if let (Some(turn), Some(tokens)) = (open, e.tokens) {
            turn.2 = Some(turn.2.unwrap_or(0) + tokens);
            let all: Vec<u64> = turns.iter().filter(|t| t.3).filter_map(|t| t.2).collect();
            let own: Vec<&NaiveTurn> = turns.iter().filter(|t| of(t) && t.2.is_some()).collect();
            let spent: u64 = own.iter().filter_map(|t| t.2).sum();
            let (count, many) = (own.len() as u64, all.len() as u64);
            let is_dear = spent * many > 3 * all.iter().sum::<u64>() * count;
            if many >= 20 && count >= 3 && is_dear && !told.contains(session) {
                told.push(*session);
                let mut entries: Vec<u64> = own[own.len() - 3..].iter().map(|t| t.1).collect();
                entries.push(e.at.id.ms);
                entries.dedup();
                last = Some(entries);
            }
        }
        if e.flags.has(Flags::END) {
            turns.iter_mut().filter(|t| of(t)).for_each(|t| t.3 = true);
        }
    }
    last
}

fn events() -> impl Strategy<Value = Vec<(u64, Seen)>> {
    let flags = prop_oneof![
        12 => Just(Flags::default()),
        5 => Just(Flags::ERROR),
        1 => Just(Flags::START),
        1 => Just(Flags::END),
        1 => Just(Flags::DUPLICATE),
    ];
    let tokens = prop::option::of(prop_oneof![10 => 1_u64..20, 1 => 100_u64..2_000]);
    let one = (
        0_u64..4,
        1_u64..40_000,
        flags,
        0_u32..5,
        tokens,
        any::<bool>(),
    );
    prop::collection::vec(one, 0..250).prop_map(|all| {
        let mut ms = 1;
        let mut made = Vec::new();
        for (session, gap, flags, arguments, tokens, asks) in all {
            ms += gap;
            made.push((session, event(ms, flags, arguments, tokens, asks)));
        }
        made
    })
}

proptest! {
    #[test]
    fn the_fold_finds_what_looking_at_the_whole_past_finds(all in events(), cut in 0_usize..250) {
        let mut watcher = Watcher::default();
        let (head, tail) = all.split_at(cut.min(all.len()));
        let mut found = watched(head, &mut watcher);
        // What is found before a boundary does not depend on what comes after it.
        prop_assert_eq!(&found, &naive(head));
        found.extend(watched(tail, &mut watcher));
        prop_assert_eq!(found, naive(&all));
    }

    #[test]
    fn silence_is_measured_by_the_longest_gap(gaps in prop::collection::vec(0_u64..50_000, 0..12), silent in 0_u64..400_000) {
        let mut silence = Silence::default();
        let mut ms = 1;
        silence.push(event(ms, Flags::START, 0, None, false).at, Flags::START);
        for gap in &gaps {
            ms += gap;
            silence.push(event(ms, Flags::default(), 0, None, false).at, Flags::default());
        }
        let longest = gaps.iter().copied().max().unwrap_or(0);
        let wanted = gaps.len() >= 4 && silent > 60_000 && silent > 3 * longest;
        let found = silence.at(7, ms + silent);
        prop_assert_eq!(found.is_some(), wanted);
        if let Some(found) = found {
            prop_assert_eq!(found.found, Found::Silent { silent_ms: silent, longest_ms: longest });
        }
        silence.push(event(ms, Flags::END, 0, None, false).at, Flags::END);
        prop_assert_eq!(silence.at(7, ms + silent), None);
    }
}

#[test]
fn two_hundred_thousand_sessions_stay_within_the_bound_and_the_newest_are_watched() {
    const BOUND: usize = 1_000;
    let mut watcher = Watcher::bounded(BOUND);
    let mut found = 0;
    for session in 0..200_000_u64 {
        for n in 0..3 {
            let seen = event(session * 10 + n, Flags::ERROR, 0, None, false);
            watcher.see(session, &seen, |_| found += 1);
        }
        assert!(watcher.watched() <= BOUND);
    }
    assert_eq!(found, 2 * 200_000);
    assert_eq!(watcher.dropped() + watcher.watched() as u64, 200_000);
}

#[test]
fn a_session_that_goes_on_is_not_forgotten_for_those_that_come_and_go() {
    let mut watcher = Watcher::bounded(8);
    let mut found = Vec::new();
    for n in 0..30_u64 {
        let others = event(n * 2, Flags::default(), 0, None, false);
        watcher.see(100 + n, &others, |_| {});
        if n % 3 == 0 {
            let own = event(n * 2 + 1, Flags::default(), 9, None, false);
            watcher.see(1, &own, |finding| found.push(told(&finding)));
        }
    }
    assert_eq!(found, [(1, "loop", 13, vec![1, 7, 13])]);
}
