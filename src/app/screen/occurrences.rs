//! The occurrences of the selected group, the newest first; what follows the playhead is faint.

use super::style::{own, theirs};
use super::{inner_width, number, titled};
use crate::app::failing::Failing;
use crate::app::layout::{Area, PaneId};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Row, Scrollbar, Table, Tone};
use crate::model::fingerprint;
use crate::project::errors::Fault;
use crate::store::Seq;

/// Rows of the pane.
#[must_use]
pub fn occurrences_height(state: &State) -> usize {
    let area = state.layout().occurrences.unwrap_or_default();
    usize::from(area.body().height)
}

/// The occurrence in a row of the pane.
#[must_use]
pub fn occurrence_row(state: &State, row: usize) -> Option<Seq> {
    let failing = state.failing.as_ref()?;
    let (_, shown) = in_view(state, failing, row + 1);
    shown.get(row).map(|fault| fault.seq)
}

/// How many stand above, and those in view.
fn in_view(state: &State, failing: &Failing, height: usize) -> (usize, Vec<Fault>) {
    let faults = failing.faults(state.horizon());
    let top = state.panes.occurrence;
    let at = top.and_then(|seq| faults.binary_search_by_key(&seq, |f| f.seq).ok());
    let end = at.map_or(faults.len(), |at| at + 1);
    let shown = faults.get(..end).unwrap_or_default().iter().rev();
    (faults.len() - end, shown.take(height).copied().collect())
}

/// The pane.
pub fn occurrences(state: &State, area: Area) -> Pane {
    let height = usize::from(area.body().height);
    let Some(failing) = state.failing.as_ref().filter(|f| f.group().is_some()) else {
        return Pane {
            empty: vec![own("no group is selected", Tone::Dim)],
            ..titled(state, PaneId::Occurrences, own("occurrences", Tone::Strong))
        };
    };
    let (above, shown) = in_view(state, failing, height);
    let total = failing.faults(state.horizon()).len() as u64;
    let widths = Widths::of(area.width);
    let rows = shown.iter().filter_map(|fault| row(state, failing, *fault));
    Pane {
        note: note(failing, total),
        table: Table {
            columns: widths.columns(),
            rows: rows.collect(),
        },
        empty: vec![own("this group has no error up to here", Tone::Dim)],
        scrollbar: Scrollbar::over(total, above as u64, height as u64, area.body().height),
        ..titled(state, PaneId::Occurrences, title(state, failing))
    }
}

fn title(state: &State, failing: &Failing) -> Line {
    let bytes = failing
        .group()
        .map_or(&[][..], |group| state.log.strings().get(group));
    let [kind, code, _] = fingerprint::parts(bytes);
    let name = if code.is_empty() { kind } else { code };
    [
        own("occurrences ", Tone::Strong),
        theirs(name, 30, Tone::Error),
        own("  ", Tone::Plain),
        own(&fingerprint::short_id(bytes), Tone::Dim),
    ]
    .concat()
}

/// `9 of 31`, or `31`.
fn note(failing: &Failing, total: u64) -> Line {
    let happened = failing.happened() as u64;
    if happened == total {
        return own(&number::grouped(total), Tone::Dim);
    }
    [
        own(&number::grouped(happened), Tone::Strong),
        own(&format!(" of {}", number::grouped(total)), Tone::Dim),
    ]
    .concat()
}

#[derive(Clone, Copy)]
struct Widths {
    session: u16,
    user: u16,
    message: u16,
}

/// `14:02:07.120`.
const TIME: u16 = 12;

impl Widths {
    /// Where it is narrow the user goes.
    fn of(width: u16) -> Self {
        let (session, user) = match width {
            0..50 => (12, 0),
            50..70 => (14, 9),
            _ => (16, 12),
        };
        let gaps = if user > 0 { 6 } else { 4 };
        Self {
            session,
            user,
            message: inner_width(width).saturating_sub(TIME + session + user + gaps),
        }
    }

    fn columns(self) -> Vec<Column> {
        let left = |width, gap| Column {
            width,
            gap: if width == 0 { 0 } else { gap },
            right: false,
        };
        vec![
            left(TIME, 0),
            left(self.session, 2),
            left(self.user, 2),
            left(self.message, 2),
        ]
    }
}

fn row(state: &State, failing: &Failing, fault: Fault) -> Option<Row> {
    let entry = state.log.get(fault.seq)?;
    let event = entry.event(&state.options.mapping);
    let name = |symbol| theirs(state.log.strings().get(symbol), 40, Tone::Cyan);
    let message = event.error_message.as_deref().unwrap_or_default();
    let cells = vec![
        Cell::Text(own(&state.options.zone.clock(entry.id().ms), Tone::Dim)),
        Cell::Text(name(fault.session)),
        Cell::Text(name(fault.user)),
        Cell::Text(theirs(message, 400, Tone::Plain)),
    ];
    Some(Row {
        cells,
        selected: failing.selected() == Some(fault.seq),
        future: !state.cursor().includes(fault.seq),
    })
}
