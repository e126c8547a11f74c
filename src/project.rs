//! What the log means at a cursor.
//!
//! Invariant: a projection is a function of the entries before the cursor and of nothing else.

pub mod session_state;
