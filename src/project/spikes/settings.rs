//! What counts as abnormal: every number of the detectors, with its default.
//!
//! Invariant: the defaults raise at most one false alarm in 10,000 quiet buckets of Poisson traffic (`cargo bench --bench
//! spikes` measures it).

use serde::{Deserialize, Serialize};

use crate::model::Ms;

/// The numbers of the detectors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Length of a bucket at first: short enough to tell of a burst soon, long enough to hold a few events.
    pub bucket_ms: Ms,
    /// What is usual is taken over so many buckets in which something happened: on a busy log 20 minutes, on a sparse one as far
    /// back as it has to be.
    pub window: usize,
    /// So unlikely, in decades (−log10 of the chance), must a burst of events or errors be.
    pub decades: f64,
    /// And a silence, which takes more: traffic comes in bursts more often than by even chance.
    pub silence_decades: f64,
    /// So far above the mean, in spreads, must a burst or a latency be: less is too tight on real traffic.
    pub spreads: f64,
    /// And so many times what was expected.
    pub times: f64,
    /// Fewer events than this in a bucket are no burst, however unlikely.
    pub fewest_events: u32,
    /// Nor are fewer errors.
    pub fewest_errors: u32,
    /// A bucket with fewer known latencies tells no level.
    pub fewest_latencies: u32,
    /// A 95th percentile under this is not slow, ms.
    pub least_latency_ms: f64,
    /// So many buckets must there have been before anything but a burst of errors can be told.
    pub fewest_buckets: usize,
    /// So many times longer than any before must a silence be.
    pub times_longer: u64,
    /// And so many buckets long.
    pub fewest_empty: u64,
    /// Alerts this close to each other are one episode, or as close as three buckets where that is longer.
    pub cooldown_ms: Ms,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bucket_ms: 10_000,
            window: 120,
            decades: 4.0,
            silence_decades: 6.0,
            spreads: 6.0,
            times: 2.0,
            fewest_events: 8,
            fewest_errors: 3,
            fewest_latencies: 20,
            least_latency_ms: 100.0,
            fewest_buckets: 6,
            times_longer: 2,
            fewest_empty: 3,
            cooldown_ms: 60_000,
        }
    }
}
