//! From the state to the view: one file per region, each a function that only reads.

mod bookmarks;
mod charts;
mod clock;
mod confirm;
mod consumer_groups;
mod cost;
mod detail;
mod errors;
mod feed;
mod foot;
mod groups;
mod header;
mod metrics;
pub(crate) mod number;
mod occurrences;
mod overlay;
mod palette;
mod scrubber;
mod session;
mod session_scrubber;
mod session_state;
mod sessions;
mod spikes;
mod style;
mod timeline;
mod touched;
mod until;

use super::layout::{Area, PaneId, ScreenId};
use super::state::State;
use super::view::{Pane, Scrubber, View};

pub use bookmarks::bookmark_row;
pub use consumer_groups::{consumer_group_row, consumer_group_rows};
pub use detail::detail_lines;
pub use errors::{error_groups, error_row};
pub use feed::{FeedRow, feed_rows};
pub use groups::{group_row, groups_height};
pub use occurrences::{occurrence_row, occurrences_height};
pub use overlay::Under;
pub use scrubber::scrubber_moment;
pub use session::session_row;
pub use session_scrubber::scrubber_step;
pub use session_state::state_lines;
pub use sessions::listed_session;
pub use spikes::spike_row;
pub use timeline::{timeline_height, timeline_row};

/// Everything on the screen.
#[must_use]
pub fn screen(state: &State) -> View {
    let layout = state.layout();
    let strip = charts::Charts::of(state, &layout);
    let groups = consumer_groups::panes(state, &layout);
    View {
        header: header::header(state, strip.as_ref()),
        banner: header::banner(state),
        strip: strip
            .as_ref()
            .map(charts::Charts::strip)
            .unwrap_or_default(),
        feed: layout
            .feed
            .map(|area| feed::feed(state, area))
            .unwrap_or_default(),
        session: layout
            .session
            .map(|area| session_pane(state, area))
            .unwrap_or_default(),
        errors: layout
            .errors
            .map(|area| errors_pane(state, area))
            .unwrap_or_default(),
        state: layout
            .state
            .map(|area| session_state::session_state(state, area))
            .unwrap_or_default(),
        metrics: metrics::metrics(state, &layout),
        detail: layout
            .detail
            .map(|area| detail::detail(state, area))
            .unwrap_or_default(),
        occurrences: layout
            .occurrences
            .map(|area| occurrences::occurrences(state, area))
            .unwrap_or_default(),
        touched: layout
            .touched
            .map(|area| touched::touched(state, area))
            .unwrap_or_default(),
        streams: groups.streams,
        consumer_groups: groups.groups,
        consumers: groups.consumers,
        pending: groups.pending,
        scrubber: layout
            .scrubber
            .map(|area| scrubber_of(state, area))
            .unwrap_or_default(),
        footer: foot::footer(state, &layout),
        help: foot::help(state),
        list: bookmarks::list(state)
            .or_else(|| sessions::list(state))
            .or_else(|| spikes::list(state))
            .or_else(|| confirm::list(state, &layout))
            .or_else(|| palette::list(state, &layout)),
        layout,
    }
}

fn session_pane(state: &State, area: Area) -> Pane {
    match state.screen {
        ScreenId::Dashboard | ScreenId::Errors => session::session(state, area),
        ScreenId::Session => timeline::timeline_pane(state, area),
        ScreenId::Metrics | ScreenId::Groups => Pane::default(),
    }
}

fn errors_pane(state: &State, area: Area) -> Pane {
    match state.screen {
        ScreenId::Errors => groups::groups(state, area),
        _ => errors::errors(state, area),
    }
}

fn scrubber_of(state: &State, area: Area) -> Scrubber {
    match state.screen {
        ScreenId::Dashboard | ScreenId::Errors | ScreenId::Metrics | ScreenId::Groups => {
            scrubber::scrubber(state, area)
        }
        ScreenId::Session => session_scrubber::session_scrubber(state, area),
    }
}

/// The focus is only shown where there is a choice.
fn focused(state: &State, pane: PaneId) -> bool {
    state.panes.focus == pane
}

/// A pane's frame without rows.
fn titled(state: &State, pane: PaneId, title: super::view::Line) -> Pane {
    Pane {
        title,
        focused: focused(state, pane),
        ..Pane::default()
    }
}

/// Columns of the terminal for rows of a pane: the band's edge at the left and the scrollbar at the right are left free.
const fn inner_width(width: u16) -> u16 {
    width.saturating_sub(3)
}
