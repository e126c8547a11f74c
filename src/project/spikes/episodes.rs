//! Alerts of a series as episodes.
//!
//! Invariant: what an episode was raised by stays; later alerts within the cooldown make it longer, or its peak higher.

use super::detect::Alert;
use super::settings::Settings;
use super::{Series, Spike};
use crate::model::Ms;

/// A cooldown is at least so many buckets.
const COOLDOWN_BUCKETS: u64 = 3;

/// The episodes of a series.
pub(super) struct Episodes {
    series: Series,
    bucket_ms: Ms,
    cooldown_ms: Ms,
    spikes: Vec<Spike>,
}

impl Episodes {
    pub fn new(series: Series, bucket_ms: Ms, settings: &Settings) -> Self {
        Self {
            series,
            bucket_ms,
            cooldown_ms: settings.cooldown_ms.max(COOLDOWN_BUCKETS * bucket_ms),
            spikes: Vec::new(),
        }
    }

    /// Takes in an alert, the next in time.
    pub fn raise(&mut self, alert: Alert) {
        let start_ms = alert.at * self.bucket_ms;
        let spike = Spike {
            series: self.series,
            start_ms,
            end_ms: start_ms + self.bucket_ms,
            raised_ms: start_ms + self.bucket_ms,
            peak_ms: start_ms,
            peak: alert.peak,
            expected: alert.expected,
            score: alert.score,
            open: false,
        };
        match self.spikes.last_mut() {
            Some(last) if start_ms <= last.end_ms + self.cooldown_ms => last.grow(&spike),
            _ => self.spikes.push(spike),
        }
    }

    /// All of them, at a moment.
    pub fn at(mut self, at_ms: Ms) -> Vec<Spike> {
        // The last bucket that could join begins at the end of the cooldown.
        let reach_ms = self.cooldown_ms + self.bucket_ms;
        if let Some(last) = self.spikes.last_mut() {
            last.open = at_ms < last.end_ms + reach_ms;
        }
        self.spikes
    }
}

impl Spike {
    fn grow(&mut self, by: &Self) {
        let (start_ms, raised_ms) = (self.start_ms, self.raised_ms);
        if by.score > self.score || (by.score >= self.score && by.peak > self.peak) {
            *self = *by;
        }
        (self.start_ms, self.end_ms, self.raised_ms) = (start_ms, by.end_ms, raised_ms);
    }
}
