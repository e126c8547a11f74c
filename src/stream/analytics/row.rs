//! An entry as the script wants it: what of it is counted.

use super::buckets;
use crate::model::{self, Flags, Mapping};
use crate::stream::Delivery;

/// Latencies above this, µs (11 days), count as this, so that the sum of a batch is exact. Tokens need no such bound: decoding
/// takes no more than as many.
const MOST_US: f64 = 1e12;
/// Times beyond this, ms before or after the epoch, are cut to it (the range of JavaScript's dates).
const FARTHEST_MS: i64 = 8_640_000_000_000_000;
/// Bytes of a kind; a longer one is counted as `(other)`.
const LONGEST_KIND: usize = 128;

/// Appends the row of an entry.
pub(super) fn write(to: &mut Vec<Vec<u8>>, stream: &[u8], delivery: &Delivery, mapping: &Mapping) {
    let fields = delivery.fields();
    let event = model::decode(stream, delivery.id, &fields, mapping);
    let mark = |flag| {
        if event.flags.has(flag) {
            b"1".to_vec()
        } else {
            Vec::new()
        }
    };
    let kind = if event.kind.len() > LONGEST_KIND {
        b"(other)".to_vec()
    } else {
        event.kind.to_vec()
    };
    let latency = event.latency_ms.filter(|ms| ms.is_finite() && *ms >= 0.0);
    let id_ms = i64::try_from(delivery.id.ms).unwrap_or(i64::MAX);
    let time_ms = event
        .time_ms
        .unwrap_or(id_ms)
        .clamp(-FARTHEST_MS, FARTHEST_MS);
    to.push(delivery.id.to_string().into_bytes());
    to.push(kind);
    to.extend([mark(Flags::ERROR), mark(Flags::START), mark(Flags::END)]);
    to.push(latency.map(micros).unwrap_or_default());
    to.push(latency.map(buckets::name).unwrap_or_default().into_bytes());
    to.push(
        event
            .tokens
            .map(|n| n.to_string())
            .unwrap_or_default()
            .into_bytes(),
    );
    to.push(time_ms.to_string().into_bytes());
    to.push(event.session.unwrap_or_default().into_owned());
}

fn micros(latency_ms: f64) -> Vec<u8> {
    format!("{:.0}", (latency_ms * 1_000.0).min(MOST_US)).into_bytes()
}
