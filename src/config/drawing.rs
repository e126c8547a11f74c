//! How much the interface may write, and how: what the user says of the link to the terminal.

use super::value::FrameRate;

/// Whether large frames are bracketed as synchronized output (DEC mode 2026), so that the terminal shows them at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SyncChoice {
    /// Where it helps: not in a tmux that repaints the whole pane for each bracket.
    #[default]
    Auto,
    /// In any terminal; one that does not know it ignores it.
    Always,
    /// In none.
    Never,
}

/// What is configured of drawing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// Frames a second that data alone asks for, at most; `None` leaves it to what the link is.
    pub max_fps: Option<FrameRate>,
    /// Whether the link is thin: few frames and short colors.
    pub low_bandwidth: bool,
    /// Whether large frames are bracketed.
    pub sync: SyncChoice,
}
