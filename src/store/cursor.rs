//! Index and boundary as types: a [`Seq`] names an entry, a [`Cursor`] the boundary between two. All their arithmetic is here.

use serde::{Deserialize, Serialize};

/// An entry's absolute place in the log. Live entries count up from [`Seq::ORIGIN`], history counts down from it,
/// so that neither appending nor prepending renumbers anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Seq(pub u64);

/// A boundary between entries: everything with a smaller [`Seq`] has happened, the rest has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor(u64);

impl Seq {
    /// The place of the first live entry; leaves room for 2^40 entries of history before it.
    pub const ORIGIN: Self = Self(1 << 40);

    /// The boundary just before this entry.
    #[must_use]
    pub const fn before(self) -> Cursor {
        Cursor(self.0)
    }

    /// The boundary just after this entry.
    #[must_use]
    pub const fn after(self) -> Cursor {
        Cursor(self.0 + 1)
    }

    /// The place `n` further on.
    #[must_use]
    pub const fn plus(self, n: u64) -> Self {
        Self(self.0 + n)
    }

    /// The place `n` before.
    #[must_use]
    pub const fn minus(self, n: u64) -> Self {
        Self(self.0 - n)
    }

    /// How many entries lie from `earlier` (included) to this one (excluded); 0 when it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Cursor {
    /// The boundary with nothing before it.
    pub const START: Self = Self(0);

    /// The last entry that has happened at this boundary.
    #[must_use]
    pub const fn last(self) -> Seq {
        Seq(self.0.saturating_sub(1))
    }

    /// The first entry that has not happened yet.
    #[must_use]
    pub const fn next(self) -> Seq {
        Seq(self.0)
    }

    /// Whether this entry has happened.
    #[must_use]
    pub const fn includes(self, seq: Seq) -> bool {
        seq.0 < self.0
    }

    /// How many entries lie between `earlier` and here; 0 when it is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The boundary `n` entries on (negative: back), kept within `low..=high`.
    #[must_use]
    pub fn step(self, n: i64, low: Self, high: Self) -> Self {
        Self(self.0.saturating_add_signed(n)).clamp(low, high.max(low))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_includes_what_is_before_it_and_nothing_else() {
        let seq = Seq::ORIGIN;
        assert!(seq.after().includes(seq));
        assert!(!seq.before().includes(seq));
        assert_eq!(seq.after().last(), seq);
        assert_eq!(seq.before().next(), seq);
        assert_eq!(seq.plus(3).after().since(seq.before()), 4);
    }

    #[test]
    fn a_step_stays_between_its_bounds() {
        let (low, high) = (Seq(10).before(), Seq(20).before());
        assert_eq!(Seq(15).before().step(-100, low, high), low);
        assert_eq!(Seq(15).before().step(100, low, high), high);
        assert_eq!(Seq(15).before().step(2, low, high), Seq(17).before());
    }
}
