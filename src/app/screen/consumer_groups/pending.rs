//! The oldest pending entries of the selected group, each with what it says.

use super::{InView, coarse, column, dimmed, names, rest, text, when};
use crate::app::consumer_groups::ConsumerGroups;
use crate::app::layout::{Area, PaneId};
use crate::app::screen::style::{own, says, theirs, tone};
use crate::app::screen::{number, titled};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Piece, Row, Table, Tone};
use crate::model::consumer_groups::{PendingEntry, PendingPayload};
use crate::model::{FieldRef, OwnedField, decode};

/// Where the selected one stands.
pub fn place(groups: &ConsumerGroups) -> Option<usize> {
    let id = groups.chosen.entry?;
    groups.pending().iter().position(|entry| entry.id == id)
}

/// The selected entry and its fields, while it is open; `None` for the fields where it is gone.
#[must_use]
pub fn opened(state: &State) -> Option<(&PendingEntry, Option<Vec<FieldRef<'_>>>)> {
    let entry = state
        .groups
        .entry()
        .filter(|_| state.groups.is_entry_open)?;
    let fields = match &entry.entry {
        PendingPayload::Present(fields) => Some(borrowed(fields)),
        PendingPayload::Deleted | PendingPayload::Unknown => None,
    };
    Some((entry, fields))
}

fn borrowed(fields: &[OwnedField]) -> Vec<FieldRef<'_>> {
    let fields = fields.iter();
    fields.map(|(n, v)| (n.as_slice(), v.as_slice())).collect()
}

/// The pane.
pub fn pending(state: &State, area: Area) -> Pane {
    let groups = &state.groups;
    let all = groups.pending();
    let times = all.iter().map(|entry| when(state, entry.id).len());
    let widths = Widths::of(area.width, times);
    let columns = widths.columns(area.width);
    let view = InView::of(area, place(groups));
    let width = columns.last().map_or(0, |c| c.width);
    let rows = view.cut(all.iter()).map(|entry| Row {
        selected: Some(entry.id) == groups.chosen.entry,
        ..row(state, entry, width)
    });
    Pane {
        note: note(state),
        table: Table {
            columns,
            rows: if all.is_empty() {
                Vec::new()
            } else {
                dimmed(state, view.rows(head(), rows))
            },
        },
        empty: nothing(state),
        scrollbar: view.scrollbar(all.len(), area),
        ..titled(state, PaneId::Pending, title(state))
    }
}

fn title(state: &State) -> Line {
    let mut title = own("pending", Tone::Strong);
    if let Some(group) = state.groups.group() {
        if let Some(pending) = group.pending {
            title.extend(own(&format!(" {}", number::grouped(pending)), Tone::Dim));
        }
        title.extend(own("  of ", Tone::Dim));
        title.extend(theirs(&group.name, 40, Tone::Cyan));
    }
    title
}

/// How many of them are here, where not all are.
fn note(state: &State) -> Line {
    let here = state.groups.pending().len() as u64;
    let all = state.groups.group().and_then(|group| group.pending);
    match all {
        Some(all) if here > 0 && all > here => {
            own(&format!("the oldest {}", number::grouped(here)), Tone::Dim)
        }
        _ => Line::new(),
    }
}

fn nothing(state: &State) -> Vec<Line> {
    let dim = |text| vec![own(text, Tone::Dim)];
    match (state.groups.group(), state.groups.page()) {
        (None, _) => dim("no group is selected"),
        (Some(_), None) => dim("looking …"),
        (Some(_), Some(page)) => match &page.fault {
            Some(reason) => vec![theirs(reason.as_bytes(), 200, Tone::Amber)],
            None => dim("nothing is pending: all that was delivered is acknowledged"),
        },
    }
}

#[derive(Clone, Copy)]
struct Widths {
    time: u16,
    consumer: u16,
}

const AGE: u16 = 9;
const TIMES: u16 = 5;
/// The narrowest an entry can be and still say something.
const ENTRY: u16 = 12;

impl Widths {
    /// Times of today are short.
    fn of(width: u16, times: impl Iterator<Item = usize>) -> Self {
        Self {
            time: times.max().and_then(|n| u16::try_from(n).ok()).unwrap_or(0),
            consumer: (width / 7).clamp(8, 16),
        }
    }

    fn columns(self, width: u16) -> Vec<Column> {
        let first = Column {
            width: self.time,
            gap: 0,
            right: false,
        };
        let others = [
            first,
            column(AGE, true),
            column(TIMES, true),
            column(self.consumer, false),
        ];
        let entry = rest(width, &[&others[..], &[column(0, false)]].concat(), ENTRY);
        let mut columns = others.to_vec();
        columns.push(Column {
            width: entry.width.saturating_sub(2),
            gap: 2,
            right: false,
        });
        columns
    }
}

fn head() -> Row {
    names(&["added", "delivered", "times", "consumer", "entry"])
}

/// From the second delivery on something went wrong before.
fn row(state: &State, entry: &PendingEntry, width: u16) -> Row {
    let times = number::short(entry.deliveries);
    let times_tone = if entry.deliveries > 1 {
        Tone::Amber
    } else {
        Tone::Dim
    };
    let cells = vec![
        text(&when(state, entry.id), Tone::Dim),
        text(&coarse(entry.idle_ms), Tone::Plain),
        text(&times, times_tone),
        Cell::Text(theirs(&entry.consumer, 40, Tone::Cyan)),
        Cell::Text(content(state, entry, width)),
    ];
    Row {
        cells,
        ..Row::default()
    }
}

/// Columns of a kind, so that what is said lines up.
const KIND: usize = 17;
/// In fewer columns the kind is told by its shape alone.
const WITH_KIND: u16 = 44;

fn content(state: &State, entry: &PendingEntry, width: u16) -> Line {
    let fields = match &entry.entry {
        PendingPayload::Present(fields) => borrowed(fields),
        PendingPayload::Deleted => return own("deleted", Tone::Amber),
        PendingPayload::Unknown => return own("n/a", Tone::Faint),
    };
    let stream = state.groups.chosen.stream.as_deref().unwrap_or_default();
    let event = decode(stream, entry.id, &fields, &state.options.mapping);
    let tone = tone(&event);
    let mut line = own(&format!("{} ", event.class.glyph()), tone);
    let said = says(&event, width);
    if width >= WITH_KIND || said.iter().all(|piece| piece.text.is_empty()) {
        let kind = theirs(&event.kind, 24, tone);
        let taken: usize = kind.iter().map(|piece| piece.text.width()).sum();
        line.extend(kind);
        let blanks = " ".repeat(KIND.saturating_sub(taken) + 2);
        line.push(Piece::own(&blanks, Tone::Plain));
    }
    line.extend(said);
    line
}
