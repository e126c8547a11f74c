//! The scrubber of the session screen: this session from its first event to its last one, and where the playhead is.

use std::ops::Range;

use super::number;
use super::style::own;
use crate::app::inspected::Inspected;
use crate::app::layout::Area;
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::view::{Ground, Piece, Scrubber, ScrubberBar, Tone};
use crate::model::Ms;
use crate::project::folded::Step;
use crate::store::Seq;

/// A silence is drawn as one from so many columns on.
const GAP_COLUMNS: usize = 4;
/// A column with so many events is as high as the fullest, so that single events stay low.
const FULL: usize = 4;

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

    /// The steps of each column.
    fn cut(self, steps: &[Step]) -> impl Iterator<Item = Range<usize>> {
        let mut from = 0;
        (0..self.columns).map(move |column| {
            let rest = steps.get(from..).unwrap_or_default();
            let count = rest.partition_point(|step| self.column_of(step.ms) <= column);
            from += count;
            from - count..from
        })
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
    let gaps = gaps(inspected, axis);
    let cut: Vec<Range<usize>> = axis.cut(inspected.shown()).collect();
    let playhead = inspected.last().map(|step| axis.column_of(step.ms));
    let zone = state.options.zone;
    Scrubber {
        start: [
            own(&zone.clock_seconds(axis.start_ms), Tone::Dim),
            own(" this session", Tone::Faint),
        ]
        .concat(),
        end: own(&zone.clock_seconds(axis.end_ms), Tone::Dim),
        bars: bars(inspected, &cut, &gaps),
        playhead: playhead.and_then(|at| u16::try_from(at).ok()),
        following: state.playhead == Playhead::Following,
        marks: marks(inspected, &cut, &gaps, playhead),
    }
}

fn bars(inspected: &Inspected, cut: &[Range<usize>], gaps: &[Gap]) -> Vec<ScrubberBar> {
    let most = cut.iter().map(Range::len).max().unwrap_or(0).max(FULL);
    let outline = inspected.folded().outline();
    let bar = |(at, steps): (usize, &Range<usize>)| {
        // The playhead is past some of it.
        let happened = !steps.is_empty() && steps.start < inspected.happened();
        let has_errors = !outline.errors(steps.clone()).is_empty();
        ScrubberBar {
            height: height(steps.len(), most),
            tone: match (happened, has_errors) {
                (false, _) => Tone::Faint,
                (true, true) => Tone::Error,
                (true, false) => Tone::Blue,
            },
            ground: if gaps.iter().any(|gap| (gap.from..gap.to).contains(&at)) {
                Ground::Silent
            } else {
                Ground::Known
            },
        }
    };
    cut.iter().enumerate().map(bar).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a share of 0 to 1"
)]
fn height(events: usize, most: usize) -> f32 {
    (events as f64 / most as f64).powf(0.7) as f32
}

/// Columns between two events, `to` excluded.
#[derive(Clone, Copy)]
struct Gap {
    from: usize,
    to: usize,
    ms: Ms,
}

fn gaps(inspected: &Inspected, axis: Axis) -> Vec<Gap> {
    let steps = inspected.shown();
    let after_silence = inspected.folded().outline().after_silence(1..steps.len());
    let between = after_silence.iter().filter_map(|at| {
        let (before, after) = (steps.get(at - 1)?, steps.get(*at)?);
        let gap = Gap {
            from: axis.column_of(before.ms) + 1,
            to: axis.column_of(after.ms),
            ms: after.ms - before.ms,
        };
        (gap.to >= gap.from + GAP_COLUMNS).then_some(gap)
    });
    between.collect()
}

/// The baseline, errors, and silences in words where they fit: the earlier of these wins where two meet.
fn marks(
    inspected: &Inspected,
    cut: &[Range<usize>],
    gaps: &[Gap],
    playhead: Option<usize>,
) -> Vec<(u16, Piece)> {
    let mut taken = vec![false; cut.len()];
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
    let baseline = inspected.baseline().map(|b| b.count().saturating_sub(1));
    let stands = |steps: &Range<usize>| baseline.is_some_and(|at| steps.contains(&at));
    if let Some(column) = cut.iter().position(stands) {
        put(column, "◆", Tone::Magenta);
    }
    let outline = inspected.folded().outline();
    for (column, steps) in cut.iter().enumerate() {
        // Of several errors in a column the first is the one that is drawn.
        if let Some(at) = outline.errors(steps.clone()).first() {
            let happened = *at < inspected.happened();
            let tone = if happened { Tone::Error } else { Tone::Faint };
            put(column, "▪", tone);
        }
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
