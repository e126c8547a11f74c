//! Rule 4: event times, by magnitude or as ISO 8601.

use chrono::NaiveDate;

use super::numbers::number;
use crate::model::digits;

/// Milliseconds since the epoch; `None` for what is no time.
pub(super) fn parse(value: &[u8]) -> Option<i64> {
    let value = value.trim_ascii();
    if let Some(whole) = integer(value) {
        return scale(whole);
    }
    iso(value).or_else(|| float(value))
}

fn integer(value: &[u8]) -> Option<i64> {
    if value.len() > 20 {
        return None;
    }
    // What most times are.
    if let Some(whole) = digits::whole(value) {
        return i64::try_from(whole).ok();
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// Seconds, ms, µs or ns, by how large the number is: each reaches from the seventies to the year 5000.
fn scale(number: i64) -> Option<i64> {
    match number.unsigned_abs() {
        0..100_000_000_000 => number.checked_mul(1000),
        100_000_000_000..100_000_000_000_000 => Some(number),
        100_000_000_000_000..100_000_000_000_000_000 => Some(number.div_euclid(1000)),
        _ => Some(number.div_euclid(1_000_000)),
    }
}

/// Seconds; a float too large for seconds is read by its magnitude, as a whole number would be.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked before"
)]
fn float(value: &[u8]) -> Option<i64> {
    let seconds = number(value)?;
    if seconds.abs() < 1e11 {
        return Some((seconds * 1000.0).round() as i64);
    }
    if seconds.abs() < 9e18 {
        return scale(seconds as i64);
    }
    None
}

/// `2026-11-23T14:02:07.120+01:00` and its relatives: a space for the `T`, a comma before the fraction, no seconds,
/// no zone (then UTC), a date alone.
fn iso(value: &[u8]) -> Option<i64> {
    let (date, rest) = value.split_at_checked(10)?;
    let [y @ .., b'-', m1, m2, b'-', d1, d2] = date else {
        return None;
    };
    let day = NaiveDate::from_ymd_opt(
        i32::try_from(digits(y)?).ok()?,
        digits(&[*m1, *m2])?,
        digits(&[*d1, *d2])?,
    )?;
    let midnight = day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis();
    let Some((b'T' | b't' | b' ' | b'_', time)) = rest.split_first() else {
        return rest.is_empty().then_some(midnight);
    };
    let (clock, zone) = time_of_day(time)?;
    Some(midnight + clock - zone_ms(zone.trim_ascii())?)
}

/// Milliseconds into the day, and what follows.
fn time_of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let (hour, rest) = two(text)?;
    let (minute, mut rest) = two(rest.strip_prefix(b":")?)?;
    let (mut second, mut ms) = (0, 0);
    if let Some(after) = rest.strip_prefix(b":") {
        (second, rest) = two(after)?;
        if let Some((b'.' | b',', fraction)) = rest.split_first() {
            let len = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
            ms = milliseconds(fraction.get(..len)?)?;
            rest = fraction.get(len..)?;
        }
    }
    let in_range = hour < 24 && minute < 60 && second <= 60;
    in_range.then(|| (((hour * 60 + minute) * 60 + second) * 1000 + ms, rest))
}

fn milliseconds(fraction: &[u8]) -> Option<i64> {
    let mut padded = [b'0'; 3];
    for (place, digit) in padded.iter_mut().zip(fraction) {
        *place = *digit;
    }
    (!fraction.is_empty()).then_some(())?;
    digits(&padded).map(i64::from)
}

fn zone_ms(zone: &[u8]) -> Option<i64> {
    let sign = match zone {
        b"" | b"Z" | b"z" | b"UTC" | b"GMT" => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let (hours, rest) = two(zone.get(1..)?)?;
    let minutes = match rest.strip_prefix(b":").unwrap_or(rest) {
        b"" => 0,
        minutes => two(minutes).filter(|(_, rest)| rest.is_empty())?.0,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

fn two(text: &[u8]) -> Option<(i64, &[u8])> {
    let (pair, rest) = text.split_at_checked(2)?;
    Some((i64::from(digits(pair)?), rest))
}

/// At most four digits, so that nothing overflows.
fn digits(text: &[u8]) -> Option<u32> {
    let short = Some(text).filter(|text| text.len() <= 4)?;
    u32::try_from(digits::whole(short)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_magnitude() {
        for (text, want) in [
            ("1700000000", 1_700_000_000_000),
            ("1700000000123", 1_700_000_000_123),
            ("1700000000123456", 1_700_000_000_123),
            ("1700000000123456789", 1_700_000_000_123),
            ("1700000000.25", 1_700_000_000_250),
            ("1.7e9", 1_700_000_000_000),
            ("1700000000123.5", 1_700_000_000_123),
            (" 1700000000 ", 1_700_000_000_000),
            ("-5", -5000),
            ("0", 0),
        ] {
            assert_eq!(parse(text.as_bytes()), Some(want), "{text}");
        }
    }

    #[test]
    fn iso_texts_are_read_and_zoneless_ones_are_utc() {
        let noon = 1_795_435_327_000;
        for (text, want) in [
            ("2026-11-23T12:02:07Z", noon),
            ("2026-11-23 12:02:07", noon),
            ("2026-11-23T12:02:07.120Z", noon + 120),
            ("2026-11-23T12:02:07.123456789+00:00", noon + 123),
            ("2026-11-23 12:02:07,5", noon + 500),
            ("2026-11-23T13:02:07+01:00", noon),
            ("2026-11-23T08:32:07-0330", noon),
            ("2026-11-23 12:02:07 UTC", noon),
            ("2026-11-23T12:02Z", noon - 7000),
            ("2026-11-23", noon - (12 * 3600 + 127) * 1000),
        ] {
            assert_eq!(parse(text.as_bytes()), Some(want), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn digits_are_read_as_the_standard_library_reads_them(digits in "[0-9]{0,21}", mixed in "[0-9+. -]{0,4}") {
            for text in [digits, mixed] {
                let want = text.parse().ok().filter(|_| text.len() <= 20);
                proptest::prop_assert_eq!(integer(text.as_bytes()), want, "{}", text);
            }
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "soon",
            "NaN",
            "inf",
            "1e300",
            "2026-13-01",
            "2026-02-30T00:00:00Z",
            "2026-11-23T25:00:00Z",
            "2026-11-23T12:02:07Zoo",
            "2026-11-23T12:02:07.Z",
            "12:02:07",
            "99999999999999999999",
            "2026-11-23T12:02:07+99:00",
            "+é26-11-23T",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
