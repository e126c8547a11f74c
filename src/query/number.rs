//! Numbers and spans of time as they are written in filters and in entries.

use crate::model::Ms;

/// A finite decimal number; `nan` and `inf` are text.
pub(super) fn number(bytes: &[u8]) -> Option<f64> {
    let plain = |b: &u8| matches!(b, b'0'..=b'9' | b'.' | b'+' | b'-' | b'e' | b'E');
    if bytes.is_empty() || bytes.len() > 64 || !bytes.iter().all(plain) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

/// A number that can be told from its neighbours: digits beyond the fifteenth do not fit, and such texts are ids.
pub(super) fn exact_number(bytes: &[u8]) -> Option<f64> {
    number(bytes).filter(|_| bytes.len() <= 15)
}

/// `1h30m`, `250ms`, `1.5s`: numbers with units (ms, s, m, h, d, w), largest sum kept.
pub(super) fn duration_ms(bytes: &[u8]) -> Option<f64> {
    let mut rest = std::str::from_utf8(bytes).ok()?;
    let mut total = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (count, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(letters);
        total += number(count.as_bytes())? * unit_ms(unit)?;
        rest = next;
    }
    Some(total)
}

fn unit_ms(unit: &str) -> Option<f64> {
    let ms: u32 = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return None,
    };
    Some(f64::from(ms))
}

/// A span in whole milliseconds, as filters have it (`1h30m`, `250ms`).
#[must_use]
pub fn span_ms(bytes: &[u8]) -> Option<Ms> {
    let ms = duration_ms(bytes)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "never negative, and the cast saturates"
    )]
    let whole = ms.round() as Ms;
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_add_up_and_need_units() {
        for (text, want) in [
            ("2s", Some(2000.0)),
            ("1h30m", Some(5_400_000.0)),
            ("250ms", Some(250.0)),
            ("1.5s", Some(1500.0)),
            ("5", None),
            ("", None),
            ("s", None),
            ("2y", None),
            ("1..s", None),
        ] {
            assert_eq!(duration_ms(text.as_bytes()), want, "{text}");
        }
    }

    #[test]
    fn words_that_floats_know_are_no_numbers() {
        for text in ["nan", "inf", "-inf", "", "1e999", "0x1", "e"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
        assert_eq!(number(b"-1.5e3"), Some(-1500.0));
        assert_eq!(exact_number(b"1700000000000-0"), None);
        assert_eq!(exact_number(b"17000000000000000001"), None);
    }
}
