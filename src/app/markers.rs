//! Markers: the places on the log that one wants to jump to. Each kind is found by its own function, from a boundary
//! outwards, by columns and summaries of chunks.
//!
//! Invariant: a finder gives the nearest marker of its kind, so the nearest of what all of them give is the nearest of all.

use std::cmp::Reverse;

use super::layout::ScreenId;
use super::spikes::spikes;
use super::state::State;
use crate::model::{Flags, Ms, time};
use crate::project::spikes::{Series, Spike};
use crate::store::{Chunk, Cursor, Direction, Log, Seq, Symbol};

/// A silence of the whole log that is a marker.
pub const GAP_MS: Ms = 60_000;

/// A place to jump to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marker {
    /// The entry to stand on.
    pub seq: Seq,
    /// What is there.
    pub kind: MarkerKind,
}

/// What makes an entry a marker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MarkerKind {
    /// An abnormal rate begins; or an abnormal silence ends.
    Spike(Spike),
    /// The first event of the session in the session pane.
    SessionStart {
        /// Whether it says so of itself, or is only the first that is here.
        told: bool,
    },
    /// Its last event.
    SessionEnd {
        /// Whether it says so of itself, or is only the last that is here.
        told: bool,
    },
    /// Nothing happened for so long before it.
    Gap(Ms),
    /// A bookmark.
    Bookmark,
    /// An error.
    Error,
}

/// Finds the nearest marker of one kind: the first at or after a boundary, or the last before it.
pub type Find = fn(&State, Cursor, Direction) -> Option<Marker>;

/// Every kind of marker. Of several on one entry the first is told.
const FINDERS: [Find; 5] = [bookmark, spike, session_edge, gap, error];

/// The nearest marker of any kind.
#[must_use]
pub fn next_marker(state: &State, from: Cursor, direction: Direction) -> Option<Marker> {
    let found = FINDERS
        .iter()
        .filter_map(|find| find(state, from, direction));
    nearest(found, direction)
}

/// The first of the nearest.
fn nearest(markers: impl Iterator<Item = Marker>, direction: Direction) -> Option<Marker> {
    match direction {
        Direction::Forward => markers.min_by_key(|m| m.seq),
        Direction::Reverse => markers.min_by_key(|m| Reverse(m.seq)),
    }
}

/// The nearest of markers in any order.
fn nearest_from(
    markers: impl Iterator<Item = Marker>,
    from: Cursor,
    direction: Direction,
) -> Option<Marker> {
    let ahead = markers.filter(|m| from.includes(m.seq) == (direction == Direction::Reverse));
    nearest(ahead, direction)
}

/// The nearest bookmark whose entry is here.
#[must_use]
pub fn bookmark(state: &State, from: Cursor, direction: Direction) -> Option<Marker> {
    let placed = state.bookmarks.all().iter().filter_map(|mark| {
        let seq = state.log.find(mark.id)?;
        let kind = MarkerKind::Bookmark;
        Some(Marker { seq, kind })
    });
    nearest_from(placed, from, direction)
}

/// The nearest error that the feed shows; on the session screen the session's.
#[must_use]
pub fn error(state: &State, from: Cursor, direction: Direction) -> Option<Marker> {
    let log = &state.log;
    let is_error = |seq: &Seq| log.get(*seq).is_some_and(|e| e.flags().has(Flags::ERROR));
    let only = (state.screen == ScreenId::Session).then_some(state.panes.session);
    let narrowing = state.narrowing.as_ref().filter(|_| only.is_none());
    let seq = match (narrowing, direction) {
        (None, Direction::Forward) => next_error(log, from, only),
        (None, Direction::Reverse) => previous_error(log, from, only),
        (Some(narrowing), _) => {
            let matches = narrowing.matches();
            let at = matches.count_before(from);
            match direction {
                Direction::Forward => matches.between(at, u64::MAX).find(is_error),
                Direction::Reverse => matches.between(0, at).rev().find(is_error),
            }
        }
    };
    let kind = MarkerKind::Error;
    seq.map(|seq| Marker { seq, kind })
}

fn next_error(log: &Log, from: Cursor, only: Option<Symbol>) -> Option<Seq> {
    let mut chunks = log.chunks(from..log.end());
    chunks.find_map(|(base, chunk, rows)| {
        let mut errors = chunk.errors().filter(|row| is_of(chunk, *row, only));
        let row = errors.find(|row| *row >= rows.start)?;
        Some(base.plus(row as u64))
    })
}

fn previous_error(log: &Log, to: Cursor, only: Option<Symbol>) -> Option<Seq> {
    let mut chunks = log.chunks(log.first()..to).rev();
    chunks.find_map(|(base, chunk, rows)| {
        let mut errors = chunk.errors().rev().filter(|row| is_of(chunk, *row, only));
        let row = errors.find(|row| *row < rows.end)?;
        Some(base.plus(row as u64))
    })
}

fn is_of(chunk: &Chunk, row: usize, only: Option<Symbol>) -> bool {
    only.is_none_or(|session| chunk.columns.session.get(row) == Some(session))
}

/// The nearest entry before which nothing happened for long. What is missing in a hole is no gap.
#[must_use]
pub fn gap(state: &State, from: Cursor, direction: Direction) -> Option<Marker> {
    let log = &state.log;
    let (seq, ms) = match direction {
        Direction::Forward => next_gap(log, from)?,
        Direction::Reverse => previous_gap(log, from)?,
    };
    let kind = MarkerKind::Gap(ms);
    Some(Marker { seq, kind })
}

fn next_gap(log: &Log, from: Cursor) -> Option<(Seq, Ms)> {
    let mut before = log.last_before(from).map(|e| e.axis_ms());
    log.chunks(from..log.end()).find_map(|(base, chunk, rows)| {
        let start = base.plus(rows.start as u64);
        let axis = &chunk.columns.axis_ms;
        let (first, last) = (axis.get(rows.start)?, axis.get(rows.end - 1)?);
        let silence = before.replace(last).map_or(0, |ms| first - ms);
        if silence >= GAP_MS && !is_behind_hole(log, start) {
            return Some((start, silence));
        }
        if last - first < GAP_MS {
            return None;
        }
        let (row, silence) = gaps(axis.range(rows)).next()?;
        Some((start.plus(row as u64), silence))
    })
}

fn previous_gap(log: &Log, to: Cursor) -> Option<(Seq, Ms)> {
    let mut after: Option<(Seq, Ms)> = None;
    let mut chunks = log.chunks(log.first()..to).rev();
    chunks.find_map(|(base, chunk, rows)| {
        let start = base.plus(rows.start as u64);
        let axis = &chunk.columns.axis_ms;
        let (first, last) = (axis.get(rows.start)?, axis.get(rows.end - 1)?);
        let newer = after.replace((start, first));
        let between = newer.map(|(seq, ms)| (seq, ms - last));
        if let Some((seq, _)) = between.filter(|b| b.1 >= GAP_MS && !is_behind_hole(log, b.0)) {
            return between.map(|(_, silence)| (seq, silence));
        }
        if last - first < GAP_MS {
            return None;
        }
        let (row, silence) = gaps(axis.range(rows)).last()?;
        Some((start.plus(row as u64), silence))
    })
}

/// Which of these, counted from 0, come long after the one before, and how long.
fn gaps(axis: impl Iterator<Item = Ms> + Clone) -> impl Iterator<Item = (usize, Ms)> {
    let steps = axis.clone().zip(axis.skip(1)).map(|(ms, next)| next - ms);
    let rows = (1..).zip(steps);
    rows.filter(|(_, silence)| *silence >= GAP_MS)
}

fn is_behind_hole(log: &Log, seq: Seq) -> bool {
    log.hole().is_some_and(|hole| hole.to == seq.before())
}

/// The nearer end of the session in the session pane.
#[must_use]
pub fn session_edge(state: &State, from: Cursor, direction: Direction) -> Option<Marker> {
    let (first, last) = session_edges(&state.log, state.panes.session)?;
    let told = |seq, flag| state.log.get(seq).is_some_and(|e| e.flags().has(flag));
    let edges = [
        Marker {
            seq: first,
            kind: MarkerKind::SessionStart {
                told: told(first, Flags::START),
            },
        },
        Marker {
            seq: last,
            kind: MarkerKind::SessionEnd {
                told: told(last, Flags::END),
            },
        },
    ];
    nearest_from(edges.into_iter(), from, direction)
}

/// The first and the last event of a session that are here; sealed chunks without the session are skipped.
#[must_use]
pub fn session_edges(log: &Log, session: Symbol) -> Option<(Seq, Seq)> {
    if !session.is_some() {
        return None;
    }
    let chunks = || {
        log.chunks(log.first()..log.end())
            .filter(|(_, chunk, _)| chunk.may_have_session(session))
    };
    let first = chunks().find_map(|(base, chunk, _)| {
        let row = chunk.columns.session.iter().position(|s| s == session)?;
        Some(base.plus(row as u64))
    })?;
    let last = chunks().rev().find_map(|(base, chunk, _)| {
        let row = chunk.columns.session.iter().rposition(|s| s == session)?;
        Some(base.plus(row as u64))
    })?;
    Some((first, last))
}

/// The nearest spike, of all that happened.
#[must_use]
pub fn spike(state: &State, from: Cursor, direction: Direction) -> Option<Marker> {
    let placed = spikes(state).into_iter().filter_map(|spike| {
        let kind = MarkerKind::Spike(spike);
        let seq = place(&state.log, &spike)?;
        Some(Marker { seq, kind })
    });
    nearest_from(placed, from, direction)
}

/// Where a spike is looked at: its first entry or error; of a silence, what broke it.
#[must_use]
pub fn place(log: &Log, spike: &Spike) -> Option<Seq> {
    let start_ms = match spike.series {
        Series::Silence => spike.end_ms,
        Series::Events | Series::Errors | Series::Latency => spike.start_ms,
    };
    let from = match start_ms.checked_sub(1) {
        Some(before) => log.cursor_at(before),
        None => log.first(),
    };
    match spike.series {
        Series::Errors => next_error(log, from, None),
        Series::Events | Series::Latency | Series::Silence => log.first_after(from).map(|e| e.seq),
    }
}

impl Marker {
    /// What it is, in a few words.
    #[must_use]
    pub fn text(&self) -> String {
        match self.kind {
            MarkerKind::Spike(spike) => spike_text(&spike),
            MarkerKind::SessionStart { told: true } => "session start".to_owned(),
            MarkerKind::SessionStart { told: false } => {
                "first event here of this session".to_owned()
            }
            MarkerKind::SessionEnd { told: true } => "session end".to_owned(),
            MarkerKind::SessionEnd { told: false } => "last event here of this session".to_owned(),
            MarkerKind::Gap(ms) => format!("gap of {}", time::span(ms)),
            MarkerKind::Bookmark => "bookmark".to_owned(),
            MarkerKind::Error => "error".to_owned(),
        }
    }
}

/// What it is, in a few words.
#[must_use]
pub fn spike_text(spike: &Spike) -> String {
    let what = match spike.series {
        Series::Events | Series::Errors | Series::Latency => spike.series.word(),
        Series::Silence => {
            let ms = spike.end_ms.saturating_sub(spike.start_ms);
            return format!("silence of {}", time::span(ms));
        }
    };
    match spike.times() {
        Some(times) if times < 1_000.0 => format!("spike: {what} {times:.0}×"),
        _ => format!("spike: {what} where none are usual"),
    }
}
