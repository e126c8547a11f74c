//! The histogram of latencies: each bucket holds what is above the bound before it and not above its own.

/// Upper bounds, ms. What is above the last goes to the bucket `inf`.
pub(super) const BOUNDS_MS: [u32; 26] = [
    1, 2, 3, 5, 7, 10, 20, 30, 50, 70, 100, 200, 300, 500, 700, 1_000, 2_000, 3_000, 5_000, 7_000,
    10_000, 20_000, 30_000, 50_000, 70_000, 100_000,
];

/// The name of a bucket's field behind `latency_ms:`.
pub(super) fn name(latency_ms: f64) -> String {
    let bound = BOUNDS_MS
        .iter()
        .find(|bound| latency_ms <= f64::from(**bound));
    bound.map_or_else(|| "inf".to_owned(), u32::to_string)
}

/// The quantile that the counts let expect, spread evenly within its bucket; what is above the last bound counts as that bound.
/// `None` without any.
pub(super) fn quantile(counts: &[u64; BOUNDS_MS.len() + 1], q: f64) -> Option<f64> {
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let (mut before, rank) = (0.0, q * total as f64);
    let mut lower = 0.0;
    for (bound, count) in BOUNDS_MS.iter().zip(counts) {
        let upper = f64::from(*bound);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let within = *count as f64;
        if within > 0.0 && before + within >= rank {
            return Some(lower + (upper - lower) * ((rank - before) / within).clamp(0.0, 1.0));
        }
        before += within;
        lower = upper;
    }
    Some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_falls_into_the_bucket_that_bounds_it() {
        let names = [
            0.0,
            1.0,
            1.5,
            2.0,
            84.0,
            100_000.0,
            100_000.1,
            f64::INFINITY,
        ]
        .map(name);
        assert_eq!(names, ["1", "1", "2", "2", "100", "100000", "inf", "inf"]);
    }

    #[test]
    fn a_quantile_lies_in_the_bucket_of_its_rank() {
        let mut counts = [0; BOUNDS_MS.len() + 1];
        assert_eq!(quantile(&counts, 0.5), None);
        // 50 up to 1 ms, 50 above 10 and up to 20 ms.
        (counts[0], counts[6]) = (50, 50);
        assert_eq!(quantile(&counts, 0.25), Some(0.5));
        assert_eq!(quantile(&counts, 0.5), Some(1.0));
        assert_eq!(quantile(&counts, 0.75), Some(15.0));
        assert_eq!(quantile(&counts, 1.0), Some(20.0));
        counts[26] = 1_000;
        assert_eq!(quantile(&counts, 0.95), Some(100_000.0));
    }
}
