//! Whole numbers in plain digits, of which each entry has several: its id's two, its time, tokens.

/// Digits and nothing else, not even a sign; `None` beyond `u64`. No number of 19 digits is too large.
pub(super) fn whole(text: &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = if text.len() < 20 {
            number * 10 + u64::from(digit)
        } else {
            number.checked_mul(10)?.checked_add(u64::from(digit))?
        };
    }
    (!text.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_number_is_read_as_the_standard_library_reads_it(text in "[0-9]{0,22}", mixed in "[0-9+ -]{0,4}", number: u64) {
            for text in [text, mixed, number.to_string(), format!("00{number}")] {
                let plain = text.bytes().all(|byte| byte.is_ascii_digit());
                let want = plain.then(|| text.parse().ok()).flatten();
                proptest::prop_assert_eq!(whole(text.as_bytes()), want, "{}", text);
            }
        }
    }
}
