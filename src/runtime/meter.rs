//! Measures what drawing costs, for the line that tells it.

use std::time::{Duration, Instant};

use crate::app::cost::Cost;
use crate::model::Ms;

/// So often it is told.
const EVERY: Duration = Duration::from_secs(1);

/// What has been counted since it was told last.
#[derive(Debug)]
pub struct Meter {
    since: Instant,
    counted: Cost,
    /// Whether anybody wants to know.
    is_open: bool,
}

impl Meter {
    /// Nothing counted yet.
    pub fn new() -> Self {
        Self {
            since: Instant::now(),
            counted: Cost::default(),
            is_open: false,
        }
    }

    /// An action was taken in, which took so long.
    pub fn updated(&mut self, took: Duration) {
        self.counted.updates += 1;
        self.counted.update_us += micros(took);
    }

    /// A frame was made, which took so long, and so many bytes left.
    pub fn drew(&mut self, took: Duration, bytes: usize) {
        self.counted.draws += 1;
        self.counted.draw_us += micros(took);
        self.counted.frames += u64::from(bytes > 0);
        self.counted.bytes += bytes as u64;
    }

    /// So many frames were due while the one before had not left.
    pub fn skipped(&mut self, frames: u64) {
        self.counted.skipped += frames;
    }

    /// When it is to be told next; `None` while nobody wants to know.
    pub fn due(&self) -> Option<Instant> {
        self.is_open.then(|| self.since + EVERY)
    }

    /// What was counted, if it is to be told now. It begins anew when somebody wants to know.
    pub fn tell(&mut self, is_open: bool) -> Option<Cost> {
        let elapsed = self.since.elapsed();
        let was_open = std::mem::replace(&mut self.is_open, is_open);
        if was_open && is_open && elapsed < EVERY {
            return None;
        }
        let over_ms = Ms::try_from(elapsed.as_millis()).unwrap_or(Ms::MAX);
        let counted = std::mem::take(&mut self.counted);
        self.since = Instant::now();
        (was_open && is_open).then_some(Cost { over_ms, ..counted })
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}
