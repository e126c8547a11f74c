//! What drawing costs, as the shell measured it: told from outside, since nothing here has a clock.

use serde::{Deserialize, Serialize};

use crate::model::Ms;

/// What a stretch of time cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// How long it was.
    pub over_ms: Ms,
    /// Frames written.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Frames that were due while the one before had not left: a newer one took their place.
    pub skipped: u64,
    /// Actions taken in.
    pub updates: u64,
    /// What that took, µs.
    pub update_us: u64,
    /// Frames made, also those that changed nothing.
    pub draws: u64,
    /// What that took, µs.
    pub draw_us: u64,
}
