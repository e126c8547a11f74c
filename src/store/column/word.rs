//! What can stand in a column.

use crate::model::{Class, Flags};
use crate::store::Symbol;

/// Goes into 64 bits and back. Values that are near each other should have words near each other.
pub trait Word: Copy + PartialEq {
    /// How "unknown" is written in this column, if it is written at all; often far from every other value.
    const UNKNOWN: Option<u64>;

    /// As 64 bits.
    fn to_word(self) -> u64;

    /// Back from [`Word::to_word`].
    fn from_word(word: u64) -> Self;
}

impl Word for u64 {
    const UNKNOWN: Option<u64> = Some(0);

    fn to_word(self) -> u64 {
        self
    }

    fn from_word(word: u64) -> Self {
        word
    }
}

impl Word for u32 {
    const UNKNOWN: Option<u64> = Some(u32::MAX as u64);

    fn to_word(self) -> u64 {
        u64::from(self)
    }

    #[expect(clippy::cast_possible_truncation, reason = "it came from 32 bits")]
    fn from_word(word: u64) -> Self {
        word as Self
    }
}

impl Word for i64 {
    const UNKNOWN: Option<u64> = Some(0);

    /// In order: the lowest is 0.
    fn to_word(self) -> u64 {
        self.cast_unsigned() ^ (1 << 63)
    }

    fn from_word(word: u64) -> Self {
        (word ^ (1 << 63)).cast_signed()
    }
}

impl Word for f32 {
    const UNKNOWN: Option<u64> = Some((-1.0_f32).to_bits() as u64);

    fn to_word(self) -> u64 {
        u64::from(self.to_bits())
    }

    #[expect(clippy::cast_possible_truncation, reason = "it came from 32 bits")]
    fn from_word(word: u64) -> Self {
        Self::from_bits(word as u32)
    }
}

impl Word for Symbol {
    const UNKNOWN: Option<u64> = Some(0);

    fn to_word(self) -> u64 {
        u64::from(self.0)
    }

    fn from_word(word: u64) -> Self {
        Self(u32::from_word(word))
    }
}

impl Word for Flags {
    const UNKNOWN: Option<u64> = None;

    fn to_word(self) -> u64 {
        u64::from(self.0)
    }

    #[expect(clippy::cast_possible_truncation, reason = "it came from 16 bits")]
    fn from_word(word: u64) -> Self {
        Self(word as u16)
    }
}

impl Word for Class {
    const UNKNOWN: Option<u64> = None;

    fn to_word(self) -> u64 {
        self as u64
    }

    fn from_word(word: u64) -> Self {
        const ALL: [Class; 7] = [
            Class::Started,
            Class::Message,
            Class::Search,
            Class::Summary,
            Class::Cleared,
            Class::Error,
            Class::Ended,
        ];
        let at = usize::try_from(word).unwrap_or(usize::MAX);
        ALL.get(at).copied().unwrap_or(Self::Other)
    }
}
