//! What the interface is and does, without a terminal, a clock or a socket: state, actions, effects, and the view of a state.
//!
//! Invariant: `update` is deterministic; everything on the screen is a function of (log, playhead, what is open).

pub mod action;
pub mod alarms;
pub mod bookmarks;
pub mod consumer_groups;
pub mod cost;
pub mod failing;
pub mod findings;
pub mod input;
pub mod inspected;
pub mod keymap;
pub mod layout;
pub mod loading;
pub mod markers;
pub mod memory;
pub mod metrics;
pub mod narrowing;
pub mod palette;
pub mod playhead;
pub mod prompt;
pub mod reopen;
pub mod screen;
pub mod search;
pub mod sessions;
pub mod spike_list;
pub mod spikes;
pub mod state;
pub mod traffic;
pub mod update;
pub mod view;
pub mod window;
pub mod zoom;

pub use action::{Action, Effect};
pub use screen::screen;
pub use state::{Options, State};
pub use update::update;
