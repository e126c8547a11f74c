//! The rows of the timeline: events with their offset, turn, latency and tokens, and silences.

use crate::app::inspected::Inspected;
use crate::app::playhead::Playhead;
use crate::app::screen::style::{latency, own, says, theirs, tone};
use crate::app::screen::{inner_width, number};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Row, Tone};
use crate::app::window::Item;
use crate::model::event::SLOW_MS;
use crate::model::{Flags, Ms, time};
use crate::project::turns::Turn;
use crate::store::{EntryRef, Seq};

/// How wide the columns are, by the pane alone. 0 leaves one out.
#[derive(Clone, Copy)]
pub struct Widths {
    kind: u16,
    says: u16,
    latency: u16,
    bar: u16,
    tokens: u16,
    turn: u16,
}

impl Widths {
    /// Where it is narrow, what was said matters most, then how long it took; the entry has the rest.
    pub fn of(width: u16) -> Self {
        let (kind, latency, bar, tokens, turn) = match width {
            0..50 => (14, 0, 0, 0, 0),
            50..64 => (16, 0, 0, 0, 0),
            64..78 => (16, 7, 0, 0, 0),
            78..92 => (16, 7, 0, 6, 6),
            92..130 => (16, 7, 6, 6, 6),
            _ => (24, 7, 12, 7, 7),
        };
        let mut out = Self {
            kind,
            says: 0,
            latency,
            bar,
            tokens,
            turn,
        };
        let taken: u16 = out.columns().iter().map(|c| c.width + c.gap).sum();
        out.says = inner_width(width).saturating_sub(taken);
        out
    }

    pub fn columns(self) -> Vec<Column> {
        let left = |width, gap| Column {
            width,
            gap,
            right: false,
        };
        let gap = |width, gap| if width == 0 { 0 } else { gap };
        let right = |width| Column {
            width,
            gap: gap(width, 2),
            right: true,
        };
        vec![
            left(OFFSET, 0),
            left(1, 1),
            left(1, 1),
            left(self.kind, 1),
            left(self.says, 2),
            right(self.latency),
            left(self.bar, gap(self.bar, 1)),
            right(self.tokens),
            right(self.turn),
        ]
    }

    /// The names of the columns, over them.
    pub fn names() -> Row {
        let names = [
            "offset", "", "", "event", "", "latency", "", "tokens", "turn",
        ];
        let cells = names.map(|name| Cell::Text(own(name, Tone::Faint)));
        Row {
            cells: cells.into(),
            ..Row::default()
        }
    }
}

/// `+1:02:07`.
const OFFSET: u16 = 8;

/// What the rows are made from.
pub struct Rows<'a> {
    state: &'a State,
    inspected: &'a Inspected,
    widths: Widths,
    start_ms: Ms,
    selected: Option<Seq>,
    /// The events on which findings rest that are known at the playhead.
    found: Vec<Seq>,
}

fn found(state: &State) -> Vec<Seq> {
    let findings = state.findings.of(state.panes.session, state.cursor());
    let entries = findings.flat_map(|finding| &finding.rests_on);
    entries.filter_map(|place| place.seq).collect()
}

impl<'a> Rows<'a> {
    /// For this session.
    pub fn new(state: &'a State, inspected: &'a Inspected, widths: Widths) -> Self {
        let is_past = state.playhead != Playhead::Following;
        Self {
            state,
            inspected,
            widths,
            start_ms: inspected.shown().first().map_or(0, |step| step.ms),
            selected: inspected.last().map(|step| step.seq).filter(|_| is_past),
            found: found(state),
        }
    }

    /// A row of the timeline.
    pub fn row(&self, item: Item) -> Option<Row> {
        match item {
            Item::Gap(at, ms) => Some(self.gap(at, ms)),
            Item::Event(at) => {
                let step = self.inspected.shown().get(at)?;
                Some(self.event(at, &self.state.log.get(step.seq)?))
            }
        }
    }

    fn gap(&self, at: usize, ms: Ms) -> Row {
        let turn = self.turn(at);
        let within = turn.is_some_and(|t| t.ask < at && t.answer.is_some_and(|a| at <= a));
        let cells = vec![
            Cell::default(),
            Cell::Text(own(if within { "│" } else { "" }, Tone::Faint)),
            Cell::Text(own("┊", Tone::Faint)),
            Cell::Text(own(&format!("{} idle", time::span(ms)), Tone::Faint)),
        ];
        Row {
            cells,
            future: at >= self.inspected.happened(),
            ..Row::default()
        }
    }

    fn event(&self, at: usize, entry: &EntryRef<'_>) -> Row {
        let event = entry.event(&self.state.options.mapping);
        let tone = tone(&event);
        let tokens = event
            .tokens
            .map(|t| own(&number::short(t), Tone::Dim))
            .unwrap_or_default();
        let cells = vec![
            Cell::Text(self.offset(entry)),
            Cell::Text(self.mark(at, entry.seq)),
            Cell::Text(own(event.class.glyph(), tone)),
            Cell::Text(theirs(&event.kind, self.widths.kind, tone)),
            Cell::Text(says(&event, self.widths.says)),
            Cell::Text(latency(event.latency_ms)),
            bar(event.latency_ms),
            Cell::Text(tokens),
            Cell::Text(self.turn_told(at)),
        ];
        Row {
            cells,
            selected: self.selected == Some(entry.seq),
            future: at >= self.inspected.happened(),
        }
    }

    /// Amber where the entry came late, twice, or with a skewed clock, as in the feed.
    fn offset(&self, entry: &EntryRef<'_>) -> Line {
        let flags = entry.flags();
        let odd = [Flags::LATE, Flags::DUPLICATE, Flags::SKEWED];
        let is_odd = odd.into_iter().any(|flag| flags.has(flag));
        let ms = entry.axis_ms().saturating_sub(self.start_ms);
        own(
            &number::offset(ms),
            if is_odd { Tone::Amber } else { Tone::Dim },
        )
    }

    fn turn(&self, at: usize) -> Option<Turn> {
        let turns = self.inspected.folded().turns();
        turns.around(at, self.inspected.shown().len())
    }

    /// The baseline, else a finding that rests on it, else the bracket from a user's message to its answer.
    fn mark(&self, at: usize, seq: Seq) -> Line {
        if self.inspected.baseline().is_some_and(|b| b.seq == seq) {
            return own("◆", Tone::Magenta);
        }
        if self.found.contains(&seq) {
            return own("▲", Tone::Amber);
        }
        let Some(turn) = self.turn(at) else {
            return Line::new();
        };
        let glyph = match turn.answer {
            Some(_) if at == turn.ask => "┌",
            Some(answer) if at == answer => "└",
            Some(answer) if at < answer => "│",
            _ => "",
        };
        own(glyph, Tone::Faint)
    }

    /// How long the user waited, beside the answer.
    fn turn_told(&self, at: usize) -> Line {
        let turn = self.turn(at).filter(|turn| turn.answer == Some(at));
        let waited = turn.and_then(|turn| turn.told(self.inspected.shown()).latency_ms);
        waited.map(turn_latency).unwrap_or_default()
    }
}

/// How long a turn took, amber where it was long.
pub fn turn_latency(ms: f64) -> Line {
    let tone = if ms >= SLOW_MS {
        Tone::Amber
    } else {
        Tone::Plain
    };
    own(&number::latency(ms), tone)
}

/// A latency as a bar that is full where it is slow: the same length means the same everywhere.
fn bar(latency_ms: Option<f64>) -> Cell {
    let Some(ms) = latency_ms else {
        return Cell::default();
    };
    let tone = if ms >= SLOW_MS {
        Tone::Amber
    } else {
        Tone::Faint
    };
    #[expect(clippy::cast_possible_truncation, reason = "a share of 0 to 1")]
    Cell::Bar((ms / SLOW_MS).min(1.0) as f32, tone)
}
