//! What a person would notice, counted.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const NOW: Ms = 1_700_000_000_000;

/// The defaults of the command.
fn spec(seed: u64) -> DemoSpec {
    DemoSpec {
        rate: 12.0,
        sessions: 40,
        seed,
    }
}

fn history(seed: u64) -> Vec<SimulatedEvent> {
    Simulation::before(NOW, &spec(seed))
        .take_while(|e| e.at_ms < NOW + 90_000)
        .collect()
}

fn field<'a>(event: &'a SimulatedEvent, name: &str) -> &'a str {
    let found = event.fields.iter().find(|(n, _)| n == name);
    found.map_or("", |(_, v)| v.as_str())
}

fn is_error(event: &SimulatedEvent) -> bool {
    field(event, "type") == "error.occurred"
}

/// First and last moment of each session, and whether it ended.
fn spans(events: &[SimulatedEvent]) -> BTreeMap<&str, (Ms, Ms, bool)> {
    let mut spans = BTreeMap::new();
    for event in events {
        let span = spans
            .entry(field(event, "session_id"))
            .or_insert((event.at_ms, 0, false));
        span.1 = event.at_ms;
        span.2 |= field(event, "type") == "session.ended";
    }
    spans
}

#[test]
fn the_same_seed_makes_the_same_events_and_another_one_others() {
    assert_eq!(history(1), history(1));
    assert_ne!(history(1), history(2));
    assert!(history(1).is_sorted_by_key(|e| e.at_ms));
}

#[test]
fn the_rate_is_about_the_one_asked_for() {
    for (rate, sessions) in [(12.0, 40), (1.0, 1), (60.0, 5), (300.0, 400)] {
        let spec = DemoSpec {
            rate,
            sessions,
            seed: 3,
        };
        let from = NOW - HISTORY_MS / 6;
        let of_time = |e: &SimulatedEvent| (from..NOW).contains(&e.at_ms);
        let events = Simulation::before(NOW, &spec);
        let events = events.take_while(|e| e.at_ms < NOW).filter(of_time).count();
        let asked = whole_ms(rate * 450.0);
        let found = events as u64;
        assert!(
            (asked / 2..asked * 2).contains(&found),
            "{found} of {asked}"
        );
    }
}

#[test]
fn both_bursts_are_full_of_errors_and_the_rest_has_them_in_few_places() {
    let bursts = Simulation::before(NOW, &spec(4)).bursts();
    let events = history(4);
    let share = |within: &dyn Fn(Ms) -> bool| {
        let events: Vec<_> = events.iter().filter(|e| within(e.at_ms)).collect();
        let errors = events.iter().filter(|e| is_error(e)).count();
        errors * 1_000 / events.len().max(1)
    };
    for ((from, to), least) in bursts.into_iter().zip([300, 600]) {
        assert!(share(&|ms| (from..to).contains(&ms)) > least);
    }
    let quiet = |ms| {
        !bursts
            .iter()
            .any(|(from, to)| (*from..*to + 15_000).contains(&ms))
    };
    assert!((3..20).contains(&share(&quiet)), "{}", share(&quiet));
    let slots = |events: &mut dyn Iterator<Item = &SimulatedEvent>| {
        let slots: BTreeSet<Ms> = events.map(|e| e.at_ms / 15_000).collect();
        slots.len()
    };
    let all = slots(&mut events.iter());
    let with_errors = slots(&mut events.iter().filter(|e| quiet(e.at_ms) && is_error(e)));
    assert!(with_errors * 5 < all * 2, "{with_errors} of {all}");
}

#[test]
fn sessions_last_minutes_come_in_waves_and_nearly_all_end() {
    let events = history(5);
    let spans = spans(&events);
    let kinds: BTreeSet<&str> = events.iter().map(|e| field(e, "type")).collect();
    assert_eq!(kinds.len(), 7, "{kinds:?}");

    let mut lasted: Vec<Ms> = spans.values().filter(|s| s.2).map(|s| s.1 - s.0).collect();
    lasted.sort_unstable();
    let median = lasted.get(lasted.len() / 2).copied().unwrap_or(0);
    assert!((90_000..300_000).contains(&median), "{median}");

    let over = spans.values().filter(|s| s.1 < NOW - HISTORY_MS / 2);
    let left_alone = over.clone().filter(|s| !s.2).count();
    assert!(left_alone > 0 && left_alone * 20 < over.count());

    let open = |at: Ms| {
        let spans = spans.values();
        spans.filter(|s| s.2 && s.0 <= at && s.1 > at).count()
    };
    let minutes: Vec<usize> = (4..41)
        .map(|m| open(NOW - HISTORY_MS + m * 60_000))
        .collect();
    let (low, high) = (minutes.iter().min(), minutes.iter().max());
    assert!(low > Some(&10) && high < Some(&80), "{minutes:?}");
    assert!(high > low.map(|low| low * 3 / 2).as_ref(), "{minutes:?}");
}

#[test]
fn an_answer_took_as_long_as_the_person_waited() {
    let mut asked: BTreeMap<String, Ms> = BTreeMap::new();
    let events = history(6);
    let mut answers = 0;
    for event in &events {
        let session = field(event, "session_id").to_owned();
        match field(event, "role") {
            "user" => drop(asked.insert(session, event.at_ms)),
            "assistant" => {
                let waited = asked.get(&session).map(|at| (event.at_ms - at).to_string());
                assert_eq!(waited.as_deref(), Some(field(event, "latency_ms")));
                answers += 1;
            }
            _ => {}
        }
    }
    assert!(answers > 1_000);
}
