//! Bookmarks among the scrubber's marks: `◆ note`, as far as there is room.

use super::marks::Marks;
use crate::app::bookmarks::Bookmark;
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::view::Tone;
use crate::model::{EntryId, SafeText};
use crate::project::Density;

/// A note takes at most so many columns; where there is no room for that, the diamond stands alone.
const NOTES: [usize; 3] = [24, 12, 5];

/// A bookmark's column, and its note or none.
type Placed<'a> = (usize, &'a str);

/// Lays the bookmarks.
pub fn lay(marks: &mut Marks, state: &State, density: &Density) {
    for (column, note) in placed(state, density) {
        let note = |room| SafeText::line(note.as_bytes(), room).to_string();
        let mut texts: Vec<String> = NOTES
            .into_iter()
            .map(|room| format!("◆ {}", note(room)))
            .filter(|text| text != "◆ ")
            .collect();
        texts.push("◆".to_owned());
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        marks.lay(column, &texts, Tone::Magenta);
    }
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
    placed
}
