//! A filter made ready to run: times resolved, patterns compiled, column predicates before text.

use super::Filter;
use crate::model::{Ms, Zone};

/// What relative times and clock times in a filter refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The present, ms since the epoch.
    pub ms: Ms,
    /// The zone of clock times.
    pub zone: Zone,
}

/// A filter made ready to run. Shared by `Arc` with scans on other tasks.
#[derive(Clone, Debug)]
pub struct Plan {
    _filter: Filter,
}

impl Filter {
    /// Makes the filter ready to run.
    #[must_use]
    pub fn plan(&self, _now: Now) -> Plan {
        Plan {
            _filter: self.clone(),
        }
    }
}

impl Plan {
    /// Whether the answer for an entry depends on whether its session ends later (`is:open`, `is:ended`).
    #[must_use]
    pub fn needs_sessions(&self) -> bool {
        false
    }
}
