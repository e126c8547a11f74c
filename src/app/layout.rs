//! Where the regions of the screen stand: a pure function of the size and of what is open.
//!
//! ```text
//! header
//! (banner)                      while something is wrong with the link
//! metric strip                  four series side by side
//! feed                          the full width
//! session        errors         side by side from 100 columns on, else one of them; or the detail in their place
//! scrubber
//! keys                          or the prompt, two rows
//! ```
//!
//! When rows are short they go in this order: blank rows, the strip's height, the scrubber's marks, the lower panes, the
//! strip, the scrubber. The feed always stays. The other screens have their own middle, see [`session`], [`errors`],
//! [`metrics`] and [`groups`].

pub mod errors;
pub mod groups;
pub mod metrics;
pub mod session;

use serde::{Deserialize, Serialize};

/// A rectangle in cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Area {
    /// Column of the left edge.
    pub x: u16,
    /// Row of the upper edge.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// Whether the cell lies inside.
    #[must_use]
    pub const fn contains(self, column: u16, row: u16) -> bool {
        column >= self.x
            && column - self.x < self.width
            && row >= self.y
            && row - self.y < self.height
    }

    /// Without its first row (the title rule).
    #[must_use]
    pub const fn body(self) -> Self {
        let cut = if self.height > 0 { 1 } else { 0 };
        Self {
            y: self.y + cut,
            height: self.height - cut,
            ..self
        }
    }
}

/// The size of the terminal in cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// A screen: what the middle is about. The header, the scrubber and the keys are on all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ScreenId {
    /// Everything at a glance.
    #[default]
    Dashboard,
    /// One session, event by event.
    Session,
    /// Figures and charts of a window of time.
    Metrics,
    /// Errors by group, and their occurrences.
    Errors,
    /// Streams and their consumer groups.
    Groups,
}

impl ScreenId {
    /// All screens, in the order of their keys.
    pub const ALL: [Self; 5] = [
        Self::Dashboard,
        Self::Session,
        Self::Errors,
        Self::Metrics,
        Self::Groups,
    ];

    /// Its number, which is its key.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Dashboard => 1,
            Self::Session => 2,
            Self::Metrics => 4,
            Self::Errors => 3,
            Self::Groups => 5,
        }
    }

    /// The screen of a number.
    #[must_use]
    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.number() == number)
    }

    /// With its key, as the header has it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Dashboard => "1 dashboard",
            Self::Session => "2 session",
            Self::Metrics => "4 metrics",
            Self::Errors => "3 errors",
            Self::Groups => "5 groups",
        }
    }
}

/// A pane that can have the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PaneId {
    /// The feed of entries.
    #[default]
    Feed,
    /// The session's timeline.
    Session,
    /// The error groups.
    Errors,
    /// The detail of one entry.
    Detail,
    /// The session's state.
    State,
    /// The charts of the metrics.
    Charts,
    /// What stands below them.
    Lists,
    /// The occurrences of one error group.
    Occurrences,
    /// The streams.
    Streams,
    /// Their consumer groups.
    ConsumerGroups,
    /// The consumers of one of these.
    Consumers,
    /// Its pending entries.
    Pending,
}

/// What is open; with the size it decides the layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Open {
    /// The screen.
    pub screen: ScreenId,
    /// A banner tells of trouble.
    pub banner: bool,
    /// The detail is open.
    pub detail: bool,
    /// The prompt is open.
    pub prompt: bool,
    /// The pane with the focus; where only one lower pane fits it is the one shown.
    pub focus: PaneId,
    /// This pane takes the whole middle.
    pub zoomed: Option<PaneId>,
}

/// Where each region stands. Areas of panes include their title rule as first row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The terminal.
    pub size: Size,
    /// State, source, playhead, rates.
    pub header: Area,
    /// One row of trouble.
    pub banner: Option<Area>,
    /// Four series; the first row is their titles.
    pub strip: Option<Area>,
    /// The feed; absent only while another pane is zoomed.
    pub feed: Option<Area>,
    /// The session's timeline.
    pub session: Option<Area>,
    /// The error groups.
    pub errors: Option<Area>,
    /// The session's state.
    pub state: Option<Area>,
    /// The detail of the selected entry.
    pub detail: Option<Area>,
    /// The occurrences of the selected error group.
    pub occurrences: Option<Area>,
    /// Whom it touched.
    pub touched: Option<Area>,
    /// Rule with the times, density, and marks where there are three rows.
    pub scrubber: Option<Area>,
    /// The figures of the metrics.
    pub figures: Option<Area>,
    /// Their charts.
    pub charts: Option<Area>,
    /// The lists below those.
    pub lists: Option<Area>,
    /// The streams.
    pub streams: Option<Area>,
    /// Their consumer groups.
    pub consumer_groups: Option<Area>,
    /// The consumers of the selected one.
    pub consumers: Option<Area>,
    /// Its pending entries.
    pub pending: Option<Area>,
    /// Keys, or the prompt with its second row.
    pub footer: Area,
}

/// From this width on two panes stand side by side.
pub const WIDE: u16 = 100;
/// From this height on the screen has room for blank rows.
pub const TALL: u16 = 30;

/// Lays the screen out.
#[must_use]
pub fn layout(size: Size, open: Open) -> Layout {
    let mut rows = Rows {
        top: 0,
        bottom: size.height,
        width: size.width,
    };
    let tall = size.height >= TALL;
    let mut out = Layout {
        size,
        header: rows.take_top(1),
        ..Layout::default()
    };
    out.footer = rows.take_bottom(if open.prompt { 2 } else { 1 });
    if tall && !open.prompt {
        rows.skip_bottom(1);
    }
    if open.banner {
        out.banner = Some(rows.take_top(1)).filter(|a| a.height > 0);
    } else if tall {
        rows.skip_top(1);
    }
    out.scrubber = match size.height {
        0..12 => None,
        12..18 => Some(rows.take_bottom(2)),
        _ => Some(rows.take_bottom(3)),
    };
    if tall {
        rows.skip_bottom(1);
    }
    match open.screen {
        ScreenId::Dashboard => dashboard(&mut out, rows, open),
        ScreenId::Session => session::panes(&mut out, rows, open),
        ScreenId::Metrics => metrics::panes(&mut out, rows, open),
        ScreenId::Errors => errors::panes(&mut out, rows, open),
        ScreenId::Groups => groups::panes(&mut out, rows, open),
    }
    out
}

/// The narrowest a series of the strip can be and still say its name and value.
const SERIES: u16 = 16;
/// Blank columns between two series.
const SERIES_GAP: u16 = 3;

/// Where the series of the strip stand: equally wide, three columns apart, a blank column at each end. Those that would
/// become too narrow to read are left out from the right, so the answer may be shorter than `count`.
#[must_use]
pub fn series_areas(strip: Area, count: u16) -> Vec<Area> {
    let room = strip.width.saturating_sub(2);
    let fitting = room.saturating_add(SERIES_GAP) / (SERIES + SERIES_GAP);
    let count = count.min(fitting.max(1));
    if count == 0 || room == 0 || strip.height == 0 {
        return Vec::new();
    }
    let width = (room - SERIES_GAP * (count - 1)) / count;
    (0..count)
        .map(|index| Area {
            x: strip.x.saturating_add(1 + index * (width + SERIES_GAP)),
            width,
            ..strip
        })
        .collect()
}

fn dashboard(out: &mut Layout, mut rows: Rows, open: Open) {
    out.strip = match out.size.height {
        0..16 => None,
        16..TALL => Some(rows.take_top(2)),
        _ => Some(rows.take_top(4)),
    };
    if out.size.height >= TALL {
        rows.skip_top(1);
    }
    panes(out, rows, open);
}

fn panes(out: &mut Layout, mut rows: Rows, open: Open) {
    let left = rows.bottom.saturating_sub(rows.top);
    if let Some(zoomed) = open.zoomed {
        let all = Some(rows.take_top(left));
        match zoomed {
            PaneId::Session => out.session = all,
            PaneId::Errors => out.errors = all,
            PaneId::Detail => out.detail = all,
            _ => out.feed = all,
        }
        return;
    }
    let lower = if open.detail {
        left / 2
    } else {
        lower_height(left)
    };
    if lower >= 3 {
        let area = rows.take_bottom(lower);
        if open.detail {
            out.detail = Some(area);
        } else {
            lower_panes(out, area, open.focus);
        }
    }
    out.feed = Some(rows.take_top(rows.bottom.saturating_sub(rows.top)));
}

/// A third of the middle, and no more than is useful: an error list or a session seldom needs more at a glance.
fn lower_height(middle: u16) -> u16 {
    match middle {
        0..10 => 0,
        10..20 => 5,
        _ => (middle * 3 / 8).clamp(6, 22),
    }
}

fn lower_panes(out: &mut Layout, area: Area, focus: PaneId) {
    if area.width < WIDE {
        if focus == PaneId::Errors {
            out.errors = Some(area);
        } else {
            out.session = Some(area);
        }
        return;
    }
    let left = area.width / 2;
    out.session = Some(Area {
        width: left,
        ..area
    });
    out.errors = Some(Area {
        x: area.x + left + 1,
        width: area.width - left - 1,
        ..area
    });
}

/// The rows that are not given away yet.
struct Rows {
    top: u16,
    bottom: u16,
    width: u16,
}

impl Rows {
    fn take_top(&mut self, height: u16) -> Area {
        let height = height.min(self.bottom.saturating_sub(self.top));
        let area = Area {
            x: 0,
            y: self.top,
            width: self.width,
            height,
        };
        self.top += height;
        area
    }

    fn take_bottom(&mut self, height: u16) -> Area {
        let height = height.min(self.bottom.saturating_sub(self.top));
        self.bottom -= height;
        Area {
            x: 0,
            y: self.bottom,
            width: self.width,
            height,
        }
    }

    fn skip_top(&mut self, height: u16) {
        self.take_top(height);
    }

    fn skip_bottom(&mut self, height: u16) {
        self.take_bottom(height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(width: u16) -> Area {
        Area {
            width,
            height: 4,
            ..Area::default()
        }
    }

    #[test]
    fn four_series_share_a_wide_strip() {
        let areas = series_areas(strip(160), 4);
        let lefts: Vec<u16> = areas.iter().map(|a| a.x).collect();
        assert_eq!(lefts, [1, 41, 81, 121]);
        assert!(areas.iter().all(|a| a.width == 37));
    }

    #[test]
    fn series_too_narrow_to_read_are_left_out() {
        assert_eq!(series_areas(strip(80), 4).len(), 4);
        assert_eq!(series_areas(strip(40), 4).len(), 2);
        assert_eq!(series_areas(strip(9), 4).len(), 1);
        assert!(series_areas(strip(2), 4).is_empty());
        assert!(series_areas(strip(80), 0).is_empty());
    }

    #[test]
    fn series_never_leave_the_strip() {
        for width in 0..400 {
            for area in series_areas(strip(width), 7) {
                assert!(area.x + area.width < width.max(1));
            }
        }
    }
}
