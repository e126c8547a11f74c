//! Counts per name, the largest of which are wanted.
//!
//! Invariant: what is dropped is small, and told: the sum over names, the dropped ones, is all that was counted.

use std::hash::Hash;

use hashbrown::HashMap;

use crate::store::Symbol;

/// Counts per key, with something more per key.
#[derive(Clone, Debug, PartialEq)]
pub struct Tops<K: Eq + Hash, M = ()> {
    counts: HashMap<K, (u64, M)>,
    total: u64,
    cut: u64,
}

impl<K: Eq + Hash, M> Default for Tops<K, M> {
    fn default() -> Self {
        Self {
            counts: HashMap::new(),
            total: 0,
            cut: 0,
        }
    }
}

impl<K: Copy + Ord + Hash, M: Clone> Tops<K, M> {
    /// Counts a key once; what more is known of it, which is `first` for a new key.
    pub fn add(&mut self, key: K, first: M) -> &mut M {
        self.total += 1;
        let place = self.counts.entry(key).or_insert((0, first));
        place.0 += 1;
        &mut place.1
    }

    /// Sets the count of a key.
    pub fn put(&mut self, key: K, count: u64)
    where
        M: Default,
    {
        self.total += count;
        self.counts.insert(key, (count, M::default()));
    }

    /// Adds all counts of a later part.
    pub fn join(&mut self, later: &Self, mut join: impl FnMut(&mut M, &M)) {
        self.total += later.total;
        self.cut += later.cut;
        for (key, (count, more)) in &later.counts {
            match self.counts.get_mut(key) {
                Some(place) => {
                    place.0 += count;
                    join(&mut place.1, more);
                }
                None => {
                    self.counts.insert(*key, (*count, more.clone()));
                }
            }
        }
    }

    /// Drops the smallest counts once there are more than twice as many keys as `most`.
    pub fn keep(&mut self, most: usize) {
        if self.counts.len() <= 2 * most {
            return;
        }
        let mut order: Vec<(u64, K)> = self.counts.iter().map(|(k, (n, _))| (*n, *k)).collect();
        order.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, key) in order.split_off(most) {
            self.counts.remove(&key);
            self.cut += 1;
        }
    }

    /// All that was counted, of dropped keys too.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Keys dropped; one that came again after it was dropped may be among them more than once.
    #[must_use]
    pub const fn cut(&self) -> u64 {
        self.cut
    }

    /// Keys that are here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether none is here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The count of a key.
    #[must_use]
    pub fn get(&self, key: K) -> u64 {
        self.counts.get(&key).map_or(0, |place| place.0)
    }

    /// Keys, counts and what more is known, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (K, u64, &M)> {
        self.counts.iter().map(|(key, (n, more))| (*key, *n, more))
    }

    /// The largest `most`, largest first; among equals by `name`.
    pub fn largest<N: Ord>(&self, most: usize, name: impl Fn(K) -> N) -> Vec<(K, u64, &M)> {
        let mut all: Vec<(K, u64, &M)> = self.iter().collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| name(a.0).cmp(&name(b.0))));
        all.truncate(most);
        all
    }

    /// The same with other keys.
    #[must_use]
    pub fn mapped(self, mut map: impl FnMut(K, M) -> (K, M)) -> Self {
        let renamed = self.counts.into_iter().map(|(key, (count, more))| {
            let (key, more) = map(key, more);
            (key, (count, more))
        });
        Self {
            counts: renamed.collect(),
            ..self
        }
    }
}

impl Tops<Symbol> {
    /// The same with other symbols.
    #[must_use]
    pub fn renamed(self, mut rename: impl FnMut(Symbol) -> Symbol) -> Self {
        self.mapped(|key, more| (rename(key), more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_large_ones_stay_and_the_sum_is_whole() {
        let mut tops: Tops<u32> = Tops::default();
        for n in 0..1_000_u32 {
            tops.add(n, ());
            tops.add(n % 3, ());
            tops.keep(10);
        }
        assert_eq!(tops.total(), 2_000);
        assert!(tops.len() <= 20 && tops.cut() > 900);
        let largest: Vec<u32> = tops.largest(3, |k| k).iter().map(|t| t.0).collect();
        assert_eq!(largest, [0, 1, 2]);
        assert_eq!(tops.get(0), 335);
    }

    #[test]
    fn equals_stand_in_the_order_of_their_names() {
        let mut tops: Tops<u32> = Tops::default();
        for n in [5, 3, 9] {
            tops.add(n, ());
        }
        let names: Vec<u32> = tops
            .largest(9, |k| u32::MAX - k)
            .iter()
            .map(|t| t.0)
            .collect();
        assert_eq!(names, [9, 5, 3]);
    }
}
