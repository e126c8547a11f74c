//! Simulated agents: a history that ends now, then live events. Same seed, same agents.

mod agent;
mod archive;
mod chance;
mod phrases;
mod simulation;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{DemoSpec, Part, Reader, Start, now_ms};
use crate::model::{EntryId, FieldRef, Mapping, Ms};
use crate::store::{Arrival, History, Link, Page, PageBuilder};

pub use archive::Archive;
pub use simulation::{SimulatedEvent, Simulation};

/// The stream that the demo seems to read.
pub const STREAM: &str = "memory:events";

const FIRST_PAGE: usize = 200;
const PAGE: usize = 1_000;
/// Live events of one message at most.
const BATCH: usize = 5_000;

type Events = VecDeque<(EntryId, SimulatedEvent)>;

/// Starts the simulation; it ends when the receiver of the arrivals is dropped. Gives what it has played by then.
pub fn follow(
    spec: DemoSpec,
    start: Start,
    mapping: Arc<Mapping>,
    arrivals: mpsc::Sender<Arrival>,
) -> Archive {
    let now = now_ms();
    let closed = arrivals.clone();
    let archive = Archive::new(spec.clone(), now);
    tokio::spawn(async move {
        tokio::select! {
            () = closed.closed() => {}
            () = run(spec, now, start, mapping, arrivals) => {}
        }
    });
    archive
}

async fn run(
    spec: DemoSpec,
    now: Ms,
    start: Start,
    mapping: Arc<Mapping>,
    arrivals: mpsc::Sender<Arrival>,
) {
    let began = Instant::now();
    let mut clock = Clock::new(Simulation::before(now, &spec));
    let mut past = Past {
        events: clock.until(now, usize::MAX),
        mapping,
        arrivals,
        progress: History::default(),
    };
    past.tell_link().await;
    past.progress.total = Some(past.events.len() as u64);
    past.progress.first_id = past.events.front().map(|(id, _)| *id);
    let asked = match start {
        Start::History(count) => count,
        Start::Now => 0,
    };
    past.load(asked.min(FIRST_PAGE as u64)).await;
    let live = live(
        clock,
        now,
        began,
        Arc::clone(&past.mapping),
        past.arrivals.clone(),
    );
    tokio::join!(live, past.run(asked));
}

async fn live(
    mut clock: Clock,
    now: Ms,
    began: Instant,
    mapping: Arc<Mapping>,
    arrivals: mpsc::Sender<Arrival>,
) {
    loop {
        let due = Duration::from_millis(clock.next_at().saturating_sub(now));
        tokio::time::sleep_until(began + due).await;
        let passed = u64::try_from(began.elapsed().as_millis()).unwrap_or(Ms::MAX);
        let events = clock.until(now.saturating_add(passed), BATCH);
        if events.is_empty() {
            continue;
        }
        let page = Arc::new(page_of(events.iter(), &mapping));
        if arrivals
            .send(Arrival::Newer {
                page,
                received_at: now_ms(),
            })
            .await
            .is_err()
        {
            return;
        }
    }
}

/// The history part of the simulation, as of now.
pub fn read(spec: &DemoSpec, part: Part, mapping: Arc<Mapping>) -> Reader {
    Archive::new(spec.clone(), now_ms()).open(part, mapping)
}

fn page_of<'a>(
    events: impl Iterator<Item = &'a (EntryId, SimulatedEvent)>,
    mapping: &Arc<Mapping>,
) -> Page {
    let mut page = PageBuilder::new(Arc::clone(mapping));
    for (id, event) in events {
        let fields: Vec<FieldRef<'_>> = event
            .fields
            .iter()
            .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
            .collect();
        page.push(STREAM.as_bytes(), *id, &fields);
    }
    page.finish()
}

/// Gives the events ids, as a server would.
struct Clock {
    simulation: Simulation,
    next: SimulatedEvent,
    last: EntryId,
}

impl Clock {
    fn new(mut simulation: Simulation) -> Self {
        let next = simulation.next_event();
        Self {
            simulation,
            next,
            last: EntryId::MIN,
        }
    }

    fn next_at(&self) -> Ms {
        self.next.at_ms
    }

    fn until(&mut self, ms: Ms, limit: usize) -> Events {
        let mut events = Events::new();
        while self.next.at_ms <= ms && events.len() < limit {
            let event = std::mem::replace(&mut self.next, self.simulation.next_event());
            self.last = self.last.next().max(EntryId::new(event.at_ms, 0));
            events.push_back((self.last, event));
        }
        events
    }
}

/// The first history, as far as it was not delivered yet, oldest first.
struct Past {
    events: Events,
    mapping: Arc<Mapping>,
    arrivals: mpsc::Sender<Arrival>,
    progress: History,
}

impl Past {
    async fn run(mut self, asked: u64) {
        while self.progress.loaded < asked && !self.events.is_empty() {
            self.load((asked - self.progress.loaded).min(PAGE as u64))
                .await;
        }
        self.tell(asked, true).await;
    }

    async fn load(&mut self, count: u64) {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let events = self
            .events
            .split_off(self.events.len().saturating_sub(count));
        if events.is_empty() {
            return;
        }
        let first = self.progress.loaded == 0;
        self.progress.loaded += events.len() as u64;
        let page = Arc::new(page_of(events.iter(), &self.mapping));
        let arrival = if first {
            Arrival::Newer {
                page,
                received_at: now_ms(),
            }
        } else {
            Arrival::Older { page }
        };
        // A closed receiver ends the simulation from above.
        drop(self.arrivals.send(arrival).await);
        self.tell(u64::MAX, false).await;
    }

    async fn tell(&mut self, asked: u64, idle: bool) {
        self.progress.at_start = self.events.is_empty();
        self.progress.wanted = self.progress.total.map(|total| total.min(asked));
        self.progress.idle = idle;
        drop(self.arrivals.send(Arrival::History(self.progress)).await);
    }

    async fn tell_link(&self) {
        drop(self.arrivals.send(Arrival::Link(Link::Live)).await);
    }
}
