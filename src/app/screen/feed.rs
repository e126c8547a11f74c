//! The feed: the newest entries, or those around the playhead.

use super::style::{latency, own, says, theirs, tone};
use super::{inner_width, number, titled};
use crate::app::layout::{Area, PaneId};
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Piece, Row, Scrollbar, Table, Tone};
use crate::model::Flags;
use crate::project::errors::{count_errors, count_errors_among};
use crate::store::{EntryRef, Link, Seq};

/// A row of the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedRow {
    /// An entry.
    Entry(Seq),
    /// Entries between the rows around it are not here.
    Hole,
}

/// The feed's rows, from the top.
#[must_use]
pub fn feed_rows(state: &State) -> Vec<FeedRow> {
    let height = state
        .layout()
        .feed
        .map_or(0, |area| usize::from(area.body().height));
    let end = match (state.playhead, state.panes.anchor) {
        (Playhead::Following, _) | (_, None) => state.cursor(),
        (_, Some(anchor)) => anchor.after(),
    };
    with_hole(state, &state.visible().before(end, height), height)
}

fn with_hole(state: &State, seqs: &[Seq], height: usize) -> Vec<FeedRow> {
    let mut rows: Vec<FeedRow> = seqs.iter().copied().map(FeedRow::Entry).collect();
    let Some(hole) = state.log.hole() else {
        return rows;
    };
    let at = seqs.partition_point(|seq| hole.to.includes(*seq));
    if at > 0 && at < seqs.len() {
        rows.insert(at, FeedRow::Hole);
        rows.drain(..rows.len().saturating_sub(height));
    }
    rows
}

/// The feed.
pub fn feed(state: &State, area: Area) -> Pane {
    let rows = feed_rows(state);
    let widths = Widths::of(area.width);
    let selected = (state.playhead != Playhead::Following)
        .then(|| state.selected().map(|e| e.seq))
        .flatten();
    let seqs: Vec<Seq> = rows
        .iter()
        .filter_map(|row| match row {
            FeedRow::Entry(seq) => Some(*seq),
            FeedRow::Hole => None,
        })
        .collect();
    let table = Table {
        columns: widths.columns(),
        rows: rows
            .iter()
            .filter_map(|item| match item {
                FeedRow::Entry(seq) => Some(row(state, &state.log.get(*seq)?, widths, selected)),
                FeedRow::Hole => Some(hole_row(state)),
            })
            .collect(),
    };
    let scrollbar = scrollbar(state, &seqs, area.body().height);
    let empty = if rows.is_empty() {
        empty(state)
    } else {
        Vec::new()
    };
    Pane {
        note: note(state),
        table,
        empty,
        scrollbar,
        ..titled(state, PaneId::Feed, title(state))
    }
}

fn title(state: &State) -> Line {
    let what = match &state.narrowing {
        Some(narrowing) => theirs(narrowing.filter.to_string().as_bytes(), 200, Tone::Cyan),
        None => own("all events", Tone::Dim),
    };
    [own("feed", Tone::Strong), own(" ", Tone::Plain), what].concat()
}

fn note(state: &State) -> Line {
    let history = state.feed.history;
    let total = state.log.count(state.log.first()..state.horizon());
    let mut line = Line::new();
    if let Some(narrowing) = &state.narrowing {
        let matches = state.visible().count_before(state.horizon());
        let more = if narrowing.is_scanning() { "… " } else { " " };
        line.push(Piece::own(&number::grouped(matches), Tone::Strong));
        line.push(Piece::own(&format!("{more}of "), Tone::Dim));
    }
    line.push(Piece::own(
        &format!("{} entries", number::grouped(total)),
        Tone::Dim,
    ));
    if let Some(wanted) = history
        .wanted
        .filter(|w| !history.idle && !history.at_start && *w > history.loaded)
    {
        let done = 100 * history.loaded / wanted.max(1);
        line.push(Piece::own(
            &format!("  loading {done} % of {}", number::grouped(wanted)),
            Tone::Amber,
        ));
    }
    line
}

fn empty(state: &State) -> Vec<Line> {
    if let Some(narrowing) = &state.narrowing {
        let doing = if narrowing.is_scanning() {
            "looking …"
        } else {
            "nothing matches"
        };
        return vec![
            own(doing, Tone::Dim),
            own("Esc drops the filter, / changes it", Tone::Faint),
        ];
    }
    match &state.feed.link {
        Link::Connecting => vec![own("connecting …", Tone::Dim)],
        Link::Waiting(trouble) | Link::Refused(trouble) | Link::Lost { trouble, .. } => {
            vec![
                theirs(trouble.what.as_bytes(), 200, Tone::Plain),
                theirs(trouble.hint.as_bytes(), 200, Tone::Dim),
            ]
        }
        Link::Live => vec![
            own("no entries yet", Tone::Dim),
            own("the first will be shown as it comes", Tone::Faint),
        ],
        Link::Ended => vec![own("the source has ended without an entry", Tone::Dim)],
    }
}

/// Columns of a bookmark's sign, between the time and what follows it.
const BOOKMARK: u16 = 1;

/// How wide the columns are: by the terminal alone, so that nothing moves when other rows come into view. 0 leaves one out.
#[derive(Clone, Copy)]
struct Widths {
    time: u16,
    kind: u16,
    session: u16,
    user: u16,
    says: u16,
    latency: u16,
    tokens: u16,
}

impl Widths {
    fn of(width: u16) -> Self {
        let (time, kind, session, user, latency, tokens) = match width {
            0..60 => (8, 14, 0, 0, 0, 0),
            60..90 => (8, 14, 13, 0, 0, 0),
            90..110 => (12, 14, 13, 0, 8, 0),
            110..140 => (12, 17, 13, 8, 8, 0),
            140..190 => (12, 17, 14, 9, 8, 9),
            _ => (12, 24, 22, 14, 8, 10),
        };
        let mut out = Self {
            time,
            kind,
            session,
            user,
            says: 0,
            latency,
            tokens,
        };
        let taken: u16 = out.columns().iter().map(|c| c.width + c.gap).sum();
        out.says = inner_width(width).saturating_sub(taken);
        out
    }

    fn columns(self) -> Vec<Column> {
        let left = |width, gap| Column {
            width,
            gap,
            right: false,
        };
        let right = |width, gap| Column {
            width,
            gap,
            right: true,
        };
        let gap = |width| if width == 0 { 0 } else { 2 };
        vec![
            left(self.time + BOOKMARK, 0),
            left(1, 2 - BOOKMARK),
            left(self.kind, 1),
            left(self.session, gap(self.session)),
            left(self.user, gap(self.user)),
            left(self.says, 2),
            right(self.latency, gap(self.latency)),
            right(self.tokens, gap(self.tokens)),
        ]
    }
}

fn row(state: &State, entry: &EntryRef<'_>, widths: Widths, selected: Option<Seq>) -> Row {
    let event = entry.event(&state.options.mapping);
    let tone = match (event.class, tone(&event)) {
        (crate::model::Class::Message, _) => Tone::Plain,
        (_, tone) => tone,
    };
    let strings = state.log.strings();
    let tokens = event
        .tokens
        .map(|t| own(&format!("{} tok", number::short(t)), Tone::Dim))
        .unwrap_or_default();
    let cells = vec![
        Cell::Text([time(state, entry, widths.time), bookmark(state, entry)].concat()),
        Cell::Text(own(event.class.glyph(), tone)),
        Cell::Text(theirs(&event.kind, widths.kind, tone)),
        Cell::Text(theirs(
            strings.get(entry.session()),
            widths.session,
            Tone::Plain,
        )),
        Cell::Text(theirs(strings.get(entry.user()), widths.user, Tone::Dim)),
        Cell::Text(says(&event, widths.says)),
        Cell::Text(latency(event.latency_ms)),
        Cell::Text(tokens),
    ];
    let future = !state.cursor().includes(entry.seq);
    Row {
        cells,
        selected: selected == Some(entry.seq),
        future,
    }
}

/// How many entries are not here between its neighbours.
fn hole_row(state: &State) -> Row {
    let between = state.missing().between;
    let says = if between.n == 0 {
        "the source let go of what was here before it was loaded".to_owned()
    } else {
        format!("{} entries not loaded", number::count(between))
    };
    let mut cells = vec![Cell::default(); 5];
    cells.push(Cell::Text(own(&says, Tone::Faint)));
    if let Some(glyph) = cells.get_mut(1) {
        *glyph = Cell::Text(own("┊", Tone::Faint));
    }
    Row {
        cells,
        ..Row::default()
    }
}

/// Marked amber where the entry came late, twice, or with a skewed clock; faint where only we still have it.
fn time(state: &State, entry: &EntryRef<'_>, width: u16) -> Line {
    let flags = entry.flags();
    let odd = flags.has(Flags::LATE) || flags.has(Flags::DUPLICATE) || flags.has(Flags::SKEWED);
    let zone = state.options.zone;
    let text = if width < 12 {
        zone.clock_seconds(entry.id().ms)
    } else {
        zone.clock(entry.id().ms)
    };
    let tone = match (odd, state.is_lost(entry)) {
        (true, _) => Tone::Amber,
        (false, true) => Tone::Faint,
        (false, false) => Tone::Dim,
    };
    own(&text, tone)
}

fn bookmark(state: &State, entry: &EntryRef<'_>) -> Line {
    match state.bookmarks.get(entry.id(), entry.stream()) {
        Some(_) => own("◆", Tone::Magenta),
        None => Line::new(),
    }
}

fn scrollbar(state: &State, rows: &[Seq], height: u16) -> Option<Scrollbar> {
    let total = state.visible().count_before(state.horizon());
    let above = state.visible().count_before(rows.first()?.before());
    let bar = Scrollbar::over(total, above, rows.len() as u64, height)?;
    Some(Scrollbar {
        ticks: ticks(state, height, total),
        ..bar
    })
}

/// A tick where the entries that a row of the bar stands for hold more errors than usual for what is shown.
fn ticks(state: &State, height: u16, total: u64) -> Vec<(u16, Tone)> {
    let edge = |row: u16| u64::from(row) * total / u64::from(height);
    let counts: Vec<u64> = (0..height)
        .map(|row| errors_between(state, edge(row), edge(row + 1).max(edge(row) + 1)))
        .collect();
    let all: u64 = counts.iter().sum();
    let is_many = |count: &u64| *count > 0 && count * u64::from(height) >= 2 * all;
    let rows = (0..height).zip(&counts).filter(|(_, count)| is_many(count));
    rows.map(|(row, _)| (row, Tone::Error)).collect()
}

/// Errors among the visible entries `from..to`, counted from the oldest.
fn errors_between(state: &State, from: u64, to: u64) -> u64 {
    let Some(narrowing) = &state.narrowing else {
        return count_errors(&state.log, state.log.nth(from)..state.log.nth(to));
    };
    let matches = narrowing.matches();
    let edge = |n: u64| matches.get(n).map_or(state.log.end(), Seq::before);
    let range = edge(from)..edge(to);
    count_errors_among(&state.log, matches.membership(), range)
}
