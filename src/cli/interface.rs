//! The way into the interface.

use std::sync::Arc;

use crate::config::ColorChoice;
use crate::model::{Mapping, Zone};
use crate::query::Filter;
use crate::source::Spec;

/// What the interface starts with.
#[derive(Clone, Debug)]
pub struct InterfaceOptions {
    /// Where entries come from.
    pub spec: Spec,
    /// Newest entries to load at the start.
    pub history: u64,
    /// Memory for the log.
    pub memory_bytes: usize,
    /// What to show.
    pub filter: Filter,
    /// Field names by part.
    pub mapping: Arc<Mapping>,
    /// The zone of times.
    pub zone: Zone,
    /// When to write colors.
    pub color: ColorChoice,
    /// Whether to listen to the mouse.
    pub mouse: bool,
    /// Plain symbols only.
    pub ascii: bool,
    /// Where the playhead stands at first; following where there is none.
    pub at: Option<String>,
    /// The session to open at first.
    pub session: Option<String>,
}

/// Runs the interface until it is quit.
///
/// # Errors
/// When the terminal cannot be used.
pub fn run_interface(_options: InterfaceOptions) -> anyhow::Result<()> {
    anyhow::bail!("the interface is not built yet")
}
