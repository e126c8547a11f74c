//! Which spikes are told as they happen, to whoever does not look at the screen.
//!
//! Invariant: an episode is told once, when it is raised at the live end; what was there before, or came with history, is not.

use std::collections::VecDeque;

use crate::model::Ms;
use crate::project::Spike;
use crate::project::spikes::Series;

/// An episode that was raised longer ago is history: the time that its entries may have taken to come here.
const FRESH_MS: Ms = 60_000;
/// Episodes that are remembered at most, far more than are fresh at a time.
const REMEMBERED: usize = 64;

/// The episodes that were told.
#[derive(Clone, Debug, Default)]
pub struct Alarms {
    live: bool,
    told: VecDeque<Episode>,
}

/// What an episode is known by: a late entry may move its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Episode {
    series: Series,
    start_ms: Ms,
    end_ms: Ms,
}

impl Alarms {
    /// Those of `spikes`, which are in the order in which they were raised, that were raised just now; the first time none,
    /// since they are what was there before.
    pub fn raised(&mut self, spikes: &[Spike], at_ms: Ms) -> Vec<Spike> {
        let is_fresh = |spike: &&Spike| spike.raised_ms.saturating_add(FRESH_MS) > at_ms;
        let fresh = spikes.iter().rev().take_while(is_fresh);
        let mut raised: Vec<Spike> = fresh.filter(|spike| self.note(spike)).copied().collect();
        raised.reverse();
        if !std::mem::replace(&mut self.live, true) {
            raised.clear();
        }
        raised
    }

    /// Whether it was not told before.
    fn note(&mut self, spike: &Spike) -> bool {
        let touches = |told: &&mut Episode| {
            told.series == spike.series
                && told.start_ms <= spike.end_ms
                && spike.start_ms <= told.end_ms
        };
        if let Some(told) = self.told.iter_mut().find(touches) {
            told.start_ms = told.start_ms.min(spike.start_ms);
            told.end_ms = told.end_ms.max(spike.end_ms);
            return false;
        }
        if self.told.len() == REMEMBERED {
            self.told.pop_front();
        }
        self.told.push_back(Episode {
            series: spike.series,
            start_ms: spike.start_ms,
            end_ms: spike.end_ms,
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spike(series: Series, start_ms: Ms, end_ms: Ms) -> Spike {
        Spike {
            series,
            start_ms,
            end_ms,
            raised_ms: start_ms + 10_000,
            peak_ms: start_ms,
            peak: 9.0,
            expected: 1.0,
            score: 5.0,
            open: false,
        }
    }

    #[test]
    fn an_episode_is_told_once_however_it_grows() {
        let mut alarms = Alarms::default();
        assert_eq!(alarms.raised(&[], 0), []);
        let first = spike(Series::Errors, 0, 10_000);
        assert_eq!(alarms.raised(&[first], 10_000), [first]);
        assert_eq!(alarms.raised(&[first], 12_000), []);
        // A late entry began it earlier, and it goes on.
        let grown = Spike {
            start_ms: 0,
            ..spike(Series::Errors, 10_000, 40_000)
        };
        assert_eq!(alarms.raised(&[grown], 40_000), []);
        let other = spike(Series::Events, 20_000, 30_000);
        assert_eq!(alarms.raised(&[grown, other], 40_000), [other]);
    }

    #[test]
    fn what_was_there_before_and_what_history_brings_is_not_told() {
        let mut alarms = Alarms::default();
        let before = spike(Series::Errors, 0, 10_000);
        assert_eq!(alarms.raised(&[before], 10_000), []);
        assert_eq!(alarms.raised(&[before], 11_000), []);
        let old = spike(Series::Events, 200_000, 210_000);
        assert_eq!(alarms.raised(&[before, old], 290_000), []);
    }
}
