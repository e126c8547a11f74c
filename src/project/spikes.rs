//! Episodes of abnormal rate or level: bursts of events, bursts of errors, high latencies, silences.
//!
//! A bucket of time is held against the trailing ones (`baseline`). Neighbouring alerts are one episode.
//!
//! Invariant: what was alerted at a moment does not change later. [`spikes`] at an earlier moment gives the first of those that it
//! gives at a later one; only episodes that were [`Spike::open`] may have grown. (A coarser grid, [`Counts::bucket_ms`], and
//! older history that is loaded later are other pasts.)

mod baseline;
mod counts;
mod detect;
mod episodes;
mod latency;
pub mod settings;
mod silence;
mod sketch;
mod tail;
mod written;

use crate::model::Ms;

pub use counts::Counts;
pub use settings::Settings;
pub use written::Written;

/// What is abnormal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Series {
    /// Many more events than usual.
    Events,
    /// Many more errors than the usual share of the events.
    Errors,
    /// A 95th percentile of the known latencies that is much higher than usual.
    Latency,
    /// No events for much longer than usual.
    Silence,
}

impl Series {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Events, Self::Errors, Self::Latency, Self::Silence];

    /// Its name, the same in every output.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Errors => "errors",
            Self::Latency => "latency",
            Self::Silence => "silence",
        }
    }
}

/// An episode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spike {
    /// What was abnormal.
    pub series: Series,
    /// Start of its first bucket.
    pub start_ms: Ms,
    /// End of its last bucket, excluded; of an open one, so far.
    pub end_ms: Ms,
    /// When it could be known, and not before: the end of the bucket that alerted first.
    pub raised_ms: Ms,
    /// Start of its least likely bucket; of a silence, its start.
    pub peak_ms: Ms,
    /// Entries (errors for [`Series::Errors`]) a second in that bucket; 0 in a silence; of latencies their 95th percentile, ms.
    pub peak: f64,
    /// What was usual there, in the same unit: by the trailing rate, for errors by the trailing share of that bucket's events.
    pub expected: f64,
    /// −log10 of the chance to see such a bucket, or such a silence, had all gone on as before; of latencies how many spreads
    /// the logarithm lies above the mean.
    pub score: f64,
    /// It may still grow.
    pub open: bool,
}

impl Spike {
    /// How many times what was expected its peak is; `None` where nothing was expected.
    #[must_use]
    pub fn times(&self) -> Option<f64> {
        Some(self.peak / self.expected).filter(|times| times.is_finite())
    }

    /// How long it lasts, or has so far.
    #[must_use]
    pub const fn length_ms(&self) -> Ms {
        self.end_ms.saturating_sub(self.start_ms)
    }
}

/// The episodes known at a moment, in the order in which they were raised; O(buckets). The moment is that of the cursor, or the
/// present while following: only buckets that are over by then count.
#[must_use]
pub fn spikes(counts: &Counts, at_ms: Ms) -> Vec<Spike> {
    let mut spikes = detect::bursts(counts, at_ms);
    spikes.extend(silence::silences(counts, at_ms));
    spikes.sort_by_key(|spike| (spike.raised_ms, spike.series));
    spikes
}
