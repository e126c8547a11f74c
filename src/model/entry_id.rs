//! Redis stream entry ids: `<milliseconds>-<sequence>`, ordered by both (<https://redis.io/docs/latest/develop/data-types/streams/>).

use std::fmt;
use std::str::FromStr;

use super::digits;

/// The id of a stream entry. The order of ids is the order of the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// Milliseconds since the Unix epoch, by the clock of the server that appended it.
    pub ms: u64,
    /// Tells apart entries of one millisecond.
    pub seq: u64,
}

/// A text that is no entry id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no entry id; ids look like 1700000000000-0")]
pub struct EntryIdError(pub String);

impl EntryId {
    /// The id before every entry (`0-0`; Redis never hands it out).
    pub const MIN: Self = Self { ms: 0, seq: 0 };
    /// The id after every entry.
    pub const MAX: Self = Self {
        ms: u64::MAX,
        seq: u64::MAX,
    };

    /// Joins the two halves.
    #[must_use]
    pub const fn new(ms: u64, seq: u64) -> Self {
        Self { ms, seq }
    }

    /// The next id in stream order; saturates at [`EntryId::MAX`].
    #[must_use]
    pub const fn next(self) -> Self {
        match self.seq.checked_add(1) {
            Some(seq) => Self { ms: self.ms, seq },
            None => match self.ms.checked_add(1) {
                Some(ms) => Self { ms, seq: 0 },
                None => Self::MAX,
            },
        }
    }

    /// The id just before in stream order; saturates at [`EntryId::MIN`].
    #[must_use]
    pub const fn prev(self) -> Self {
        match self.seq.checked_sub(1) {
            Some(seq) => Self { ms: self.ms, seq },
            None => match self.ms.checked_sub(1) {
                Some(ms) => Self { ms, seq: u64::MAX },
                None => Self::MIN,
            },
        }
    }

    /// Reads `ms-seq`, or `ms` alone, which means its sequence 0. `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let dash = bytes.iter().position(|byte| *byte == b'-');
        let (ms, seq) = match dash {
            Some(at) => (bytes.get(..at)?, bytes.get(at + 1..)?),
            None => (bytes, &b"0"[..]),
        };
        Some(Self {
            ms: digits::whole(ms)?,
            seq: digits::whole(seq)?,
        })
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{}", self.ms, self.seq))
    }
}

impl FromStr for EntryId {
    type Err = EntryIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_bytes(text.as_bytes()).ok_or_else(|| EntryIdError(text.to_owned()))
    }
}

/// As text, in JSON.
impl serde::Serialize for EntryId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for EntryId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_forms_and_nothing_else() {
        assert_eq!(EntryId::from_bytes(b"17-3"), Some(EntryId::new(17, 3)));
        assert_eq!(EntryId::from_bytes(b"17"), Some(EntryId::new(17, 0)));
        for bad in [
            "",
            "-",
            "17-",
            "-3",
            "+17-3",
            "17-3-1",
            "a",
            "17 ",
            "18446744073709551616-0",
        ] {
            assert_eq!(EntryId::from_bytes(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn steps_over_the_borders_of_a_millisecond() {
        assert_eq!(EntryId::new(5, u64::MAX).next(), EntryId::new(6, 0));
        assert_eq!(EntryId::new(6, 0).prev(), EntryId::new(5, u64::MAX));
        assert_eq!(EntryId::MAX.next(), EntryId::MAX);
        assert_eq!(EntryId::MIN.prev(), EntryId::MIN);
    }
}
