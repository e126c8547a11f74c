//! What sessions cost: the same number of entries, once in 20 sessions and once each in one of its own.

use std::time::Duration;

use lookback::app::screen;

use crate::agents::Agents;
use crate::inside;
use crate::process;

/// As many sessions, where each has its own.
pub const ENTRIES: u64 = 500_000;
const FRAMES: usize = 20;

/// What was found.
pub struct Sessions {
    /// Each, resident.
    pub bytes_each: u64,
    /// To make up what stands on the screen, at the live end, with 20 sessions and with as many as entries.
    pub frames: [Duration; 2],
}

/// Taken first of all, while the process has no memory that it could use again.
pub fn measure() -> Sessions {
    let alone = Agents {
        open: 1,
        entries_each: 1,
    };
    let id = std::process::id();
    let before = process::resident(id);
    let few = inside::state(&Agents::endless(), ENTRIES);
    let between = process::resident(id);
    let many = inside::state(&alone, ENTRIES);
    let after = process::resident(id);
    Sessions {
        bytes_each: (after - between).saturating_sub(between - before) / ENTRIES,
        frames: [&few, &many].map(|state| {
            let times = (0..FRAMES).map(|_| inside::timed(|| screen(state)));
            times.min().unwrap_or_default()
        }),
    }
}
