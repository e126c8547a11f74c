//! Following: the tail and the state of the streams as Redis tells them, the first history out of both, and what is held told
//! as what both hold.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::join::Join;
use super::shelf::{Borders, Past};
use super::{Archive, ArchivedSpec, FIRST_PAGE, PAGE};
use crate::model::{EntryId, Mapping};
use crate::source::redis::{self, Standing};
use crate::source::{ARRIVALS, Beat, Direction, IdRange, Part, SourceError, Start, now_ms};
use crate::store::{Arrival, Held, History, Page, Trouble};

type Arrivals = mpsc::Sender<Arrival>;

/// Between two tries to load history.
const RETRY: Duration = Duration::from_secs(1);

/// Starts the tasks; they end when the receiver of the arrivals is dropped. Gives what they do not load.
pub fn follow(
    spec: ArchivedSpec,
    start: Start,
    beat: Beat,
    mapping: Arc<Mapping>,
    arrivals: Arrivals,
) -> Archive {
    let (live_in, live_out) = mpsc::channel(ARRIVALS);
    let how = Arc::clone(&mapping);
    let live = redis::follow(spec.redis.clone(), Start::Now, beat, how, live_in);
    let archive = Archive { spec, live };
    let desk = Desk {
        archive: archive.clone(),
        mapping,
        arrivals,
    };
    tokio::spawn(async move {
        let closed = desk.arrivals.clone();
        tokio::select! {
            () = closed.closed() => {}
            () = desk.run(start, live_out) => {}
        }
    });
    archive
}

/// What every task of a followed source has.
#[derive(Clone)]
struct Desk {
    archive: Archive,
    mapping: Arc<Mapping>,
    arrivals: Arrivals,
}

impl Desk {
    async fn run(self, start: Start, mut live: mpsc::Receiver<Arrival>) {
        let (gate_in, mut gate) = watch::channel(start == Start::Now);
        let mut waiting = Some(gate_in);
        while let Some(arrival) = live.recv().await {
            match arrival {
                // The streams are known now.
                Arrival::History(found) => {
                    if let Some(gate) = waiting.take() {
                        tokio::spawn(Loading::of(self.clone(), start, found, gate).run());
                    }
                }
                Arrival::Newer { .. } => {
                    // An error means that nobody loads history.
                    drop(gate.wait_for(|open| *open).await);
                    self.send(arrival).await;
                }
                Arrival::Held(held) => self.send(Arrival::Held(self.held(held).await)).await,
                other => self.send(other).await,
            }
        }
    }

    async fn send(&self, arrival: Arrival) {
        // A closed receiver ends every task from above.
        drop(self.arrivals.send(arrival).await);
    }

    /// Where each stream begins now.
    fn borders(&self) -> Vec<(Vec<u8>, Option<EntryId>)> {
        let standing = self.archive.live.standing().unwrap_or_default();
        standing.into_iter().map(|s| (s.key, s.first)).collect()
    }

    /// What the archive has before that; unknown where it cannot be read.
    async fn past(&self, borders: &Borders) -> Past {
        let spec = &self.archive.spec;
        let past = spec.shelf.past(&spec.names(), borders).await;
        past.unwrap_or_default()
    }

    /// What both hold, where Redis let go of entries.
    async fn held(&self, held: Held) -> Held {
        let past = self.past(&self.borders()).await;
        let Ok(index) = self.archive.spec.shelf.now().await else {
            return held;
        };
        let kept = held.moved.iter().filter_map(|(stream, _)| {
            let last = index.last_of(stream)?;
            Some((stream.clone(), last))
        });
        Held {
            total: held.total.zip(past.entries).map(|(live, past)| live + past),
            first_id: past.first_id.into_iter().chain(held.first_id).min(),
            kept: kept.collect(),
            ..held
        }
    }
}

/// Loading the newest entries of both.
struct Loading {
    desk: Desk,
    asked: u64,
    gate: watch::Sender<bool>,
    /// What Redis held when following began.
    found: History,
    borders: Vec<(Vec<u8>, Option<EntryId>)>,
    progress: History,
}

impl Loading {
    fn of(desk: Desk, start: Start, found: History, gate: watch::Sender<bool>) -> Self {
        let asked = match start {
            Start::History(count) => count,
            Start::Now => 0,
        };
        let progress = History {
            wanted: Some(asked),
            ..History::default()
        };
        Self {
            borders: desk.borders(),
            desk,
            asked,
            found,
            gate,
            progress,
        }
    }

    async fn run(mut self) {
        let mut is_known = false;
        if self.asked > 0
            && let Some(mut join) = self.join().await
        {
            loop {
                match self.page(&mut join).await {
                    Ok(Some(page)) => self.deliver(page).await,
                    Ok(None) => break,
                    Err(SourceError::NotConnected(_)) => tokio::time::sleep(RETRY).await,
                    Err(SourceError::Failed(trouble)) => {
                        self.desk.send(Arrival::Notice(trouble)).await;
                        break;
                    }
                }
                if !std::mem::replace(&mut is_known, true) {
                    self.count().await;
                }
            }
        }
        self.gate.send_replace(true);
        if !is_known {
            self.count().await;
        }
        self.progress.wanted = Some(self.progress.loaded.max(self.reachable()));
        self.progress.idle = true;
        self.tell().await;
    }

    async fn join(&self) -> Option<Join> {
        let part = Part {
            range: IdRange::ALL,
            direction: Direction::Reverse,
            most: self.asked,
        };
        // What is newer comes from the tail, and so does all of a stream that is not there yet.
        let until = |known: &Standing| {
            let began = known.began.filter(|began| *began > EntryId::MIN);
            began.unwrap_or(EntryId::MAX)
        };
        let mapping = Arc::clone(&self.desk.mapping);
        match self.desk.archive.join(part, mapping, until) {
            Ok(join) => Some(join),
            Err(SourceError::NotConnected(trouble) | SourceError::Failed(trouble)) => {
                self.desk.send(Arrival::Notice(trouble)).await;
                None
            }
        }
    }

    async fn page(&mut self, join: &mut Join) -> Result<Option<Page>, SourceError> {
        let usual = if self.progress.loaded == 0 {
            FIRST_PAGE
        } else {
            PAGE
        };
        let page = join.page(usual).await?;
        self.progress.at_start |= page.is_none() && self.progress.loaded < self.asked;
        Ok(page)
    }

    async fn deliver(&mut self, page: Page) {
        let is_first = self.progress.loaded == 0;
        self.progress.loaded += page.len() as u64;
        let page = Arc::new(page);
        if is_first {
            let received_at = now_ms();
            self.desk.send(Arrival::Newer { page, received_at }).await;
            self.gate.send_replace(true);
        } else {
            self.desk.send(Arrival::Older { page }).await;
        }
        self.tell().await;
    }

    fn reachable(&self) -> u64 {
        let total = self.progress.total.unwrap_or(u64::MAX);
        self.asked.min(total)
    }

    /// What both hold, and what there is to say of the files.
    async fn count(&mut self) {
        let past = self.desk.past(&self.borders).await;
        let live = self.found.total;
        self.progress.total = live.zip(past.entries).map(|(live, past)| live + past);
        let first = past.first_id.into_iter().chain(self.found.first_id).min();
        self.progress.first_id = first;
        for trouble in self.troubles().await {
            self.desk.send(Arrival::Notice(trouble)).await;
        }
    }

    async fn troubles(&self) -> Vec<Trouble> {
        let spec = &self.desk.archive.spec;
        match spec.shelf.now().await {
            Ok(index) => {
                let told = spec.names().wanted(&index.streams).1;
                told.into_iter().chain(index.troubles()).collect()
            }
            Err(error) => vec![Trouble::new(
                format!("the archive cannot be read: {error}"),
                "check --archive",
            )],
        }
    }

    async fn tell(&self) {
        self.desk.send(Arrival::History(self.progress)).await;
    }
}
