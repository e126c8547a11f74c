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
/// How far the number of open sessions swings around its mean, and how often in a history.
const WAVE: f64 = 0.4;
const WAVES: f64 = 2.3;
/// Quiet weather, the burst in history and the live one: likelihood that a step fails, steps until it is tried again.
const QUIET: (f64, f64) = (0.0004, 0.5);
const BURSTS: [(f64, f64); 2] = [(0.5, 0.5), (0.95, 0.2)];

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
    /// Places of sessions that are over.
    free: Vec<usize>,
    sessions: f64,
    start_ms: Ms,
    history_ms: Ms,
    next: BinaryHeap<Reverse<(Ms, usize)>>,
    step_ms: f64,
    bursts: [(Ms, Ms); 2],
    drift: (Ms, Ms),
}

impl Simulation {
    /// A world whose history ends at `now_ms`: 45 minutes (fewer at a very high rate) with a burst of errors and a drift of
    /// latency; a second, shorter and harder burst comes 35 s later.
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
            free: Vec::new(),
            sessions: count,
            start_ms,
            history_ms,
            next: BinaryHeap::new(),
            step_ms: count / spec.rate.clamp(0.01, 100_000.0) * 1_000.0 / MEAN_PAUSE,
            bursts: [
                (at(40), at(40) + history_ms / 18),
                (now_ms + 35_000, now_ms + 43_000),
            ],
            drift: (at(58), at(85)),
        };
        while simulation.open() < simulation.wanted(start_ms) {
            simulation.begin(start_ms, 10.0);
        }
        simulation
    }

    /// The next event. Moments never decrease.
    pub fn next_event(&mut self) -> SimulatedEvent {
        let Some(Reverse((at_ms, place))) = self.next.pop() else {
            // At least one session is always open.
            return SimulatedEvent {
                at_ms: Ms::MAX,
                fields: Fields::new(),
            };
        };
        let weather = self.weather(at_ms);
        let mut fields = Fields::new();
        let mut pause = None;
        if let Some(agent) = self.agents.get_mut(place) {
            let stepped = agent.step(at_ms, weather, &mut self.chance);
            fields = agent.envelope(stepped.kind, at_ms, &mut self.chance);
            fields.extend(stepped.data);
            pause = stepped.pause;
        }
        match pause {
            Some(steps) => self.plan(at_ms, steps, place),
            None => self.free.push(place),
        }
        if self.open() < self.wanted(at_ms) {
            self.begin(at_ms, 2.0);
        }
        SimulatedEvent { at_ms, fields }
    }

    /// A new session, within so many steps.
    fn begin(&mut self, at_ms: Ms, steps: f64) {
        let place = self.free.pop().unwrap_or(self.agents.len());
        let late = self.chance.share() * steps;
        let begins_ms = at_ms.saturating_add(whole_ms(late * self.step_ms));
        let agent = Agent::new(&mut self.chance, users(self.sessions), begins_ms);
        match self.agents.get_mut(place) {
            Some(old) => *old = agent,
            None => self.agents.push(agent),
        }
        self.plan(at_ms, late, place);
    }

    fn plan(&mut self, at_ms: Ms, steps: f64, place: usize) {
        let wait = whole_ms(steps * self.step_ms).max(1);
        self.next.push(Reverse((at_ms.saturating_add(wait), place)));
    }

    fn open(&self) -> usize {
        self.agents.len() - self.free.len()
    }

    /// How many sessions should be open: a wave, as over a day.
    fn wanted(&self, at_ms: Ms) -> usize {
        let way = seconds(at_ms.saturating_sub(self.start_ms)) / seconds(self.history_ms);
        let swing = (way * WAVES * std::f64::consts::TAU).sin() * WAVE;
        usize::try_from(whole_ms((self.sessions * (1.0 + swing)).round().max(1.0))).unwrap_or(1)
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
        let known = burst.and_then(|at| BURSTS.get(at));
        let (failing, retry) = known.copied().unwrap_or(QUIET);
        Weather {
            failing,
            retry,
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

fn users(sessions: f64) -> u64 {
    (whole_ms(sessions) / 2).max(3)
}

fn seconds(ms: Ms) -> f64 {
    u32::try_from(ms / 1_000).map_or(1.0, f64::from).max(0.001)
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
mod tests;
