//! Parts of history on their way here, and what of the source is here at all.

use super::state::State;
use super::zoom::{Extent, Span};
use crate::model::{EntryId, Ms};
use crate::query::Moment;
use crate::store::{Cursor, EntryRef, Log};

/// What was asked for and has not come.
#[derive(Clone, Debug, Default)]
pub struct Loading {
    /// Of the newest fetch.
    pub ticket: u64,
    /// Fetches under way.
    pub errands: Vec<Errand>,
    /// Nothing older than the oldest entry here is left in the source.
    pub at_start: bool,
    /// Older entries came that memory has no room for: no more are asked for.
    pub is_full: bool,
    /// The way to a place that is not here.
    pub going: Option<Going>,
    /// Entries that came by fetches.
    pub fetched: u64,
    /// Entries that made room for others.
    pub dropped: u64,
    /// Entries that the source let go of before they came.
    pub lost: u64,
    /// Per stream that lost entries, what the source can still hold.
    pub still_held: Vec<StillHeld>,
}

/// What the source can still hold of a stream that lost entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StillHeld {
    /// The stream.
    pub stream: Vec<u8>,
    /// The first id where it is live.
    pub first: EntryId,
    /// Up to this id entries are kept all the same.
    pub kept: Option<EntryId>,
}

/// The way to a place that is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Going {
    /// Where the playhead is to stand.
    pub to: Moment,
    /// For how long that has been waited for.
    pub waited_ms: Ms,
    /// Whether anything of the window around it has come.
    pub window: Window,
}

/// A window of history on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// No entry of it has come yet.
    Awaited {
        /// Nothing is left before it.
        at_start: bool,
    },
    /// It has begun.
    Here,
}

/// One fetch under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errand {
    /// Its ticket.
    pub ticket: u64,
    /// Where its pages belong.
    pub place: Place,
    /// The id at the far end of its range: where that is the other side of a hole, nothing is missing once the range is
    /// exhausted.
    pub until: EntryId,
    /// Entries so far.
    pub came: u64,
}

/// Where the pages of a fetch belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the oldest entry here.
    Front,
    /// After the window of history, into the hole.
    AfterWindow,
    /// Before the newest part, into the hole.
    BeforeNewest,
}

impl Place {
    /// Both sides of a hole are not filled at once, so that they cannot overlap.
    #[must_use]
    pub fn is_hole(self) -> bool {
        self != Self::Front
    }
}

impl Loading {
    /// Whether a window is on its way of which no entry has come yet.
    #[must_use]
    pub fn awaits_window(&self) -> bool {
        self.going.is_some_and(|going| going.window != Window::Here)
    }

    /// Whether a fetch that belongs there is under way.
    #[must_use]
    pub fn is_under_way(&self, place: Place) -> bool {
        let same = |errand: &Errand| errand.place == place;
        let hole = |errand: &Errand| errand.place.is_hole() && place.is_hole();
        self.errands.iter().any(|e| same(e) || hole(e))
    }
}

/// How many, and whether that is known or reckoned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub n: u64,
    /// Whether that is exact.
    pub exact: bool,
}

/// What of the source is not here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Before the oldest entry here.
    pub older: Count,
    /// In the hole between a window of history and the newest part.
    pub between: Count,
}

/// A stretch of time whose entries are not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// When.
    pub span: Span,
    /// How many.
    pub count: Count,
}

impl State {
    /// The time that the scrubber can show; `None` before the first entry.
    #[must_use]
    pub fn extent(&self) -> Option<Extent> {
        let (first_ms, last_ms) = self.log.axis_range()?;
        let end_ms = self.moment_end().max(last_ms.saturating_add(1));
        Some(Extent {
            loaded: Span::new(first_ms, end_ms),
            whole: Span::new(self.begins_ms(first_ms), end_ms),
        })
    }

    /// Where the source begins, as far as it told.
    fn begins_ms(&self, first_ms: Ms) -> Ms {
        let told = self
            .feed
            .history
            .first_id
            .filter(|_| !self.loading.at_start);
        told.map_or(first_ms, |id| id.ms.min(first_ms))
    }

    /// Where entries are missing, the older first.
    #[must_use]
    pub fn absences(&self) -> Vec<Absence> {
        let Some((first_ms, _)) = self.log.axis_range() else {
            return Vec::new();
        };
        let missing = self.missing();
        let absence = |start_ms, end_ms, count| {
            (start_ms < end_ms).then(|| Absence {
                span: Span::new(start_ms, end_ms),
                count,
            })
        };
        let ms = |seq| self.log.get(seq).map_or(0, |e| e.axis_ms());
        let between = self.log.hole().and_then(|hole| {
            let (last, next) = (ms(hole.from.last()), ms(hole.to.next()));
            absence(last.saturating_add(1), next, missing.between)
        });
        let older = absence(self.begins_ms(first_ms), first_ms, missing.older);
        older.into_iter().chain(between).collect()
    }

    /// Entries that the source holds and that are not here, as far as it told.
    #[must_use]
    pub fn not_loaded(&self) -> u64 {
        let history = self.feed.history;
        let never = history
            .total
            .map_or(0, |total| total.saturating_sub(history.loaded));
        (never + self.loading.dropped).saturating_sub(self.loading.fetched + self.loading.lost)
    }

    /// Whether the source let go of an entry that is still here.
    #[must_use]
    pub fn is_lost(&self, entry: &EntryRef<'_>) -> bool {
        let held = self.loading.still_held.iter();
        let mut held = held.filter(|held| held.stream == entry.stream());
        held.next().is_some_and(|held| {
            let is_kept = held.kept.is_some_and(|kept| entry.id() <= kept);
            entry.id() < held.first && !is_kept
        })
    }

    /// Where what is not here would stand. How it is spread over both sides of a window is reckoned by time.
    #[must_use]
    pub fn missing(&self) -> Missing {
        let all = self.not_loaded();
        let exact = |n| Count { n, exact: true };
        match (self.log.hole(), self.loading.at_start) {
            (None, true) => Missing {
                older: exact(0),
                between: exact(0),
            },
            (None, false) => Missing {
                older: exact(all),
                between: exact(0),
            },
            (Some(_), true) => Missing {
                older: exact(0),
                between: exact(all),
            },
            (Some(hole), false) => {
                let between = self.reckoned(hole.from, hole.to, all);
                let older = all - between;
                let reckoned = |n| Count { n, exact: false };
                Missing {
                    older: reckoned(older),
                    between: reckoned(between),
                }
            }
        }
    }

    fn reckoned(&self, from: Cursor, to: Cursor, all: u64) -> u64 {
        let hole_ms = hole_ms(&self.log, from, to);
        let first_ms = self.feed.history.first_id.map_or(0, |id| id.ms);
        let front_ms = self.log.axis_range().map_or(0, |(first, _)| first);
        let older_ms = front_ms.saturating_sub(first_ms);
        let share = u128::from(all) * u128::from(hole_ms) / u128::from((hole_ms + older_ms).max(1));
        u64::try_from(share).unwrap_or(all).min(all)
    }

    /// How many entries of the source have happened at a boundary.
    #[must_use]
    pub fn index_at(&self, cursor: Cursor) -> Count {
        let missing = self.missing();
        let here = self.log.count(self.log.first()..cursor);
        let passed = self.log.hole().filter(|hole| hole.to < cursor);
        let between = passed.map_or(0, |_| missing.between.n);
        Count {
            n: missing.older.n + between + here,
            exact: missing.older.exact || passed.is_some(),
        }
    }
}

fn hole_ms(log: &Log, from: Cursor, to: Cursor) -> Ms {
    let ms = |seq| log.get(seq).map_or(0, |e| e.axis_ms());
    ms(to.next()).saturating_sub(ms(from.last()))
}
