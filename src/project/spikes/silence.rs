//! Silences: a log that spoke, and does not.

use std::ops::Range;

use super::baseline::{Baseline, Usual};
use super::counts::Counts;
use super::settings::Settings;
use super::tail::{float, silence_decades};
use super::{Series, Spike};
use crate::model::Ms;

/// Silences, those before the moment too.
pub(super) fn silences(counts: &Counts, at_ms: Ms) -> Vec<Spike> {
    let bucket_ms = counts.bucket_ms();
    let settings = counts.settings();
    let mut baseline = Baseline::new(settings.window);
    let mut spikes = Vec::new();
    let mut next = None;
    for bucket in counts.until(at_ms) {
        let from = next.unwrap_or(bucket.at);
        let spike = silence(&baseline, from..bucket.at, bucket_ms, settings);
        baseline.push(Usual {
            empty_before: if spike.is_some() { 0 } else { bucket.at - from },
            events: bucket.events,
            errors: bucket.errors,
        });
        spikes.extend(spike);
        next = Some(bucket.at + 1);
    }
    // Up to the moment; whether it is over is known once the bucket after it is.
    let last =
        next.and_then(|from| silence(&baseline, from..at_ms / bucket_ms, bucket_ms, settings));
    spikes.extend(last.map(|spike| Spike {
        open: true,
        ..spike
    }));
    spikes
}

/// The silence over these buckets.
fn silence(
    baseline: &Baseline,
    over: Range<u64>,
    bucket_ms: Ms,
    settings: &Settings,
) -> Option<Spike> {
    let (from, to) = (over.start, over.end);
    let longest = settings.times_longer * baseline.longest_silence();
    let empty = to.saturating_sub(from);
    if empty < settings.fewest_empty || baseline.len() < settings.fewest_buckets {
        return None;
    }
    let score = |empty| silence_decades(empty, baseline.independent_events(), baseline.buckets);
    if score(empty) < settings.silence_decades || empty <= longest {
        return None;
    }
    let shortest = settings.fewest_empty.max(longest + 1);
    let raised_after = first_from(shortest, empty, |n| score(n) >= settings.silence_decades);
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
