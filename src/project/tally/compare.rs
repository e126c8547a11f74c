//! One window against another: what differs, by how much, and whether chance alone would do that.
//!
//! Events do not come on their own: sessions do, and bring many. So a session is what varies by chance: the variance of a sum
//! over sessions is taken for the sum of their squares (a compound Poisson process), and events without a session for
//! sessions of one. Quantiles are compared by how many values of each window exceed the pooled quantile (the median test).
//!
//! Invariant: without enough of either side nothing is claimed: the chance is `None`.

use super::{Latencies, Tally, float};
use crate::model::Ms;

/// A difference as unlikely as this is no chance.
pub const BEYOND_CHANCE: f64 = 0.001;
/// Fewer sessions, or sessionless events, on both sides together tell nothing.
const FEWEST: f64 = 10.0;
/// Fewer latencies on either side tell nothing of a quantile.
const FEWEST_VALUES: u64 = 20;

/// One figure in both windows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Which figure, as the outputs name it.
    pub metric: &'static str,
    /// Before.
    pub before: Option<f64>,
    /// In this window. Sums are of the window as it is, not scaled to the other's length.
    pub now: Option<f64>,
    /// How likely chance alone makes them differ at least as much, 0–1.
    pub chance: Option<f64>,
}

impl Difference {
    /// This window's as a multiple of the one before.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        let (before, now) = (self.before?, self.now?);
        (before > 0.0).then(|| now / before)
    }

    /// Whether it exceeds chance.
    #[must_use]
    pub fn exceeds_chance(&self) -> Option<bool> {
        self.chance.map(|chance| chance < BEYOND_CHANCE)
    }
}

/// A window: its sums and its length.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The sums.
    pub tally: &'a Tally,
    /// The length, ms.
    pub length_ms: Ms,
}

/// All figures that are compared.
#[must_use]
pub fn differences(before: Side<'_>, now: Side<'_>) -> Vec<Difference> {
    let (b, n) = (Units::of(before.tally), Units::of(now.tally));
    let scale = float(now.length_ms) / float(before.length_ms.max(1));
    let sum = |metric, of: fn(&Units) -> Sum| {
        let (b, n) = (of(&b), of(&n));
        Difference {
            metric,
            before: Some(b.total),
            now: Some(n.total),
            chance: chance_of_sums(&b, &n, scale),
        }
    };
    let mut all = vec![
        sum("events", |u| u.events),
        sum("errors", |u| u.errors),
        Difference {
            metric: "error_rate",
            before: b.error_rate(),
            now: n.error_rate(),
            chance: chance_of_rates(&b, &n),
        },
        sum("tokens", |u| u.tokens),
        sum("sessions", |u| u.sessions),
        sum("sessions_started", |u| u.started),
    ];
    let (before, now) = (before.tally, now.tally);
    all.extend([
        quantile("latency_p50_ms", 0.5, &before.latency, &now.latency),
        quantile("latency_p95_ms", 0.95, &before.latency, &now.latency),
        quantile("turn_p50_ms", 0.5, &before.turns, &now.turns),
        quantile("turn_p95_ms", 0.95, &before.turns, &now.turns),
    ]);
    all
}

/// A sum over units, and the sum of their squares.
#[derive(Clone, Copy, Default)]
struct Sum {
    total: f64,
    squares: f64,
    units: f64,
}

impl Sum {
    fn add(&mut self, value: f64) {
        self.total += value;
        self.squares += value * value;
        self.units += 1.0;
    }

    /// Units that count for one each.
    fn of_ones(count: u64) -> Self {
        let count = float(count);
        Self {
            total: count,
            squares: count,
            units: count,
        }
    }

    fn add_all(&mut self, other: Self) {
        self.total += other.total;
        self.squares += other.squares;
        self.units += other.units;
    }
}

/// What sessions bring.
#[derive(Default)]
struct Units {
    events: Sum,
    errors: Sum,
    tokens: Sum,
    sessions: Sum,
    started: Sum,
    /// Sum of events times errors.
    products: f64,
}

impl Units {
    fn of(tally: &Tally) -> Self {
        let mut units = Self {
            sessions: Sum::of_ones(tally.sessions.count()),
            started: Sum::of_ones(tally.started),
            ..Self::default()
        };
        for (_, session) in tally.sessions.iter() {
            let (events, errors) = (float(session.events), float(session.errors));
            units.events.add(events);
            units.errors.add(errors);
            units.tokens.add(float(session.tokens.unwrap_or(0)));
            units.products += events * errors;
        }
        let rest = |whole: u64, counted: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a sum of counts"
            )]
            let counted = counted as u64;
            whole.saturating_sub(counted)
        };
        let lone = rest(tally.events, units.events.total);
        let failed = rest(tally.errors, units.errors.total);
        units.events.add_all(Sum::of_ones(lone));
        units.errors.add_all(Sum::of_ones(failed));
        units.products += float(failed);
        let tokens = float(rest(tally.tokens, units.tokens.total));
        if lone > 0 {
            let each = tokens / float(lone);
            units.tokens.add_all(Sum {
                total: tokens,
                squares: tokens * each,
                units: float(lone),
            });
        }
        units
    }

    fn error_rate(&self) -> Option<f64> {
        (self.events.total > 0.0).then(|| self.errors.total / self.events.total)
    }

    /// Variance of the error rate, were it `rate` (that of a ratio of sums over units).
    fn rate_variance(&self, rate: f64) -> f64 {
        let squares =
            self.errors.squares - 2.0 * rate * self.products + rate * rate * self.events.squares;
        squares.max(0.0) / (self.events.total * self.events.total)
    }
}

fn chance_of_sums(before: &Sum, now: &Sum, scale: f64) -> Option<f64> {
    let variance = now.squares + scale * scale * before.squares;
    if before.units + now.units < FEWEST || variance <= 0.0 {
        return None;
    }
    Some(two_sided(
        (now.total - scale * before.total) / variance.sqrt(),
    ))
}

fn chance_of_rates(before: &Units, now: &Units) -> Option<f64> {
    let events = before.events.total + now.events.total;
    let enough = |side: &Units| side.events.units >= FEWEST / 2.0;
    if !(enough(before) && enough(now)) || before.errors.total + now.errors.total <= 0.0 {
        return None;
    }
    let pooled = (before.errors.total + now.errors.total) / events;
    let variance = before.rate_variance(pooled) + now.rate_variance(pooled);
    let difference = now.error_rate()? - before.error_rate()?;
    (variance > 0.0).then(|| two_sided(difference / variance.sqrt()))
}

fn quantile(metric: &'static str, q: f64, before: &Latencies, now: &Latencies) -> Difference {
    Difference {
        metric,
        before: before.quantile(q),
        now: now.quantile(q),
        chance: chance_of_quantiles(q, before, now),
    }
}

fn chance_of_quantiles(q: f64, before: &Latencies, now: &Latencies) -> Option<f64> {
    let (a, b) = (before.total(), now.total());
    if a.min(b) < FEWEST_VALUES {
        return None;
    }
    let mut pooled = before.clone();
    pooled.join(now);
    let middle = pooled.quantile(q)?;
    let (above_a, above_b) = (float(before.above(middle)), float(now.above(middle)));
    let (a, b) = (float(a), float(b));
    let share = (above_a + above_b) / (a + b);
    let variance = share * (1.0 - share) * (1.0 / a + 1.0 / b);
    (variance > 0.0).then(|| two_sided((above_b / b - above_a / a) / variance.sqrt()))
}

/// How likely a standard normal value is at least that far from 0: erfc(|z|/√2), by its series or its continued fraction.
fn two_sided(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    if x < 2.0 {
        let terms = (1..60).scan(x, |term, n| {
            let n = f64::from(n);
            *term *= -x * x / n;
            Some(*term / (2.0 * n + 1.0))
        });
        return (1.0 - std::f64::consts::FRAC_2_SQRT_PI * (x + terms.sum::<f64>())).clamp(0.0, 1.0);
    }
    let fraction = (1..60)
        .rev()
        .fold(0.0, |below, n| f64::from(n) / 2.0 / (x + below));
    (-x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI / 2.0 / (x + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_of_the_normal_distribution_is_that_of_the_tables() {
        for (z, p) in [
            (0.0, 1.0),
            (1.0, 0.317_310_5),
            (-1.959_964, 0.05),
            (2.575_829, 0.01),
            (3.290_527, 0.001),
            (6.0, 1.973_175e-9),
        ] {
            assert!(
                (two_sided(z) / p - 1.0).abs() < 1e-5,
                "{z}: {}",
                two_sided(z)
            );
        }
    }
}
