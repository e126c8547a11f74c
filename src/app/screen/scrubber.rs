//! The scrubber: the whole loaded log in one line, and where the playhead is.

mod bookmarks;

use super::number;
use super::style::own;
use crate::app::layout::Area;
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::view::{Line, Piece, Scrubber, ScrubberBar, Tone};
use crate::model::Ms;
use crate::project::{Density, density};

/// From this share of errors on a column is drawn as one of errors.
const ERROR_SHARE: f64 = 0.15;
/// A silence is told in words from this length and this many columns on.
const GAP_MS: Ms = 60_000;
const GAP_COLUMNS: usize = 4;

fn columns(area: Area) -> usize {
    usize::from(area.width.saturating_sub(2))
}

fn density_of(state: &State, area: Area) -> Density {
    density(&state.log, state.moment_end(), columns(area))
}

/// The moment under a column of the terminal.
#[must_use]
pub fn scrubber_moment(state: &State, column: u16) -> Option<Ms> {
    let area = state.layout().scrubber?;
    let (first, last) = state.log.axis_range()?;
    let columns = columns(area);
    let into = usize::from(column.saturating_sub(area.x + 1)).min(columns.saturating_sub(1));
    let density = Density {
        start_ms: first,
        end_ms: state.moment_end().max(last + 1),
        events: vec![0; columns],
        errors: Vec::new(),
    };
    Some(density.start_of(into + 1).saturating_sub(1))
}

/// The scrubber.
pub fn scrubber(state: &State, area: Area) -> Scrubber {
    let density = density_of(state, area);
    if density.events.is_empty() {
        return Scrubber {
            start: own("nothing yet", Tone::Dim),
            ..Scrubber::default()
        };
    }
    let at = density.column_of(state.moment_ms());
    let gaps = gaps(&density);
    let mut bars = bars(&density);
    for gap in &gaps {
        for bar in bars.iter_mut().take(gap.1).skip(gap.0) {
            bar.gap = true;
        }
    }
    for bar in bars.iter_mut().skip(at + 1) {
        bar.tone = Tone::Faint;
    }
    Scrubber {
        start: start(state, density.start_ms),
        end: own(
            &state
                .options
                .zone
                .clock_seconds(density.end_ms.saturating_sub(1)),
            Tone::Dim,
        ),
        bars,
        playhead: u16::try_from(at).ok(),
        following: state.playhead == Playhead::Following,
        marks: bookmarks::with_bookmarks(state, &density, marks(&density, &gaps, at)),
    }
}

/// The first moment here, and how much older there is.
fn start(state: &State, start_ms: Ms) -> Line {
    let same_day = |pattern| {
        state.options.zone.format(start_ms, pattern)
            == state.options.zone.format(state.present_ms(), pattern)
    };
    let pattern = if same_day("%Y-%m-%d") {
        "%H:%M:%S"
    } else {
        "%Y-%m-%d %H:%M:%S"
    };
    let mut line = own(&state.options.zone.format(start_ms, pattern), Tone::Dim);
    let older = state.not_loaded();
    if older > 0 {
        line.extend(own(
            &format!("  {} older not loaded", number::grouped(older)),
            Tone::Faint,
        ));
    }
    line
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
                gap: false,
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

/// Runs of columns in which nothing happened for long: from, to (excluded), and how long.
fn gaps(density: &Density) -> Vec<(usize, usize, Ms)> {
    let mut gaps = Vec::new();
    let mut from = None;
    for (column, events) in density.events.iter().enumerate() {
        match (from, *events) {
            (None, 0) => from = Some(column),
            (Some(start), 1..) => {
                gaps.extend(gap(density, start, column));
                from = None;
            }
            _ => {}
        }
    }
    gaps
}

#[expect(clippy::cast_precision_loss, reason = "columns of a screen")]
fn columns_f64(density: &Density) -> f64 {
    density.errors.len().max(1) as f64
}

fn gap(density: &Density, from: usize, to: usize) -> Option<(usize, usize, Ms)> {
    let ms = density.start_of(to).saturating_sub(density.start_of(from));
    (to - from >= GAP_COLUMNS && ms >= GAP_MS).then_some((from, to, ms))
}

/// Errors as squares, where they are more than usual for this log; gaps in words, where they fit.
fn marks(density: &Density, gaps: &[(usize, usize, Ms)], playhead: usize) -> Vec<(u16, Piece)> {
    let mut marks = Vec::new();
    let usual =
        2.0 * density.errors.iter().map(|e| f64::from(*e)).sum::<f64>() / columns_f64(density);
    for (column, errors) in density.errors.iter().enumerate() {
        if *errors > 0 && f64::from(*errors) >= usual && column != playhead {
            let tone = if column > playhead {
                Tone::Faint
            } else {
                Tone::Error
            };
            marks.push((
                u16::try_from(column).unwrap_or(u16::MAX),
                Piece::own("▪", tone),
            ));
        }
    }
    for (from, to, ms) in gaps {
        let text = format!("{} gap", number::age(*ms));
        if text.len() < to - from && !(*from..*to).contains(&playhead) {
            let column = from + (to - from - text.len()) / 2;
            marks.push((
                u16::try_from(column).unwrap_or(u16::MAX),
                Piece::own(&text, Tone::Faint),
            ));
        }
    }
    marks.sort_by_key(|(column, _)| *column);
    marks
}
