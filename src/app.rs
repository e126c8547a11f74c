//! What the interface is and does, without a terminal, a clock or a socket: state, actions, effects, and the view of a state.
//!
//! Invariant: `update` is deterministic; everything on the screen is a function of (log, playhead, what is open).

pub mod layout;
pub mod view;
