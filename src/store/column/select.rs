//! Which rows of a column hold what is asked for, as bits: 64 rows a word, the first in the lowest bit.
//!
//! The loops have no branch inside, so that they compile to vector code; of packed columns the codes are compared, not what
//! they stand for.

use std::ops::Range;

use super::packed::{Codes, Packed};
use super::{Column, Form, Word};

/// Rows of a word.
const BLOCK: usize = 64;

impl<T: Word> Column<T> {
    /// The rows of `rows`, as far as they are there, for whose value `holds`; the first of them is the lowest bit of the first
    /// word. `holds` may be asked about a value that no row has, or once for many rows.
    #[must_use]
    pub fn select(&self, rows: Range<usize>, mut holds: impl FnMut(T) -> bool) -> Vec<u64> {
        let to = rows.end.min(self.len());
        let rows = rows.start.min(to)..to;
        match &self.0 {
            Form::Plain(values) => select_each(values.get(rows).unwrap_or_default(), &mut holds),
            Form::Packed(packed) => packed.select(rows, |word| holds(T::from_word(word))),
        }
    }
}

impl Packed {
    /// Rows that there are.
    fn select(&self, rows: Range<usize>, mut holds: impl FnMut(u64) -> bool) -> Vec<u64> {
        match self.codes() {
            Codes::Zero(_) => all(rows.len(), !rows.is_empty() && holds(self.value(0))),
            Codes::One(codes) => self.select_codes(within(codes, rows), holds),
            Codes::Two(codes) => self.select_codes(within(codes, rows), holds),
            Codes::Four(codes) => select_each(within(codes, rows), |code| {
                holds(self.value(u64::from(code)))
            }),
            Codes::Eight(codes) => select_each(within(codes, rows), |code| holds(self.value(code))),
        }
    }

    /// Asks once for each code where there are fewer of them than rows.
    fn select_codes<C: Code>(&self, codes: &[C], mut holds: impl FnMut(u64) -> bool) -> Vec<u64> {
        let highest = codes.iter().copied().max().unwrap_or_default();
        if highest.place() * 4 > codes.len() {
            return select_each(codes, |code| holds(self.value(code.into())));
        }
        let answers: Vec<bool> = (0..=highest.place() as u64)
            .map(|code| holds(self.value(code)))
            .collect();
        let count = answers.iter().filter(|answer| **answer).count();
        let Some(low) = answers.iter().position(|answer| *answer) else {
            return all(codes.len(), false);
        };
        if count == answers.len() {
            return all(codes.len(), true);
        }
        let is_run = answers.iter().skip(low).take(count).all(|answer| *answer);
        if is_run {
            let (low, last) = (C::at(low), C::at(count - 1));
            select_each(codes, |code| code.less(low) <= last)
        } else {
            select_each(codes, |code| {
                answers.get(code.place()).copied().unwrap_or(false)
            })
        }
    }
}

/// A code of which there are not too many to ask about each.
trait Code: Copy + Default + Ord + Into<u64> {
    fn place(self) -> usize;

    /// The code of a place that there is.
    fn at(place: usize) -> Self;

    fn less(self, other: Self) -> Self;
}

impl Code for u8 {
    fn place(self) -> usize {
        usize::from(self)
    }

    fn at(place: usize) -> Self {
        Self::try_from(place).unwrap_or(Self::MAX)
    }

    fn less(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
}

impl Code for u16 {
    fn place(self) -> usize {
        usize::from(self)
    }

    fn at(place: usize) -> Self {
        Self::try_from(place).unwrap_or(Self::MAX)
    }

    fn less(self, other: Self) -> Self {
        self.wrapping_sub(other)
    }
}

fn within<C>(codes: &[C], rows: Range<usize>) -> &[C] {
    codes.get(rows).unwrap_or_default()
}

fn all(rows: usize, hold: bool) -> Vec<u64> {
    let mut words = vec![if hold { u64::MAX } else { 0 }; rows.div_ceil(BLOCK)];
    if let Some(last) = words.last_mut()
        && !rows.is_multiple_of(BLOCK)
    {
        *last &= (1 << (rows % BLOCK)) - 1;
    }
    words
}

fn select_each<V: Copy>(values: &[V], mut holds: impl FnMut(V) -> bool) -> Vec<u64> {
    let (blocks, rest) = values.as_chunks::<BLOCK>();
    let mut words = Vec::with_capacity(blocks.len() + 1);
    for block in blocks {
        let mut hits = [0; BLOCK];
        for (hit, value) in hits.iter_mut().zip(block) {
            *hit = u8::from(holds(*value));
        }
        words.push(gathered(&hits));
    }
    if !rest.is_empty() {
        let bits = rest.iter().enumerate();
        words.push(bits.fold(0, |word, (at, value)| word | u64::from(holds(*value)) << at));
    }
    words
}

/// The lowest bits of 64 bytes that are 0 or 1. The product moves those of eight bytes side by side into the highest byte.
fn gathered(hits: &[u8; BLOCK]) -> u64 {
    const SIDE_BY_SIDE: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = hits.as_chunks::<8>();
    let bytes = eights.iter().map(|eight| {
        let product = u64::from_le_bytes(*eight).wrapping_mul(SIDE_BY_SIDE);
        product >> 56
    });
    bytes
        .enumerate()
        .fold(0, |word, (at, byte)| word | byte << (8 * at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Symbol;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn rows_of(words: &[u64]) -> Vec<usize> {
        let bits = 0..words.len() * BLOCK;
        bits.filter(|at| words[at / BLOCK] >> (at % BLOCK) & 1 == 1)
            .collect()
    }

    fn check<T: Word + std::fmt::Debug>(
        values: Vec<T>,
        rows: &Range<usize>,
        hold: impl Fn(T) -> bool,
    ) {
        let to = rows.end.min(values.len());
        let from = rows.start.min(to);
        let wanted: Vec<usize> = (from..to)
            .filter(|row| hold(values[*row]))
            .map(|row| row - from)
            .collect();
        let plain = Column::from(values);
        for column in [&plain, &plain.packed()] {
            let words = column.select(rows.clone(), &hold);
            assert_eq!(words.len(), (to - from).div_ceil(BLOCK));
            assert_eq!(rows_of(&words), wanted);
        }
    }

    proptest! {
        #[test]
        fn the_rows_that_hold_are_selected_in_either_form(
            values in vec(prop_oneof![0..4_u64, 0..300_u64, 1_000..90_000_u64, any::<u64>()], 0..400),
            few in vec(0..6_u32, 0..400),
            some in vec(0..90_u32, 300..900),
            from in 0..400_usize,
            to in 0..900_usize,
            bound in prop_oneof![0..7_u64, 0..400_u64],
        ) {
            check(values, &(from..to), |value| value > bound);
            check(few.iter().copied().map(Symbol).collect(), &(from..to), |s| u64::from(s.0) == bound);
            check(few, &(from..to), |value| value % 2 == 1);
            check(some.clone(), &(from..to), |value| u64::from(value) < bound);
            check(some, &(from..to), |value| value % 3 == 0);
        }
    }
}
