//! What the interface begins with: the same from a source and from a recording.

use crate::app::bookmarks::Keeping;
use crate::app::consumer_groups::Reach;
use crate::app::layout::ScreenId;
use crate::app::layout::Size;
use crate::app::metrics::Choice;
use crate::app::playhead::Speed;
use crate::app::reopen::Reopen;
use crate::app::state::Options;
use crate::app::traffic::Traffic;
use crate::app::{Effect, State, update};
use crate::model::Ms;
use crate::project::spikes::Settings;
use crate::query::{Filter, Moment};

/// What the interface begins with.
#[derive(Clone, Debug)]
pub struct Opening {
    /// How entries are decoded and times shown, and what the log may take.
    pub options: Options,
    /// What the feed shows at first.
    pub filter: Filter,
    /// Where the playhead stands at first; `None` follows.
    pub at: Option<Moment>,
    /// Which screen is open.
    pub screen: ScreenId,
    /// What the metrics screen shows at first.
    pub metrics: Choice,
    /// How fast it plays.
    pub speed: Speed,
    /// How this is opened again.
    pub reopen: Reopen,
    /// Where bookmarks go.
    pub keeping: Keeping,
    /// What counts as abnormal.
    pub spikes: Settings,
    /// What can be done with consumer groups.
    pub groups: Reach,
}

impl Opening {
    /// The first state, and what the shell has to do for it.
    #[must_use]
    pub fn begin(&self, now_ms: Ms, size: Size) -> (State, Vec<Effect>) {
        let mut state = State::new(self.options.clone(), now_ms, size);
        state.traffic = Traffic::new(self.spikes);
        state.opens_at = self.at;
        state.screen = self.screen;
        state.metrics.choice = self.metrics;
        state.pace.speed = self.speed;
        state.groups.reach = self.groups;
        state.reopen = self.reopen.clone();
        state.bookmarks.keeping = self.keeping;
        let effects = update::narrow(&mut state, self.filter.clone());
        (state, effects)
    }
}
