//! Bookmarks: entries that somebody wants to find again, each with a note.
//!
//! Invariants: they are sorted by (id, stream), and no two have the same. What is kept outside ([`Kept`]) never undoes a
//! change made here that is not kept yet.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::model::{EntryId, Ms, text_or_base64};
use crate::store::{EntryRef, Strings, Trouble};

/// A marked entry. What the list shows of it is stored with it, since the entry may not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// The entry.
    pub id: EntryId,
    /// Its stream: ids are unique in one stream only.
    #[serde(with = "text_or_base64")]
    pub stream: Vec<u8>,
    /// What it is remembered for; may be empty.
    #[serde(default)]
    pub note: String,
    /// The entry's type.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The entry's session; empty where it has none.
    #[serde(default)]
    pub session: String,
    /// When it was made, by this machine's clock.
    #[serde(default)]
    pub made_ms: Ms,
}

/// More of a type or a session than this is not kept with a bookmark, bytes.
const NAME_MAX_BYTES: usize = 200;

impl Bookmark {
    /// One on this entry, without a note.
    #[must_use]
    pub fn on(entry: &EntryRef<'_>, strings: &Strings, made_ms: Ms) -> Self {
        let name = |bytes: &[u8]| {
            let cut = bytes.get(..NAME_MAX_BYTES).unwrap_or(bytes);
            String::from_utf8_lossy(cut).into_owned()
        };
        Self {
            id: entry.id(),
            stream: entry.stream().to_vec(),
            note: String::new(),
            kind: name(strings.get(entry.kind())),
            session: name(strings.get(entry.session())),
            made_ms,
        }
    }

    /// What tells it from others.
    #[must_use]
    pub fn place(&self) -> (EntryId, &[u8]) {
        (self.id, &self.stream)
    }
}

/// A change of the bookmarks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// This one is there, whatever was in its place.
    Set(Bookmark),
    /// This one is not there.
    Remove(Bookmark),
}

/// Changes for the keeper of bookmarks, oldest first. Applying them twice is the same as once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Save {
    /// The number of the last change; [`Kept`] says it back.
    pub number: u64,
    /// All changes that are not known to be kept.
    pub changes: Vec<Change>,
}

/// What the keeper of bookmarks says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What is kept now, where it could be read and written.
    pub saved: Option<Saved>,
    /// What went wrong.
    pub trouble: Option<Trouble>,
}

/// What is kept now, other programs' bookmarks included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Up to which change; 0 before the first.
    pub number: u64,
    /// All of them.
    pub bookmarks: Vec<Bookmark>,
}

/// Where bookmarks go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keeping {
    /// Nowhere: they are gone when the program ends.
    #[default]
    UntilTheEnd,
    /// Into the state folder.
    Stored,
}

/// The bookmarks, and the list of them while it is open.
#[derive(Clone, Debug, Default)]
pub struct Bookmarks {
    /// Where they go.
    pub keeping: Keeping,
    /// The open list.
    pub list: Option<List>,
    marks: Vec<Bookmark>,
    /// Being made, while its note is typed.
    draft: Option<Bookmark>,
    unsaved: Vec<(u64, Change)>,
    number: u64,
}

/// The list of bookmarks, open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// The selected one: its entry and stream. Where it is gone, the next one is.
    pub selected: (EntryId, Vec<u8>),
    /// Deleted ones that can be brought back, the last at the end.
    pub deleted: Vec<Bookmark>,
}

impl Bookmarks {
    /// All in order of their ids.
    #[must_use]
    pub fn all(&self) -> &[Bookmark] {
        &self.marks
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Those on entries with ids in this range, in order.
    #[must_use]
    pub fn between(&self, ids: RangeInclusive<EntryId>) -> &[Bookmark] {
        let from = self.marks.partition_point(|m| m.id < *ids.start());
        let to = self.marks.partition_point(|m| m.id <= *ids.end());
        self.marks.get(from..to).unwrap_or_default()
    }

    /// The one on an entry.
    #[must_use]
    pub fn get(&self, id: EntryId, stream: &[u8]) -> Option<&Bookmark> {
        self.marks.get(self.find((id, stream)).ok()?)
    }

    /// The one made last.
    #[must_use]
    pub fn last(&self) -> Option<&Bookmark> {
        self.marks.iter().max_by_key(|m| m.made_ms)
    }

    /// A time for a new one, later than that of all others.
    #[must_use]
    pub fn made_ms(&self, now_ms: Ms) -> Ms {
        self.last()
            .map_or(now_ms, |last| now_ms.max(last.made_ms.saturating_add(1)))
    }

    /// Where the place is among them, or would be.
    fn find(&self, place: (EntryId, &[u8])) -> Result<usize, usize> {
        self.marks.binary_search_by(|m| m.place().cmp(&place))
    }

    /// Shows one that is still being made.
    pub fn draft(&mut self, mark: Bookmark) {
        self.put(mark.clone());
        self.draft = Some(mark);
    }

    /// Takes that one back.
    pub fn drop_draft(&mut self) {
        if let Some(draft) = self.draft.take() {
            self.take(&draft);
        }
    }

    /// Makes a change; what the keeper of bookmarks is to be told of it.
    pub fn change(&mut self, change: Change) -> Option<Save> {
        self.draft = None;
        self.apply(change.clone());
        if self.keeping == Keeping::UntilTheEnd {
            return None;
        }
        self.number += 1;
        self.unsaved.push((self.number, change));
        Some(Save {
            number: self.number,
            changes: self.unsaved.iter().map(|(_, c)| c.clone()).collect(),
        })
    }

    /// Takes in what is kept; changes that are not part of it stay on top.
    pub fn kept(&mut self, saved: Saved) {
        self.unsaved.retain(|(number, _)| *number > saved.number);
        self.marks = saved.bookmarks;
        self.marks.sort_by(|a, b| a.place().cmp(&b.place()));
        self.marks.dedup_by(|a, b| a.place() == b.place());
        for (_, change) in self.unsaved.clone() {
            self.apply(change);
        }
        match self.draft.take() {
            // Another program marked the same entry meanwhile.
            Some(draft) if self.find(draft.place()).is_ok() => {}
            Some(draft) => self.draft(draft),
            None => {}
        }
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Set(mark) => self.put(mark),
            Change::Remove(mark) => self.take(&mark),
        }
    }

    fn put(&mut self, mark: Bookmark) {
        match self.find(mark.place()) {
            Ok(at) => self.marks[at] = mark,
            Err(at) => self.marks.insert(at, mark),
        }
    }

    fn take(&mut self, mark: &Bookmark) {
        if let Ok(at) = self.find(mark.place()) {
            self.marks.remove(at);
        }
    }

    /// The selected one of the open list, and where it stands.
    #[must_use]
    pub fn selected(&self) -> Option<(usize, &Bookmark)> {
        let (id, stream) = &self.list.as_ref()?.selected;
        let at = self.find((*id, stream)).unwrap_or_else(|at| at);
        let at = at.min(self.marks.len().checked_sub(1)?);
        Some((at, self.marks.get(at)?))
    }

    /// Selects another one of the open list, so many rows on.
    pub fn select(&mut self, by: isize) {
        let Some((at, _)) = self.selected() else {
            return;
        };
        let to = at.saturating_add_signed(by).min(self.marks.len() - 1);
        let place = self.marks.get(to).map(|m| (m.id, m.stream.clone()));
        if let (Some(list), Some(place)) = (&mut self.list, place) {
            list.selected = place;
        }
    }
}

/// Applies changes to bookmarks that are kept elsewhere.
#[must_use]
pub fn merged(kept: Vec<Bookmark>, changes: &[Change]) -> Vec<Bookmark> {
    let mut all = Bookmarks::default();
    all.kept(Saved {
        number: 0,
        bookmarks: kept,
    });
    for change in changes {
        all.apply(change.clone());
    }
    all.marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(ms: Ms, made_ms: Ms) -> Bookmark {
        Bookmark {
            id: EntryId::new(ms, 0),
            stream: b"s".to_vec(),
            note: String::new(),
            kind: String::new(),
            session: String::new(),
            made_ms,
        }
    }

    fn stored() -> Bookmarks {
        Bookmarks {
            keeping: Keeping::Stored,
            ..Bookmarks::default()
        }
    }

    fn ids(marks: &Bookmarks) -> Vec<Ms> {
        marks.all().iter().map(|m| m.id.ms).collect()
    }

    #[test]
    fn they_stand_in_order_of_ids_and_the_last_is_the_one_made_last() {
        let mut marks = stored();
        for (ms, made) in [(30, 1), (10, 3), (20, 2)] {
            marks.change(Change::Set(mark(ms, made)));
        }
        assert_eq!(ids(&marks), [10, 20, 30]);
        assert_eq!(marks.last().map(|m| m.id.ms), Some(10));
        assert_eq!(marks.made_ms(2), 4);
        let within = marks.between(EntryId::new(15, 0)..=EntryId::new(30, 0));
        assert_eq!(within.len(), 2);
    }

    #[test]
    fn what_is_kept_never_undoes_a_change_that_is_not_kept_yet() {
        let mut marks = stored();
        marks.change(Change::Set(mark(1, 1)));
        let save = marks.change(Change::Set(mark(2, 2))).expect("stored");
        assert_eq!((save.number, save.changes.len()), (2, 2));
        marks.draft(mark(3, 3));
        let theirs = vec![mark(9, 9), mark(1, 1)];
        marks.kept(Saved {
            number: 1,
            bookmarks: theirs,
        });
        assert_eq!(ids(&marks), [1, 2, 3, 9]);
        marks.drop_draft();
        marks.kept(Saved {
            number: 2,
            bookmarks: vec![mark(9, 9)],
        });
        assert_eq!(ids(&marks), [9]);
    }

    #[test]
    fn a_selection_stays_on_its_entry_and_goes_to_the_next_when_that_is_gone() {
        let mut marks = stored();
        for ms in [1, 2, 3] {
            marks.change(Change::Set(mark(ms, ms)));
        }
        marks.list = Some(List::default());
        marks.select(1);
        marks.change(Change::Set(mark(0, 9)));
        assert_eq!(marks.selected().map(|(at, m)| (at, m.id.ms)), Some((2, 2)));
        marks.change(Change::Remove(mark(2, 2)));
        assert_eq!(marks.selected().map(|(at, m)| (at, m.id.ms)), Some((2, 3)));
        marks.select(7);
        assert_eq!(marks.selected().map(|(at, _)| at), Some(2));
    }

    #[test]
    fn changes_that_are_applied_twice_are_applied_once() {
        let changes = [Change::Set(mark(1, 1)), Change::Remove(mark(2, 2))];
        let once = merged(vec![mark(2, 2), mark(5, 5)], &changes);
        assert_eq!(merged(once.clone(), &changes), once);
        assert_eq!(once.len(), 2);
    }
}
