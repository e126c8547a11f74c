//! How unlikely a count is, given what was counted before: exact tails in which the rate itself is uncertain, so that a short
//! past proves little. With a long past they are those of Poisson and of the binomial distribution.

/// Decades of the least likelihood that is told apart.
pub(super) const MOST_DECADES: f64 = 300.0;

/// What the rate may have been before anything was counted (Jeffreys).
const PRIOR: f64 = 0.5;

/// −log10 of the chance to see at least `count` in one bucket after `total` in `buckets` buckets (negative binomial).
pub(super) fn count_decades(count: u64, total: u64, buckets: u64) -> f64 {
    let shape = float(total) + PRIOR;
    let odds = 1.0 / (float(buckets) + 1.0);
    let first = ln_gamma(float(count) + shape) - ln_gamma(float(count) + 1.0) - ln_gamma(shape)
        + shape * (1.0 - odds).ln()
        + float(count) * odds.ln();
    let steps = (count..).map(|k| (float(k) + shape) / (float(k) + 1.0) * odds);
    decades(first, steps)
}

/// −log10 of the chance that at least `hits` of `trials` hit after `before_hits` of `before` did (beta-binomial).
pub(super) fn share_decades(hits: u64, trials: u64, before_hits: u64, before: u64) -> f64 {
    let (a, b) = (
        float(before_hits) + PRIOR,
        float(before.saturating_sub(before_hits)) + PRIOR,
    );
    let n = float(trials);
    let k = float(hits);
    let first = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0)
        + ln_beta(k + a, n - k + b)
        - ln_beta(a, b);
    let steps = (hits..trials).map(|k| {
        let k = float(k);
        (n - k) / (k + 1.0) * (k + a) / (n - k - 1.0 + b)
    });
    decades(first, steps)
}

/// −log10 of the chance to see nothing in `empty` buckets after `total` independent events in `buckets` buckets.
pub(super) fn silence_decades(empty: u64, total: f64, buckets: u64) -> f64 {
    let longer = 1.0 + float(empty) / float(buckets.max(1));
    ((total + PRIOR) * longer.log10()).min(MOST_DECADES)
}

/// The sum of a first term, given as its logarithm, and those after it, each given as its ratio to the one before.
fn decades(ln_first: f64, ratios: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for ratio in ratios {
        term *= ratio;
        sum += term;
        // Ratios fall, so what is left is less than a geometric series.
        if ratio < 1.0 && term / (1.0 - ratio) < 1e-6 * sum {
            break;
        }
    }
    (-(ln_first + sum.ln()) / std::f64::consts::LN_10).clamp(0.0, MOST_DECADES)
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// Stirling's series, from 8 on; below, by the recurrence.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut below) = (x, 0.0);
    while x < 8.0 {
        below += x.ln();
        x += 1.0;
    }
    let square = x * x;
    let series = 1.0 / (12.0 * x) * (1.0 - 1.0 / (30.0 * square) * (1.0 - 2.0 / (7.0 * square)));
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series - below
}

#[expect(clippy::cast_precision_loss, reason = "counts, exact up to 2^53")]
pub(super) fn float(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, wanted: f64) {
        assert!((found - wanted).abs() < 0.01, "{found}, not {wanted}");
    }

    #[test]
    fn after_a_long_past_counts_are_poisson() {
        // P(X >= 10 | 2) = 4.6498e-5, P(X >= 3 | 0.1) = 1.5465e-4.
        let long = 10_000_000;
        near(count_decades(10, 2 * long, long), -4.6498e-5_f64.log10());
        near(count_decades(3, long / 10, long), -1.5465e-4_f64.log10());
        near(count_decades(0, 5, 100), 0.0);
    }

    #[test]
    fn after_a_long_past_shares_are_binomial() {
        let long = 100_000_000;
        near(share_decades(3, 3, long / 50, long), -8e-6_f64.log10());
        let choose = |k: i32| (0..k).fold(1.0, |c, i| c * f64::from(20 - i) / f64::from(i + 1));
        let exact: f64 = (12..=20)
            .map(|k| choose(k) * 0.1_f64.powi(k) * 0.9_f64.powi(20 - k))
            .sum();
        near(share_decades(12, 20, long / 10, long), -exact.log10());
        near(share_decades(0, 20, 1, 10), 0.0);
    }

    #[test]
    fn a_short_past_proves_little() {
        assert!(share_decades(3, 3, 0, 5) < 3.0);
        assert!(share_decades(3, 3, 0, 5_000) > 6.0);
        assert!(count_decades(20, 10, 2) < 4.0);
        assert!(count_decades(20, 1_000, 200) > 6.0);
        assert!(silence_decades(10, 3.0, 3) < silence_decades(10, 300.0, 300));
    }

    #[test]
    fn huge_counts_are_survived() {
        assert!(count_decades(u64::from(u32::MAX), 10, 100) <= MOST_DECADES);
        assert!(share_decades(5_000_000, 10_000_000, 10, 10_000_000) >= 299.0);
        assert!(count_decades(1_000_000, 120_000_000, 120).is_finite());
    }
}
