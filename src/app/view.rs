//! What the screen says, as plain data: the seam between the state and the drawing.
//!
//! Every text is a [`SafeText`]; every style is a [`Tone`], a role and not a color. Nothing here knows a terminal.

mod metrics;

use super::layout::{Area, Layout};
use crate::model::SafeText;

pub use self::metrics::{Chart, Metrics, Plot};

/// The role of a piece of text; the theme gives it a color, a weight, or in black and white only its glyph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Content.
    #[default]
    Plain,
    /// Bright: titles, numbers that matter, keys.
    Strong,
    /// Second: labels, times.
    Dim,
    /// Third: rules, what is not loaded, what has not happened yet.
    Faint,
    /// Errors, and nothing else.
    Error,
    /// The kind of an error in the feed.
    ErrorStrong,
    /// The playhead, slowness, what changed.
    Amber,
    /// As before, to be noticed.
    AmberStrong,
    /// Live, started.
    Green,
    /// The user's part, plain volume.
    Blue,
    /// Names one can filter by.
    Cyan,
    /// Summaries, bookmarks.
    Magenta,
    /// The state pill while following.
    PillLive,
    /// The state pill while paused or playing.
    PillPast,
    /// The state pill while there is no link.
    PillLost,
    /// The state pill while there is nothing to follow.
    PillIdle,
}

/// A run of text in one tone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: SafeText,
    /// Its role.
    pub tone: Tone,
}

/// Pieces one after another, without space between them.
pub type Line = Vec<Piece>;

impl Piece {
    /// Text from an event, made safe before.
    #[must_use]
    pub fn new(text: SafeText, tone: Tone) -> Self {
        Self { text, tone }
    }

    /// The program's own words.
    #[must_use]
    pub fn own(text: &str, tone: Tone) -> Self {
        Self {
            text: SafeText::own(text),
            tone,
        }
    }
}

/// Everything on the screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// Where it all stands.
    pub layout: Layout,
    /// State, source, playhead at the left; rates at the right. The left wins when they meet; the right drops whole
    /// pieces from its left end.
    pub header: Header,
    /// Trouble, in one line.
    pub banner: Option<Line>,
    /// The series of the metric strip.
    pub strip: Vec<Series>,
    /// The feed.
    pub feed: Pane,
    /// The session's timeline.
    pub session: Pane,
    /// The error groups.
    pub errors: Pane,
    /// The session's state.
    pub state: Pane,
    /// The metrics.
    pub metrics: Metrics,
    /// The detail of the selected entry.
    pub detail: Pane,
    /// The occurrences of the selected error group.
    pub occurrences: Pane,
    /// Whom it touched.
    pub touched: Pane,
    /// The streams.
    pub streams: Pane,
    /// Their consumer groups.
    pub consumer_groups: Pane,
    /// The consumers of the selected one.
    pub consumers: Pane,
    /// Its pending entries.
    pub pending: Pane,
    /// The scrubber.
    pub scrubber: Scrubber,
    /// The last row or rows.
    pub footer: Footer,
    /// The help, over everything.
    pub help: Option<Help>,
    /// A list, over everything.
    pub list: Option<List>,
}

/// The first row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// From the left.
    pub left: Line,
    /// Ends at the right edge; each is one group (`err 0.8 %`), drawn three columns apart.
    pub right: Vec<Piece>,
}

/// One sparkline of the metric strip.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What it is (`events/s`).
    pub title: SafeText,
    /// The newest value, with its unit.
    pub value: Piece,
    /// Something to notice (`▲ spike 12×`), at the right end of the title.
    pub alert: Option<Piece>,
    /// One bar a column, oldest first, as long as the series is wide: 0.0–1.0 of the height; `None` where unknown.
    pub bars: Vec<Option<f32>>,
    /// The role of the bars.
    pub tone: Tone,
}

/// A titled list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pane {
    /// Into the rule at the left.
    pub title: Line,
    /// Into the rule at the right.
    pub note: Line,
    /// Whether keys go here.
    pub focused: bool,
    /// The visible rows only, from the top.
    pub table: Table,
    /// Said in the middle of the pane when there are no rows.
    pub empty: Vec<Line>,
    /// What stands outside the visible rows.
    pub scrollbar: Option<Scrollbar>,
}

/// Rows in columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns, each with the blanks before it.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// How a column is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Columns of the terminal.
    pub width: u16,
    /// Blanks before it.
    pub gap: u16,
    /// Ends at its right edge (numbers do).
    pub right: bool,
}

/// One row of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// One cell a column; missing ones are blank.
    pub cells: Vec<Cell>,
    /// Drawn as a band with an amber bar at the left edge.
    pub selected: bool,
    /// Lies after the playhead: drawn faint.
    pub future: bool,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text, cut with `…` where it is too long.
    Text(Line),
    /// Bars one row high, 0.0–1.0.
    Spark(Vec<f32>, Tone),
    /// One bar from the left, 0.0–1.0 of the column.
    Bar(f32, Tone),
}

impl Default for Cell {
    fn default() -> Self {
        Self::Text(Line::new())
    }
}

/// The bar at the right edge of a pane, one cell a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scrollbar {
    /// First row of the thumb.
    pub thumb_start: u16,
    /// Rows of the thumb, at least 1.
    pub thumb_rows: u16,
    /// Rows with a tick of errors or matches.
    pub ticks: Vec<(u16, Tone)>,
}

impl Scrollbar {
    /// Of `total` rows `shown` are in view, with `above` before them; `None` where all are. Reaches the end exactly when the
    /// last row is in view.
    #[must_use]
    pub fn over(total: u64, above: u64, shown: u64, height: u16) -> Option<Self> {
        if shown >= total || height == 0 {
            return None;
        }
        let place = |n: u64| u16::try_from(n * u64::from(height) / total).unwrap_or(height);
        let thumb_rows = place(shown).max(1);
        let last = height - thumb_rows;
        let thumb_start = if above + shown >= total {
            last
        } else {
            place(above).min(last)
        };
        Some(Self {
            thumb_start,
            thumb_rows,
            ticks: Vec::new(),
        })
    }
}

/// A list over everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    /// Where it stands, with the rules above and below.
    pub area: Area,
    /// Its title and rows.
    pub pane: Pane,
    /// Into the rule below: the keys.
    pub keys: Line,
}

/// The log, or a part of its time, in one line, and where the playhead is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scrubber {
    /// Into the rule at the left: the first moment, and what it says of the rest.
    pub start: Line,
    /// Into the rule at the right: the last moment.
    pub end: Line,
    /// One bar a column of the terminal's width less one at each side.
    pub bars: Vec<ScrubberBar>,
    /// The column (index into `bars`) of the playhead; `None` when it is out of view, or there is nothing to stand in.
    pub playhead: Option<u16>,
    /// Whether it follows (drawn green) or stands in the past (amber).
    pub following: bool,
    /// Below the bars: column, text (`▪`, `◆ deploy`, `4m gap`), tone. They never overlap.
    pub marks: Vec<(u16, Piece)>,
}

/// One column of the scrubber.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScrubberBar {
    /// 0.0–1.0 of one row.
    pub height: f32,
    /// Blue for volume, red where errors are many, faint after the playhead.
    pub tone: Tone,
    /// What it stands on.
    pub ground: Ground,
}

/// What is known of a column of the scrubber.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// Its entries are here.
    #[default]
    Known,
    /// Nothing happened here for long: drawn as a thin line.
    Silent,
    /// Its entries are not here: drawn dotted.
    NotLoaded,
}

/// The last row or rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Footer {
    /// Keys and what they do; those at the end drop out first.
    Keys(Vec<(SafeText, SafeText)>),
    /// Something to tell for a few seconds.
    Notice(Line),
    /// A prompt.
    Prompt(Prompt),
}

impl Default for Footer {
    fn default() -> Self {
        Self::Keys(Vec::new())
    }
}

/// One line of input with what it means below it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prompt {
    /// Before the input (`filter`).
    pub label: SafeText,
    /// The visible part of the input.
    pub text: SafeText,
    /// Column of the cursor within `text`.
    pub cursor: u16,
    /// At the right end of the first row (`1,204 matches`).
    pub status: Line,
    /// Columns of `text` that are wrong, drawn red and underlined.
    pub wrong: Option<std::ops::Range<u16>>,
    /// The second row: what is wrong (with a caret under the column), or how to go on.
    pub below: Line,
}

/// The table of keys, over everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Help {
    /// Title and rows of (keys, meaning), in the order of the table.
    pub sections: Vec<(SafeText, Vec<(SafeText, SafeText)>)>,
    /// First visible row when it does not fit.
    pub scroll: u16,
}
