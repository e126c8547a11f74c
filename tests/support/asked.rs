//! A followed source that is asked for parts of its history.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use lookback::model::EntryId;
use lookback::source::{Direction, Feed, Fetch, IdRange, Request, Spec, Start};
use lookback::store::{Arrival, Held, History, Link, Page, Then, Trouble};

const PATIENCE: Duration = Duration::from_secs(20);

/// An entry: its id, its stream, its fields as text.
pub type Row = (EntryId, String, String);

/// A source and what it has told so far.
pub struct Asked {
    pub feed: Feed,
    pub links: Vec<Link>,
    pub notices: Vec<Trouble>,
    pub held: Vec<Held>,
    pub history: History,
    /// What was loaded at the start and what came since.
    pub rows: Vec<Row>,
    answers: BTreeMap<u64, Vec<(Arc<Page>, Then)>>,
    next_ticket: u64,
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// In stream order.
    pub rows: Vec<Row>,
    /// Entries of each page, in the order in which they came.
    pub pages: Vec<usize>,
    pub then: Then,
}

impl Answer {
    /// The milliseconds of the ids.
    pub fn ms(&self) -> Vec<u64> {
        self.rows.iter().map(|row| row.0.ms).collect()
    }
}

pub fn ids(from: u64, to: u64) -> IdRange {
    IdRange {
        from: EntryId::new(from, 0),
        to: EntryId::new(to, u64::MAX),
    }
}

pub fn fetch(range: IdRange, direction: Direction, count: u64) -> Fetch {
    Fetch {
        ticket: 0,
        range,
        direction,
        count,
        except: Vec::new(),
    }
}

pub fn rows(page: &Page) -> Vec<Row> {
    let row = |row: usize| {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let fields = page.payloads.named(row, &page.strings);
        let fields = fields
            .iter()
            .map(|(n, v)| format!("{}={}", text(n), text(v)));
        let stream = text(page.strings.get(page.columns.stream.get(row).unwrap()));
        let fields: Vec<String> = fields.collect();
        (page.columns.id.get(row).unwrap(), stream, fields.join(" "))
    };
    (0..page.len()).map(row).collect()
}

impl Asked {
    pub fn of(spec: Spec, start: Start) -> Self {
        Self {
            feed: spec.follow(start, Arc::default()),
            links: Vec::new(),
            notices: Vec::new(),
            held: Vec::new(),
            history: History::default(),
            rows: Vec::new(),
            answers: BTreeMap::new(),
            next_ticket: 1,
        }
    }

    /// Asks, and does not wait.
    pub async fn ask(&mut self, fetch: Fetch) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let request = Request::Fetch(Fetch { ticket, ..fetch });
        self.feed.requests.send(request).await.unwrap();
        ticket
    }

    /// Asks, and waits for the whole answer.
    pub async fn fetch(&mut self, fetch: Fetch) -> Answer {
        let direction = fetch.direction;
        let ticket = self.ask(fetch).await;
        self.answer(ticket, direction).await
    }

    /// Waits for the whole answer.
    pub async fn answer(&mut self, ticket: u64, direction: Direction) -> Answer {
        self.until("an answer", |seen| {
            let last = seen.answers.get(&ticket).and_then(|pages| pages.last());
            last.is_some_and(|(_, then)| *then != Then::More)
        })
        .await;
        let mut pages = self.answers.remove(&ticket).unwrap();
        let sizes = pages.iter().map(|(page, _)| page.len());
        let (sizes, then) = (
            sizes.filter(|n| *n > 0).collect(),
            pages.last().unwrap().1.clone(),
        );
        if direction == Direction::Reverse {
            pages.reverse();
        }
        Answer {
            rows: pages.iter().flat_map(|(page, _)| rows(page)).collect(),
            pages: sizes,
            then,
        }
    }

    pub async fn until(&mut self, what: &str, met: impl Fn(&Self) -> bool) {
        while !met(self) {
            let next = tokio::time::timeout(PATIENCE, self.feed.arrivals.recv()).await;
            match next {
                Ok(Some(arrival)) => self.take(arrival),
                Ok(None) => panic!("the source ended while waiting for {what}"),
                Err(late) => panic!("no {what} ({late}): {:?} {:?}", self.links, self.notices),
            }
        }
    }

    pub async fn until_live(&mut self) {
        self.until("a live link and idle history", |seen| {
            seen.links.last() == Some(&Link::Live) && seen.history.idle
        })
        .await;
    }

    fn take(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Newer { page, .. } => self.rows.extend(rows(&page)),
            Arrival::Older { page } => drop(self.rows.splice(0..0, rows(&page))),
            Arrival::Fetched { ticket, page, then } => {
                let pages = self.answers.entry(ticket).or_default();
                let ended = pages.last().is_some_and(|(_, then)| *then != Then::More);
                assert!(!ended, "an answer after the last one of {ticket}");
                pages.push((page, then));
            }
            Arrival::Held(held) => self.held.push(held),
            Arrival::History(history) => self.history = history,
            Arrival::Link(link) => self.links.push(link),
            Arrival::Notice(trouble) => self.notices.push(trouble),
        }
    }
}
