//! Keeps the log within the memory that it may take: old chunks are frozen, first on another task, and here only where it is
//! urgent.

use crate::app::action::{Effect, Frozen};
use crate::app::state::State;
use crate::store::Page;

/// Chunks frozen in one go: some 50 ms of work for another task.
const BATCH: usize = 8;
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
    for chunk in chunks {
        state.log.freeze(chunk.base, chunk.made.as_ref());
    }
    freeze_old(state)
}

/// What is to be frozen now that entries came.
pub fn freeze_old(state: &State) -> Vec<Effect> {
    let overdue = state.log.overdue(hot_bytes(state), BATCH);
    if overdue.is_empty() {
        return Vec::new();
    }
    vec![Effect::Freeze(overdue)]
}

/// Whether a page finds room within the memory, after all that is old enough was frozen.
pub fn has_room_for(state: &mut State, page: &Page) -> bool {
    fits(
        state,
        page.columns.memory_bytes() + page.payloads.memory_bytes(),
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

fn hot_bytes(state: &State) -> usize {
    state.memory.hot_bytes(state.options.memory_bytes)
}
