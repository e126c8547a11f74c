//! The list of bookmarks, over everything.

use super::number;
use super::overlay::{self, Frame, Under};
use super::style::{own, theirs};
use crate::app::bookmarks::{Bookmark, Keeping};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, List, Pane, Row, Table, Tone};

fn frame(state: &State) -> Frame {
    let selected = state.bookmarks.selected().map(|(at, _)| at);
    Frame::of(state.size, state.bookmarks.len(), selected)
}

/// What lies under a cell of the terminal.
#[must_use]
pub fn bookmark_row(state: &State, column: u16, row: u16) -> Under {
    frame(state).under(column, row)
}

/// The list, while it is open.
pub fn list(state: &State) -> Option<List> {
    let open = state.bookmarks.list.as_ref()?;
    let frame = frame(state);
    let (area, selected) = (frame.area, frame.selected);
    let widths = Widths::of(state, area.width);
    let marks = state.bookmarks.all().iter().enumerate();
    let shown = marks.skip(frame.shown.start).take(frame.shown.len());
    let rows = shown.map(|(at, mark)| row(state, mark, widths, selected == Some(at)));
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
            scrollbar: frame.scrollbar(),
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
    overlay::keys(&keys)
}

#[derive(Clone, Copy)]
struct Widths {
    time: u16,
    kind: u16,
    session: u16,
    note: u16,
}

impl Widths {
    fn of(state: &State, width: u16) -> Self {
        let times = state.bookmarks.all().iter().map(|m| m.id.ms);
        let time = overlay::time_width(state, width, times);
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
}

fn row(state: &State, mark: &Bookmark, widths: Widths, selected: bool) -> Row {
    let name = |text: &str, width, tone| Cell::Text(theirs(text.as_bytes(), width, tone));
    Row {
        cells: vec![
            Cell::Text(own("◆", Tone::Magenta)),
            Cell::Text(own(
                &overlay::time(state, widths.time, mark.id.ms),
                Tone::Dim,
            )),
            Cell::Text(own(&overlay::distance(state, mark.id.ms), Tone::Dim)),
            name(&mark.kind, widths.kind, Tone::Plain),
            name(&mark.session, widths.session, Tone::Plain),
            name(&mark.note, widths.note, Tone::Magenta),
        ],
        selected,
        future: false,
    }
}
