//! Episodes of abnormal rate among the entries that are here.

use super::state::State;
use crate::project::spikes::{self, Counts, Spike};

/// All of them, also those after the playhead, in the order of time. What is missing in a hole is no silence: both sides
/// are looked at apart.
#[must_use]
pub fn spikes(state: &State) -> Vec<Spike> {
    let log = &state.log;
    let counts = |range| {
        let mut counts = Counts::new(state.traffic.settings());
        counts.take(log, range);
        counts
    };
    let mut all = match log.hole() {
        None => Vec::new(),
        Some(hole) => {
            let left_ms = log.last_before(hole.from).map_or(0, |e| e.axis_ms());
            spikes::spikes(&counts(log.first()..hole.from), left_ms)
        }
    };
    if state.feed.history.idle {
        all.extend_from_slice(state.traffic.spikes());
    } else {
        all.extend(spikes::spikes(
            &counts(log.first()..log.end()),
            state.silent_until_ms(),
        ));
    }
    all
}
