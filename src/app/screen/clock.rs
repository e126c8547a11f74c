//! Wall time: with the date where it is not today.

use crate::app::state::State;
use crate::model::Ms;

/// `14:02:07`, `2026-11-22 14:02:07`.
pub fn to_the_second(state: &State, ms: Ms) -> String {
    format(state, ms, "%H:%M:%S")
}

/// `14:02:07.120`, `2026-11-22 14:02:07.120`.
pub fn exact(state: &State, ms: Ms) -> String {
    format(state, ms, "%H:%M:%S%.3f")
}

/// Which day is today is asked of the clock and not of the newest entry: entries that come do not change what a paused screen
/// says of its moment.
fn format(state: &State, ms: Ms, clock: &str) -> String {
    let zone = state.options.zone;
    let ahead_ms = state.clock.ahead_ms.unwrap_or_default();
    let today = zone.format(state.clock.now_ms.saturating_sub(ahead_ms), "%Y-%m-%d");
    if zone.format(ms, "%Y-%m-%d") == today {
        zone.format(ms, clock)
    } else {
        zone.format(ms, &format!("%Y-%m-%d {clock}"))
    }
}
