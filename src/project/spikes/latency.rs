//! Levels of latency: the 95th percentile of a bucket held against those of the trailing ones, on a scale of ratios.
//!
//! Invariant: as in `baseline`, no bucket enters with more than is let in.

use std::collections::VecDeque;

use super::counts::Bucket;
use super::detect::Alert;
use super::settings::Settings;
use super::tail::{MOST_DECADES, float};

/// Percentiles stray at least by this part: steps of the sketch do.
const LEAST_SPREAD: f64 = 0.1;
/// Until there are many, it is taken as if so many buckets had strayed by so much.
const PRIOR_BUCKETS: f64 = 4.0;
const PRIOR_SPREAD: f64 = 0.25;
/// A level takes more buckets to be known than a rate.
const TIMES_BUCKETS: usize = 2;

/// The trailing levels.
#[derive(Clone, Debug, Default)]
pub(super) struct Levels {
    window: VecDeque<Level>,
}

/// The level of a bucket.
#[derive(Clone, Copy, Debug)]
struct Level {
    /// Logarithm of the percentile.
    ln: f64,
    /// Latencies that it is taken from.
    count: f64,
}

impl Levels {
    /// Holds a bucket against those before it, and takes it in.
    pub fn take(&mut self, bucket: &Bucket, settings: &Settings) -> Option<Alert> {
        let count = bucket.latencies.len();
        let p95 = bucket.latencies.p95()?;
        if count < u64::from(settings.fewest_latencies) {
            return None;
        }
        let (ln, count) = (p95.ln(), float(count));
        let mean = self.mean();
        let spread = self.spread(mean, count);
        let most = mean + settings.spreads * spread;
        let high = self.window.len() >= TIMES_BUCKETS * settings.fewest_buckets
            && ln > most.max(mean + settings.times.ln())
            && p95 >= settings.least_latency_ms;
        self.push(
            Level {
                ln: if high { most } else { ln },
                count,
            },
            settings.window,
        );
        high.then(|| Alert {
            at: bucket.at,
            peak: p95,
            expected: mean.exp(),
            score: ((ln - mean) / spread).min(MOST_DECADES),
        })
    }

    fn push(&mut self, level: Level, most: usize) {
        self.window.push_back(level);
        if self.window.len() > most {
            self.window.pop_front();
        }
    }

    fn mean(&self) -> f64 {
        let sum: f64 = self.window.iter().map(|level| level.ln).sum();
        sum / float(self.window.len().max(1) as u64)
    }

    /// How far a level from so many latencies strays: as far as those before it did, and farther where they were more.
    fn spread(&self, mean: f64, count: f64) -> f64 {
        let squares = self.window.iter().map(|level| {
            let square = (level.ln - mean).powi(2);
            square * (level.count / count).max(1.0)
        });
        let squares: f64 = squares.sum::<f64>() + PRIOR_BUCKETS * PRIOR_SPREAD.powi(2);
        let buckets = float(self.window.len() as u64) + PRIOR_BUCKETS;
        (squares / buckets).sqrt().max(LEAST_SPREAD)
    }
}
