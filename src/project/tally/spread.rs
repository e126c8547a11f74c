//! How measured values are spread: exact while few of them differ, then rounded.
//!
//! Invariant: the same values make the same spread, in whatever order and parts they come.

use hashbrown::HashMap;

/// Values of at least 0 with how often each came. Once more than `2^BITS` differ, each is taken for the middle of its step,
/// of which there are `2^BITS` in every doubling: at most `2^-(BITS + 1)` off. 64 doublings are the most that values in use reach.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread<const BITS: u32> {
    /// By the bits of the value, which ascend with it.
    counts: HashMap<u64, u32>,
    total: u64,
    /// In thousandths, so that a sum does not depend on its order.
    sum_thousandths: u128,
    max: Option<u64>,
    rounded: bool,
}

impl<const BITS: u32> Spread<BITS> {
    const DIFFERENT: usize = 1 << BITS;

    /// Adds a value; a negative one, or none, is left out.
    pub fn add(&mut self, value: f64) {
        if value >= 0.0 && value.is_finite() {
            // A zero may have a sign.
            let bits = value.abs().to_bits();
            self.total += 1;
            self.sum_thousandths += thousandths(value);
            self.max = self.max.max(Some(bits));
            self.put(bits, 1);
        }
    }

    /// Adds all values of another.
    pub fn join(&mut self, other: &Self) {
        if other.rounded {
            self.round();
        }
        self.total += other.total;
        self.sum_thousandths += other.sum_thousandths;
        self.max = self.max.max(other.max);
        for (bits, count) in &other.counts {
            self.put(*bits, *count);
        }
    }

    fn put(&mut self, bits: u64, count: u32) {
        let key = if self.rounded {
            middle::<BITS>(bits)
        } else {
            bits
        };
        let place = self.counts.entry(key).or_default();
        *place = place.saturating_add(count);
        if !self.rounded && self.counts.len() > Self::DIFFERENT {
            self.round();
        }
    }

    fn round(&mut self) {
        if self.rounded {
            return;
        }
        self.rounded = true;
        for (bits, count) in std::mem::take(&mut self.counts) {
            self.put(bits, count);
        }
    }

    /// How many values there are.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Whether quantiles are exact.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        !self.rounded
    }

    /// The mean, to a thousandth; `None` of no values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a mean shown with few digits")]
        (self.total > 0).then(|| self.sum_thousandths as f64 / 1_000.0 / self.total as f64)
    }

    /// The largest value, exact.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        self.max.map(f64::from_bits)
    }

    /// The nearest rank for each share (0–1, ascending): the smallest value that at least this share does not exceed.
    #[must_use]
    pub fn quantiles<const N: usize>(&self, shares: [f64; N]) -> [Option<f64>; N] {
        let sorted = self.sorted();
        let mut rest = sorted.iter();
        let mut before = 0;
        let mut last = None;
        shares.map(|share| {
            let rank = rank(share, self.total);
            while before < rank
                && let Some((bits, count)) = rest.next()
            {
                before += u64::from(*count);
                last = Some(*bits);
            }
            last.map(f64::from_bits)
        })
    }

    /// One quantile, see [`Spread::quantiles`].
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let [value] = self.quantiles([share]);
        value
    }

    /// Values and how often each came, ascending.
    pub fn values(&self) -> impl Iterator<Item = (f64, u32)> {
        let sorted = self.sorted().into_iter();
        sorted.map(|(bits, count)| (f64::from_bits(bits), count))
    }

    /// How many values are above this one.
    #[must_use]
    pub fn above(&self, value: f64) -> u64 {
        let above = self
            .counts
            .iter()
            .filter(|(bits, _)| f64::from_bits(**bits) > value);
        above.map(|(_, count)| u64::from(*count)).sum()
    }

    fn sorted(&self) -> Vec<(u64, u32)> {
        let mut sorted: Vec<(u64, u32)> = self.counts.iter().map(|(b, c)| (*b, *c)).collect();
        sorted.sort_unstable();
        sorted
    }
}

/// The middle of the step that holds a value.
const fn middle<const BITS: u32>(bits: u64) -> u64 {
    let below = f64::MANTISSA_DIGITS - 1 - BITS;
    (bits >> below << below) | (1 << (below - 1))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, and no measured value is that large"
)]
fn thousandths(value: f64) -> u128 {
    (value * 1_000.0).round() as u128
}

/// The nearest rank among so many values, from 1: `ceil(share · total)`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank below the total"
)]
pub(in crate::project) fn rank(share: f64, total: u64) -> u64 {
    ((total as f64 * share).ceil() as u64).clamp(1, total.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<const BITS: u32>(values: &[f64]) -> Spread<BITS> {
        let mut spread = Spread::default();
        for value in values {
            spread.add(*value);
        }
        spread
    }

    #[test]
    fn the_quantile_is_the_nearest_rank() {
        assert_eq!(of::<11>(&[]).quantile(0.95), None);
        assert_eq!(of::<11>(&[7.5]).quantiles([0.0, 0.5, 1.0]), [Some(7.5); 3]);
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        let spread = of::<11>(&hundred);
        let quantiles = spread.quantiles([0.5, 0.9, 0.95, 0.99, 1.0]);
        assert_eq!(quantiles, [50.0, 90.0, 95.0, 99.0, 100.0].map(Some));
        assert_eq!((spread.mean(), spread.max()), (Some(50.5), Some(100.0)));
        assert_eq!(spread.above(90.0), 10);
        assert!(spread.is_exact());
    }

    #[test]
    fn what_is_no_latency_is_left_out() {
        let spread = of::<11>(&[-1.0, f64::NAN, f64::INFINITY, -0.0, 2.0]);
        assert_eq!((spread.total(), spread.quantile(0.5)), (2, Some(0.0)));
    }

    #[test]
    fn many_different_values_are_rounded_within_the_bound_however_they_came() {
        let values: Vec<f64> = (1..=9_000).map(|n| f64::from(n) * 1.37).collect();
        let whole = of::<6>(&values);
        let mut parts = Spread::<6>::default();
        for part in values.rchunks(50) {
            parts.join(&of(part));
        }
        assert_eq!(whole, parts);
        assert!(!whole.is_exact() && whole.counts.len() < 1_000);
        assert_eq!(whole.max(), Some(9_000.0 * 1.37));
        for share in [0.01, 0.5, 0.9, 0.99] {
            let exact = (9_000.0 * share) * 1.37;
            let told = whole.quantile(share).unwrap_or_default();
            assert!(
                (told / exact - 1.0).abs() <= 1.0 / 128.0,
                "{share}: {told} for {exact}"
            );
        }
    }
}
