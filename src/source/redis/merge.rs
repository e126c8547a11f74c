//! Pages over several streams at once, merged by entry id. Holds at most one reply of each stream, and of a
//! stream that is read alone the next three too.

use std::collections::VecDeque;
use std::sync::Arc;

use ::redis::{RedisError, RedisResult};

use super::ahead::{Ahead, Course};
use super::bulk::Entry;
use super::fault;
use super::roster::{Life, Lives};
use super::wire::{Window, Wire};
use crate::model::{EntryId, Mapping};
use crate::source::{Direction, IdRange};
use crate::store::{Page, PageBuilder};

/// Bytes of names and values after which a page ends.
pub const PAGE_BYTES: usize = 1 << 20;
/// Entries of the largest page: more hold the server longer without being faster.
pub const PAGE_ENTRIES: usize = 1_000;

/// A larger reply is given up, and fewer entries are asked for. One entry may be as large as it is.
const REPLY_BYTES: usize = 16 * PAGE_BYTES;

/// How many entries to ask for, so that a reply stays near [`PAGE_BYTES`] whatever entries weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    count: usize,
    /// At most so many pages at once.
    pages: usize,
}

impl Pace {
    /// Begins with so many entries.
    pub fn new(count: usize) -> Self {
        Self { count, pages: 1 }
    }

    /// At the live end: what comes between two frames at 50,000 entries a second is one reply, and is shown by one frame.
    pub fn live() -> Self {
        Self {
            count: PAGE_ENTRIES,
            pages: 4,
        }
    }

    /// Entries to ask for next.
    pub fn count(self) -> usize {
        self.count
    }

    /// Learns from a reply. Grows slowly, shrinks at once.
    pub fn note(&mut self, entries: usize, bytes: usize) {
        let Some(mean) = bytes.checked_div(entries) else {
            return;
        };
        let fit = self.pages * PAGE_BYTES / mean.max(1);
        let most = self.pages * PAGE_ENTRIES;
        self.count = fit.min(self.count.saturating_mul(8)).clamp(1, most);
    }

    /// Bytes after which a reply to so many entries is given up.
    pub fn most_bytes(count: usize) -> usize {
        if count > 1 { REPLY_BYTES } else { usize::MAX }
    }

    /// Learns that a reply was given up.
    pub fn shrink(&mut self) {
        self.count = (self.count / 8).max(1);
    }
}

/// One stream of a merge.
#[derive(Debug)]
pub struct Source {
    /// Its key.
    pub key: Vec<u8>,
    /// What is left to fetch, both ends included; `None` when nothing is.
    left: Option<IdRange>,
    fetched: VecDeque<Entry>,
    /// When the stream was deleted, what is left of it is not what it was.
    lives: Lives,
    life: Life,
    pace: Pace,
    /// The next replies, on their way.
    ahead: Option<Ahead>,
}

impl Source {
    /// A stream of which this range is to be read.
    pub fn new(key: Vec<u8>, range: IdRange, lives: Lives) -> Self {
        let left = (range.from <= range.to && range.to > EntryId::MIN).then_some(range);
        Self {
            key,
            left,
            fetched: VecDeque::new(),
            life: lives.now(),
            lives,
            pace: Pace::new(200),
            ahead: None,
        }
    }

    async fn refill(
        &mut self,
        wire: &mut Wire,
        direction: Direction,
        limit: usize,
    ) -> Result<(), RedisError> {
        let Some(left) = self.left.filter(|_| self.fetched.is_empty()) else {
            return Ok(());
        };
        if self.lives.is_over(self.life) {
            self.left = None;
            return Ok(());
        }
        let (window, entries) = self.fetch(wire, direction, left, limit).await?;
        let count = window.count;
        self.left = entries
            .last()
            .filter(|_| entries.len() >= count)
            .and_then(|e| beyond(left, e.id, direction));
        self.pace
            .note(entries.len(), entries.iter().map(Entry::size).sum());
        self.fetched = entries.into();
        Ok(())
    }

    /// What was asked for, and what came.
    async fn fetch(
        &mut self,
        wire: &mut Wire,
        direction: Direction,
        left: IdRange,
        limit: usize,
    ) -> RedisResult<(Window, Vec<Entry>)> {
        if let Some(mut ahead) = self.ahead.take() {
            match ahead.next().await {
                Some((window, Ok(Some(entries)))) => {
                    self.ahead = Some(ahead).filter(|ahead| !ahead.is_over());
                    return Ok((window, entries));
                }
                Some((_, Ok(None))) => self.pace.shrink(),
                // What failed on the way ahead is asked again where errors are understood.
                _ => {}
            }
        }
        loop {
            let window = self.course(left, direction, limit).window();
            let most = Pace::most_bytes(window.count);
            let came = wire.range_within(&self.key, window, direction, most);
            if let Some(entries) = came.await? {
                return Ok((window, entries));
            }
            self.pace.shrink();
        }
    }

    fn course(&self, left: IdRange, direction: Direction, limit: usize) -> Course {
        Course {
            left,
            direction,
            pace: self.pace,
            limit,
            replies: usize::MAX,
        }
    }

    /// Begins to fetch ahead, so many replies at most; nothing where that has begun.
    fn fetch_ahead(&mut self, wire: &mut Wire, direction: Direction, limit: usize, replies: usize) {
        if let Some(left) = self.left.filter(|_| self.ahead.is_none()) {
            let course = self.course(left, direction, limit);
            let course = Course { replies, ..course };
            self.ahead = Some(Ahead::new(wire, &self.key, course));
        }
    }
}

/// What is left of a range after `id`, going in that direction.
pub fn beyond(range: IdRange, id: EntryId, direction: Direction) -> Option<IdRange> {
    match direction {
        Direction::Forward if id < range.to => Some(IdRange {
            from: id.next(),
            ..range
        }),
        Direction::Reverse if id > range.from => Some(IdRange {
            to: id.prev(),
            ..range
        }),
        _ => None,
    }
}

/// Several streams, read as one.
#[derive(Debug)]
pub struct Merge {
    sources: Vec<Source>,
    direction: Direction,
    pages: PageBuilder,
    /// Entries that may still be handed out.
    most: u64,
    passes_over: bool,
}

impl Merge {
    /// Begins at the end from which the direction leads.
    pub fn new(sources: Vec<Source>, direction: Direction, mapping: Arc<Mapping>) -> Self {
        Self {
            sources,
            direction,
            pages: PageBuilder::new(mapping),
            most: u64::MAX,
            passes_over: false,
        }
    }

    /// Reads no further than so many entries.
    pub fn at_most(mut self, entries: u64) -> Self {
        self.most = entries;
        self
    }

    /// Of several streams, those that may not be read (or are none) are left out.
    pub fn passing_over_refused(mut self) -> Self {
        self.passes_over = self.sources.len() > 1;
        self
    }

    /// Whether everything was handed out.
    pub fn is_done(&self) -> bool {
        self.sources
            .iter()
            .all(|s| s.left.is_none() && s.fetched.is_empty())
    }

    /// The next page in stream order, at most `limit` entries; `None` at the end. After an error it can be asked again, on
    /// another connection.
    pub async fn page(
        &mut self,
        wire: &mut Wire,
        limit: usize,
    ) -> Result<Option<Page>, RedisError> {
        let mut taken: Vec<(usize, Entry)> = Vec::new();
        let limit = limit.min(usize::try_from(self.most).unwrap_or(usize::MAX));
        let share = (limit / self.sources.len().max(1)).max(20);
        let mut bytes = 0;
        while taken.len() < limit && bytes < PAGE_BYTES {
            // A reply may end the page early: what was taken must not wait for a connection that may fail.
            if self.must_fetch() {
                if !taken.is_empty() && self.sources.len() == 1 {
                    break;
                }
                if let Err(error) = self.refill(wire, share.min(limit)).await {
                    self.put_back(taken);
                    return Err(error);
                }
            }
            let Some((at, entry)) = self.take_next() else {
                break;
            };
            bytes += entry.size();
            taken.push((at, entry));
        }
        self.most = self.most.saturating_sub(taken.len() as u64);
        Ok((!taken.is_empty()).then(|| self.build(taken)))
    }

    fn must_fetch(&self) -> bool {
        self.sources
            .iter()
            .any(|s| s.left.is_some() && s.fetched.is_empty())
    }

    async fn refill(&mut self, wire: &mut Wire, limit: usize) -> Result<(), RedisError> {
        let direction = self.direction;
        if self.sources.len() > 1 {
            // All of them at once: one round trip.
            let empty = self.sources.iter_mut().filter(|s| s.fetched.is_empty());
            empty.for_each(|source| source.fetch_ahead(wire, direction, limit, 1));
        }
        for source in &mut self.sources {
            match source.refill(wire, direction, limit).await {
                Err(error) if self.passes_over && fault::concerns_one_key(&error) => {
                    source.left = None;
                }
                refilled => refilled?,
            }
        }
        if let [alone] = self.sources.as_mut_slice() {
            let most = usize::try_from(self.most).unwrap_or(usize::MAX);
            let further = most.saturating_sub(alone.fetched.len());
            if further > 0 {
                alone.fetch_ahead(wire, direction, further, usize::MAX);
            }
            // Decoding does not yield, so the request must leave before it begins.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn put_back(&mut self, taken: Vec<(usize, Entry)>) {
        for (at, entry) in taken.into_iter().rev() {
            if let Some(source) = self.sources.get_mut(at) {
                source.fetched.push_front(entry);
            }
        }
    }

    fn take_next(&mut self) -> Option<(usize, Entry)> {
        let heads = self
            .sources
            .iter()
            .enumerate()
            .filter_map(|(at, s)| Some((s.fetched.front()?.id, at)));
        let (_, at) = match self.direction {
            Direction::Forward => heads.min(),
            Direction::Reverse => heads.max(),
        }?;
        Some((at, self.sources.get_mut(at)?.fetched.pop_front()?))
    }

    fn build(&mut self, mut taken: Vec<(usize, Entry)>) -> Page {
        if self.direction == Direction::Reverse {
            taken.reverse();
        }
        let keys = |at: usize| {
            self.sources
                .get(at)
                .map(|s| s.key.as_slice())
                .unwrap_or_default()
        };
        page_of(
            taken.iter().map(|(at, entry)| (keys(*at), entry)),
            &mut self.pages,
        )
    }
}

/// The next page: entries, each with its stream's key.
pub fn page_of<'a>(
    entries: impl Iterator<Item = (&'a [u8], &'a Entry)>,
    page: &mut PageBuilder,
) -> Page {
    let mut fields = Vec::new();
    for (key, entry) in entries {
        entry.fields(&mut fields);
        page.push(key, entry.id, &fields);
    }
    page.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn huge_entries_make_small_requests_at_once_and_small_ones_large_requests_soon() {
        let mut pace = Pace::new(200);
        pace.note(200, 200 << 20);
        assert_eq!(pace.count(), 1);
        for _ in 0..4 {
            pace.note(1, 100);
        }
        assert_eq!(pace.count(), PAGE_ENTRIES);
        let mut live = Pace::live();
        live.note(3, 3 * 100);
        assert_eq!(live.count(), 4 * PAGE_ENTRIES);
        pace.note(0, 0);
        assert_eq!(pace.count(), PAGE_ENTRIES);
    }

    #[test]
    fn a_reply_that_is_given_up_ends_at_one_entry_which_is_not() {
        let mut pace = Pace::new(PAGE_ENTRIES);
        for _ in 0..3 {
            assert!(Pace::most_bytes(pace.count()) < usize::MAX);
            pace.shrink();
        }
        assert_eq!(pace.count(), 1);
        assert_eq!(Pace::most_bytes(pace.count()), usize::MAX);
    }

    #[test]
    fn what_is_left_of_a_range_ends_at_its_ends() {
        let range = IdRange {
            from: EntryId::new(5, 0),
            to: EntryId::new(9, 0),
        };
        let to = Some(IdRange {
            to: EntryId::new(6, u64::MAX),
            ..range
        });
        assert_eq!(beyond(range, EntryId::new(7, 0), Direction::Reverse), to);
        assert_eq!(beyond(range, EntryId::new(5, 0), Direction::Reverse), None);
        assert_eq!(beyond(range, EntryId::new(9, 0), Direction::Forward), None);
    }
}
