//! The first history: from the place where the tail began backwards, on a connection of its own. It ends when so much as
//! was asked for at the start is loaded; whatever else is wanted is fetched by its ids.

use std::sync::Arc;
use std::time::Duration;

use ::redis::RedisError;
use tokio::sync::watch;

use super::board::Desk;
use super::connect::Use;
use super::fault;
use super::merge::{Merge, PAGE_ENTRIES, Source};
use super::tail::retry_in_ms;
use super::track::Track;
use super::wire::Wire;
use crate::model::EntryId;
use crate::source::{Direction, IdRange, now_ms};
use crate::store::{Arrival, History, Page};

/// Entries of the first page: what a screen shows, and little more.
const FIRST_PAGE: usize = 200;

/// Loads the first history.
pub struct Backfill {
    desk: Desk,
    merge: Merge,
    key: Vec<u8>,
    gate: watch::Sender<bool>,
    asked: u64,
    progress: History,
    wire: Option<Wire>,
}

impl Backfill {
    /// Begins where the tail of each stream begins.
    pub fn new(desk: Desk, tracks: &[Track], asked: u64, gate: watch::Sender<bool>) -> Self {
        let source = |t: &Track| {
            let to = t.cursor.unwrap_or(EntryId::MIN);
            Source::new(
                t.key.clone(),
                IdRange {
                    from: EntryId::MIN,
                    to,
                },
                t.lives.clone(),
            )
        };
        let sources = tracks.iter().map(source).collect();
        let merge =
            Merge::new(sources, Direction::Reverse, Arc::clone(&desk.mapping)).at_most(asked);
        let key = tracks.first().map(|t| t.key.clone()).unwrap_or_default();
        Self {
            desk,
            merge,
            key,
            gate,
            asked,
            progress: History::default(),
            wire: None,
        }
    }

    /// What the streams hold in all, and where they begin.
    pub fn knowing(mut self, total: Option<u64>, first_id: Option<EntryId>) -> Self {
        self.progress = History {
            total,
            first_id,
            ..self.progress
        };
        self
    }

    /// Loads what was asked for.
    pub async fn run(mut self) {
        self.load().await;
        self.gate.send_replace(true);
        self.tell(true).await;
    }

    async fn load(&mut self) {
        let mut attempt = 0;
        while self.progress.loaded < self.asked && !self.merge.is_done() {
            match self.page().await {
                Ok(Some(page)) => {
                    attempt = 0;
                    self.deliver(page).await;
                }
                Ok(None) => return,
                Err(error) => {
                    attempt += 1;
                    self.wire = None;
                    let fault = fault::explain(&error, self.desk.connector.place(), &self.key);
                    if fault.refused && !fault.link {
                        self.desk.notice(fault.trouble).await;
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(retry_in_ms(attempt, false))).await;
                }
            }
        }
    }

    async fn page(&mut self) -> Result<Option<Page>, RedisError> {
        if self.wire.is_none() {
            self.wire = Some(Wire::open(&self.desk.connector, Use::Questions).await?);
        }
        let Some(wire) = self.wire.as_mut() else {
            return Ok(None);
        };
        let usual = if self.progress.loaded == 0 {
            FIRST_PAGE
        } else {
            PAGE_ENTRIES
        };
        let left = usize::try_from(self.asked - self.progress.loaded).unwrap_or(usize::MAX);
        self.merge.page(wire, usual.min(left)).await
    }

    async fn deliver(&mut self, page: Page) {
        let first = self.progress.loaded == 0;
        self.progress.loaded += page.len() as u64;
        let page = Arc::new(page);
        if first && !*self.gate.borrow() {
            self.desk
                .send(Arrival::Newer {
                    page,
                    received_at: now_ms(),
                })
                .await;
            self.gate.send_replace(true);
        } else {
            self.desk.send(Arrival::Older { page }).await;
        }
        self.tell(false).await;
    }

    async fn tell(&mut self, idle: bool) {
        let done = self.merge.is_done();
        let reachable = self
            .progress
            .total
            .unwrap_or(u64::MAX)
            .max(self.progress.loaded);
        self.progress.wanted = Some(if done {
            self.progress.loaded
        } else {
            self.asked.min(reachable)
        });
        self.progress.at_start = done;
        self.progress.idle = idle || done;
        self.desk.send(Arrival::History(self.progress)).await;
    }
}
