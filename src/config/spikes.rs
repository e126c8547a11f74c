//! The table `[spikes]` of the configuration file: what counts as abnormal.
//!
//! Invariant: a key that is not there is the default of [`Settings`], and no value leads to a division by nothing.

use std::fmt;

use serde::Deserialize;

use crate::model::Ms;
use crate::project::spikes::Settings;
use crate::query::span_ms;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SpikesTable {
    bucket: Bucket,
    window: Window,
    decades: Positive,
    silence_decades: Positive,
    spreads: Positive,
    times: Positive,
    fewest_events: Count,
    fewest_errors: Count,
    fewest_latencies: Count,
    least_latency: Span,
    fewest_buckets: Count,
    times_longer: Count,
    fewest_empty: Count,
    cooldown: Span,
}

/// A span of time.
struct Span(Ms);
/// A span that a bucket may have.
struct Bucket(Ms);
/// A number more than 0.
struct Positive(f64);
/// A number from 1.
struct Count(u32);
/// Buckets of a baseline.
struct Window(u32);

const BUCKETS_MS: std::ops::RangeInclusive<Ms> = 1_000..=3_600_000;
const WINDOWS: std::ops::RangeInclusive<u32> = 20..=10_000;

impl Default for SpikesTable {
    fn default() -> Self {
        let from = Settings::default();
        let count = |n: u64| Count(u32::try_from(n).unwrap_or(u32::MAX));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number"
        )]
        let least_latency = Span(from.least_latency_ms as Ms);
        Self {
            bucket: Bucket(from.bucket_ms),
            window: Window(u32::try_from(from.window).unwrap_or(u32::MAX)),
            decades: Positive(from.decades),
            silence_decades: Positive(from.silence_decades),
            spreads: Positive(from.spreads),
            times: Positive(from.times),
            fewest_events: Count(from.fewest_events),
            fewest_errors: Count(from.fewest_errors),
            fewest_latencies: Count(from.fewest_latencies),
            least_latency,
            fewest_buckets: count(from.fewest_buckets as u64),
            times_longer: count(from.times_longer),
            fewest_empty: count(from.fewest_empty),
            cooldown: Span(from.cooldown_ms),
        }
    }
}

impl From<SpikesTable> for Settings {
    fn from(table: SpikesTable) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a latency")]
        let least_latency_ms = table.least_latency.0 as f64;
        Self {
            bucket_ms: table.bucket.0,
            window: table.window.0 as usize,
            decades: table.decades.0,
            silence_decades: table.silence_decades.0,
            spreads: table.spreads.0,
            times: table.times.0,
            fewest_events: table.fewest_events.0,
            fewest_errors: table.fewest_errors.0,
            fewest_latencies: table.fewest_latencies.0,
            least_latency_ms,
            fewest_buckets: table.fewest_buckets.0 as usize,
            times_longer: u64::from(table.times_longer.0),
            fewest_empty: u64::from(table.fewest_empty.0),
            cooldown_ms: table.cooldown.0,
        }
    }
}

/// A value as TOML has it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Number(f64),
    Text(String),
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        read(from, "a span like \"10s\" or \"5m\"", |value| match value {
            Value::Text(text) => span_ms(text.as_bytes()).map(Span),
            Value::Number(_) => None,
        })
    }
}

impl<'de> Deserialize<'de> for Bucket {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Span(ms) = Span::deserialize(from)?;
        if BUCKETS_MS.contains(&ms) {
            Ok(Self(ms))
        } else {
            Err(serde::de::Error::custom("a bucket is 1s to 1h long"))
        }
    }
}

impl<'de> Deserialize<'de> for Positive {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        read(from, "a number more than 0", |value| match value {
            Value::Number(n) if n > 0.0 && n.is_finite() => Some(Self(n)),
            _ => None,
        })
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let n = u32::deserialize(from)?;
        if n > 0 {
            Ok(Self(n))
        } else {
            Err(serde::de::Error::custom("at least 1 is wanted"))
        }
    }
}

impl<'de> Deserialize<'de> for Window {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let n = u32::deserialize(from)?;
        if WINDOWS.contains(&n) {
            Ok(Self(n))
        } else {
            Err(serde::de::Error::custom("a window is 20 to 10000 buckets"))
        }
    }
}

fn read<'de, D: serde::Deserializer<'de>, T>(
    from: D,
    wanted: impl fmt::Display,
    meant: impl FnOnce(Value) -> Option<T>,
) -> Result<T, D::Error> {
    let value = Value::deserialize(from).ok();
    value
        .and_then(meant)
        .ok_or_else(|| serde::de::Error::custom(format!("{wanted} is wanted")))
}
