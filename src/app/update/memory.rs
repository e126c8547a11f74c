//! Keeps the log within the memory that it may take: old chunks are frozen, first on another task, and here only where it is
//! urgent.

use crate::app::action::{Effect, Frozen};
use crate::app::state::State;
use crate::store::Page;

/// Chunks frozen in one go: some 12 ms of work for another task, which has them plain meanwhile.
const BATCH: usize = 2;
/// So many chunks that wait for being frozen are no reason to freeze here.
const PATIENCE: usize = 2 * BATCH;
/// What the log keeps of an entry beside its columns and fields: the hash of its event id, its part of a summary.
const NOTED_BYTES: usize = 12;
/// Cold blocks that may stay thawed after someone looked at them.
const THAWED_BYTES: usize = 8 << 20;

/// The program was measured.
pub fn resident(state: &mut State, resident_bytes: usize) {
    let log_bytes = state.log.memory_bytes();
    state.memory.measured(resident_bytes, log_bytes);
    if state.log.thawed_bytes() > THAWED_BYTES {
        state.log.cool();
    }
}

/// Chunks were frozen elsewhere.
pub fn frozen(state: &mut State, chunks: &[Frozen]) -> Vec<Effect> {
    state.memory.is_freezing = false;
    for chunk in chunks {
        state.log.freeze(chunk.base, chunk.made.as_ref());
    }
    freeze_old(state)
}

/// What is to be frozen now that entries came; one batch at a time.
pub fn freeze_old(state: &mut State) -> Vec<Effect> {
    if state.memory.is_freezing {
        return Vec::new();
    }
    let overdue = state.log.overdue(hot_bytes(state), BATCH);
    if overdue.is_empty() {
        return Vec::new();
    }
    state.memory.is_freezing = true;
    vec![Effect::Freeze(overdue)]
}

/// Whether a page finds room within the memory, after all that is old enough was frozen.
pub fn has_room_for(state: &mut State, page: &Page) -> bool {
    let noted = page.len() * NOTED_BYTES;
    fits(
        state,
        page.columns.memory_bytes() + page.payloads.memory_bytes() + noted,
    )
}

/// What the log may take.
pub fn budget(state: &State) -> usize {
    state.memory.log_bytes(state.options.memory_bytes)
}

/// Whether the log and `more` bytes are within the budget. What waits for being frozen is frozen here before the answer is no.
pub fn fits(state: &mut State, more: usize) -> bool {
    let is_over = |state: &State| state.log.memory_bytes() + more > budget(state);
    if !is_over(state) {
        return true;
    }
    // The oldest first: another task begins at the other end.
    let mut overdue = state.log.overdue(hot_bytes(state), usize::MAX);
    while let Some((base, _)) = overdue.pop() {
        state.log.freeze(base, None);
        if !is_over(state) {
            return true;
        }
    }
    false
}

/// Freezes here what another task is behind with: what comes is not to wait for that, but memory is not to wait for long either.
pub fn catch_up(state: &mut State) {
    let overdue = state.log.overdue(hot_bytes(state), PATIENCE + 1);
    if overdue.len() > PATIENCE {
        fits(state, 0);
    }
}

fn hot_bytes(state: &State) -> usize {
    state.memory.hot_bytes(state.options.memory_bytes)
}
