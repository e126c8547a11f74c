//! The session pane: one session's events up to the playhead, with the gaps between them.

use super::style::{latency, own, says, theirs, tone};
use super::{inner_width, number, titled};
use crate::app::layout::{Area, PaneId};
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Piece, Row, Scrollbar, Table, Tone};
use crate::model::{Ms, time};
use crate::project::Timeline;
use crate::project::findings::words;
use crate::project::timeline::{self, SILENCE_MS, SessionStatus, timeline};
use crate::store::{EntryRef, Seq};

/// A row of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Event(Seq),
    Gap(Ms),
}

/// The event in a row of the pane, if one is there.
#[must_use]
pub fn session_row(state: &State, row: usize) -> Option<Seq> {
    let height = state
        .layout()
        .session
        .map_or(0, |area| usize::from(area.body().height));
    match items(state, height).get(row)? {
        Item::Event(seq) => Some(*seq),
        Item::Gap(_) => None,
    }
}

/// The session pane.
pub fn session(state: &State, area: Area) -> Pane {
    let name = state.log.strings().get(state.panes.session);
    let line = timeline(&state.log, state.panes.session, state.cursor());
    if !state.panes.session.is_some() || line.count == 0 {
        let none = own("no session here", Tone::Dim);
        return Pane {
            empty: vec![none],
            ..titled(state, PaneId::Session, own("session", Tone::Strong))
        };
    }
    let height = area.body().height;
    let items = items(state, usize::from(height));
    let widths = Widths::of(area.width);
    let rows = items
        .iter()
        .filter_map(|item| row(state, &line, *item, widths))
        .collect();
    let table = Table {
        columns: widths.columns(),
        rows,
    };
    // Beside the errors, the line between the panes stands where the bar would.
    let alone = state.layout().errors.is_none();
    let scrollbar = scrollbar(&line, &items, height).filter(|_| alone);
    Pane {
        table,
        scrollbar,
        ..titled(state, PaneId::Session, title(state, name, &line))
    }
}

/// The last rows that fit, ending with the newest event before the cursor.
fn items(state: &State, height: usize) -> Vec<Item> {
    let at = |seq: Seq| state.log.get(seq).map_or(0, |e| e.axis_ms());
    let mut items = Vec::with_capacity(height);
    let seqs = timeline::before(&state.log, state.panes.session, state.cursor());
    let mut seqs = seqs.peekable();
    while items.len() < height
        && let Some(seq) = seqs.next()
    {
        items.push(Item::Event(seq));
        if let Some(before) = seqs.peek() {
            let gap = at(seq).saturating_sub(at(*before));
            if gap >= SILENCE_MS {
                items.push(Item::Gap(gap));
            }
        }
    }
    items.truncate(height);
    items.reverse();
    items
}

/// Which session it is, of whom, and how it stands.
pub fn heading(state: &State, name: &[u8], line: &Timeline) -> Line {
    let moment = state.moment_ms();
    let lasts = |to: Ms| time::span(to.saturating_sub(line.first_ms));
    let status = match line.status(moment) {
        SessionStatus::Open => Piece::own(&format!("open {}", lasts(moment)), Tone::Green),
        SessionStatus::Ended => {
            Piece::own(&format!("ended after {}", lasts(line.last_ms)), Tone::Dim)
        }
        SessionStatus::Idle => Piece::own(
            &format!("idle {}", time::span(moment.saturating_sub(line.last_ms))),
            Tone::Dim,
        ),
    };
    let user = state.log.strings().get(line.user);
    let mut title = own("session ", Tone::Strong);
    title.extend(theirs(name, 38, Tone::Cyan));
    title.extend(own(" ", Tone::Plain));
    title.extend(theirs(user, 20, Tone::Dim));
    title.extend(own("  ", Tone::Plain));
    if line.count > 0 {
        title.push(status);
    }
    title
}

fn title(state: &State, name: &[u8], line: &Timeline) -> Line {
    let mut title = heading(state, name, line);
    title.extend(own(
        &format!("  {} msg", number::grouped(line.messages)),
        Tone::Dim,
    ));
    if let Some(tokens) = line.tokens {
        title.extend(own(&format!("  {} tok", number::short(tokens)), Tone::Dim));
    }
    if line.errors > 0 {
        let plural = if line.errors == 1 { "" } else { "s" };
        title.extend(own(
            &format!("  {} error{plural}", number::grouped(line.errors)),
            Tone::Error,
        ));
    }
    if line.truncated && older_may_be_missing(state) {
        title.extend(own("  start not loaded", Tone::Amber));
    }
    title.extend(found(state));
    title
}

/// What was found in the pane's session up to the playhead, in a word each; nothing where that is nothing.
pub fn found(state: &State) -> Line {
    let words = words(state.findings.of(state.panes.session, state.cursor()));
    if words.is_empty() {
        return Line::new();
    }
    own(&format!("  ▲ {}", words.join(", ")), Tone::Amber)
}

/// A producer need not tell of a start. Where everything is here, none is missing.
pub fn older_may_be_missing(state: &State) -> bool {
    !state.loading.at_start
}

#[derive(Clone, Copy)]
struct Widths {
    kind: u16,
    says: u16,
    latency: u16,
}

impl Widths {
    /// Where it is narrow, what was said matters more than how long it took: the detail has that too.
    fn of(width: u16) -> Self {
        let (kind, latency) = match width {
            0..72 => (14, 0),
            72..110 => (17, 8),
            _ => (24, 8),
        };
        let mut out = Self {
            kind,
            says: 0,
            latency,
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
        let gap = if self.latency == 0 { 0 } else { 2 };
        vec![
            left(OFFSET, 0),
            left(1, 1),
            left(self.kind, 1),
            left(self.says, 2),
            Column {
                width: self.latency,
                gap,
                right: true,
            },
        ]
    }
}

/// `+1:02:07`.
const OFFSET: u16 = 8;

fn row(state: &State, line: &Timeline, item: Item, widths: Widths) -> Option<Row> {
    match item {
        Item::Gap(ms) => {
            let cells = vec![
                Cell::default(),
                Cell::Text(own("┊", Tone::Faint)),
                Cell::Text(own(&format!("{} idle", time::span(ms)), Tone::Faint)),
            ];
            Some(Row {
                cells,
                ..Row::default()
            })
        }
        Item::Event(seq) => Some(event_row(state, line, &state.log.get(seq)?, widths)),
    }
}

fn event_row(state: &State, line: &Timeline, entry: &EntryRef<'_>, widths: Widths) -> Row {
    let event = entry.event(&state.options.mapping);
    let tone = tone(&event);
    let cells = vec![
        Cell::Text(own(
            &number::offset(entry.axis_ms().saturating_sub(line.first_ms)),
            Tone::Dim,
        )),
        Cell::Text(own(event.class.glyph(), tone)),
        Cell::Text(theirs(&event.kind, widths.kind, tone)),
        Cell::Text(says(&event, widths.says)),
        Cell::Text(latency(event.latency_ms)),
    ];
    let here = state.playhead != Playhead::Following
        && state.selected().is_some_and(|e| e.seq == entry.seq);
    Row {
        cells,
        selected: here,
        future: false,
    }
}

/// The pane always ends with the newest event.
fn scrollbar(line: &Timeline, items: &[Item], height: u16) -> Option<Scrollbar> {
    let shown = items.iter().filter(|i| matches!(i, Item::Event(_))).count() as u64;
    let total = line.count;
    Scrollbar::over(total, total.saturating_sub(shown), shown, height)
}
