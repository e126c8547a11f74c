//! Which entry of the log has an event id first, and which repeat it.
//!
//! Of an event id only 32 bits of its hash and the place of its entry are kept here, 8 bytes together: at ten million entries
//! this index is as large as all symbols. The whole hash stands in the entry's column, and is asked for where the 32 bits agree.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::Seq;

/// So many tables that none takes long to grow.
const TABLES: usize = 256;
/// Places this near to the first live entry, on either side, fit into the tables.
const NEAR: u64 = 1 << 31;
/// The place that stands as 1; 0 is no place.
const NEAREST: u64 = Seq::ORIGIN.0 - NEAR;

/// The index.
#[derive(Clone, Debug)]
pub(super) struct EventIds {
    near: Vec<Table>,
    /// A window before a hole lies far away.
    far: HashMap<u64, Seq>,
    repeated: BTreeSet<(u64, Seq)>,
}

impl Default for EventIds {
    fn default() -> Self {
        Self {
            near: vec![Table::default(); TABLES],
            far: HashMap::new(),
            repeated: BTreeSet::new(),
        }
    }
}

impl EventIds {
    /// Notes an entry, wherever in the log it stands; gives the one that repeats another by it: itself, or what was first so
    /// far. `hash_of` is what the log holds at a place.
    pub(super) fn note(
        &mut self,
        hash: u64,
        seq: Seq,
        hash_of: impl Fn(Seq) -> Option<u64>,
    ) -> Option<Seq> {
        let Some(first) = self.first(hash, hash_of) else {
            self.insert(hash, seq);
            return None;
        };
        if first == seq {
            return None;
        }
        let repeats = first.max(seq);
        if seq < first {
            self.remove(hash, first);
            self.insert(hash, seq);
        }
        self.repeated.insert((hash, repeats));
        Some(repeats)
    }

    /// Forgets an entry that leaves the log; the next one with that id is then the first.
    pub(super) fn forget(&mut self, hash: u64, seq: Seq) {
        if self.repeated.remove(&(hash, seq)) || !self.remove(hash, seq) {
            return;
        }
        let next = self.repeated.range((hash, seq)..).next().copied();
        if let Some(next) = next.filter(|(other, _)| *other == hash) {
            self.repeated.remove(&next);
            self.insert(hash, next.1);
        }
    }

    /// Gives back memory once most of the tables is empty.
    pub(super) fn shrink(&mut self) {
        for table in &mut self.near {
            table.shrink();
        }
        if self.far.len() < self.far.capacity() / 4 {
            self.far.shrink_to_fit();
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let near: usize = self.near.iter().map(|t| t.slots.capacity() * 8).sum();
        near + self.far.capacity() * 17 + self.repeated.len() * 24
    }

    fn first(&self, hash: u64, hash_of: impl Fn(Seq) -> Option<u64>) -> Option<Seq> {
        let near = self.near.get(table_of(hash))?;
        let found = near.find(tag_of(hash), |place| hash_of(seq_of(place)) == Some(hash));
        found.map(seq_of).or_else(|| self.far.get(&hash).copied())
    }

    fn insert(&mut self, hash: u64, seq: Seq) {
        match (place_of(seq), self.near.get_mut(table_of(hash))) {
            (Some(place), Some(table)) => table.insert(tag_of(hash), place),
            _ => drop(self.far.insert(hash, seq)),
        }
    }

    /// Whether it was there.
    fn remove(&mut self, hash: u64, seq: Seq) -> bool {
        match (place_of(seq), self.near.get_mut(table_of(hash))) {
            (Some(place), Some(table)) => table.remove(tag_of(hash), place),
            _ if self.far.get(&hash) == Some(&seq) => self.far.remove(&hash).is_some(),
            _ => false,
        }
    }
}

fn place_of(seq: Seq) -> Option<u32> {
    let place = u32::try_from(seq.0.checked_sub(NEAREST)?).ok()?;
    (place > 0).then_some(place)
}

fn seq_of(place: u32) -> Seq {
    Seq(NEAREST + u64::from(place))
}

fn table_of(hash: u64) -> usize {
    (hash >> 56) as usize
}

#[expect(clippy::cast_possible_truncation, reason = "32 bits of it are meant")]
fn tag_of(hash: u64) -> u32 {
    (hash >> 16) as u32
}

/// Tags with places, in open addressing. A tag may stand here more than once, with different places.
#[derive(Clone, Debug, Default)]
struct Table {
    /// Tag and place; 0 is empty.
    slots: Vec<u64>,
    used: usize,
}

impl Table {
    /// The first place of a tag that is the right one.
    fn find(&self, tag: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mut at = self.home(tag);
        loop {
            let slot = *self.slots.get(at)?;
            if slot == 0 {
                return None;
            }
            if tag_in(slot) == tag && is_it(place_in(slot)) {
                return Some(place_in(slot));
            }
            at = self.after(at);
        }
    }

    fn insert(&mut self, tag: u32, place: u32) {
        // At seven eighths, runs of full slots are some tens long at most.
        if (self.used + 1) * 8 > self.slots.len() * 7 {
            self.resize(room_for(self.used + 1));
        }
        self.put(u64::from(tag) << 32 | u64::from(place));
        self.used += 1;
    }

    fn put(&mut self, slot: u64) {
        let mut at = self.home(tag_in(slot));
        while self.slots.get(at).is_some_and(|other| *other != 0) {
            at = self.after(at);
        }
        if let Some(free) = self.slots.get_mut(at) {
            *free = slot;
        }
    }

    /// Whether it was there. Those behind it move up, so that nothing stands behind an empty slot.
    fn remove(&mut self, tag: u32, place: u32) -> bool {
        let wanted = u64::from(tag) << 32 | u64::from(place);
        let mut at = self.home(tag);
        loop {
            match self.slots.get(at) {
                None | Some(0) => return false,
                Some(slot) if *slot == wanted => break,
                Some(_) => at = self.after(at),
            }
        }
        self.used -= 1;
        loop {
            let slot = self.slots.get_mut(at).map(std::mem::take);
            if slot.is_none_or(|slot| slot == 0) {
                return true;
            }
            if let Some(slot) = slot.filter(|slot| *slot != wanted) {
                self.put(slot);
            }
            at = self.after(at);
        }
    }

    fn shrink(&mut self) {
        if self.used * 4 < self.slots.len() {
            self.resize(room_for(self.used));
        }
    }

    fn resize(&mut self, slots: usize) {
        let old = std::mem::replace(&mut self.slots, vec![0; slots]);
        for slot in old.into_iter().filter(|slot| *slot != 0) {
            self.put(slot);
        }
    }

    /// Tags are spread evenly, and so are their homes, in whatever number of slots.
    fn home(&self, tag: u32) -> usize {
        let home = (u64::from(tag) * self.slots.len() as u64) >> 32;
        usize::try_from(home).unwrap_or_default()
    }

    fn after(&self, at: usize) -> usize {
        if at + 1 < self.slots.len() { at + 1 } else { 0 }
    }
}

/// Slots for so many entries and for some more; one is always empty, where a search ends.
fn room_for(entries: usize) -> usize {
    if entries == 0 { 0 } else { entries * 3 / 2 + 4 }
}

fn tag_in(slot: u64) -> u32 {
    u32::try_from(slot >> 32).unwrap_or_default()
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
fn place_in(slot: u64) -> u32 {
    slot as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// What is noted, beside the plainest index there is.
    #[derive(Default)]
    struct Both {
        ids: EventIds,
        /// All entries, as the log would hold them.
        all: BTreeMap<Seq, u64>,
    }

    impl Both {
        fn firsts(&self, hash: u64) -> Vec<Seq> {
            let same = self.all.iter().filter(|(_, other)| **other == hash);
            same.map(|(seq, _)| *seq).collect()
        }

        fn note(&mut self, hash: u64, seq: Seq) {
            if self.all.contains_key(&seq) {
                return;
            }
            let before = self.firsts(hash);
            self.all.insert(seq, hash);
            let all = &self.all;
            let repeats = self.ids.note(hash, seq, |seq| all.get(&seq).copied());
            assert_eq!(repeats, before.first().map(|first| seq.max(*first)));
        }

        fn forget_oldest(&mut self) {
            if let Some((seq, hash)) = self.all.pop_first() {
                self.ids.forget(hash, seq);
            }
        }
    }

    fn seq() -> impl Strategy<Value = Seq> {
        prop_oneof![
            9 => (0..400_u64).prop_map(|n| Seq(Seq::ORIGIN.0 - 200 + n)),
            1 => (0..40_u64).prop_map(|n| Seq(Seq::ORIGIN.0 - (1 << 34) + n)),
        ]
    }

    /// Many agree in the bits that the tables keep.
    fn hash() -> impl Strategy<Value = u64> {
        (1..4_u64, 0..6_u64, 0..8_u64).prop_map(|(a, b, c)| a << 56 | b << 45 | c)
    }

    proptest! {
        #[test]
        fn who_repeats_whom_is_what_a_look_at_all_entries_says(
            steps in vec((hash(), seq(), 0..5_u8), 1..600),
        ) {
            let mut both = Both::default();
            for (hash, seq, what) in steps {
                match what {
                    0 => both.forget_oldest(),
                    _ => both.note(hash, seq),
                }
                both.ids.shrink();
            }
            while !both.all.is_empty() {
                both.forget_oldest();
            }
            prop_assert_eq!(both.ids.near.iter().map(|t| t.used).sum::<usize>(), 0);
            prop_assert!(both.ids.far.is_empty() && both.ids.repeated.is_empty());
        }
    }
}
