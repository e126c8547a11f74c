//! The detectors of bursts: each walks the buckets once, holding each against those before it.

use super::baseline::{Baseline, Usual};
use super::counts::{Bucket, Counts};
use super::episodes::Episodes;
use super::latency::Levels;
use super::settings::Settings;
use super::tail::{count_decades, float, share_decades};
use super::{Series, Spike};
use crate::model::Ms;

/// A bucket that is not as usual.
#[derive(Clone, Copy)]
pub(super) struct Alert {
    /// Its place on the grid.
    pub at: u64,
    /// What was measured.
    pub peak: f64,
    /// What was usual.
    pub expected: f64,
    /// How abnormal it is.
    pub score: f64,
}

/// Bursts of events and of errors, and high latencies.
pub(super) fn bursts(counts: &Counts, at_ms: Ms) -> Vec<Spike> {
    let (bucket_ms, settings) = (counts.bucket_ms(), counts.settings());
    let mut events = Detector::new(Series::Events, bucket_ms, settings);
    let mut errors = Detector::new(Series::Errors, bucket_ms, settings);
    let mut levels = Levels::default();
    let mut slow = Episodes::new(Series::Latency, bucket_ms, settings);
    let mut next = None;
    for bucket in counts.until(at_ms) {
        let empty_before = next.map_or(0, |next| bucket.at - next);
        events.take(bucket, empty_before, settings, burst_of_events);
        errors.take(bucket, empty_before, settings, burst_of_errors);
        if let Some(alert) = levels.take(bucket, settings) {
            slow.raise(alert);
        }
        next = Some(bucket.at + 1);
    }
    let series = [events.episodes, errors.episodes, slow];
    series.into_iter().flat_map(|e| e.at(at_ms)).collect()
}

struct Detector {
    bucket_ms: Ms,
    baseline: Baseline,
    episodes: Episodes,
}

impl Detector {
    fn new(series: Series, bucket_ms: Ms, settings: &Settings) -> Self {
        Self {
            bucket_ms,
            baseline: Baseline::new(settings.window),
            episodes: Episodes::new(series, bucket_ms, settings),
        }
    }

    fn take(
        &mut self,
        bucket: &Bucket,
        empty_before: u64,
        settings: &Settings,
        judge: fn(&Baseline, &Bucket, u64, &Settings) -> Judgement,
    ) {
        let judgement = judge(&self.baseline, bucket, empty_before, settings);
        if let Some(alert) = judgement.alert {
            let per_s = |count: f64| count * 1000.0 / float(self.bucket_ms);
            self.episodes.raise(Alert {
                peak: per_s(alert.peak),
                expected: per_s(alert.expected),
                ..alert
            });
        }
        self.baseline.push(judgement.usual);
    }
}

/// What a bucket is, and what of it is taken for usual.
struct Judgement {
    alert: Option<Alert>,
    usual: Usual,
}

fn burst_of_events(
    baseline: &Baseline,
    bucket: &Bucket,
    empty_before: u64,
    settings: &Settings,
) -> Judgement {
    let mean = baseline.busy_mean();
    let most = mean + settings.spreads * baseline.event_spread();
    let count = f64::from(bucket.events);
    let high = count > most.max(settings.times * mean)
        && bucket.events >= settings.fewest_events
        && baseline.len() >= settings.fewest_buckets;
    let alert = high.then(|| Alert {
        at: bucket.at,
        peak: count,
        expected: baseline.mean(),
        score: count_decades(u64::from(bucket.events), baseline.events, baseline.buckets),
    });
    let alert = alert.filter(|alert| alert.score >= settings.decades);
    Judgement {
        usual: Usual {
            empty_before,
            events: whole(if alert.is_some() { most } else { count }),
            errors: bucket.errors,
        },
        alert,
    }
}

fn burst_of_errors(
    baseline: &Baseline,
    bucket: &Bucket,
    empty_before: u64,
    settings: &Settings,
) -> Judgement {
    let count = f64::from(bucket.errors);
    let expected = baseline.error_share() * f64::from(bucket.events);
    let spread = baseline.error_spread().max(expected.sqrt());
    let most = expected + settings.spreads * spread;
    let high =
        count > most.max(settings.times * expected) && bucket.errors >= settings.fewest_errors;
    let alert = high.then(|| Alert {
        at: bucket.at,
        peak: count,
        expected,
        score: share_decades(
            u64::from(bucket.errors),
            u64::from(bucket.events),
            baseline.errors,
            baseline.events,
        ),
    });
    let alert = alert.filter(|alert| alert.score >= settings.decades);
    Judgement {
        usual: Usual {
            empty_before,
            events: bucket.events,
            errors: whole(if alert.is_some() { most.ceil() } else { count }),
        },
        alert,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count that was a u32, or less; never negative"
)]
fn whole(count: f64) -> u32 {
    count as u32
}
