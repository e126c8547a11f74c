//! Archive files and streams as one log, in either direction, page by page.
//!
//! Invariant: no entry is given twice and none is left out, also when streams are trimmed into the archive meanwhile. A trim
//! archives first and deletes then, so what a reply no longer holds stands in the archive as it is *after* that reply:
//! - backwards, the archive is looked at when a stream's reply shows that it holds nothing older;
//! - forwards, each reply begins with the last entry that is known; where it does not, the archive is looked at again.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use super::names::Names;
use super::shelf::Shelf;
use super::walk::{Head, Walk};
use crate::model::{EntryId, FieldRef, Mapping};
use crate::source::redis::{Asker, Entry, Lives, PAGE_BYTES, Pace, Window, beyond};
use crate::source::{Direction, IdRange, Notices, Part, SourceError, line};
use crate::store::{Page, PageBuilder, Trouble};

/// A stream that Redis may hold.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its key.
    pub key: Vec<u8>,
    /// Its lives.
    pub lives: Lives,
    /// Newer entries are not read.
    pub until: EntryId,
    /// No older id is there; `None` where that is not known.
    pub first: Option<EntryId>,
}

/// Entries of one stream.
#[derive(Debug)]
struct Stream {
    name: Vec<u8>,
    /// The last one that was given.
    given: Option<EntryId>,
    live: Option<Live>,
}

/// What Redis holds of a stream.
#[derive(Debug)]
struct Live {
    /// What was not asked for yet; `None` when nothing is left.
    left: Option<IdRange>,
    fetched: VecDeque<Entry>,
    pace: Pace,
    known: Known,
    /// Forwards: the archive has what comes before this.
    border: EntryId,
    until: EntryId,
    lives: Lives,
    life: crate::source::redis::Life,
}

/// The entry with which the next reply has to begin, forwards, if nothing was trimmed on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Nothing,
    /// It was given already.
    Given(EntryId),
    /// It was not.
    First(EntryId),
}

/// An entry that is to be put on a page.
#[derive(Debug)]
enum Taken {
    Live(usize, Entry),
    Line(usize, EntryId, Vec<u8>),
}

/// Archive files and streams, read as one.
#[derive(Debug)]
pub struct Join {
    shelf: Shelf,
    names: Names,
    asker: Asker,
    notices: Notices,
    mapping: Arc<Mapping>,
    part: Part,
    streams: Vec<Stream>,
    lives: usize,
    walk: Option<Walk>,
    /// For each stream of the walk its place in `streams`.
    places: Vec<Option<usize>>,
    /// The id of the last entry that was given.
    at: Option<EntryId>,
    is_begun: bool,
    /// What went wrong behind the entries that were given last.
    failed: Option<SourceError>,
}

impl Join {
    /// Begins at the end of the part from which its direction leads.
    pub fn new(
        shelf: Shelf,
        names: Names,
        asker: Asker,
        standing: Vec<Standing>,
        part: Part,
        mapping: Arc<Mapping>,
    ) -> Self {
        let streams = standing.into_iter().map(|s| Stream::of(s, part));
        let streams: Vec<Stream> = streams.collect();
        Self {
            shelf,
            names,
            asker,
            notices: Notices::default(),
            mapping,
            part,
            lives: streams.len(),
            streams,
            walk: None,
            places: Vec::new(),
            at: None,
            is_begun: false,
            failed: None,
        }
    }

    /// What is noticed on the way.
    pub fn notices(&self) -> Notices {
        self.notices.clone()
    }

    /// The next page, at most `limit` entries; `None` at the end. After an error it can be asked again.
    pub async fn page(&mut self, limit: usize) -> Result<Option<Page>, SourceError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.begin().await?;
        let limit = limit.min(usize::try_from(self.part.most).unwrap_or(usize::MAX));
        let (mut taken, mut bytes) = (Vec::new(), 0);
        while taken.len() < limit && bytes < PAGE_BYTES {
            match self.next().await {
                Ok(Some(entry)) => {
                    bytes += entry.size();
                    taken.push(entry);
                }
                Ok(None) => break,
                Err(error) if taken.is_empty() => return Err(error),
                Err(error) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        self.part.most = self.part.most.saturating_sub(taken.len() as u64);
        Ok((!taken.is_empty()).then(|| self.build(taken)))
    }

    async fn begin(&mut self) -> Result<(), SourceError> {
        if self.is_begun {
            return Ok(());
        }
        match self.part.direction {
            Direction::Forward => {
                for at in 0..self.streams.len() {
                    if self.is_unknown(at) {
                        self.refill(at).await?;
                    }
                }
                self.look().await?;
            }
            Direction::Reverse => {
                let is_over = |s: &Stream| s.live.as_ref().is_none_or(|live| live.left.is_none());
                if self.must_look_first().await? || self.streams.iter().any(is_over) {
                    self.look().await?;
                }
            }
        }
        self.is_begun = true;
        Ok(())
    }

    /// Whether entries of streams that Redis does not have may be the newest.
    async fn must_look_first(&self) -> Result<bool, SourceError> {
        if self.streams.is_empty() || self.names.has_globs() {
            return Ok(true);
        }
        let first = self.shelf.first_streams().await.map_err(|e| failed(&e))?;
        Ok(!first.iter().any(|stream| self.names.include(stream)))
    }

    fn is_unknown(&self, at: usize) -> bool {
        let live = self.streams.get(at).and_then(|s| s.live.as_ref());
        live.is_some_and(|live| live.left.is_some() && live.known == Known::Nothing)
    }

    /// Looks at the archive as it is now, and goes on in it from here.
    async fn look(&mut self) -> Result<(), SourceError> {
        let index = self.shelf.now().await.map_err(|e| failed(&e))?;
        let is_same = |walk: &Walk| Arc::ptr_eq(&walk.index, &index);
        if self.walk.as_ref().is_some_and(is_same) {
            return Ok(());
        }
        if self.walk.is_none() {
            for trouble in index.troubles() {
                self.notices.tell(trouble);
            }
        }
        let (wanted, told) = self.names.wanted(&index.streams);
        if let Some(trouble) = told.filter(|_| self.walk.is_none()) {
            self.notices.tell(trouble);
        }
        let places = index.streams.iter().zip(&wanted);
        self.places = places
            .map(|(name, wanted)| wanted.then(|| place(&mut self.streams, name)))
            .collect();
        let mut range = self.part.range;
        if let Some(at) = self.at {
            match self.part.direction {
                Direction::Forward => range.from = range.from.max(at),
                Direction::Reverse => range.to = range.to.min(at),
            }
        }
        self.walk = Some(Walk::new(index, self.part.direction, range, &wanted));
        Ok(())
    }

    async fn next(&mut self) -> Result<Option<Taken>, SourceError> {
        loop {
            let old = match &mut self.walk {
                Some(walk) => walk.head().await.map_err(|e| failed(&e))?,
                None => None,
            };
            let old = old.and_then(|head| Some((self.key(head)?, head)));
            if let Some(at) = self.hungry(old.as_ref().map(|(_, head)| head.id)) {
                self.refill(at).await?;
                continue;
            }
            let live = self.live_head();
            let is_live = match (&live, &old) {
                (None, None) => return Ok(None),
                (Some((id, at)), Some((name, head))) => {
                    let key = (*id, self.name(*at));
                    match self.part.direction {
                        Direction::Forward => key <= (head.id, name.as_slice()),
                        Direction::Reverse => key >= (head.id, name.as_slice()),
                    }
                }
                (live, _) => live.is_some(),
            };
            let taken = match (live, old) {
                (Some((id, at)), _) if is_live => self.take_live(at, id),
                (_, Some((_, head))) => self.take_line(head),
                _ => None,
            };
            if taken.is_some() {
                return Ok(taken);
            }
        }
    }

    fn key(&self, head: Head) -> Option<Vec<u8>> {
        self.walk.as_ref()?.index.streams.get(head.stream).cloned()
    }

    fn name(&self, at: usize) -> &[u8] {
        self.streams.get(at).map_or(b"", |stream| &stream.name)
    }

    /// A stream that has to be asked before it is known which entry is next.
    fn hungry(&self, old: Option<EntryId>) -> Option<usize> {
        let heads = self.streams.iter().filter_map(|s| s.live.as_ref());
        let heads = heads.filter_map(|live| live.fetched.front()).map(|e| e.id);
        let heads = heads.chain(old);
        let next = match self.part.direction {
            Direction::Forward => heads.min(),
            Direction::Reverse => heads.max(),
        };
        self.streams.iter().position(|stream| {
            let live = stream.live.as_ref();
            let left = live
                .filter(|live| live.fetched.is_empty())
                .and_then(|l| l.left);
            left.is_some_and(|left| match self.part.direction {
                Direction::Forward => next.is_none_or(|next| left.from <= next),
                Direction::Reverse => next.is_none_or(|next| left.to >= next),
            })
        })
    }

    async fn refill(&mut self, at: usize) -> Result<(), SourceError> {
        let (direction, alone) = (self.part.direction, self.lives == 1);
        let most = usize::try_from(self.part.most).unwrap_or(usize::MAX);
        let Some(stream) = self.streams.get_mut(at) else {
            return Ok(());
        };
        let Some((live, left)) = stream.live.as_mut().and_then(|l| l.left.map(|x| (l, x))) else {
            return Ok(());
        };
        let is_trimmed = if live.lives.is_over(live.life) {
            live.left = None;
            true
        } else {
            let window = live.window(left, direction, most);
            let asked = self.asker.range(&stream.name, window, direction, alone);
            live.took(left, window.count, direction, asked.await?)
        };
        // Before the archive was looked at first, that is still to come.
        if is_trimmed && (self.is_begun || direction == Direction::Reverse) {
            self.look().await?;
        }
        Ok(())
    }

    fn live_head(&self) -> Option<(EntryId, usize)> {
        let heads = self.streams.iter().enumerate().filter_map(|(at, stream)| {
            let id = stream.live.as_ref()?.fetched.front()?.id;
            Some((id, stream.name.as_slice(), at))
        });
        let (id, _, at) = match self.part.direction {
            Direction::Forward => heads.min(),
            Direction::Reverse => heads.max(),
        }?;
        Some((id, at))
    }

    fn take_live(&mut self, at: usize, id: EntryId) -> Option<Taken> {
        let stream = self.streams.get_mut(at)?;
        let entry = stream.live.as_mut()?.fetched.pop_front()?;
        stream.given = Some(id);
        self.at = Some(id);
        Some(Taken::Live(at, entry))
    }

    /// The line, unless it is one that Redis holds, or held and deleted, or one that was given.
    fn take_line(&mut self, head: Head) -> Option<Taken> {
        let line = self.walk.as_mut()?.take()?;
        let at = (*self.places.get(head.stream)?)?;
        let stream = self.streams.get_mut(at)?;
        if !stream.is_of_archive(head.id, self.part.direction) {
            return None;
        }
        stream.given = Some(head.id);
        self.at = Some(head.id);
        Some(Taken::Line(at, head.id, line))
    }

    fn build(&self, mut taken: Vec<Taken>) -> Page {
        if self.part.direction == Direction::Reverse {
            taken.reverse();
        }
        let mut page = PageBuilder::new(Arc::clone(&self.mapping));
        for entry in &taken {
            entry.put(self, &mut page);
        }
        page.finish()
    }
}

/// The place of a stream, which begins there if it has none.
fn place(streams: &mut Vec<Stream>, name: &[u8]) -> usize {
    if let Some(at) = streams.iter().position(|stream| stream.name == name) {
        return at;
    }
    streams.push(Stream {
        name: name.to_vec(),
        given: None,
        live: None,
    });
    streams.len() - 1
}

fn failed(error: &io::Error) -> SourceError {
    SourceError::Failed(Trouble::new(
        format!("the archive cannot be read: {error}"),
        "check --archive",
    ))
}

impl Stream {
    fn of(standing: Standing, part: Part) -> Self {
        let life = standing.lives.now();
        let mut range = IdRange {
            from: part.range.from.max(life.floor),
            to: part.range.to.min(standing.until),
        };
        let (mut known, mut border) = (Known::Nothing, EntryId::MAX);
        if let Some(first) = standing.first.filter(|first| range.from < *first) {
            range.from = first;
            (known, border) = (Known::First(first), first);
        }
        let is_any = range.from <= range.to && range.to > EntryId::MIN;
        Self {
            name: standing.key,
            given: None,
            live: Some(Live {
                left: is_any.then_some(range),
                fetched: VecDeque::new(),
                pace: Pace::new(200),
                known,
                border,
                until: standing.until,
                life,
                lives: standing.lives,
            }),
        }
    }

    /// Whether an entry that stands in the archive, and whose turn it is, comes from there.
    fn is_of_archive(&self, id: EntryId, direction: Direction) -> bool {
        let is_next = self.given.is_none_or(|given| match direction {
            Direction::Forward => id > given,
            Direction::Reverse => id < given,
        });
        is_next
            && self.live.as_ref().is_none_or(|live| {
                let is_before = match direction {
                    Direction::Forward => id < live.border,
                    Direction::Reverse => live.left.is_none() && live.fetched.is_empty(),
                };
                is_before && id <= live.until
            })
    }
}

impl Live {
    fn window(&self, left: IdRange, direction: Direction, most: usize) -> Window {
        let count = self.pace.count().min(most).max(1);
        let (from, more) = match (direction, self.known) {
            (Direction::Forward, Known::Given(id)) => (id, 1),
            _ => (left.from, 0),
        };
        Window {
            from,
            to: left.to,
            count: count + more,
        }
    }

    /// Takes in a reply. Whether the archive has to be looked at: entries went, or there are no older ones.
    fn took(
        &mut self,
        left: IdRange,
        asked: usize,
        direction: Direction,
        entries: Vec<Entry>,
    ) -> bool {
        let is_full = entries.len() >= asked;
        let last = entries.last().map(|entry| entry.id);
        self.pace
            .note(entries.len(), entries.iter().map(Entry::size).sum());
        self.fetched = entries.into();
        self.left = last
            .filter(|_| is_full)
            .and_then(|last| beyond(left, last, direction));
        if direction == Direction::Reverse {
            return self.left.is_none();
        }
        let first = self.fetched.front().map(|entry| entry.id);
        let is_trimmed = match self.known {
            Known::Nothing => true,
            Known::Given(id) | Known::First(id) => first != Some(id),
        };
        if is_trimmed {
            self.border = first.unwrap_or(EntryId::MAX);
        } else if matches!(self.known, Known::Given(_)) {
            self.fetched.pop_front();
        }
        self.known = last.map_or(self.known, Known::Given);
        is_trimmed
    }
}

impl Taken {
    fn size(&self) -> usize {
        match self {
            Self::Live(_, entry) => entry.size(),
            Self::Line(_, _, line) => line.len(),
        }
    }

    fn put(&self, join: &Join, page: &mut PageBuilder) {
        match self {
            Self::Live(at, entry) => {
                let mut fields = Vec::new();
                entry.fields(&mut fields);
                page.push(join.name(*at), entry.id, &fields);
            }
            Self::Line(at, id, line) => {
                let line = line::parse(line.trim_ascii());
                let fields = line.fields.iter().map(|(n, v)| (n.as_ref(), v.as_ref()));
                let fields: Vec<FieldRef<'_>> = fields.collect();
                page.push(join.name(*at), *id, &fields);
            }
        }
    }
}
