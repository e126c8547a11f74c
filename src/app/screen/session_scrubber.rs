//! The scrubber of the session screen: this session from its first event to its last one, and where the playhead is.

use super::number;
use super::style::own;
use crate::app::inspected::Inspected;
use crate::app::layout::Area;
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::view::{Ground, Piece, Scrubber, ScrubberBar, Tone};
use crate::model::Ms;
use crate::project::folded::Step;
use crate::project::timeline::SILENCE_MS;
use crate::store::Seq;

/// A silence is drawn as one from so many columns on.
const GAP_COLUMNS: usize = 4;
/// A column with so many events is as high as the fullest, so that single events stay low.
const FULL: u32 = 4;

/// The session's time on columns.
#[derive(Clone, Copy)]
struct Axis {
    start_ms: Ms,
    end_ms: Ms,
    columns: usize,
}

impl Axis {
    fn of(steps: &[Step], area: Area) -> Option<Self> {
        Some(Self {
            start_ms: steps.first()?.ms,
            end_ms: steps.last()?.ms,
            columns: usize::from(area.width.saturating_sub(2)),
        })
    }

    /// The first event is in the first column, the last one in the last.
    fn column_of(self, ms: Ms) -> usize {
        let span = u128::from((self.end_ms - self.start_ms).max(1));
        let into = u128::from(ms.clamp(self.start_ms, self.end_ms) - self.start_ms);
        let last = self.columns.saturating_sub(1);
        usize::try_from(into * last as u128 / span).map_or(last, |column| column.min(last))
    }
}

/// The event to stand on under a column of the terminal: the last one that is not to its right.
#[must_use]
pub fn scrubber_step(state: &State, column: u16) -> Option<Seq> {
    let area = state.layout().scrubber?;
    let steps = state.inspected.as_ref()?.shown();
    let axis = Axis::of(steps, area)?;
    let into = usize::from(column.saturating_sub(area.x + 1));
    let count = steps.partition_point(|step| axis.column_of(step.ms) <= into);
    steps.get(count.saturating_sub(1)).map(|step| step.seq)
}

/// The scrubber.
pub fn session_scrubber(state: &State, area: Area) -> Scrubber {
    let empty = Scrubber {
        start: own("nothing yet", Tone::Dim),
        ..Scrubber::default()
    };
    let Some(inspected) = state.inspected.as_ref() else {
        return empty;
    };
    let Some(axis) = Axis::of(inspected.shown(), area) else {
        return empty;
    };
    let gaps = gaps(inspected.shown(), axis);
    let playhead = inspected.last().map(|step| axis.column_of(step.ms));
    let zone = state.options.zone;
    Scrubber {
        start: [
            own(&zone.clock_seconds(axis.start_ms), Tone::Dim),
            own(" this session", Tone::Faint),
        ]
        .concat(),
        end: own(&zone.clock_seconds(axis.end_ms), Tone::Dim),
        bars: bars(inspected, axis, &gaps),
        playhead: playhead.and_then(|at| u16::try_from(at).ok()),
        following: state.playhead == Playhead::Following,
        marks: marks(inspected, axis, &gaps, playhead),
    }
}

/// What happened in a column, and whether the playhead is past any of it.
#[derive(Clone, Copy, Default)]
struct Column {
    events: u32,
    errors: u32,
    happened: bool,
}

fn columns(inspected: &Inspected, axis: Axis) -> Vec<Column> {
    let mut columns = vec![Column::default(); axis.columns];
    for (at, step) in inspected.shown().iter().enumerate() {
        if let Some(column) = columns.get_mut(axis.column_of(step.ms)) {
            column.events += 1;
            column.errors += u32::from(step.is_error);
            column.happened |= at < inspected.happened();
        }
    }
    columns
}

fn bars(inspected: &Inspected, axis: Axis, gaps: &[Gap]) -> Vec<ScrubberBar> {
    let columns = columns(inspected, axis);
    let most = columns
        .iter()
        .map(|c| c.events)
        .max()
        .unwrap_or(0)
        .max(FULL);
    let bar = |(at, column): (usize, &Column)| {
        #[expect(clippy::cast_possible_truncation, reason = "a share of 0 to 1")]
        let height = (f64::from(column.events) / f64::from(most)).powf(0.7) as f32;
        ScrubberBar {
            height,
            tone: match column {
                Column {
                    happened: false, ..
                } => Tone::Faint,
                Column { errors: 1.., .. } => Tone::Error,
                _ => Tone::Blue,
            },
            ground: if gaps.iter().any(|gap| (gap.from..gap.to).contains(&at)) {
                Ground::Silent
            } else {
                Ground::Known
            },
        }
    };
    columns.iter().enumerate().map(bar).collect()
}

/// Columns between two events, `to` excluded.
#[derive(Clone, Copy)]
struct Gap {
    from: usize,
    to: usize,
    ms: Ms,
}

fn gaps(steps: &[Step], axis: Axis) -> Vec<Gap> {
    let between = steps.windows(2).filter_map(|pair| {
        let [before, after] = pair else { return None };
        let gap = Gap {
            from: axis.column_of(before.ms) + 1,
            to: axis.column_of(after.ms),
            ms: after.ms - before.ms,
        };
        (gap.ms >= SILENCE_MS && gap.to >= gap.from + GAP_COLUMNS).then_some(gap)
    });
    between.collect()
}

/// The baseline, errors, and silences in words where they fit: the earlier of these wins where two meet.
fn marks(
    inspected: &Inspected,
    axis: Axis,
    gaps: &[Gap],
    playhead: Option<usize>,
) -> Vec<(u16, Piece)> {
    let mut taken = vec![false; axis.columns];
    let mut marks = Vec::new();
    let mut put = |column: usize, text: &str, tone: Tone| {
        let place = column..column + text.chars().count();
        let free = taken.get(place.clone()).is_some_and(|t| !t.contains(&true));
        if free && !playhead.is_some_and(|at| place.contains(&at)) {
            taken
                .iter_mut()
                .skip(column)
                .take(place.len())
                .for_each(|t| *t = true);
            marks.push((
                u16::try_from(column).unwrap_or(u16::MAX),
                Piece::own(text, tone),
            ));
        }
    };
    let steps = inspected.shown();
    let column_of = |step: &Step| axis.column_of(step.ms);
    if let Some(baseline) = inspected.baseline()
        && let Some(step) = steps.get(baseline.count().saturating_sub(1))
    {
        put(column_of(step), "◆", Tone::Magenta);
    }
    for (at, step) in steps.iter().enumerate().filter(|(_, step)| step.is_error) {
        let happened = at < inspected.happened();
        let tone = if happened { Tone::Error } else { Tone::Faint };
        put(column_of(step), "▪", tone);
    }
    for gap in gaps {
        let text = number::age(gap.ms);
        let room = gap.to - gap.from;
        if text.len() + 2 <= room {
            put(gap.from + (room - text.len()) / 2, &text, Tone::Faint);
        }
    }
    marks.sort_by_key(|(column, _)| *column);
    marks
}
