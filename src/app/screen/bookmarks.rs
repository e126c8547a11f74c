//! The list of bookmarks, over everything.

use super::number;
use super::style::{own, theirs};
use crate::app::bookmarks::{Bookmark, Keeping};
use crate::app::layout::{Area, Size, WIDE};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, List, Pane, Piece, Row, Scrollbar, Table, Tone};
use crate::model::Ms;

/// The list is no wider than this.
const WIDEST: u16 = 130;
/// Rows of the list that are no bookmarks: title and keys.
pub(super) const FRAME: u16 = 2;
/// Rows that the words for an empty list take.
const EMPTY: u16 = 3;

/// What lies under the mouse while the list is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Under {
    /// A bookmark, so many rows from the selected one.
    Bookmark(isize),
    /// The list.
    List,
    /// Something else.
    Outside,
}

/// In the middle, with a row and some columns of what lies below left free where there is room.
pub(super) fn placed(size: Size, rows: usize) -> Area {
    let width = size.width.saturating_sub(4).min(WIDEST);
    let wanted = u16::try_from(rows).unwrap_or(u16::MAX).max(EMPTY);
    let height = wanted
        .saturating_add(FRAME)
        .min(size.height.saturating_sub(2));
    Area {
        x: (size.width - width) / 2,
        y: (size.height - height) / 2,
        width,
        height,
    }
}

/// The bookmarks in view, and the place of the first: the selected one stands in the middle, but at the ends.
fn window(state: &State, area: Area) -> (usize, &[Bookmark]) {
    let all = state.bookmarks.all();
    let height = usize::from(area.height.saturating_sub(FRAME));
    let selected = state.bookmarks.selected().map_or(0, |(at, _)| at);
    let most = all.len().saturating_sub(height);
    let first = selected.saturating_sub(height / 2).min(most);
    let end = all.len().min(first + height);
    (first, all.get(first..end).unwrap_or_default())
}

/// What lies under a cell of the terminal.
#[must_use]
pub fn bookmark_row(state: &State, column: u16, row: u16) -> Under {
    let area = placed(state.size, state.bookmarks.len());
    if !area.contains(column, row) {
        return Under::Outside;
    }
    let (first, shown) = window(state, area);
    let into = row.checked_sub(area.body().y).map(usize::from);
    match (
        into.filter(|at| *at < shown.len()),
        state.bookmarks.selected(),
    ) {
        (Some(at), Some((selected, _))) => {
            Under::Bookmark((first + at).cast_signed() - selected.cast_signed())
        }
        _ => Under::List,
    }
}

/// The list, while it is open.
pub fn list(state: &State) -> Option<List> {
    let open = state.bookmarks.list.as_ref()?;
    let area = placed(state.size, state.bookmarks.len());
    let (first, shown) = window(state, area);
    let selected = state.bookmarks.selected().map(|(at, _)| at);
    let widths = Widths::of(state, area.width);
    let rows = shown.iter().enumerate();
    let rows = rows.map(|(at, mark)| row(state, mark, widths, selected == Some(first + at)));
    let total = state.bookmarks.len() as u64;
    Some(List {
        area,
        pane: Pane {
            title: title(state),
            note: own(&number::grouped(total), Tone::Dim),
            focused: true,
            table: Table {
                columns: widths.columns(),
                rows: rows.collect(),
            },
            empty: vec![
                own("no bookmarks yet: m sets one", Tone::Dim),
                own("at the entry of the playhead, with a note", Tone::Faint),
            ],
            scrollbar: Scrollbar::over(
                total,
                first as u64,
                shown.len() as u64,
                area.height.saturating_sub(FRAME),
            ),
        },
        keys: keys(selected.is_some(), open.deleted.last()),
    })
}

fn title(state: &State) -> Line {
    let mut line = own("bookmarks", Tone::Strong);
    if state.bookmarks.keeping == Keeping::UntilTheEnd {
        line.extend(own(" until you leave", Tone::Dim));
    }
    line
}

fn keys(any: bool, deleted: Option<&Bookmark>) -> Line {
    let mut keys = vec![];
    if any {
        keys.extend([("Enter", "goes there"), ("m", "note"), ("x", "deletes")]);
    }
    if deleted.is_some() {
        keys.push(("u", "brings it back"));
    }
    keys.push(("Esc", "closes"));
    key_line(keys)
}

/// Keys and what they do, for the rule below a list.
pub(super) fn key_line(keys: Vec<(&str, &str)>) -> Line {
    let mut line = Line::new();
    for (at, (key, what)) in keys.into_iter().enumerate() {
        let gap = if at == 0 { "" } else { "   " };
        line.push(Piece::own(&format!("{gap}{key}"), Tone::Strong));
        line.push(Piece::own(&format!(" {what}"), Tone::Dim));
    }
    line
}

#[derive(Clone, Copy)]
struct Widths {
    time: u16,
    kind: u16,
    session: u16,
    note: u16,
}

impl Widths {
    /// The day only stands there where it is not the same for all.
    fn of(state: &State, width: u16) -> Self {
        let wide = width >= WIDE;
        let zone = state.options.zone;
        let day = |ms| zone.format(ms, "%Y-%m-%d");
        let here = day(state.present_ms());
        let same_day = state.bookmarks.all().iter().all(|m| day(m.id.ms) == here);
        let time = match (same_day, wide) {
            (true, true) => 12,
            (true, false) => 8,
            (false, true) => 19,
            (false, false) => 14,
        };
        let (kind, session) = match width {
            0..50 => (0, 0),
            50..100 => (14, 13),
            _ => (17, 22),
        };
        let mut out = Self {
            time,
            kind,
            session,
            note: 0,
        };
        let taken: u16 = out.columns().iter().map(|c| c.width + c.gap).sum();
        out.note = super::inner_width(width).saturating_sub(taken);
        out
    }

    fn columns(self) -> Vec<Column> {
        let column = |width, gap, right| Column {
            width,
            gap: if width == 0 { 0 } else { gap },
            right,
        };
        vec![
            column(1, 0, false),
            column(self.time, 1, false),
            column(5, 2, true),
            column(self.kind, 2, false),
            column(self.session, 2, false),
            column(self.note, 2, false),
        ]
    }

    fn time(self, state: &State, ms: Ms) -> String {
        let zone = state.options.zone;
        match self.time {
            8 => zone.clock_seconds(ms),
            12 => zone.clock(ms),
            14 => zone.format(ms, "%m-%d %H:%M:%S"),
            _ => zone.format(ms, "%Y-%m-%d %H:%M:%S"),
        }
    }
}

fn row(state: &State, mark: &Bookmark, widths: Widths, selected: bool) -> Row {
    let name = |text: &str, width, tone| Cell::Text(theirs(text.as_bytes(), width, tone));
    Row {
        cells: vec![
            Cell::Text(own("◆", Tone::Magenta)),
            Cell::Text(own(&widths.time(state, mark.id.ms), Tone::Dim)),
            Cell::Text(own(&distance(state, mark.id.ms), Tone::Dim)),
            name(&mark.kind, widths.kind, Tone::Plain),
            name(&mark.session, widths.session, Tone::Plain),
            name(&mark.note, widths.note, Tone::Magenta),
        ],
        selected,
        future: false,
    }
}

/// How far from the playhead: `-4m`, `+12 s`.
fn distance(state: &State, ms: Ms) -> String {
    let here = state.moment_ms();
    match ms.abs_diff(here) {
        0..1_000 => "here".to_owned(),
        far if ms < here => format!("-{}", number::age(far)),
        far => format!("+{}", number::age(far)),
    }
}
