//! From the state to the view: one file per region, each a function that only reads.

mod bookmarks;
mod charts;
mod clock;
mod detail;
mod errors;
mod feed;
mod foot;
mod header;
pub(super) mod number;
mod palette;
mod scrubber;
mod session;
mod session_scrubber;
mod session_state;
mod sessions;
mod style;
mod timeline;
mod until;

use super::layout::{Area, PaneId, ScreenId};
use super::state::State;
use super::view::{Pane, Scrubber, View};

pub use bookmarks::{Under, bookmark_row};
pub use detail::detail_lines;
pub use errors::{error_groups, error_row};
pub use feed::{FeedRow, feed_rows};
pub use scrubber::scrubber_moment;
pub use session::session_row;
pub use session_scrubber::scrubber_step;
pub use session_state::state_lines;
pub use sessions::listed_session;
pub use timeline::{timeline_height, timeline_row};

/// Everything on the screen.
#[must_use]
pub fn screen(state: &State) -> View {
    let layout = state.layout();
    let strip = charts::Charts::of(state, &layout);
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
            .map(|area| errors::errors(state, area))
            .unwrap_or_default(),
        state: layout
            .state
            .map(|area| session_state::session_state(state, area))
            .unwrap_or_default(),
        detail: layout
            .detail
            .map(|area| detail::detail(state, area))
            .unwrap_or_default(),
        scrubber: layout
            .scrubber
            .map(|area| scrubber_of(state, area))
            .unwrap_or_default(),
        footer: foot::footer(state, &layout),
        help: foot::help(state),
        list: bookmarks::list(state)
            .or_else(|| sessions::list(state))
            .or_else(|| palette::list(state, &layout)),
        layout,
    }
}

fn session_pane(state: &State, area: Area) -> Pane {
    match state.screen {
        ScreenId::Dashboard => session::session(state, area),
        ScreenId::Session => timeline::timeline_pane(state, area),
    }
}

fn scrubber_of(state: &State, area: Area) -> Scrubber {
    match state.screen {
        ScreenId::Dashboard => scrubber::scrubber(state, area),
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
