//! What was usual until a bucket: sums over the last buckets in which something happened and the empty ones between them.
//!
//! Invariant: no bucket enters with more than the caller lets it, so an outlier widens what is usual a little and never becomes it
//! at once; a level that stays is learned within minutes.

use std::collections::VecDeque;

use super::tail::float;

/// The trailing window.
#[derive(Clone, Debug, Default)]
pub(super) struct Baseline {
    window: VecDeque<Usual>,
    /// Buckets in which something happened, at most.
    most: usize,
    /// Buckets, empty ones too.
    pub buckets: u64,
    /// Entries.
    pub events: u64,
    /// Errors.
    pub errors: u64,
    event_squares: f64,
    error_squares: f64,
}

/// A bucket as it was taken in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usual {
    /// Empty buckets between the one before and this.
    pub empty_before: u64,
    /// Entries.
    pub events: u32,
    /// Errors.
    pub errors: u32,
}

impl Baseline {
    /// Over the last so many buckets in which something happened.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            ..Self::default()
        }
    }

    /// Takes a bucket in; the oldest leaves.
    pub fn push(&mut self, usual: Usual) {
        self.window.push_back(usual);
        self.buckets += 1 + usual.empty_before;
        self.events += u64::from(usual.events);
        self.errors += u64::from(usual.errors);
        self.event_squares += f64::from(usual.events).powi(2);
        self.error_squares += f64::from(usual.errors).powi(2);
        if self.window.len() > self.most
            && let Some(old) = self.window.pop_front()
        {
            self.buckets -= 1 + old.empty_before;
            self.events -= u64::from(old.events);
            self.errors -= u64::from(old.errors);
            self.event_squares -= f64::from(old.events).powi(2);
            self.error_squares -= f64::from(old.errors).powi(2);
        }
    }

    /// Buckets in which something happened.
    pub fn len(&self) -> usize {
        self.window.len()
    }

    /// Entries a bucket, empty ones too.
    pub fn mean(&self) -> f64 {
        float(self.events) / float(self.buckets.max(1))
    }

    /// Entries a bucket in which something happens: on a log that comes in bursts, those of a burst.
    pub fn busy_mean(&self) -> f64 {
        float(self.events) / self.busy()
    }

    /// How far entries stray among those buckets: at least as far as chance alone makes them.
    pub fn event_spread(&self) -> f64 {
        spread(self.busy_mean(), self.event_squares / self.busy()).max(1.0)
    }

    /// How far errors stray among those buckets.
    pub fn error_spread(&self) -> f64 {
        spread(
            float(self.errors) / self.busy(),
            self.error_squares / self.busy(),
        )
    }

    /// Events that came on their own, so to speak: fewer where they come in bursts (quasi-Poisson).
    pub fn independent_events(&self) -> f64 {
        let mean = self.mean();
        let variance = self.event_squares / float(self.buckets.max(1)) - mean * mean;
        float(self.events) / (variance / mean.max(f64::MIN_POSITIVE)).max(1.0)
    }

    fn busy(&self) -> f64 {
        float(self.window.len().max(1) as u64)
    }

    /// Errors among the entries, 0–1.
    pub fn error_share(&self) -> f64 {
        float(self.errors) / float(self.events.max(1))
    }

    /// The most empty buckets in a row.
    pub fn longest_silence(&self) -> u64 {
        let silences = self.window.iter().map(|usual| usual.empty_before);
        silences.max().unwrap_or(0)
    }
}

/// At least as far as chance alone makes counts of this mean stray.
fn spread(mean: f64, mean_square: f64) -> f64 {
    (mean_square - mean * mean).max(mean).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: usize = 120;

    fn usual(empty_before: u64, events: u32) -> Usual {
        Usual {
            empty_before,
            events,
            errors: events / 2,
        }
    }

    #[test]
    fn it_reaches_back_over_a_fixed_number_of_buckets_with_entries() {
        let mut baseline = Baseline::new(WINDOW);
        baseline.push(usual(1_000, 9_999));
        for _ in 0..WINDOW {
            baseline.push(usual(1, 4));
        }
        assert_eq!(baseline.len(), WINDOW);
        assert_eq!(baseline.buckets, 2 * WINDOW as u64);
        assert_eq!(baseline.longest_silence(), 1);
        assert!((baseline.mean() - 2.0).abs() < 1e-9);
        assert!((baseline.busy_mean() - 4.0).abs() < 1e-9);
        assert!((baseline.event_spread() - 2.0).abs() < 1e-9);
        assert!((baseline.error_share() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn events_in_bursts_count_as_fewer() {
        let mut baseline = Baseline::new(WINDOW);
        for _ in 0..WINDOW {
            baseline.push(usual(9, 20));
        }
        // Variance over mean is 18: 2,400 events in bursts of 20 say as much as 133 single ones.
        assert!((baseline.independent_events() - 2_400.0 / 18.0).abs() < 1e-6);
    }

    #[test]
    fn an_even_log_strays_as_chance_does() {
        let mut baseline = Baseline::new(WINDOW);
        for _ in 0..10 {
            baseline.push(usual(0, 100));
        }
        assert!((baseline.event_spread() - 10.0).abs() < 1e-9);
    }
}
