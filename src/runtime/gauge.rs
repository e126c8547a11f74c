//! What memory the program takes.

use std::time::{Duration, Instant};

use crate::app::Action;

/// Looks at most that often.
const GAP: Duration = Duration::from_secs(1);
/// A change by less than this part is none: the figure on the screen is to stand still.
const CHANGE: usize = 64;

/// Tells the memory that the program takes when it has changed.
#[derive(Debug, Default)]
pub struct Gauge {
    looked: Option<Instant>,
    told: usize,
}

impl Gauge {
    /// What it takes now, if that is worth telling.
    pub fn look(&mut self) -> Option<Action> {
        if self.looked.is_some_and(|looked| looked.elapsed() < GAP) {
            return None;
        }
        self.looked = Some(Instant::now());
        let bytes = resident_bytes()?;
        if bytes.abs_diff(self.told) <= self.told / CHANGE {
            return None;
        }
        self.told = bytes;
        Some(Action::Resident(bytes))
    }
}

/// The second number of `/proc/self/statm` (proc(5)), in pages; `None` on systems that have no such file.
fn resident_bytes() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = text.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size())
}
