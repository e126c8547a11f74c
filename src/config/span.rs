//! Spans of time as people write them, in the configuration and on the command line: `2s`, `1h30m`, `7d`.

use std::fmt;
use std::str::FromStr;

use crate::model::Ms;
use crate::query::span_ms;

/// A span of time, ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span(pub Ms);

/// A text that is no span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a span has a unit: 500ms, 2s, 1m30s, 7d")]
pub struct SpanError;

/// The longest that is read, a thousand years: what is added to a clock must not overflow.
const LONGEST_MS: Ms = 1_000 * 365 * 86_400_000;
const UNITS: [(Ms, &str); 5] = [
    (86_400_000, "d"),
    (3_600_000, "h"),
    (60_000, "m"),
    (1_000, "s"),
    (1, "ms"),
];

/// Reads a span of the command line, in ms.
///
/// # Errors
/// What a span looks like.
pub fn ms(text: &str) -> Result<Ms, String> {
    let Span(ms) = text.parse().map_err(|error: SpanError| error.to_string())?;
    Ok(ms)
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let ms = span_ms(text.trim().as_bytes()).filter(|ms| *ms <= LONGEST_MS);
        ms.map(Self).ok_or(SpanError)
    }
}

/// As it is read: `1h30m`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let mut rest = self.0;
        for (unit_ms, unit) in UNITS {
            if rest >= unit_ms {
                write!(f, "{}{unit}", rest / unit_ms)?;
                rest %= unit_ms;
            }
        }
        Ok(())
    }
}

impl<'de> serde::Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Visitor)
    }
}

struct Visitor;

impl serde::de::Visitor<'_> for Visitor {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span like \"10s\" or \"5m\"")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Span, E> {
        text.parse()
            .map_err(|_| E::custom("a span like \"10s\" or \"5m\" is wanted"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for (text, ms, shown) in [
            ("2s", 2_000, "2s"),
            ("1h30m", 5_400_000, "1h30m"),
            ("1w", 604_800_000, "7d"),
            ("1.5s", 1_500, "1s500ms"),
            ("0s", 0, "0s"),
            (" 250ms ", 250, "250ms"),
        ] {
            assert_eq!(text.parse(), Ok(Span(ms)), "{text}");
            assert_eq!(Span(ms).to_string(), shown);
            assert_eq!(shown.parse(), Ok(Span(ms)));
        }
    }

    #[test]
    fn a_number_alone_or_a_span_beyond_all_clocks_is_none() {
        for text in ["2", "-2s", "soon", "", "2y", "9999999999w"] {
            assert_eq!(text.parse::<Span>(), Err(SpanError), "{text}");
        }
    }
}
