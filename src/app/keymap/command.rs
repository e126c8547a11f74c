//! All that a key can do.

use crate::app::layout::ScreenId;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// One row down in the focused pane.
    Down,
    /// One row up.
    Up,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// To the oldest entry here.
    First,
    /// To the newest entry, and follow.
    Last,
    /// Focus the next pane.
    NextPane,
    /// Focus the pane before.
    PreviousPane,
    /// Let the focused pane take the whole middle, or give it back.
    Zoom,
    /// Open or close the detail; on an error group, go to its newest error first.
    Open,
    /// The next form of the detail.
    NextForm,
    /// Open the filter prompt.
    Filter,
    /// Close what is open, then drop the filter.
    Back,
    /// Play or pause.
    PlayPause,
    /// One event back.
    StepBack,
    /// One event on.
    StepForward,
    /// One second back.
    SecondBack,
    /// One second on.
    SecondForward,
    /// One minute back.
    MinuteBack,
    /// One minute on.
    MinuteForward,
    /// To the next error.
    NextError,
    /// To the error before.
    PreviousError,
    /// To the next marker of any kind.
    NextMarker,
    /// To the marker before.
    PreviousMarker,
    /// To the next spike.
    NextSpike,
    /// To the spike before.
    PreviousSpike,
    /// Open the list of spikes.
    Spikes,
    /// Open the prompt that runs until a filter matches.
    RunUntil,
    /// To the next match of what was run until.
    NextMatch,
    /// To the match before.
    PreviousMatch,
    /// To this session's first event.
    SessionStart,
    /// To this session's last event.
    SessionEnd,
    /// Play slower.
    Slower,
    /// Play faster.
    Faster,
    /// Skip idle time while playing, or not.
    IdleCompression,
    /// Play in the recorded rhythm, or evenly.
    Rhythm,
    /// Show a longer time on the scrubber.
    ScrubberOut,
    /// Show a shorter time on the scrubber.
    ScrubberIn,
    /// Open the prompt that goes to a time.
    GoTo,
    /// Follow the newest entry.
    Follow,
    /// Bookmark the entry, or change its note.
    Bookmark,
    /// Open the list of bookmarks.
    Bookmarks,
    /// Open the list of sessions.
    Sessions,
    /// Narrow to the user of this row, or widen again.
    NarrowUser,
    /// Narrow to its session.
    NarrowSession,
    /// Narrow to its type.
    NarrowType,
    /// Open a screen.
    Show(ScreenId),
    /// Compare the session's state with that at this event, or stop.
    Compare,
    /// Metrics: the next longer window.
    Longer,
    /// Metrics: by the ids' clock, or the producer's.
    Axis,
    /// Metrics: patterns below the charts, or lists.
    Patterns,
    /// Groups: acknowledge the selected pending entry.
    Acknowledge,
    /// Groups: acknowledge all pending entries of the group that were deleted.
    AcknowledgeDeleted,
    /// Groups: give the selected pending entry to another consumer.
    Claim,
    /// Groups: remove the selected consumer.
    Forget,
    /// Groups: move the place where the selected group reads on.
    SetId,
    /// Groups: make a group of the selected stream.
    CreateGroup,
    /// Groups: remove the selected group.
    DestroyGroup,
    /// Groups: append the selected pending entry again.
    Republish,
    /// Groups: the same, edited before.
    RepublishEdited,
    /// Copy the entry.
    Copy,
    /// Copy the command line that opens this view.
    CopyCommand,
    /// Open the list of all commands.
    Palette,
    /// Show what drawing costs, or not.
    Cost,
    /// Show the keys.
    Help,
    /// Leave.
    Quit,
}

impl Command {
    /// Whether it begins a change of consumer groups.
    #[must_use]
    pub const fn changes_groups(self) -> bool {
        matches!(
            self,
            Self::Acknowledge
                | Self::AcknowledgeDeleted
                | Self::Claim
                | Self::Forget
                | Self::SetId
                | Self::CreateGroup
                | Self::DestroyGroup
                | Self::Republish
                | Self::RepublishEdited
        )
    }
}
