//! The table `[spikes]` of the configuration: what counts as abnormal.
//!
//! Invariant: a key that is not there is the default of [`Settings`], and no value leads to a division by nothing.

use super::first_of;
use super::span::Span;
use super::value::{Bucket, Count, Positive, Window};
use crate::model::Ms;
use crate::project::spikes::Settings;

/// What one place says about spikes; `None` where it is silent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SpikesLayer {
    /// [`Settings::bucket_ms`].
    pub bucket: Option<Bucket>,
    /// [`Settings::window`].
    pub window: Option<Window>,
    /// [`Settings::decades`].
    pub decades: Option<Positive>,
    /// [`Settings::silence_decades`].
    pub silence_decades: Option<Positive>,
    /// [`Settings::spreads`].
    pub spreads: Option<Positive>,
    /// [`Settings::times`].
    pub times: Option<Positive>,
    /// [`Settings::fewest_events`].
    pub fewest_events: Option<Count<u32>>,
    /// [`Settings::fewest_errors`].
    pub fewest_errors: Option<Count<u32>>,
    /// [`Settings::fewest_latencies`].
    pub fewest_latencies: Option<Count<u32>>,
    /// [`Settings::least_latency_ms`].
    pub least_latency: Option<Span>,
    /// [`Settings::fewest_buckets`].
    pub fewest_buckets: Option<Count<u32>>,
    /// [`Settings::times_longer`].
    pub times_longer: Option<Count<u32>>,
    /// [`Settings::fewest_empty`].
    pub fewest_empty: Option<Count<u32>>,
    /// [`Settings::cooldown_ms`].
    pub cooldown: Option<Span>,
}

impl SpikesLayer {
    /// This layer, with the one below where it is silent.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        first_of!(self, below; bucket, window, decades, silence_decades, spreads, times, fewest_events, fewest_errors, fewest_latencies, least_latency, fewest_buckets, times_longer, fewest_empty, cooldown)
    }
}

impl From<Settings> for SpikesLayer {
    fn from(from: Settings) -> Self {
        let count = |n: u64| Some(Count(u32::try_from(n).unwrap_or(u32::MAX)));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number"
        )]
        let least_latency = Span(from.least_latency_ms as Ms);
        Self {
            bucket: Some(Bucket(from.bucket_ms)),
            window: Some(Window(u32::try_from(from.window).unwrap_or(u32::MAX))),
            decades: Some(Positive(from.decades)),
            silence_decades: Some(Positive(from.silence_decades)),
            spreads: Some(Positive(from.spreads)),
            times: Some(Positive(from.times)),
            fewest_events: Some(Count(from.fewest_events)),
            fewest_errors: Some(Count(from.fewest_errors)),
            fewest_latencies: Some(Count(from.fewest_latencies)),
            least_latency: Some(least_latency),
            fewest_buckets: count(from.fewest_buckets as u64),
            times_longer: count(from.times_longer),
            fewest_empty: count(from.fewest_empty),
            cooldown: Some(Span(from.cooldown_ms)),
        }
    }
}

impl From<SpikesLayer> for Settings {
    fn from(layer: SpikesLayer) -> Self {
        let usual = Self::default();
        let count = |n: Option<Count<u32>>| n.map(|n| n.0);
        #[expect(clippy::cast_precision_loss, reason = "a latency")]
        let least_latency_ms = layer.least_latency.map(|span| span.0 as f64);
        Self {
            bucket_ms: layer.bucket.map_or(usual.bucket_ms, |b| b.0),
            window: layer.window.map_or(usual.window, |w| w.0 as usize),
            decades: layer.decades.map_or(usual.decades, |n| n.0),
            silence_decades: layer.silence_decades.map_or(usual.silence_decades, |n| n.0),
            spreads: layer.spreads.map_or(usual.spreads, |n| n.0),
            times: layer.times.map_or(usual.times, |n| n.0),
            fewest_events: count(layer.fewest_events).unwrap_or(usual.fewest_events),
            fewest_errors: count(layer.fewest_errors).unwrap_or(usual.fewest_errors),
            fewest_latencies: count(layer.fewest_latencies).unwrap_or(usual.fewest_latencies),
            least_latency_ms: least_latency_ms.unwrap_or(usual.least_latency_ms),
            fewest_buckets: count(layer.fewest_buckets)
                .map_or(usual.fewest_buckets, |n| n as usize),
            times_longer: count(layer.times_longer).map_or(usual.times_longer, u64::from),
            fewest_empty: count(layer.fewest_empty).map_or(usual.fewest_empty, u64::from),
            cooldown_ms: layer.cooldown.map_or(usual.cooldown_ms, |span| span.0),
        }
    }
}
