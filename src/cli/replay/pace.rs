//! The values of `--speed`, `--rate` and `--idle`.

use std::str::FromStr;

use crate::model::Ms;

/// How fast the log's own rhythm is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// So many times as fast as it happened; more than 0.
    Times(f64),
    /// Without any wait.
    Max,
}

/// What decides when an event is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// The log's own rhythm.
    Rhythm {
        /// How fast.
        speed: Speed,
        /// Gaps of the log longer than this count as this.
        idle_ms: Option<Ms>,
    },
    /// So many events a second, evenly; more than 0.
    Rate(f64),
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("max") {
            return Ok(Self::Max);
        }
        let number = text.strip_suffix(['x', 'X', '×']).unwrap_or(text);
        positive(number).map(Self::Times).ok_or_else(|| {
            "a speed is 2x, 0.5x, 10 (how many times as fast; more than 0) or max".to_owned()
        })
    }
}

/// Reads `--rate`.
///
/// # Errors
/// What a rate looks like.
pub fn rate(text: &str) -> Result<f64, String> {
    positive(text).ok_or_else(|| "a rate is events a second, more than 0: 5, 0.2, 1000".to_owned())
}

fn positive(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_positive_factor_or_max() {
        for (text, wanted) in [
            ("2x", Some(Speed::Times(2.0))),
            ("0.5x", Some(Speed::Times(0.5))),
            ("10", Some(Speed::Times(10.0))),
            ("4×", Some(Speed::Times(4.0))),
            ("max", Some(Speed::Max)),
            ("0", None),
            ("-1x", None),
            ("fast", None),
            ("inf", None),
            ("NaNx", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(text.parse().ok(), wanted, "{text}");
        }
    }

    #[test]
    fn rates_are_positive() {
        assert_eq!(rate("0.2"), Ok(0.2));
        assert!(["0", "-1", "many", "inf"].iter().all(|t| rate(t).is_err()));
    }
}
