//! Where the tail stands in one stream, and whether the stream is still the one it was.

use super::fault::shown;
use super::parse::StreamState;
use super::roster::Lives;
use crate::model::EntryId;
use crate::store::Trouble;

/// A followed stream.
#[derive(Clone, Debug)]
pub struct Track {
    /// Its key.
    pub key: Vec<u8>,
    /// Everything up to here was delivered or belongs to history; `None` until the server could be asked.
    pub cursor: Option<EntryId>,
    /// Whether the key was there when last looked.
    pub exists: bool,
    /// Entries that it held when last looked; 0 where the server may not be asked.
    pub length: u64,
    /// Tells those who read history that the stream is no longer the one they read.
    pub lives: Lives,
    /// What `entries-added` must be if everything was delivered; `None` where that is not known.
    accounted: Option<u64>,
    /// Where the cursor stood when the stream was seen to be the one it was: what came since may belong to a new one.
    proved: EntryId,
}

impl Track {
    /// Begins behind everything that is in the stream; before the first entry where there is no such key.
    pub fn at_end(key: Vec<u8>, state: Option<&StreamState>) -> Self {
        Self {
            cursor: Some(state.map_or(EntryId::MIN, |s| s.last)),
            exists: state.is_some(),
            length: state.map_or(0, |s| s.length),
            accounted: state.map_or(Some(0), |s| s.added),
            proved: state.map_or(EntryId::MIN, |s| s.last),
            ..Self::unknown(key)
        }
    }

    /// Begins with its first entry (a stream that appeared after following began).
    pub fn at_start(key: Vec<u8>) -> Self {
        Self {
            cursor: Some(EntryId::MIN),
            exists: true,
            ..Self::unknown(key)
        }
    }

    /// Begins where the server says, once it can be asked.
    pub fn unknown(key: Vec<u8>) -> Self {
        Self {
            key,
            cursor: None,
            exists: false,
            length: 0,
            lives: Lives::default(),
            accounted: None,
            proved: EntryId::MIN,
        }
    }

    /// Begins behind this id, of which nothing more is known.
    pub fn behind(key: Vec<u8>, id: EntryId) -> Self {
        Self {
            cursor: Some(id),
            exists: true,
            ..Self::unknown(key)
        }
    }

    /// Entries were delivered, the last of them `last`.
    pub fn delivered(&mut self, last: EntryId, entries: usize) {
        self.cursor = Some(last);
        self.exists = true;
        self.accounted = self.accounted.map(|n| n + entries as u64);
    }

    /// Compares with what the server says now, and takes the cursor back where the stream was made anew.
    pub fn compare(&mut self, state: Option<&StreamState>) -> Option<Trouble> {
        self.length = state.map_or(0, |state| state.length);
        let Some(state) = state else {
            return self.missing();
        };
        let Some(cursor) = self.cursor else {
            *self = Self {
                lives: self.lives.clone(),
                ..Self::at_end(std::mem::take(&mut self.key), Some(state))
            };
            return None;
        };
        self.exists = true;
        if state.last < cursor {
            return Some(self.made_anew(cursor));
        }
        match (state.added, self.accounted) {
            (Some(added), Some(accounted)) if added < accounted => {
                self.accounted = None;
                self.lives.end(std::mem::replace(&mut self.proved, cursor));
                Some(Trouble::new(
                    format!(
                        "`{}` was deleted and made anew with later ids",
                        shown(&self.key)
                    ),
                    "what came before stays on view here; Redis no longer holds it",
                ))
            }
            (Some(added), Some(accounted)) => {
                self.proved = cursor;
                self.lost(cursor, state, added, accounted)
            }
            (added, None) if state.last == cursor => {
                self.accounted = added;
                self.proved = cursor;
                None
            }
            _ => None,
        }
    }

    fn missing(&mut self) -> Option<Trouble> {
        let was = std::mem::replace(&mut self.exists, false);
        let last = self.cursor.replace(EntryId::MIN).unwrap_or(EntryId::MIN);
        self.accounted = Some(0);
        (was || last > EntryId::MIN).then(|| {
            self.lives.end(last);
            Trouble::new(
                format!("`{}` was deleted", shown(&self.key)),
                "what was read stays on view; following again as soon as it is written to",
            )
        })
    }

    fn made_anew(&mut self, cursor: EntryId) -> Trouble {
        self.cursor = Some(EntryId::MIN);
        self.accounted = Some(0);
        self.lives.end(cursor);
        Trouble::new(
            format!(
                "`{}` was deleted and made anew: its ids began again",
                shown(&self.key)
            ),
            "following the new one from its first entry; what was read before stays on view",
        )
    }

    /// Entries that were added and can no longer come. Exact when nothing is left to read or nothing before it is kept.
    fn lost(
        &mut self,
        cursor: EntryId,
        state: &StreamState,
        added: u64,
        accounted: u64,
    ) -> Option<Trouble> {
        let to_come = if state.last == cursor {
            0
        } else if state.first.is_none_or(|first| first > cursor) {
            state.length
        } else {
            return None;
        };
        let lost = added.checked_sub(to_come + accounted).filter(|n| *n > 0)?;
        self.accounted = Some(accounted + lost);
        let entries = if lost == 1 {
            "1 entry was".to_owned()
        } else {
            format!("{lost} entries were")
        };
        Some(Trouble::new(
            format!(
                "{entries} trimmed from `{}` before they were read",
                shown(&self.key)
            ),
            "a larger MAXLEN keeps entries until they are read",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(length: u64, first: u64, last: u64, added: u64) -> StreamState {
        let first = (length > 0).then(|| EntryId::new(first, 0));
        StreamState {
            length,
            first,
            last: EntryId::new(last, 0),
            added: Some(added),
            groups: None,
        }
    }

    fn track() -> Track {
        Track::at_end(b"s".to_vec(), Some(&state(10, 1, 10, 10)))
    }

    #[test]
    fn an_unchanged_or_a_trimmed_but_read_stream_is_no_news() {
        let mut track = track();
        assert_eq!(track.compare(Some(&state(10, 1, 10, 10))), None);
        assert_eq!(track.compare(Some(&state(1, 10, 10, 10))), None);
        assert_eq!(track.compare(Some(&state(2, 10, 11, 11))), None);
        track.delivered(EntryId::new(11, 0), 1);
        assert_eq!(track.compare(Some(&state(0, 0, 11, 11))), None);
    }

    #[test]
    fn lost_entries_are_counted_once_whether_caught_up_or_behind() {
        let mut track = track();
        let told = track.compare(Some(&state(2, 14, 15, 15))).map(|t| t.what);
        assert_eq!(
            told.as_deref(),
            Some("3 entries were trimmed from `s` before they were read")
        );
        track.delivered(EntryId::new(15, 0), 2);
        assert_eq!(track.compare(Some(&state(2, 14, 15, 15))), None);
    }

    #[test]
    fn a_stream_made_anew_is_followed_from_its_first_entry() {
        let mut track = track();
        let life = track.lives.now();
        assert!(track.compare(Some(&state(1, 2, 2, 1))).is_some());
        assert_eq!(track.cursor, Some(EntryId::MIN));
        assert!(track.lives.is_over(life));
        assert_eq!(track.lives.now().floor, EntryId::new(10, 1));
    }

    #[test]
    fn what_was_delivered_of_a_stream_made_anew_with_later_ids_is_not_counted_to_the_old_one() {
        let mut track = track();
        assert_eq!(track.compare(Some(&state(10, 1, 10, 10))), None);
        track.delivered(EntryId::new(20, 0), 1);
        assert!(track.compare(Some(&state(1, 20, 20, 1))).is_some());
        assert_eq!(track.lives.now().floor, EntryId::new(10, 1));
    }

    #[test]
    fn a_stream_that_vanishes_is_told_once() {
        let mut track = track();
        assert!(track.compare(None).is_some());
        assert_eq!(track.compare(None), None);
        assert_eq!(track.cursor, Some(EntryId::MIN));
        assert_eq!(Track::at_end(b"s".to_vec(), None).compare(None), None);
    }
}
