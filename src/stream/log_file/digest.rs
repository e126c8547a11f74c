//! Checksums: of the lines of a file, and of what the entries are.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::model::{EntryId, FieldRef};

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksum(pub [u8; 32]);

impl Checksum {
    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let digits = text.as_bytes().chunks_exact(2);
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What entries are, whatever their stream is called and however they are written down: the SHA-256 of, for each entry in
/// order, its id (milliseconds, then number: two 64-bit integers), the number of its fields, and for each field the length of
/// its name, the name, the length of its value, the value. Integers are big endian and have 64 bits, lengths are in bytes.
///
/// Two streams with the same digest hold the same entries under the same ids in the same order.
#[derive(Clone, Debug, Default)]
pub struct ContentDigest(Sha256);

impl ContentDigest {
    /// Of no entries so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next entry.
    pub fn push(&mut self, id: EntryId, fields: &[FieldRef<'_>]) {
        self.number(id.ms);
        self.number(id.seq);
        self.number(fields.len() as u64);
        for part in fields.iter().flat_map(|(name, value)| [name, value]) {
            self.number(part.len() as u64);
            self.0.update(part);
        }
    }

    /// The checksum of what was added.
    #[must_use]
    pub fn finish(&self) -> Checksum {
        Checksum(self.0.clone().finalize().into())
    }

    fn number(&mut self, number: u64) {
        self.0.update(number.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(entries: &[(EntryId, &[FieldRef<'_>])]) -> Checksum {
        let mut digest = ContentDigest::new();
        for (id, fields) in entries {
            digest.push(*id, fields);
        }
        digest.finish()
    }

    #[test]
    fn borders_between_names_values_fields_and_entries_count() {
        let (one, two) = (EntryId::new(1, 0), EntryId::new(2, 0));
        let all = [
            digest(&[]),
            digest(&[(one, &[])]),
            digest(&[(one, &[(b"ab", b"c")])]),
            digest(&[(one, &[(b"a", b"bc")])]),
            digest(&[(one, &[(b"a", b"b"), (b"c", b"")])]),
            digest(&[(two, &[(b"ab", b"c")])]),
            digest(&[(one, &[]), (two, &[(b"ab", b"c")])]),
            digest(&[(one, &[(b"ab", b"c")]), (two, &[])]),
        ];
        for (at, sum) in all.iter().enumerate() {
            assert!(!all[..at].contains(sum), "{at}");
        }
    }

    #[test]
    fn a_checksum_is_read_as_it_is_written() {
        let sum = digest(&[]);
        let text = sum.to_string();
        assert_eq!(
            text,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(Checksum::from_hex(&text), Some(sum));
        for wrong in ["", "e3", &"+1".repeat(32), &"é".repeat(32)] {
            assert_eq!(Checksum::from_hex(wrong), None);
        }
    }
}
