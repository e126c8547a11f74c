//! An episode as JSON: the same keys wherever one is told to another program.
//!
//! Invariant: a number that is not finite is null, and so is a moment that has no date.

use serde::Serialize;

use super::Spike;
use crate::model::{Ms, time};

/// The members of the JSON object, in their order. Times are RFC 3339, UTC, with milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Written {
    /// [`super::Series::word`].
    pub series: &'static str,
    /// Start of its first bucket.
    pub start: Option<String>,
    /// End of its last bucket, excluded; of an open one, so far.
    pub end: Option<String>,
    /// Start of its least likely bucket.
    pub peak_at: Option<String>,
    /// In the unit of [`Spike::peak`].
    pub peak: Option<f64>,
    /// In the unit of [`Spike::expected`].
    pub expected: Option<f64>,
    /// In decades.
    pub score: Option<f64>,
    /// When it could be known.
    pub raised: Option<String>,
    /// It may still grow.
    pub open: bool,
}

impl Spike {
    /// What other programs are told of it.
    #[must_use]
    pub fn written(&self) -> Written {
        let moment = |ms: Ms| i64::try_from(ms).ok().and_then(time::rfc3339);
        let number = |n: f64| Some(n).filter(|n| n.is_finite());
        Written {
            series: self.series.word(),
            start: moment(self.start_ms),
            end: moment(self.end_ms),
            peak_at: moment(self.peak_ms),
            peak: number(self.peak),
            expected: number(self.expected),
            score: number(self.score),
            raised: moment(self.raised_ms),
            open: self.open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Series;
    use super::*;

    #[test]
    fn it_has_the_documented_keys_and_null_for_what_is_no_number() {
        let spike = Spike {
            series: Series::Errors,
            start_ms: 1_700_000_000_000,
            end_ms: 1_700_000_010_000,
            raised_ms: 1_700_000_010_000,
            peak_ms: 1_700_000_000_000,
            peak: 9.5,
            expected: f64::NAN,
            score: 7.0,
            open: true,
        };
        let json = serde_json::to_string(&spike.written()).unwrap_or_default();
        assert_eq!(
            json,
            r#"{"series":"errors","start":"2023-11-14T22:13:20.000Z","end":"2023-11-14T22:13:30.000Z","peak_at":"2023-11-14T22:13:20.000Z","peak":9.5,"expected":null,"score":7.0,"raised":"2023-11-14T22:13:30.000Z","open":true}"#
        );
    }
}
