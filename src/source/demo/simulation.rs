//! The agents' small world: who acts next, and what the weather is like. Pure: no clock, no other chance than the seed's.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::agent::{Agent, Fields, Weather};
use super::chance::Chance;
use crate::model::Ms;
use crate::source::DemoSpec;

const HISTORY_MS: Ms = 45 * 60_000;
/// However high the rate: events of history at most, about.
const HISTORY_EVENTS: f64 = 200_000.0;
/// Pauses are in mean steps; this is their mean over a session's life, found by counting.
const MEAN_PAUSE: f64 = 1.0;

/// An event and its moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimulatedEvent {
    /// When it happens: ms since the epoch.
    pub at_ms: Ms,
    /// Names and values in the reference layout.
    pub fields: Vec<(String, String)>,
}

/// The agents, acting one after the other, without an end.
#[derive(Debug)]
pub struct Simulation {
    chance: Chance,
    agents: Vec<Agent>,
    next: BinaryHeap<Reverse<(Ms, usize)>>,
    step_ms: f64,
    bursts: [(Ms, Ms); 2],
    drift: (Ms, Ms),
}

impl Simulation {
    /// A world whose history ends at `now_ms`: 45 minutes (fewer at a very high rate) with a burst of errors and a drift of
    /// latency; a second burst comes 40 s later.
    #[must_use]
    pub fn before(now_ms: Ms, spec: &DemoSpec) -> Self {
        let rate = spec.rate.clamp(0.01, 100_000.0);
        let most_ms = HISTORY_EVENTS / rate * 1_000.0;
        let history_ms = whole_ms(most_ms).clamp(60_000, HISTORY_MS);
        Self::new(now_ms.saturating_sub(history_ms), history_ms, spec)
    }

    fn new(start_ms: Ms, history_ms: Ms, spec: &DemoSpec) -> Self {
        let at = |percent: u64| start_ms + history_ms * percent / 100;
        let now_ms = start_ms + history_ms;
        let sessions = spec.sessions.clamp(1, 100_000);
        let count = u32::try_from(sessions).map_or(1.0, f64::from);
        let mut simulation = Self {
            chance: Chance::new(spec.seed),
            agents: Vec::new(),
            next: BinaryHeap::new(),
            step_ms: count / spec.rate.clamp(0.01, 100_000.0) * 1_000.0 / MEAN_PAUSE,
            bursts: [
                (at(40), at(40) + history_ms / 30),
                (now_ms + 40_000, now_ms + 70_000),
            ],
            drift: (at(58), at(85)),
        };
        for place in 0..sessions {
            let late = simulation.chance.share() * simulation.step_ms * 4.0;
            let agent = Agent::new(&mut simulation.chance, users(sessions), start_ms);
            simulation.agents.push(agent);
            simulation
                .next
                .push(Reverse((start_ms + whole_ms(late), place)));
        }
        simulation
    }

    /// The next event. Moments never decrease.
    pub fn next_event(&mut self) -> SimulatedEvent {
        let Some(Reverse((at_ms, place))) = self.next.pop() else {
            // There is at least one agent, and each is put back.
            return SimulatedEvent {
                at_ms: Ms::MAX,
                fields: Fields::new(),
            };
        };
        let weather = self.weather(at_ms);
        let users = users(self.agents.len());
        let mut fields = Fields::new();
        let mut pause = 1.0;
        if let Some(agent) = self.agents.get_mut(place) {
            let stepped = agent.step(at_ms, weather, &mut self.chance);
            fields = agent.envelope(stepped.kind, at_ms, &mut self.chance);
            fields.extend(stepped.data);
            pause = stepped.pause.unwrap_or(2.0);
            if stepped.pause.is_none() {
                *agent = Agent::new(&mut self.chance, users, at_ms);
            }
        }
        let hurry = if weather.burst.is_some() { 0.6 } else { 1.0 };
        let wait = whole_ms(pause * self.step_ms * hurry).max(1);
        self.next.push(Reverse((at_ms.saturating_add(wait), place)));
        SimulatedEvent { at_ms, fields }
    }

    /// The bursts of errors: from, to.
    #[must_use]
    pub fn bursts(&self) -> [(Ms, Ms); 2] {
        self.bursts
    }

    fn weather(&self, at_ms: Ms) -> Weather {
        let burst = self
            .bursts
            .iter()
            .position(|(from, to)| (*from..*to).contains(&at_ms));
        let (from, to) = self.drift;
        let slowness = if (from..to).contains(&at_ms) {
            let way = (at_ms - from) * 100 / (to - from).max(1);
            1.0 + f64::from(u32::try_from(way).unwrap_or(0)) / 100.0 * 2.0
        } else {
            1.0
        };
        Weather {
            failing: if burst.is_some() { 0.6 } else { 0.03 },
            burst,
            slowness,
        }
    }
}

impl Iterator for Simulation {
    type Item = SimulatedEvent;

    fn next(&mut self) -> Option<SimulatedEvent> {
        Some(self.next_event())
    }
}

fn users(sessions: usize) -> u64 {
    (sessions as u64 / 2).max(3)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a span of time, clamped"
)]
fn whole_ms(ms: f64) -> Ms {
    ms.clamp(0.0, 1e12) as Ms
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const NOW: Ms = 1_700_000_000_000;

    fn spec(seed: u64) -> DemoSpec {
        DemoSpec {
            rate: 20.0,
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

    #[test]
    fn the_same_seed_makes_the_same_events_and_another_one_others() {
        assert_eq!(history(1), history(1));
        assert_ne!(history(1), history(2));
        assert!(history(1).is_sorted_by_key(|e| e.at_ms));
    }

    #[test]
    fn the_rate_is_about_the_one_asked_for() {
        let events = history(3).len();
        let asked = 20 * (HISTORY_MS / 1_000 + 90);
        assert!(
            (asked * 7 / 10..asked * 13 / 10).contains(&(events as u64)),
            "{events} of {asked}"
        );
    }

    #[test]
    fn both_bursts_are_full_of_errors_and_the_rest_is_not() {
        let bursts = Simulation::before(NOW, &spec(4)).bursts();
        let share = |within: &dyn Fn(Ms) -> bool| {
            let events: Vec<SimulatedEvent> =
                history(4).into_iter().filter(|e| within(e.at_ms)).collect();
            let errors = events
                .iter()
                .filter(|e| field(e, "type") == "error.occurred")
                .count();
            errors * 100 / events.len().max(1)
        };
        for (from, to) in bursts {
            assert!(share(&|ms| (from..to).contains(&ms)) > 25);
        }
        assert!(share(&|ms| !bursts.iter().any(|(from, to)| (*from..*to).contains(&ms))) < 5);
    }

    #[test]
    fn sessions_overlap_and_some_end_while_others_are_left_alone() {
        let mut spans: BTreeMap<String, (Ms, Ms, bool)> = BTreeMap::new();
        let mut kinds = BTreeSet::new();
        for event in history(5) {
            kinds.insert(field(&event, "type").to_owned());
            let span = spans
                .entry(field(&event, "session_id").to_owned())
                .or_insert((event.at_ms, 0, false));
            span.1 = event.at_ms;
            span.2 |= field(&event, "type") == "session.ended";
        }
        let middle = NOW - HISTORY_MS / 2;
        assert!(
            spans
                .values()
                .filter(|s| s.0 < middle && s.1 > middle)
                .count()
                > 10
        );
        let over: Vec<_> = spans.values().filter(|s| s.1 < middle).collect();
        assert!(over.iter().any(|s| s.2) && over.iter().any(|s| !s.2));
        assert_eq!(kinds.len(), 7, "{kinds:?}");
    }
}
