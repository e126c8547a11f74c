//! Scales of charts: where a value stands, and which values are written beside it.

use crate::app::screen::number;
use crate::model::SafeText;

/// Labels with their height, 0.0 at the bottom to 1.0 at the top.
pub type Labels = Vec<(f32, SafeText)>;

/// The lowest and the highest latency of a scale, ms.
const LATENCY_FROM: f64 = 1.0;

/// A number rounded up so that it and its half are easily read.
pub fn round_up(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 4.0, 5.0, 6.0, 8.0, 10.0];
    let step = steps
        .into_iter()
        .find(|step| step * power >= value * 0.999_999);
    step.unwrap_or(10.0) * power
}

/// Bottom, middle and top.
pub fn linear(top: f64, word: impl Fn(f64) -> String) -> Labels {
    [0.0, 0.5, 1.0]
        .into_iter()
        .map(|share| (share, SafeText::own(&word(top * f64::from(share)))))
        .collect()
}

/// A scale on which each factor of ten takes the same room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decades {
    low: f64,
    high: f64,
}

impl Decades {
    /// From the power of ten below the smallest to the one above the largest; at least two of them.
    pub fn over(smallest: f64, largest: f64) -> Self {
        let low = smallest.max(LATENCY_FROM).log10().floor();
        let high = largest.max(LATENCY_FROM).log10().ceil().max(low + 2.0);
        Self { low, high }
    }

    /// How high a value stands, 0.0–1.0.
    #[expect(clippy::cast_possible_truncation, reason = "a share of 0 to 1")]
    pub fn height(self, value: f64) -> f32 {
        let place = (value.max(LATENCY_FROM).log10() - self.low) / (self.high - self.low);
        place.clamp(0.0, 1.0) as f32
    }

    /// A label at each power of ten.
    pub fn labels(self) -> Labels {
        let mut labels = Labels::new();
        let mut power = self.low;
        while power <= self.high {
            let value = 10_f64.powf(power);
            labels.push((self.height(value), SafeText::own(&duration(value))));
            power += 1.0;
        }
        labels
    }
}

/// `10 ms`, `1 s`, `100 s`: powers of ten stay what they are.
fn duration(ms: f64) -> String {
    if ms < 1_000.0 {
        format!("{ms:.0} ms")
    } else if ms < 1e7 {
        format!("{:.0} s", ms / 1_000.0)
    } else {
        number::latency(ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_top_is_round_and_not_below_the_value() {
        for (value, top) in [
            (0.0, 1.0),
            (0.7, 0.8),
            (1.0, 1.0),
            (3.0, 4.0),
            (12.0, 20.0),
            (77.0, 80.0),
            (8_100.0, 10_000.0),
        ] {
            assert!(
                (round_up(value) - top).abs() < 1e-9,
                "{value}: {}",
                round_up(value)
            );
        }
    }

    #[test]
    fn decades_reach_over_all_values() {
        let scale = Decades::over(84.0, 5_300.0);
        let labels: Vec<String> = scale.labels().iter().map(|(_, l)| l.to_string()).collect();
        assert_eq!(labels, ["10 ms", "100 ms", "1 s", "10 s"]);
        assert!((scale.height(10.0), scale.height(10_000.0)) == (0.0, 1.0));
    }
}
