//! Names that came before: entries of a stream repeat a few names in much the same order, so the one that followed a name last
//! time is tried before all others.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::{Plays, plays};
use crate::model::decode::arguments::is_no_argument;

/// Names that are remembered; those of a stream that makes up ever new ones are looked up each time.
const MOST: usize = 1 << 12;
/// A longer name is not kept.
const LONGEST: usize = 128;

/// The number of a remembered name.
pub type NameNumber = u16;

/// What a name means.
#[derive(Clone, Copy, Debug)]
pub(in crate::model::decode) struct Meaning {
    pub(in crate::model::decode) plays: Option<&'static Plays>,
    /// Whether its value is something that the event was done with.
    pub(in crate::model::decode) argument: bool,
}

#[derive(Debug)]
struct Known {
    name: Box<[u8]>,
    meaning: Meaning,
    /// What came after it the last time.
    next: NameNumber,
}

/// The names, and what they mean.
#[derive(Debug, Default)]
pub(in crate::model::decode) struct Names {
    known: Vec<Known>,
    lookup: HashTable<NameNumber>,
    hasher: DefaultHashBuilder,
    last: NameNumber,
}

impl Names {
    /// What a name means, and its number where it is remembered.
    pub(in crate::model::decode) fn meaning(
        &mut self,
        name: &[u8],
    ) -> (Meaning, Option<NameNumber>) {
        let Some(number) = self.follower(name).or_else(|| self.number(name)) else {
            return (Meaning::of(name), None);
        };
        if let Some(last) = self.known.get_mut(usize::from(self.last)) {
            last.next = number;
        }
        self.last = number;
        let known = self.known.get(usize::from(number));
        let meaning = known.map_or_else(|| Meaning::of(name), |known| known.meaning);
        (meaning, Some(number))
    }

    /// Where the name is the one that came after the last one before.
    fn follower(&self, name: &[u8]) -> Option<NameNumber> {
        let next = self.known.get(usize::from(self.last))?.next;
        let known = self.known.get(usize::from(next))?;
        (*known.name == *name).then_some(next)
    }

    fn number(&mut self, name: &[u8]) -> Option<NameNumber> {
        let hash = self.hasher.hash_one(name);
        let (known, hasher) = (&self.known, &self.hasher);
        let name_of = |number: NameNumber| known.get(usize::from(number)).map(|known| &*known.name);
        if let Some(number) = self.lookup.find(hash, |n| name_of(*n) == Some(name)) {
            return Some(*number);
        }
        if name.len() > LONGEST || known.len() == MOST {
            return None;
        }
        let number = NameNumber::try_from(known.len()).ok()?;
        let rehash = |n: &NameNumber| hasher.hash_one(name_of(*n).unwrap_or_default());
        self.lookup.insert_unique(hash, number, rehash);
        self.known.push(Known {
            name: name.into(),
            meaning: Meaning::of(name),
            next: 0,
        });
        Some(number)
    }
}

impl Meaning {
    fn of(name: &[u8]) -> Self {
        Self {
            plays: plays(name),
            argument: !is_no_argument(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number_whatever_came_before_it() {
        let mut names = Names::default();
        let mut number = |name: &str| names.meaning(name.as_bytes()).1;
        let (a, b, c) = (number("a"), number("b"), number("c"));
        assert_eq!((a, b, c), (Some(0), Some(1), Some(2)));
        for _ in 0..2 {
            assert_eq!(
                [number("c"), number("a"), number("b"), number("a")],
                [c, a, b, a]
            );
        }
    }

    #[test]
    fn endless_names_are_understood_and_not_kept() {
        let mut names = Names::default();
        for n in 0..MOST * 2 {
            let (meaning, number) = names.meaning(format!("field_{n}").as_bytes());
            assert!(meaning.argument && meaning.plays.is_none());
            assert_eq!(number.is_some(), n < MOST);
        }
        let (meaning, number) = names.meaning(b"session_id");
        assert!(!meaning.argument && meaning.plays.is_some() && number.is_none());
        assert_eq!(Names::default().meaning(&[b'x'; LONGEST + 1]).1, None);
    }
}
