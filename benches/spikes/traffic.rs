//! Poisson traffic whose chance a seed decides.

use lookback::model::{Flags, Ms};
use lookback::project::Counts;
use lookback::store::Columns;

/// Where it begins: the border of a bucket.
pub const START: Ms = 1_700_000_000_000;
pub const BUCKET_MS: Ms = 10_000;

/// What comes in a bucket.
#[derive(Clone, Copy)]
pub struct Weather {
    /// Expected events.
    pub rate: f64,
    /// The chance of each to be an error.
    pub share: f64,
    /// Median of the latencies, which are lognormal.
    pub latency_ms: f64,
    /// Their spread, as a logarithm.
    pub sigma: f64,
}

/// What the peer sees of a bucket.
pub struct Figures {
    pub events: f64,
    pub errors: f64,
    pub p95_ms: Option<f64>,
}

/// splitmix64.
struct Chance(u64);

impl Chance {
    /// 0 (included) to 1 (excluded).
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        float((z ^ (z >> 31)) >> 11) / float(1 << 53)
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }

    /// By the times between events.
    fn poisson(&mut self, rate: f64) -> u64 {
        let (mut count, mut at) = (0, -(1.0 - self.share()).ln());
        while at < rate {
            count += 1;
            at -= (1.0 - self.share()).ln();
        }
        count
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts")]
pub fn float(n: u64) -> f64 {
    n as f64
}

/// So many buckets, counted, and what the peer sees of each.
pub fn buckets(seed: u64, count: u64, weather: impl Fn(u64) -> Weather) -> (Counts, Vec<Figures>) {
    let mut chance = Chance(seed.wrapping_mul(0x0100_0000_01b3));
    let mut counts = Counts::default();
    let mut figures = Vec::new();
    for bucket in 0..count {
        let weather = weather(bucket);
        let events = chance.poisson(weather.rate);
        let mut columns = Columns::default();
        let mut errors = 0;
        for _ in 0..events {
            let is_error = chance.share() < weather.share;
            errors += u64::from(is_error);
            let latency_ms = weather.latency_ms * (weather.sigma * chance.normal()).exp();
            columns.axis_ms.push(START + bucket * BUCKET_MS);
            columns.flags.push(if is_error {
                Flags::ERROR
            } else {
                Flags::default()
            });
            #[expect(clippy::cast_possible_truncation, reason = "as the log holds them")]
            columns.latency_ms.push(latency_ms as f32);
        }
        counts.add(&columns, 0..columns.axis_ms.len());
        figures.push(Figures {
            events: float(events),
            errors: float(errors),
            p95_ms: p95(columns.latency_ms.iter().collect()),
        });
    }
    (counts, figures)
}

fn p95(mut latencies: Vec<f32>) -> Option<f64> {
    latencies.sort_by(f32::total_cmp);
    let rank = (latencies.len() * 95).div_ceil(100);
    latencies.get(rank.checked_sub(1)?).copied().map(f64::from)
}
