//! The scrubber: the log in one line, or a part of its time, and where the playhead is.

mod bookmarks;
mod marks;
mod stretches;

use self::marks::Marks;
use self::stretches::{Stretch, stretches};
use super::style::own;
use super::{clock, number};
use crate::app::layout::Area;
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::view::{Ground, Line, Scrubber, ScrubberBar, Tone};
use crate::app::zoom::{Extent, Span, Zoom};
use crate::model::{Ms, time};
use crate::project::spikes::Series;
use crate::project::{Density, density, timeline};

/// From this share of errors on a column is drawn as one of errors.
const ERROR_SHARE: f64 = 0.15;

fn columns(area: Area) -> usize {
    usize::from(area.width.saturating_sub(2))
}

/// The moment under a column of the terminal.
#[must_use]
pub fn scrubber_moment(state: &State, column: u16) -> Option<Ms> {
    let area = state.layout().scrubber?;
    let span = state.panes.zoom.span(state.extent()?);
    let columns = columns(area);
    let into = usize::from(column.saturating_sub(area.x + 1)).min(columns.saturating_sub(1));
    let density = Density {
        start_ms: span.start_ms,
        end_ms: span.end_ms,
        events: vec![0; columns],
        errors: Vec::new(),
    };
    Some(density.start_of(into + 1).saturating_sub(1))
}

/// The scrubber.
pub fn scrubber(state: &State, area: Area) -> Scrubber {
    let Some(extent) = state.extent().filter(|_| columns(area) > 0) else {
        return Scrubber {
            start: own("nothing yet", Tone::Dim),
            ..Scrubber::default()
        };
    };
    let span = state.panes.zoom.span(extent);
    let density = density(&state.log, span.start_ms..span.end_ms, columns(area));
    let playhead = Place::of(state, extent, &density);
    let stretches = stretches(state, &density);
    let mut bars = bars(&density);
    for stretch in &stretches {
        for bar in bars.iter_mut().take(stretch.to).skip(stretch.from) {
            bar.ground = stretch.ground;
        }
    }
    for bar in bars.iter_mut().skip(playhead.future) {
        bar.tone = Tone::Faint;
    }
    let [start, end] = labels(state, extent, playhead.column, columns(area));
    Scrubber {
        start,
        end,
        bars,
        playhead: playhead.column.and_then(|at| u16::try_from(at).ok()),
        following: state.playhead == Playhead::Following,
        marks: marks(state, &density, &stretches, playhead),
    }
}

/// Where the playhead stands.
#[derive(Clone, Copy)]
struct Place {
    /// `None` where it is out of view.
    column: Option<usize>,
    /// The first column in which nothing has happened yet.
    future: usize,
}

impl Place {
    fn of(state: &State, extent: Extent, density: &Density) -> Self {
        let at_ms = state.moment_ms();
        let column = density.column_of(at_ms);
        let part = matches!(state.panes.zoom, Zoom::Part(_));
        if !part || state.panes.zoom.shows(extent, at_ms) {
            let column = Some(column);
            let future = column.map_or(0, |at| at + 1);
            return Self { column, future };
        }
        let before = at_ms < density.start_ms;
        Self {
            column: None,
            future: if before { 0 } else { density.events.len() },
        }
    }
}

/// The first and the last moment; what is missing before, or how to see it all again, in the half without the playhead.
fn labels(state: &State, extent: Extent, playhead: Option<usize>, columns: usize) -> [Line; 2] {
    let zoom = state.panes.zoom;
    let span = zoom.span(extent);
    let moment = |ms| own(&clock::to_the_second(state, ms), Tone::Dim);
    let mut start = moment(span.start_ms);
    let mut end = moment(span.end_ms.saturating_sub(1));
    match zoom {
        Zoom::Loaded => start.extend(older(state, extent)),
        Zoom::Whole | Zoom::Part(_) => {
            let note = own(&zoomed(zoom, span, extent), Tone::Plain);
            if playhead.is_some_and(|at| at < columns / 2) {
                end = [note, own("  ", Tone::Plain), end].concat();
            } else {
                start = [start, own("  ", Tone::Plain), note].concat();
            }
        }
    }
    [start, end]
}

fn zoomed(zoom: Zoom, span: Span, extent: Extent) -> String {
    let what = match zoom {
        Zoom::Whole => "the whole stream".to_owned(),
        Zoom::Loaded | Zoom::Part(_) => format!("zoomed to {}", time::span(span.length_ms())),
    };
    let all = if extent.whole == extent.loaded {
        "all"
    } else {
        "what is loaded"
    };
    format!("{what}, Esc shows {all}")
}

/// How much older there is than what is shown.
fn older(state: &State, extent: Extent) -> Line {
    let older = state.missing().older;
    if older.n == 0 {
        return Line::new();
    }
    let more = if extent.whole == extent.loaded {
        ""
    } else {
        ", < shows them"
    };
    own(
        &format!("  {} older not loaded{more}", number::count(older)),
        Tone::Faint,
    )
}

fn bars(density: &Density) -> Vec<ScrubberBar> {
    let most = f64::from(density.events.iter().copied().max().unwrap_or(0).max(1));
    // Even traffic stays below the top, so that what rises above it can be seen.
    let most = most.max(1.6 * mean(&density.events));
    let pairs = density.events.iter().zip(&density.errors);
    pairs
        .map(|(events, errors)| {
            let failing = f64::from(*errors) >= ERROR_SHARE * f64::from(*events) && *errors > 1;
            // Less than linear, so that quiet times can be seen beside a burst.
            #[expect(clippy::cast_possible_truncation, reason = "a share of 0 to 1")]
            let height = (f64::from(*events) / most).powf(0.7) as f32;
            ScrubberBar {
                height,
                tone: if failing { Tone::Error } else { Tone::Blue },
                ground: Ground::Known,
            }
        })
        .collect()
}

/// Over the columns in which something happened.
fn mean(counts: &[u32]) -> f64 {
    let busy = counts.iter().filter(|c| **c > 0).count().max(1);
    let total: f64 = counts.iter().map(|c| f64::from(*c)).sum();
    #[expect(clippy::cast_precision_loss, reason = "columns of a screen")]
    let busy = busy as f64;
    total / busy
}

#[expect(clippy::cast_precision_loss, reason = "columns of a screen")]
fn columns_f64(density: &Density) -> f64 {
    density.errors.len().max(1) as f64
}

/// By importance: where two meet, the one laid first stays. The playhead, then bookmarks, spikes, errors, the ends
/// of the session, and words about stretches.
fn marks(
    state: &State,
    density: &Density,
    stretches: &[Stretch],
    playhead: Place,
) -> Vec<(u16, crate::app::view::Piece)> {
    let mut marks = Marks::new(density.events.len(), playhead.column, playhead.future);
    bookmarks::lay(&mut marks, state, density);
    spikes(state, density, &mut marks);
    errors(density, &mut marks);
    session_edges(state, density, &mut marks);
    for stretch in stretches {
        marks.lay_within(stretch.from, stretch.to, &stretch.text, stretch.tone());
    }
    marks.laid()
}

/// The column of a moment that is in view.
fn column_of(density: &Density, ms: Ms) -> Option<usize> {
    let in_view = Span::new(density.start_ms, density.end_ms).has(ms);
    in_view.then(|| density.column_of(ms))
}

/// Bursts, at their peak. A silence is a gap, and told as one.
fn spikes(state: &State, density: &Density, marks: &mut Marks) {
    for spike in state.traffic.spikes() {
        if spike.series == Series::Silence {
            continue;
        }
        let tone = super::spikes::tone(spike.series);
        let Some(column) = column_of(density, spike.peak_ms) else {
            continue;
        };
        let text = format!("▲ {}", super::spikes::times(spike));
        marks.lay(column, &[&text, "▲"], tone);
    }
}

/// Where they are more than usual for what is shown.
fn errors(density: &Density, marks: &mut Marks) {
    let all: f64 = density.errors.iter().map(|e| f64::from(*e)).sum();
    let usual = 2.0 * all / columns_f64(density);
    for (column, errors) in density.errors.iter().enumerate() {
        if *errors > 0 && f64::from(*errors) >= usual {
            marks.lay(column, &["▪"], Tone::Error);
        }
    }
}

/// The ends of the session in the session pane, as far as they are known.
fn session_edges(state: &State, density: &Density, marks: &mut Marks) {
    if !state.panes.session.is_some() {
        return;
    }
    let ends = timeline::ends(&state.log, state.panes.session, state.horizon());
    let Some(ends) = ends else {
        return;
    };
    if let Some(column) = column_of(density, ends.first_ms).filter(|_| !ends.truncated) {
        marks.lay(column, &["▸"], Tone::Green);
    }
    if let Some(column) = column_of(density, ends.last_ms).filter(|_| ends.ended) {
        marks.lay(column, &["◂"], Tone::Dim);
    }
}
