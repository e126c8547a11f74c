//! A substring, whatever its case, in one sweep: blocks of text are asked whether two rare bytes of the needle stand in
//! them as far apart as in the needle, which compiles to vector code. Only where they do is the needle compared.

use memchr::memchr2_iter;

/// Positions asked at once.
const BLOCK: usize = 64;

/// What stands in entries most often, the most common first: blanks, JSON's signs, digits, then English. The rest is rare.
const COMMON: &[u8] = b"\"e ta,o:0in1srl2dh345c6u789m-_.pfgywbv{}/[]kxjqz";

/// A needle that is not empty, made ready.
#[derive(Clone, Debug)]
pub(super) struct Word {
    needle: Vec<u8>,
    rarest: Probe,
    second: Probe,
}

/// A byte of the needle and its place in it. `fold` is set where case does not matter.
#[derive(Clone, Copy, Debug, Default)]
struct Probe {
    at: usize,
    byte: u8,
    fold: u8,
}

impl Probe {
    fn of((at, byte): (usize, u8)) -> Self {
        let fold = if byte.is_ascii_alphabetic() { 0x20 } else { 0 };
        Self { at, byte, fold }
    }

    /// Also true of a few signs for letters, as `@` for a grave accent: the comparison tells.
    const fn may_be(self, byte: u8) -> bool {
        byte | self.fold == self.byte
    }
}

impl Word {
    /// `None` of an empty needle. Only ASCII letters have cases here.
    pub(super) fn of(needle: &[u8]) -> Option<Self> {
        let needle = needle.to_ascii_lowercase();
        let mut places: Vec<(usize, u8)> = needle.iter().copied().enumerate().collect();
        places.sort_by_key(|(_, byte)| {
            let rank = memchr::memchr(*byte, COMMON);
            std::cmp::Reverse(rank.unwrap_or(COMMON.len()))
        });
        let rarest = Probe::of(*places.first()?);
        let second = places.iter().find(|(_, byte)| *byte != rarest.byte);
        let second = second.or(places.get(1)).map_or(rarest, |p| Probe::of(*p));
        Some(Self {
            needle,
            rarest,
            second,
        })
    }

    /// Where the needle stands first at or after `from`.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let starts = (text.len() + 1).checked_sub(self.needle.len())?;
        let within = |probe: Probe| text.get(from + probe.at..starts + probe.at);
        let (rarest, rarest_left) = within(self.rarest)?.as_chunks::<BLOCK>();
        let (second, second_left) = within(self.second)?.as_chunks::<BLOCK>();
        for (n, (a, b)) in rarest.iter().zip(second).enumerate() {
            if self.may_hold(a, b)
                && let Some(at) = self.find_in(text, from + n * BLOCK, a, b)
            {
                return Some(at);
            }
        }
        self.find_in(text, from + rarest.len() * BLOCK, rarest_left, second_left)
    }

    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        self.find(text, 0).is_some()
    }

    /// No branch inside, so that it compiles to vector code.
    fn may_hold(&self, rarest: &[u8; BLOCK], second: &[u8; BLOCK]) -> bool {
        let mut any = false;
        for (a, b) in rarest.iter().zip(second) {
            any |= self.rarest.may_be(*a) & self.second.may_be(*b);
        }
        any
    }

    fn find_in(&self, text: &[u8], start: usize, rarest: &[u8], second: &[u8]) -> Option<usize> {
        let byte = self.rarest.byte;
        let mut candidates = memchr2_iter(byte, byte.to_ascii_uppercase(), rarest);
        let offset = candidates.find(|at| {
            second.get(*at).is_some_and(|b| self.second.may_be(*b))
                && self.stands_at(text, start + at)
        });
        offset.map(|offset| start + offset)
    }

    fn stands_at(&self, text: &[u8], at: usize) -> bool {
        let here = text.get(at..at + self.needle.len());
        here.is_some_and(|here| here.eq_ignore_ascii_case(&self.needle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn naive(needle: &[u8], text: &[u8], from: usize) -> Option<usize> {
        let mut windows = text.get(from..)?.windows(needle.len());
        let at = windows.position(|window| window.eq_ignore_ascii_case(needle))?;
        Some(from + at)
    }

    #[test]
    fn signs_that_differ_from_letters_by_the_bit_of_case_are_told_apart() {
        for (needle, text) in [("{a", "[a"), ("a`", "A@"), ("z\u{7f}", "Z_"), ("-", "\r")] {
            let word = Word::of(needle.as_bytes());
            assert_eq!(
                word.and_then(|w| w.find(text.as_bytes(), 0)),
                None,
                "{needle}"
            );
        }
        assert!(Word::of(b"").is_none());
    }

    proptest! {
        #[test]
        fn a_word_is_found_where_it_stands_first(
            text in vec(prop_oneof![8 => prop::sample::select(b"abAB \xff".to_vec()), 1 => any::<u8>()], 0..300),
            needle in vec(prop::sample::select(b"abAB \xc3".to_vec()), 1..6),
            from in 0_usize..300,
        ) {
            let word = Word::of(&needle);
            let found = word.and_then(|w| w.find(&text, from));
            prop_assert_eq!(found, naive(&needle, &text, from));
        }
    }
}
