//! Episodes of abnormal rate among the entries that are here.

use super::state::State;
use crate::project::spikes::Spike;

/// All of them, also those after the playhead, in the order of time.
#[must_use]
pub fn spikes(state: &State) -> Vec<Spike> {
    if state.feed.history.idle {
        state.traffic.spikes().to_vec()
    } else {
        state.traffic.recounted(&state.log, state.silent_until_ms())
    }
}
