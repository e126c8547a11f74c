//! Bookmarks among the scrubber's marks: `◆ note`, as far as there is room.

use std::ops::Range;

use crate::app::bookmarks::Bookmark;
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::view::{Piece, Tone};
use crate::model::{EntryId, SafeText};
use crate::project::Density;

/// A note takes at most so many columns, and none rather than fewer than these.
const NOTE_MAX: usize = 24;
const NOTE_MIN: usize = 3;

/// A bookmark's column, and its note or none.
type Placed<'a> = (usize, &'a str);

/// The marks with the bookmarks among them, by column. What a bookmark covers is left out.
pub fn with_bookmarks(
    state: &State,
    density: &Density,
    others: Vec<(u16, Piece)>,
) -> Vec<(u16, Piece)> {
    let columns = density.events.len();
    let placed = placed(state, density);
    let playhead = density.column_of(state.moment_ms());
    let mut marks: Vec<(u16, Piece)> = Vec::new();
    let mut taken = 0;
    for (at, (column, note)) in placed.iter().enumerate() {
        let next = placed.get(at + 1).map_or(columns, |(next, _)| *next);
        // The playhead's own mark stands in this row too.
        let (from, to) = match playhead {
            playhead if playhead > *column => (taken, next.min(playhead)),
            playhead if playhead < *column => (taken.max(playhead + 1), next),
            _ => (taken, next),
        };
        let (start, text) = text(note, *column, from..to);
        taken = start + text.width();
        let start = u16::try_from(start).unwrap_or(u16::MAX);
        marks.push((start, Piece::new(text, Tone::Magenta)));
    }
    let free = |mark: &(u16, Piece)| !marks.iter().any(|taken| overlap(taken, mark));
    let others: Vec<_> = others.into_iter().filter(free).collect();
    marks.extend(others);
    marks.sort_by_key(|(column, _)| *column);
    marks
}

/// One a column, the one with a note where there are several. The playhead in the past covers its own column: a bookmark
/// there stands beside it.
fn placed<'a>(state: &'a State, density: &Density) -> Vec<Placed<'a>> {
    let ids = EntryId::new(density.start_ms, 0)..=EntryId::new(density.end_ms, u64::MAX);
    let playhead =
        (state.playhead != Playhead::Following).then(|| density.column_of(state.moment_ms()));
    let last = density.events.len().saturating_sub(1);
    let column = |mark: &Bookmark| match density.column_of(mark.id.ms) {
        at if Some(at) != playhead => at,
        at if at < last => at + 1,
        at => at.saturating_sub(1),
    };
    let mut placed: Vec<Placed<'a>> = Vec::new();
    for mark in state.bookmarks.between(ids) {
        let column = column(mark);
        match placed.last_mut() {
            Some((at, note)) if *at == column => {
                if !mark.note.is_empty() {
                    *note = &mark.note;
                }
            }
            _ => placed.push((column, &mark.note)),
        }
    }
    placed.sort_by_key(|(column, _)| *column);
    placed.dedup_by_key(|(column, _)| *column);
    placed
}

/// Behind the diamond where there is room, else before it; where it begins, and the text.
fn text(note: &str, column: usize, free: Range<usize>) -> (usize, SafeText) {
    let cut = |room: usize| {
        // The diamond, a blank, and a blank before what comes next.
        let room = room.saturating_sub(2).min(NOTE_MAX);
        let fits = !note.is_empty() && room >= NOTE_MIN;
        fits.then(|| SafeText::line(note.as_bytes(), room))
    };
    if let Some(note) = cut(free.end.saturating_sub(column + 1)) {
        return (column, SafeText::own(&format!("◆ {}", note.as_str())));
    }
    match cut(column.saturating_sub(free.start)) {
        Some(note) => {
            let start = column - note.width() - 1;
            (start, SafeText::own(&format!("{} ◆", note.as_str())))
        }
        None => (column, SafeText::own("◆")),
    }
}

fn overlap(a: &(u16, Piece), b: &(u16, Piece)) -> bool {
    let end = |mark: &(u16, Piece)| usize::from(mark.0) + mark.1.text.width();
    usize::from(a.0) < end(b) && usize::from(b.0) < end(a)
}
