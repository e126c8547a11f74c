//! Episodes of abnormal rate among the entries that are here.

use std::ops::Range;

use super::state::State;
use crate::model::Ms;
use crate::project::spikes::{self, Counts, Spike};
use crate::store::Cursor;

/// All of them, also those after the playhead, in the order of time. What is missing in a hole is no silence: both sides
/// are looked at apart.
#[must_use]
pub fn spikes(state: &State) -> Vec<Spike> {
    let log = &state.log;
    let now_ms = state.moment_end();
    match log.hole() {
        None => within(state, log.first()..log.end(), now_ms),
        Some(hole) => {
            let left_ms = log.last_before(hole.from).map_or(0, |e| e.axis_ms());
            let mut all = within(state, log.first()..hole.from, left_ms);
            all.extend(within(state, hole.to..log.end(), now_ms));
            all
        }
    }
}

fn within(state: &State, range: Range<Cursor>, at_ms: Ms) -> Vec<Spike> {
    spikes::spikes(&Counts::of(&state.log, range), at_ms)
}
