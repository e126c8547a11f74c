//! Replies that come while those before them are decoded: the server is asked for the next one as soon as one is here.

use tokio::sync::mpsc;

use super::bulk::Entry;
use super::merge::{Pace, beyond};
use super::wire::{Range, Window, Wire, Within};
use crate::source::{Direction, IdRange};

/// Replies that are on their way or wait to be taken.
const MOST_REPLIES: usize = 2;

/// What is to be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// What is left to fetch.
    pub left: IdRange,
    /// From which end.
    pub direction: Direction,
    /// How many entries at once.
    pub pace: Pace,
    /// Entries that are wanted at most.
    pub limit: usize,
    /// Replies that are wanted at most.
    pub replies: usize,
}

/// The replies, in order. Ends after one that is an error, or larger than was wanted.
#[derive(Debug)]
pub struct Ahead {
    coming: mpsc::Receiver<(Window, Within)>,
    /// Replies that may still be taken.
    replies: usize,
}

impl Ahead {
    /// Asks for them, on a task of its own. Redirections are errors here.
    pub fn new(wire: &mut Wire, key: &[u8], course: Course) -> Self {
        let (taken, coming) = mpsc::channel(MOST_REPLIES);
        tokio::spawn(course.run(wire.bulk_range(key), taken));
        Self {
            coming,
            replies: course.replies,
        }
    }

    /// What was asked for, and what came; `None` after the last.
    pub async fn next(&mut self) -> Option<(Window, Within)> {
        self.replies = self.replies.saturating_sub(1);
        self.coming.recv().await
    }

    /// Whether as many were taken as were wanted.
    pub fn is_over(&self) -> bool {
        self.replies == 0
    }
}

impl Course {
    /// The next request, at most `limit` entries.
    pub fn window(&self) -> Window {
        Window {
            from: self.left.from,
            to: self.left.to,
            count: self.pace.count().min(self.limit).max(1),
        }
    }

    async fn run(mut self, range: Range, taken: mpsc::Sender<(Window, Within)>) {
        // Whoever stops taking replies ends this; one that is on its way is read to its end, so that the connection stays good.
        while self.replies > 0
            && let Ok(place) = taken.reserve().await
        {
            let window = self.window();
            let most = Pace::most_bytes(window.count);
            let came = range.ask(window, self.direction, most).await;
            let goes_on = matches!(&came, Ok(Some(entries)) if self.goes_on(window, entries));
            place.send((window, came));
            if !goes_on {
                return;
            }
        }
    }

    /// Learns from a reply; whether there is more to ask for.
    fn goes_on(&mut self, window: Window, entries: &[Entry]) -> bool {
        self.replies -= 1;
        self.limit = self.limit.saturating_sub(entries.len());
        self.pace
            .note(entries.len(), entries.iter().map(Entry::size).sum());
        let last = entries.last().filter(|_| entries.len() >= window.count);
        let left = last.and_then(|last| beyond(self.left, last.id, self.direction));
        self.left = left.unwrap_or(self.left);
        left.is_some() && self.limit > 0
    }
}
