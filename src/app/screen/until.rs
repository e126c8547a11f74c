//! What is known of running until: how many match while it is typed, and how far the search is.

use super::number;
use super::style::own;
use crate::app::search::Tally;
use crate::app::state::State;
use crate::app::view::{Line, Piece, Tone};
use crate::model::time;
use crate::store::Seq;

/// How far it is to the nearest match, and how many there are on both sides.
pub fn tally(state: &State) -> Line {
    let Some(tally) = state.search.tally else {
        return Line::new();
    };
    if tally.ahead + tally.behind == 0 {
        return own(&format!("no match{}", here(state)), Tone::Dim);
    }
    let count = |n: u64, word: &str| {
        [
            Piece::own(&format!("   {}", number::grouped(n)), Tone::Strong),
            Piece::own(&format!(" {word}"), Tone::Dim),
        ]
    };
    let mut line = own(&nearest(state, &tally), Tone::Amber);
    line.extend(count(tally.ahead, "ahead"));
    line.extend(count(tally.behind, "behind"));
    line.extend(own(here(state), Tone::Dim));
    line
}

/// The counts are of what is loaded.
fn here(state: &State) -> &'static str {
    if state.not_loaded() > 0 { " here" } else { "" }
}

fn nearest(state: &State, tally: &Tally) -> String {
    let here_ms = state.moment_ms();
    let at = |seq: Seq| state.log.get(seq).map_or(here_ms, |e| e.axis_ms());
    match (tally.next, tally.previous) {
        (Some(next), _) => format!("next in {}", time::span(at(next).saturating_sub(here_ms))),
        (None, Some(last)) => format!("last {} ago", time::span(here_ms.saturating_sub(at(last)))),
        (None, None) => String::new(),
    }
}

/// Whether the source is being searched.
pub fn is_searching(state: &State) -> bool {
    state
        .search
        .hunt
        .as_ref()
        .is_some_and(|hunt| hunt.in_source)
}

/// How far the search in the source is.
pub fn progress(state: &State) -> Line {
    let Some(hunt) = &state.search.hunt else {
        return Line::new();
    };
    let count = number::grouped(hunt.looked_at.0 + hunt.looked_at.1);
    vec![
        Piece::own("searching the source", Tone::Amber),
        Piece::own(&format!("   {count} looked at"), Tone::Plain),
        Piece::own("   Esc stops", Tone::Dim),
    ]
}
