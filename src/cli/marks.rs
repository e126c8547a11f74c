//! Marks that depend on what came before, set on pages that come straight from a source: duplicate and late.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use hashbrown::{HashMap, HashSet};

use crate::model::{EntryId, Flags};
use crate::store::Page;

/// An entry's id and its stream, hashed: ids are unique in one stream only.
type Place = (EntryId, u64);

/// Remembers what came, oldest first, and marks what came again or too late.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    recent: HashSet<u64>,
    before: HashSet<u64>,
    bound: Option<usize>,
    highest: EntryId,
}

impl Tracker {
    /// Remembers at least the newest `bound` event ids and at most twice as many, for commands that never end.
    #[must_use]
    pub fn bounded(bound: usize) -> Self {
        Self {
            bound: Some(bound),
            ..Self::default()
        }
    }

    /// Whether an event id (its hash) comes for the first time.
    pub fn is_new(&mut self, event_id: u64) -> bool {
        if self.bound.is_some_and(|bound| self.recent.len() >= bound) {
            self.before = std::mem::take(&mut self.recent);
        }
        !self.before.contains(&event_id) && self.recent.insert(event_id)
    }

    /// Sets the marks on a page; pages come oldest first.
    pub fn mark(&mut self, page: &mut Page) {
        let columns = &mut page.columns;
        for (row, flags) in columns.flags.values_mut().iter_mut().enumerate() {
            let event_id = columns.event_id.get(row).unwrap_or_default();
            if event_id != 0 && !self.is_new(event_id) {
                *flags = flags.with(Flags::DUPLICATE);
            }
            let id = columns.id.get(row).unwrap_or_default();
            if id < self.highest {
                *flags = flags.with(Flags::LATE);
            }
            self.highest = self.highest.max(id);
        }
    }
}

/// Marks found in a pass before, for pages that come newest first.
#[derive(Clone, Debug, Default)]
pub struct Known(HashMap<Place, Flags>);

impl Known {
    /// Notes the marks of a page.
    pub fn note(&mut self, page: &Page) {
        for (row, flags) in page.columns.flags.iter().enumerate() {
            let marks = Flags(flags.0 & Flags::DUPLICATE.with(Flags::LATE).0);
            if marks != Flags::default() {
                self.0.insert(place(page, row), marks);
            }
        }
    }

    /// Sets the noted marks on a page.
    pub fn mark(&self, page: &mut Page) {
        for row in 0..page.len() {
            if let Some(marks) = self.0.get(&place(page, row))
                && let Some(flags) = page.columns.flags.values_mut().get_mut(row)
            {
                *flags = flags.with(*marks);
            }
        }
    }
}

fn place(page: &Page, row: usize) -> Place {
    let stream = page.columns.stream.get(row).unwrap_or_default();
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    (
        page.columns.id.get(row).unwrap_or_default(),
        hasher.hash_one(page.strings.get(stream)),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::PageBuilder;

    fn page(entries: &[(u64, &str)]) -> Page {
        let mut builder = PageBuilder::new(Arc::default());
        for (ms, event_id) in entries {
            let fields: [(&[u8], &[u8]); 1] = [(b"id", event_id.as_bytes())];
            builder.push(b"s", EntryId::new(*ms, 0), &fields);
        }
        builder.finish()
    }

    #[test]
    fn the_later_of_two_is_the_duplicate_in_both_directions() {
        let mut tracker = Tracker::default();
        let (mut first, mut second) = (page(&[(1, "a"), (2, "b")]), page(&[(3, "a"), (2, "c")]));
        tracker.mark(&mut first);
        tracker.mark(&mut second);
        assert_eq!(first.columns.flags, vec![Flags::default(); 2].into());
        assert_eq!(
            second.columns.flags,
            vec![Flags::DUPLICATE, Flags::LATE].into()
        );

        let mut known = Known::default();
        known.note(&first);
        known.note(&second);
        let mut again = page(&[(3, "a")]);
        known.mark(&mut again);
        assert_eq!(again.columns.flags, vec![Flags::DUPLICATE].into());
    }

    #[test]
    fn a_bounded_tracker_forgets_the_oldest() {
        let mut tracker = Tracker::bounded(2);
        assert!((1..=5).all(|n| tracker.is_new(n)));
        assert!(!tracker.is_new(4));
        assert!(tracker.is_new(1));
    }
}
