//! The read model, read: over a connection that can only read.

use std::collections::BTreeMap;

use ::redis::cmd;

use super::Keys;
use super::buckets::{self, BOUNDS_MS};
use crate::model::EntryId;
use crate::source::RedisSpec;
use crate::source::redis::connect::{Connector, Use};
use crate::source::redis::parse;
use crate::source::redis::wire::Wire;
use crate::stream::StreamError;

/// What the hash `<stream>:metrics` says. Fields of it that are not named here are for the counting itself (`settled`, `types`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadModel {
    /// Events counted (`total_events`).
    pub total_events: u64,
    /// Of these, errors (`errors`; their share is also the field `error_rate`).
    pub errors: u64,
    /// Events with a latency (`latency_count`).
    pub latency_count: u64,
    /// The sum of their latencies, µs (`latency_sum_us`; the mean is also the field `average_latency_ms`).
    pub latency_sum_us: u64,
    /// Tokens in whole (`tokens`).
    pub tokens: u64,
    /// Events that start a session (`sessions_started`).
    pub sessions_started: u64,
    /// Events that end one (`sessions_ended`).
    pub sessions_ended: u64,
    /// Distinct sessions, estimated within about 1 % (`sessions`, by a `HyperLogLog`); `None` where no event names one.
    pub sessions: Option<u64>,
    /// Events of each kind (`type:<kind>`), those beyond the first 100 kinds as `(other)`.
    pub types: BTreeMap<Vec<u8>, u64>,
    /// The earliest event time, ms since the epoch (`first_event_ms`).
    pub first_event_ms: Option<i64>,
    /// The latest (`last_event_ms`).
    pub last_event_ms: Option<i64>,
    /// When the model changed last, by the clock of who changed it (`updated_at_ms`).
    pub updated_at_ms: Option<i64>,
    /// The highest id that was counted (`through`).
    pub through: Option<EntryId>,
    /// Latencies by bucket (`latency_ms:<bound>`).
    buckets: [u64; BOUNDS_MS.len() + 1],
}

impl ReadModel {
    /// Reads it; `None` where nobody has counted yet. Sends only commands that read, whatever the user allowed.
    ///
    /// # Errors
    /// No connection; no rights; a key of another type.
    pub async fn read(spec: &RedisSpec, stream: &[u8]) -> Result<Option<Self>, StreamError> {
        let connector = Connector::new(spec).map_err(StreamError::Input)?;
        let failed = |error, key: &[u8]| StreamError::of(&error, connector.place(), key);
        let mut wire = Wire::open(&connector, Use::Questions)
            .await
            .map_err(|error| failed(error, b""))?;
        let clustered = wire.is_clustered().await;
        let clustered = clustered.map_err(|error| failed(error, b""))?;
        let key = Keys::of(stream, clustered).metrics;
        let reply = wire.ask(&key, cmd("HGETALL").arg(key.as_slice())).await;
        let pairs = parse::pairs(reply.map_err(|error| failed(error, &key))?);
        let mut model = Self::default();
        for (name, value) in &pairs {
            let texts = (parse::bytes(name), parse::bytes(value));
            if let (Some(name), Some(value)) = texts {
                model.take(name, value);
            }
        }
        Ok(Some(model).filter(|_| !pairs.is_empty()))
    }

    fn take(&mut self, name: &[u8], value: &[u8]) {
        let text = std::str::from_utf8(value).unwrap_or_default();
        let count = text.parse().unwrap_or_default();
        match name {
            b"total_events" => self.total_events = count,
            b"errors" => self.errors = count,
            b"latency_count" => self.latency_count = count,
            b"latency_sum_us" => self.latency_sum_us = count,
            b"tokens" => self.tokens = count,
            b"sessions_started" => self.sessions_started = count,
            b"sessions_ended" => self.sessions_ended = count,
            b"sessions" => self.sessions = Some(count),
            b"first_event_ms" => self.first_event_ms = text.parse().ok(),
            b"last_event_ms" => self.last_event_ms = text.parse().ok(),
            b"updated_at_ms" => self.updated_at_ms = text.parse().ok(),
            b"through" => self.through = EntryId::from_bytes(value),
            _ => self.take_named(name, count),
        }
    }

    fn take_named(&mut self, name: &[u8], count: u64) {
        if let Some(kind) = name.strip_prefix(b"type:") {
            self.types.insert(kind.to_vec(), count);
        } else if let Some(bound) = name.strip_prefix(b"latency_ms:") {
            let bound = std::str::from_utf8(bound).unwrap_or_default();
            let named = BOUNDS_MS.iter().position(|b| b.to_string() == bound);
            let place = named.or_else(|| (bound == "inf").then_some(BOUNDS_MS.len()));
            if let Some(slot) = place.and_then(|at| self.buckets.get_mut(at)) {
                *slot = count;
            }
        }
    }

    /// The share of errors; `None` without events.
    #[must_use]
    pub fn error_rate(&self) -> Option<f64> {
        share(self.errors, self.total_events)
    }

    /// The mean latency, ms; `None` where no event has one.
    #[must_use]
    pub fn average_latency_ms(&self) -> Option<f64> {
        share(self.latency_sum_us, self.latency_count).map(|us| us / 1_000.0)
    }

    /// A quantile of the latency, ms, estimated from buckets (1, 2, 3, 5, 7, 10, … 100,000 ms): it lies in the right one. What is
    /// above the last counts as 100,000.
    #[must_use]
    pub fn latency_quantile_ms(&self, q: f64) -> Option<f64> {
        buckets::quantile(&self.buckets, q)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
