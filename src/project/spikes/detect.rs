//! The detectors: each walks the buckets once, holding each against those before it.

use super::baseline::{Baseline, Usual};
use super::counts::{Bucket, Counts};
use super::tail::{count_decades, float, share_decades, silence_decades};
use super::{Series, Spike};
use crate::model::Ms;

/// Alerts this close to each other are one episode, or as close as this many buckets where that is longer.
const COOLDOWN_MS: Ms = 60_000;
const COOLDOWN_BUCKETS: u64 = 3;
/// So unlikely, in decades, must a bucket be. Silence takes more: traffic comes in bursts more often than by even chance.
const BURST_DECADES: f64 = 4.0;
const SILENCE_DECADES: f64 = 6.0;
/// So far above the mean, in spreads, must a burst of events be: less is too tight on real traffic.
const SPREADS: f64 = 6.0;
/// And so many times what was expected must a burst be.
const TIMES: f64 = 2.0;
/// Fewer than this many are no burst, however unlikely.
const FEWEST_EVENTS: u32 = 8;
const FEWEST_ERRORS: u32 = 3;
/// So many buckets must there have been before a burst of events or a silence can be told.
const FEWEST_BUCKETS: usize = 6;
/// So many times longer than any before must a silence be, and so many buckets long.
const TIMES_LONGER: u64 = 2;
const FEWEST_EMPTY: u64 = 3;

/// A bucket that is not as usual.
#[derive(Clone, Copy)]
struct Alert {
    at: u64,
    count: f64,
    expected: f64,
    score: f64,
}

/// Bursts of events and of errors.
pub(super) fn bursts(counts: &Counts, at_ms: Ms) -> Vec<Spike> {
    let mut events = Detector::new(Series::Events, counts.bucket_ms());
    let mut errors = Detector::new(Series::Errors, counts.bucket_ms());
    let mut next = None;
    for bucket in counts.until(at_ms) {
        let empty_before = next.map_or(0, |next| bucket.at - next);
        events.take(bucket, empty_before, burst_of_events);
        errors.take(bucket, empty_before, burst_of_errors);
        next = Some(bucket.at + 1);
    }
    let mut spikes = events.episodes(at_ms);
    spikes.extend(errors.episodes(at_ms));
    spikes
}

struct Detector {
    series: Series,
    bucket_ms: Ms,
    baseline: Baseline,
    spikes: Vec<Spike>,
}

impl Detector {
    fn new(series: Series, bucket_ms: Ms) -> Self {
        Self {
            series,
            bucket_ms,
            baseline: Baseline::default(),
            spikes: Vec::new(),
        }
    }

    fn take(
        &mut self,
        bucket: Bucket,
        empty_before: u64,
        judge: fn(&Baseline, Bucket, u64) -> Judgement,
    ) {
        let judgement = judge(&self.baseline, bucket, empty_before);
        if let Some(alert) = judgement.alert {
            self.raise(alert);
        }
        self.baseline.push(judgement.usual);
    }

    fn raise(&mut self, alert: Alert) {
        let per_s = |count: f64| count * 1000.0 / float(self.bucket_ms);
        let start_ms = alert.at * self.bucket_ms;
        let spike = Spike {
            series: self.series,
            start_ms,
            end_ms: start_ms + self.bucket_ms,
            raised_ms: start_ms + self.bucket_ms,
            peak_ms: start_ms,
            peak: per_s(alert.count),
            expected: per_s(alert.expected),
            score: alert.score,
            open: false,
        };
        let cooldown_ms = self.cooldown_ms();
        match self.spikes.last_mut() {
            Some(last) if start_ms <= last.end_ms + cooldown_ms => last.grow(&spike),
            _ => self.spikes.push(spike),
        }
    }

    fn cooldown_ms(&self) -> Ms {
        COOLDOWN_MS.max(COOLDOWN_BUCKETS * self.bucket_ms)
    }

    fn episodes(mut self, at_ms: Ms) -> Vec<Spike> {
        // The last bucket that could join begins at the end of the cooldown.
        let reach_ms = self.cooldown_ms() + self.bucket_ms;
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

/// What a bucket is, and what of it is taken for usual.
struct Judgement {
    alert: Option<Alert>,
    usual: Usual,
}

fn burst_of_events(baseline: &Baseline, bucket: Bucket, empty_before: u64) -> Judgement {
    let mean = baseline.busy_mean();
    let most = mean + SPREADS * baseline.event_spread();
    let count = f64::from(bucket.events);
    let high = count > most.max(TIMES * mean)
        && bucket.events >= FEWEST_EVENTS
        && baseline.len() >= FEWEST_BUCKETS;
    let alert = high.then(|| Alert {
        at: bucket.at,
        count,
        expected: baseline.mean(),
        score: count_decades(u64::from(bucket.events), baseline.events, baseline.buckets),
    });
    let alert = alert.filter(|alert| alert.score >= BURST_DECADES);
    Judgement {
        usual: Usual {
            empty_before,
            events: whole(if alert.is_some() { most } else { count }),
            errors: bucket.errors,
        },
        alert,
    }
}

fn burst_of_errors(baseline: &Baseline, bucket: Bucket, empty_before: u64) -> Judgement {
    let count = f64::from(bucket.errors);
    let expected = baseline.error_share() * f64::from(bucket.events);
    let spread = baseline.error_spread().max(expected.sqrt());
    let most = expected + SPREADS * spread;
    let high = count > most.max(TIMES * expected) && bucket.errors >= FEWEST_ERRORS;
    let alert = high.then(|| Alert {
        at: bucket.at,
        count,
        expected,
        score: share_decades(
            u64::from(bucket.errors),
            u64::from(bucket.events),
            baseline.errors,
            baseline.events,
        ),
    });
    let alert = alert.filter(|alert| alert.score >= BURST_DECADES);
    Judgement {
        usual: Usual {
            empty_before,
            events: bucket.events,
            errors: whole(if alert.is_some() { most.ceil() } else { count }),
        },
        alert,
    }
}

/// Silences, those before the moment too.
pub(super) fn silences(counts: &Counts, at_ms: Ms) -> Vec<Spike> {
    let bucket_ms = counts.bucket_ms();
    let mut baseline = Baseline::default();
    let mut spikes = Vec::new();
    let mut next = None;
    for bucket in counts.until(at_ms) {
        let from = next.unwrap_or(bucket.at);
        let spike = silence(&baseline, from, bucket.at, bucket_ms);
        baseline.push(Usual {
            empty_before: if spike.is_some() { 0 } else { bucket.at - from },
            events: bucket.events,
            errors: bucket.errors,
        });
        spikes.extend(spike);
        next = Some(bucket.at + 1);
    }
    // Up to the moment; whether it is over is known once the bucket after it is.
    let last = next.and_then(|from| silence(&baseline, from, at_ms / bucket_ms, bucket_ms));
    spikes.extend(last.map(|spike| Spike {
        open: true,
        ..spike
    }));
    spikes
}

/// The silence over these buckets, `to` excluded.
fn silence(baseline: &Baseline, from: u64, to: u64, bucket_ms: Ms) -> Option<Spike> {
    let empty = to.saturating_sub(from);
    if empty < FEWEST_EMPTY || baseline.len() < FEWEST_BUCKETS {
        return None;
    }
    let score = |empty| silence_decades(empty, baseline.independent_events(), baseline.buckets);
    if score(empty) < SILENCE_DECADES || empty <= TIMES_LONGER * baseline.longest_silence() {
        return None;
    }
    let shortest = FEWEST_EMPTY.max(TIMES_LONGER * baseline.longest_silence() + 1);
    let raised_after = first_from(shortest, empty, |n| score(n) >= SILENCE_DECADES);
    Some(Spike {
        series: Series::Silence,
        start_ms: from * bucket_ms,
        end_ms: to * bucket_ms,
        raised_ms: (from + raised_after) * bucket_ms,
        peak_ms: from * bucket_ms,
        peak: 0.0,
        expected: baseline.mean() * 1000.0 / float(bucket_ms),
        score: score(empty),
        open: false,
    })
}

/// The first number from `low` to `high` of which it holds, where it holds of `high` and of all after the first.
fn first_from(mut low: u64, mut high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    high
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count that was a u32, or less; never negative"
)]
fn whole(count: f64) -> u32 {
    count as u32
}
