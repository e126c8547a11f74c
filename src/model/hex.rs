//! Bytes that are no text, as a dump.

/// Lines for the first `max_lines` × 16 bytes: `00000010  7b 22 …  |{"type":"x"}|`. Plain ASCII, safe to show.
#[must_use]
pub fn lines(bytes: &[u8], max_lines: usize) -> Vec<String> {
    bytes
        .chunks(16)
        .take(max_lines)
        .enumerate()
        .map(|(index, row)| line(index * 16, row))
        .collect()
}

/// Whether a value is better shown as a dump than as text: it is not UTF-8, or holds control bytes that text has no use
/// for. Looks at the first 512 bytes.
#[must_use]
pub fn is_binary(bytes: &[u8]) -> bool {
    let start = bytes.get(..512).unwrap_or(bytes);
    let invalid = match std::str::from_utf8(start) {
        Ok(_) => false,
        // A character cut by the border of what is looked at is none of its faults.
        Err(e) => e.error_len().is_some() || start.len() == bytes.len(),
    };
    invalid || start.iter().any(|b| matches!(b, 0..=8 | 14..=26 | 28..=31))
}

fn line(offset: usize, row: &[u8]) -> String {
    let mut hex = String::with_capacity(50);
    let mut text = String::with_capacity(16);
    for (at, byte) in row.iter().enumerate() {
        hex.push_str(if at == 8 { "  " } else { " " });
        hex.push(digit(byte >> 4));
        hex.push(digit(byte & 15));
        let shown = byte.is_ascii_graphic() || *byte == b' ';
        text.push(if shown { char::from(*byte) } else { '.' });
    }
    format!("{offset:08x} {hex:<49}  |{text}|")
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_has_offset_bytes_and_text() {
        assert_eq!(
            lines(b"\x82\xa4type\xa1x 0123456789abc", 9),
            [
                "00000000  82 a4 74 79 70 65 a1 78  20 30 31 32 33 34 35 36  |..type.x 0123456|",
                "00000010  37 38 39 61 62 63                                 |789abc|",
            ]
        );
        assert_eq!(lines(&[0; 1000], 2).len(), 2);
        assert!(lines(b"", 2).is_empty());
    }

    #[test]
    fn binary_is_told_from_text() {
        let long = "é".repeat(400);
        for (bytes, want) in [
            (&b"text\nand\ttabs"[..], false),
            (b"", false),
            (long.as_bytes(), false),
            (b"\x82\xa4type", true),
            (b"a\0b", true),
            (b"caf\xc3", true),
            (&b"x\xc3".repeat(300), true),
        ] {
            assert_eq!(is_binary(bytes), want, "{bytes:?}");
        }
    }
}
