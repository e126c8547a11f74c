//! The list of spikes, open over everything.
//!
//! Invariant: the selection is a spike and not a row, so it stays where it is while others are found.

use super::spikes::spikes;
use super::state::State;
use crate::model::Ms;
use crate::project::Spike;
use crate::project::spikes::Series;

/// The open list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpikeList {
    /// When the selected one was raised, and of what series it is: no two have the same. Where it is gone, the next one is.
    selected: (Ms, Series),
}

fn place(spike: &Spike) -> (Ms, Series) {
    (spike.raised_ms, spike.series)
}

/// All that are known, in the order in which they were raised.
#[must_use]
pub fn all(state: &State) -> Vec<Spike> {
    let mut all = spikes(state);
    all.sort_by_key(place);
    all
}

/// Where the selected one stands among these.
#[must_use]
pub fn selected(state: &State, all: &[Spike]) -> Option<usize> {
    let wanted = state.spike_list?.selected;
    let at = all.partition_point(|spike| place(spike) < wanted);
    Some(at.min(all.len().checked_sub(1)?))
}

/// Opens the list at the last one that was known at the playhead.
pub fn open(state: &mut State) {
    let all = all(state);
    let moment_ms = state.moment_ms();
    let known = all.partition_point(|spike| spike.raised_ms <= moment_ms);
    let nearest = all.get(known.saturating_sub(1));
    state.spike_list = Some(SpikeList {
        selected: nearest.map_or((0, Series::Events), place),
    });
}

/// Selects another one, so many rows on.
pub fn select(state: &mut State, by: isize) {
    let all = all(state);
    let to = selected(state, &all).map(|at| at.saturating_add_signed(by).min(all.len() - 1));
    if let (Some(spike), Some(list)) = (to.and_then(|to| all.get(to)), &mut state.spike_list) {
        list.selected = place(spike);
    }
}
