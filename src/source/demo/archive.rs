//! The past of the demo. Same seed, same agents: what is asked for is played again from the beginning.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{Clock, Events, PAGE, Simulation, page_of};
use crate::model::{Mapping, Ms};
use crate::source::{DemoSpec, Direction, Notices, Part, Reader, now_ms};

/// Plays a simulation again, as of any time.
#[derive(Clone, Debug)]
pub struct Archive {
    spec: DemoSpec,
    /// When its history ended and its live events began.
    began_ms: Ms,
}

impl Archive {
    /// Of the simulation that was begun then.
    pub fn new(spec: DemoSpec, began_ms: Ms) -> Self {
        Self { spec, began_ms }
    }

    /// Opens a part of what has happened by now.
    pub fn open(&self, part: Part, mapping: Arc<Mapping>) -> Reader {
        let (pages_in, pages) = mpsc::channel(2);
        let archive = self.clone();
        // Playing hundreds of thousands of events takes a while, and never waits.
        tokio::task::spawn_blocking(move || {
            let mut events = archive.events(part);
            while !events.is_empty() {
                let page = page_of(next(&mut events, part.direction).iter(), &mapping);
                if pages_in.blocking_send(Ok(page)).is_err() {
                    return;
                }
            }
        });
        Reader::sent(pages, Notices::default())
    }

    fn events(&self, part: Part) -> Events {
        let mut clock = Clock::new(Simulation::before(self.began_ms, &self.spec));
        let mut events = clock.until(now_ms().min(part.range.to.ms), usize::MAX);
        events.retain(|(id, _)| part.range.contains(*id));
        events
    }
}

fn next(events: &mut Events, direction: Direction) -> Events {
    match direction {
        Direction::Forward => events.drain(..PAGE.min(events.len())).collect(),
        Direction::Reverse => events.split_off(events.len().saturating_sub(PAGE)),
    }
}
