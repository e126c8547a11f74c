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

/// Lays the bookmarks: the note behind the diamond where there is room, else before it.
pub fn lay(marks: &mut Marks, state: &State, density: &Density) {
    for (column, note) in placed(state, density) {
        let notes: Vec<SafeText> = NOTES
            .into_iter()
            .map(|room| SafeText::line(note.as_bytes(), room))
            .filter(|note| note.width() > 0)
            .collect();
        let behind: Vec<String> = notes.iter().map(|n| format!("◆ {}", n.as_str())).collect();
        let before: Vec<String> = notes.iter().map(|n| format!("{} ◆", n.as_str())).collect();
        let [behind, before] = [&behind, &before].map(|all| texts(all));
        if marks.has_room(column, &behind) {
            marks.lay(column, &behind, Tone::Magenta);
        } else if !marks.lay_before(column, &before, Tone::Magenta) {
            marks.lay(column, &["◆"], Tone::Magenta);
        }
    }
}

fn texts(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
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
        at if at + 2 <= last => at + 2,
        at => at.saturating_sub(2),
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
