//! One line of an audit file: an entry, its place, its time and the two hashes that chain it.
//!
//! Invariant: a line's hash is SHA-256 over the exact bytes of the line before `,"hash":`, and these hold the hash of the line
//! before. So there is one way only to read what was hashed.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::model::line::write_entry;
use crate::model::time::rfc3339;
use crate::model::{EntryId, FieldRef, Ms};

/// A SHA-256, shown as 64 small hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// What the first line names as the one before it.
    pub const ZERO: Self = Self([0; 32]);

    /// Of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 small hexadecimal digits; `None` for anything else.
    #[must_use]
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        let (pairs, rest) = text.as_chunks::<2>();
        let mut bytes = [0; 32];
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(bytes))
    }

    /// The first eight bytes, to tell contents apart.
    pub(super) fn short(self) -> u64 {
        let first = self.0.first_chunk().copied();
        u64::from_be_bytes(first.unwrap_or_default())
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a line says, read from its end so that no field can pretend to be it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed<'a> {
    /// The line up to `,"n":`: id, stream and fields.
    pub entry: &'a [u8],
    /// Its number in the file, from 1 on.
    pub n: u64,
    /// When it was written: RFC 3339, UTC, milliseconds.
    pub at: &'a [u8],
    /// The hash of the line before.
    pub prev: Hash,
    /// Its own hash, as the line says.
    pub hash: Hash,
    /// The hash of what it says.
    pub computed: Hash,
}

impl<'a> Sealed<'a> {
    /// Reads a line without its newline; `None` where it has not the form of one.
    #[must_use]
    pub fn parse(line: &'a [u8]) -> Option<Self> {
        let (body, hash) = take_text(line.strip_suffix(b"}")?, 64, b",\"hash\":")?;
        let (rest, prev) = take_text(body, 64, b",\"prev\":")?;
        let (rest, at) = take_text(rest, 24, b",\"at\":")?;
        let digits = rest.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let (rest, n) = rest.split_at_checked(rest.len().checked_sub(digits)?)?;
        let entry = rest.strip_suffix(b",\"n\":")?;
        Some(Self {
            entry,
            n: std::str::from_utf8(n).ok()?.parse().ok()?,
            at,
            prev: Hash::from_hex(prev)?,
            hash: Hash::from_hex(hash)?,
            computed: Hash::of(body),
        })
    }

    /// The id of its entry; `None` where the line does not begin with one.
    #[must_use]
    pub fn id(&self) -> Option<EntryId> {
        let id = self.entry.strip_prefix(b"{\"id\":\"")?;
        let end = memchr::memchr(b'"', id)?;
        EntryId::from_bytes(id.get(..end)?)
    }
}

/// Takes `name"…"` with so many bytes between the quotation marks off the end.
fn take_text<'a>(text: &'a [u8], length: usize, name: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let text = text.strip_suffix(b"\"")?;
    let (rest, value) = text.split_at_checked(text.len().checked_sub(length)?)?;
    let rest = rest.strip_suffix(b"\"")?.strip_suffix(name)?;
    Some((rest, value))
}

/// Appends what a line says of an entry: [`Sealed::entry`].
pub fn write_content(out: &mut Vec<u8>, id: EntryId, stream: &[u8], fields: &[FieldRef<'_>]) {
    write_entry(out, id, stream, fields);
    // The object is closed behind the hash.
    out.truncate(out.len().saturating_sub(2));
}

/// Closes the line whose content begins at `start` in `out`, with its newline; its hash.
pub fn seal(out: &mut Vec<u8>, start: usize, n: u64, at_ms: Ms, prev: Hash) -> Hash {
    let at = i64::try_from(at_ms).ok().and_then(rfc3339);
    // 24 characters from the year 0 to 9999, which is what a line has room for.
    let at = at.filter(|at| at.len() == 24);
    let at = at.unwrap_or_else(|| "9999-12-31T23:59:59.999Z".to_owned());
    let chain = format!(",\"n\":{n},\"at\":\"{at}\",\"prev\":\"{prev}\"");
    out.extend_from_slice(chain.as_bytes());
    let hash = Hash::of(out.get(start..).unwrap_or_default());
    out.extend_from_slice(format!(",\"hash\":\"{hash}\"}}\n").as_bytes());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::line;

    fn sealed(fields: &[FieldRef<'_>]) -> (Vec<u8>, Hash) {
        let mut out = b"before\n".to_vec();
        write_content(&mut out, EntryId::new(7, 1), b"s\xff", fields);
        let hash = seal(&mut out, 7, 12, 1_700_000_000_123, Hash::ZERO);
        let line = out.split_off(7);
        (line.strip_suffix(b"\n").unwrap_or_default().to_vec(), hash)
    }

    #[test]
    fn a_line_is_read_back_and_is_an_entry_to_every_other_reader() {
        let lure: FieldRef<'_> = (b"a", b"\",\"n\":9,\"hash\":\"00\"}");
        let (text, hash) = sealed(&[lure, (b"b", b"\xfe\n")]);
        let read = Sealed::parse(&text).map(|s| (s.id(), s.n, s.at, s.prev, s.hash, s.computed));
        let wanted = (
            Some(EntryId::new(7, 1)),
            12,
            &b"2023-11-14T22:13:20.123Z"[..],
            Hash::ZERO,
            hash,
            hash,
        );
        assert_eq!(read, Some(wanted));
        let entry = line::parse(&text);
        assert_eq!(entry.id, Some(EntryId::new(7, 1)));
        assert_eq!(entry.stream.as_deref(), Some(&b"s\xff"[..]));
        assert_eq!(entry.fields.len(), 2);
    }

    #[test]
    fn hashes_are_small_hexadecimal_digits_and_nothing_else() {
        // FIPS 180-2, the hash of "abc".
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Hash::of(b"abc").to_string(), abc);
        assert_eq!(Hash::from_hex(abc.as_bytes()), Some(Hash::of(b"abc")));
        for bad in [&abc[1..], &abc.to_uppercase(), &format!("{abc}00"), ""] {
            assert_eq!(Hash::from_hex(bad.as_bytes()), None, "{bad}");
        }
    }
}
