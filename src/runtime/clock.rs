//! How time passes for the interface: ticks, and how long it may rest.

use std::time::{Duration, Instant};

use super::gauge::Gauge;
use crate::app::playhead::Playhead;
use crate::app::state::QUIET_MS;
use crate::app::{Action, State};

/// While playing, the playhead moves that often.
const PLAY_TICK: Duration = Duration::from_millis(33);
/// While following, the charts move that often.
const LIVE_TICK: Duration = Duration::from_millis(250);
/// In rest, the clock is looked at that often.
pub const REST_TICK: Duration = Duration::from_secs(1);

/// Without anything else to do, the clock is looked at again after this.
fn rest(state: &State) -> Duration {
    match state.playhead {
        Playhead::Playing { .. } => PLAY_TICK,
        Playhead::Following if !state.log.is_empty() && state.quiet_ms() <= QUIET_MS => LIVE_TICK,
        Playhead::Following | Playhead::Paused(_) => REST_TICK,
    }
}

/// Turns the passing of time into ticks.
pub struct Clock {
    last: Instant,
    gauge: Gauge,
}

impl Clock {
    /// It begins now.
    pub fn new() -> Self {
        Self {
            last: Instant::now(),
            gauge: Gauge::default(),
        }
    }

    /// When to look at it again: after a rest, or when the first of these is due.
    pub fn due(&self, state: &State, others: impl IntoIterator<Item = Option<Instant>>) -> Instant {
        let others = others.into_iter().flatten();
        others.fold(self.last + rest(state), Instant::min)
    }

    /// A tick, if the rest is as good as over.
    pub fn tick_after_rest(&mut self, state: &State) -> Vec<Action> {
        if self.last.elapsed() < rest(state) / 2 {
            return Vec::new();
        }
        self.tick().collect()
    }

    /// What went by, and what the program takes by now. Whole milliseconds only; what is left over counts next time.
    pub fn tick(&mut self) -> impl Iterator<Item = Action> + use<> {
        let elapsed_ms = u64::try_from(self.last.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last += Duration::from_millis(elapsed_ms);
        let tick = (elapsed_ms > 0).then_some(Action::Tick { elapsed_ms });
        tick.into_iter().chain(self.gauge.look())
    }
}
