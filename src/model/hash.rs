//! Texts as one number each, to tell whether two are the same.
//!
//! Invariant: within a run the same value has the same number everywhere; in the next run it has another one, so nobody can prepare
//! texts that are taken for each other.

use std::hash::{BuildHasher, Hash};
use std::sync::LazyLock;

use hashbrown::DefaultHashBuilder;

/// Seeded by chance when the program begins.
static SEEDED: LazyLock<DefaultHashBuilder> = LazyLock::new(DefaultHashBuilder::default);

/// The number of a value.
#[must_use]
pub fn hash_of(value: impl Hash) -> u64 {
    SEEDED.hash_one(value)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_same_text_has_the_same_number_and_no_other_text_has_it() {
        let mut seen = HashSet::new();
        for n in 0..200_000_u64 {
            let text = format!("evt-{}", 1_700_000_000_000_000_000 + n * 1_000_003);
            assert_eq!(hash_of(text.as_bytes()), hash_of(text.as_bytes()));
            assert!(seen.insert(hash_of(text.as_bytes())), "{text}");
        }
    }

    #[test]
    fn all_parts_of_the_number_are_spread_evenly() {
        let (mut tops, mut middles) = ([0_u32; 256], [0_u32; 256]);
        for n in 0..256 * 400_u64 {
            let [top, _, middle, ..] = hash_of(n.to_string().as_bytes()).to_be_bytes();
            tops[usize::from(top)] += 1;
            middles[usize::from(middle)] += 1;
        }
        assert!(
            tops.iter()
                .chain(&middles)
                .all(|count| (250..550).contains(count))
        );
    }
}
