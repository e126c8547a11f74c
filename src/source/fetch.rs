//! Parts of history by their address, for whatever source. A few fetches are answered at once, the newest first, while the
//! source is followed.
//!
//! Invariant: every fetch ends with exactly one answer that is not [`Then::More`], whatever happens on the way.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{Reader, Request, SourceError, archived, demo, file, redis};
use crate::model::{EntryId, Mapping};
use crate::store::{Arrival, Direction, Fetch, IdRange, Page, PageBuilder, Then, Trouble};

/// Fetches answered at once.
const AT_ONCE: usize = 3;
/// Fetches that may wait for their turn.
const WAITING: usize = 64;
/// Entries of the first page: what a screen shows, and little more.
const FIRST_PAGE: usize = 200;
/// Entries of a later page.
const PAGE: usize = 1_000;

/// What a reader is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where.
    pub range: IdRange,
    /// From which end.
    pub direction: Direction,
    /// No more entries than so many will be read: what comes after them need not be looked for.
    pub most: u64,
}

/// The past of a followed source, which can be opened anywhere.
#[derive(Clone, Debug)]
pub enum Archive {
    /// Streams of a Redis server.
    Redis(redis::Archive),
    /// Files.
    Files(file::Archive),
    /// Simulated agents.
    Demo(demo::Archive),
    /// Archive files and the streams behind them.
    Archived(archived::Archive),
}

impl Archive {
    async fn open(&self, fetch: &Fetch, mapping: Arc<Mapping>) -> Result<Reader, SourceError> {
        let part = Part {
            range: fetch.range,
            direction: fetch.direction,
            most: fetch.count.saturating_add(fetch.except.len() as u64),
        };
        match self {
            Self::Redis(archive) => archive.open(part, mapping).await,
            Self::Files(archive) => archive.open(part, &fetch.except, mapping),
            Self::Demo(archive) => Ok(archive.open(part, mapping)),
            Self::Archived(archive) => archive.open(part, mapping),
        }
    }
}

/// How far a fetch was answered.
#[derive(Debug)]
enum Told {
    All,
    /// The pages; this ending is still to be told.
    AllBut(Then),
}

/// What answering needs.
#[derive(Clone, Debug)]
struct Desk {
    archive: Archive,
    mapping: Arc<Mapping>,
    arrivals: mpsc::Sender<Arrival>,
}

/// Answers fetches until nobody can ask any more, or nobody listens.
pub async fn serve(
    archive: Archive,
    mapping: Arc<Mapping>,
    requests: mpsc::Receiver<Request>,
    arrivals: mpsc::Sender<Arrival>,
) {
    let closed = arrivals.clone();
    let desk = Desk {
        archive,
        mapping,
        arrivals,
    };
    tokio::select! {
        () = closed.closed() => {}
        () = desk.serve(requests) => {}
    }
}

impl Desk {
    async fn serve(self, mut requests: mpsc::Receiver<Request>) {
        let mut waiting: VecDeque<Fetch> = VecDeque::new();
        let mut running = JoinSet::new();
        let mut open = true;
        while open || !running.is_empty() {
            while running.len() < AT_ONCE
                && let Some(fetch) = waiting.pop_back()
            {
                running.spawn(self.clone().answer(fetch));
            }
            tokio::select! {
                request = requests.recv(), if open => match request {
                    Some(Request::Fetch(fetch)) => waiting.push_back(fetch),
                    None => open = false,
                },
                Some(_) = running.join_next() => {}
            }
            if waiting.len() > WAITING
                && let Some(oldest) = waiting.pop_front()
            {
                self.end(oldest.ticket, Then::Failed(too_many())).await;
            }
        }
    }

    async fn answer(self, fetch: Fetch) {
        let ticket = fetch.ticket;
        match self.deliver(fetch).await {
            Ok(Told::All) => {}
            Ok(Told::AllBut(then)) => self.end(ticket, then).await,
            Err(SourceError::NotConnected(trouble) | SourceError::Failed(trouble)) => {
                self.end(ticket, Then::Failed(trouble)).await;
            }
        }
    }

    async fn deliver(&self, fetch: Fetch) -> Result<Told, SourceError> {
        if fetch.count == 0 {
            return Ok(Told::AllBut(Then::Enough));
        }
        if fetch.range.from > fetch.range.to {
            return Ok(Told::AllBut(Then::Exhausted));
        }
        let mut reader = self.archive.open(&fetch, Arc::clone(&self.mapping)).await?;
        let mut cutter = Cutter::new(fetch, Arc::clone(&self.mapping));
        while let Some(page) = reader.page(cutter.wanted()).await? {
            for (page, then) in cutter.cut(page) {
                let is_last = then == Then::Enough;
                self.send(cutter.ticket, page, then).await;
                if is_last {
                    return Ok(Told::All);
                }
            }
        }
        Ok(Told::AllBut(Then::Exhausted))
    }

    async fn end(&self, ticket: u64, then: Then) {
        self.send(ticket, Page::default(), then).await;
    }

    async fn send(&self, ticket: u64, page: Page, then: Then) {
        let page = Arc::new(page);
        // A closed receiver ends everything from above.
        drop(
            self.arrivals
                .send(Arrival::Fetched { ticket, page, then })
                .await,
        );
    }
}

fn too_many() -> Trouble {
    Trouble::new(
        "too many parts of history were asked for at once",
        "this one was passed over; go there again",
    )
}

/// Cuts pages, as they were read, into those that are sent.
#[derive(Debug)]
struct Cutter {
    ticket: u64,
    direction: Direction,
    left: u64,
    except: Vec<(Vec<u8>, EntryId)>,
    mapping: Arc<Mapping>,
    is_first: bool,
}

impl Cutter {
    fn new(fetch: Fetch, mapping: Arc<Mapping>) -> Self {
        Self {
            ticket: fetch.ticket,
            direction: fetch.direction,
            left: fetch.count,
            except: fetch.except,
            mapping,
            is_first: true,
        }
    }

    /// Entries of the next page, at most.
    fn limit(&self) -> usize {
        let usual = if self.is_first { FIRST_PAGE } else { PAGE };
        usize::try_from(self.left).map_or(usual, |left| left.min(usual))
    }

    /// Entries to read for it: some of them may be here already.
    fn wanted(&self) -> usize {
        self.limit().saturating_add(self.except.len())
    }

    fn cut(&mut self, page: Page) -> Vec<(Page, Then)> {
        let mut rows: VecDeque<usize> = (0..page.len()).collect();
        if self.direction == Direction::Reverse {
            rows.make_contiguous().reverse();
        }
        rows.retain(|row| !self.is_here(&page, *row));
        if rows.len() == page.len() && rows.len() <= self.limit() && !rows.is_empty() {
            let then = self.sent(rows.len());
            return vec![(page, then)];
        }
        let mut pages = Vec::new();
        while !rows.is_empty() && self.left > 0 {
            let mut part: Vec<usize> = rows.drain(..self.limit().min(rows.len())).collect();
            part.sort_unstable();
            let then = self.sent(part.len());
            pages.push((self.build(&page, &part), then));
        }
        pages
    }

    /// Whether the asker has this entry; each that it named counts once.
    fn is_here(&mut self, page: &Page, row: usize) -> bool {
        if self.except.is_empty() {
            return false;
        }
        let id = page.columns.id.get(row);
        let stream = page.columns.stream.get(row).map(|s| page.strings.get(s));
        let named =
            |(of, it): &(Vec<u8>, EntryId)| Some(*it) == id && Some(of.as_slice()) == stream;
        let at = self.except.iter().position(named);
        at.map(|at| self.except.swap_remove(at)).is_some()
    }

    fn sent(&mut self, entries: usize) -> Then {
        self.is_first = false;
        self.left = self.left.saturating_sub(entries as u64);
        if self.left == 0 {
            Then::Enough
        } else {
            Then::More
        }
    }

    fn build(&self, page: &Page, rows: &[usize]) -> Page {
        let mut part = PageBuilder::new(Arc::clone(&self.mapping));
        for row in rows {
            part.copy(page, *row);
        }
        part.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: std::ops::Range<u64>) -> Page {
        let mut page = PageBuilder::new(Arc::default());
        for id in ids {
            page.push(b"s", EntryId::new(id, 0), &[]);
        }
        page.finish()
    }

    fn cutter(direction: Direction, count: u64, except: &[u64]) -> Cutter {
        let except = except
            .iter()
            .map(|id| (b"s".to_vec(), EntryId::new(*id, 0)));
        let fetch = Fetch {
            ticket: 1,
            range: IdRange::ALL,
            direction,
            count,
            except: except.collect(),
        };
        Cutter::new(fetch, Arc::default())
    }

    fn cut(cutter: &mut Cutter, ids: std::ops::Range<u64>) -> Vec<(u64, u64, usize, Then)> {
        let told = |(page, then): (Page, Then)| {
            let (first, last) = page.id_range().unwrap_or_default();
            (first.ms, last.ms, page.len(), then)
        };
        cutter.cut(page(ids)).into_iter().map(told).collect()
    }

    #[test]
    fn a_large_page_is_cut_from_the_end_where_reading_began() {
        let mut reverse = cutter(Direction::Reverse, 1_500, &[]);
        let parts = [
            (2_801, 3_000, 200, Then::More),
            (1_801, 2_800, 1_000, Then::More),
            (1_501, 1_800, 300, Then::Enough),
        ];
        assert_eq!(cut(&mut reverse, 1..3_001), parts);
        let mut forward = cutter(Direction::Forward, 210, &[]);
        let parts = [(1, 200, 200, Then::More), (201, 210, 10, Then::Enough)];
        assert_eq!(cut(&mut forward, 1..3_001), parts);
    }

    #[test]
    fn entries_that_are_here_are_left_out_once_each_and_not_counted() {
        let mut reverse = cutter(Direction::Reverse, 3, &[9, 4]);
        assert_eq!(cut(&mut reverse, 8..10), [(8, 8, 1, Then::More)]);
        assert_eq!(cut(&mut reverse, 1..8), [(6, 7, 2, Then::Enough)]);
        let mut only = cutter(Direction::Forward, 3, &[1]);
        assert_eq!(cut(&mut only, 1..2), []);
    }
}
