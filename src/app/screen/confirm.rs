//! What a change of a consumer group will do, in words, above the prompt that confirms it.

use super::style::{own, theirs};
use crate::app::consumer_groups::{Asked, Proposal};
use crate::app::layout::{Area, Layout};
use crate::app::prompt::Purpose;
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, List, Pane, Piece, Row, Table, Tone};
use crate::model::SafeText;

/// Columns of the words, with their edges.
const WIDTH: u16 = 90;
/// Rows of them, at most.
const ROWS: usize = 8;

/// The words, while a change is to be confirmed.
pub fn list(state: &State, layout: &Layout) -> Option<List> {
    let Purpose::Confirm(proposal) = &state.prompt.as_ref()?.purpose else {
        return None;
    };
    let width = WIDTH.min(layout.size.width.saturating_sub(2));
    let inner = super::inner_width(width);
    let status = state.groups.stream_of(&proposal.stream);
    let change = &proposal.change;
    let sentence = change.sentence_counting(&proposal.stream, status, proposal.between);
    let most = usize::from((layout.size.height / 2).saturating_sub(2)).clamp(1, ROWS);
    let lines = wrapped(&sentence, usize::from(inner));
    let rows: Vec<Row> = lines.into_iter().take(most).map(row).collect();
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    Some(List {
        area: Area {
            x: 1,
            y: layout.footer.y.saturating_sub(height + 2),
            width,
            height: height + 2,
        },
        pane: Pane {
            title: own(title(proposal), Tone::AmberStrong),
            note: theirs(state.options.place.as_bytes(), 40, Tone::Plain),
            focused: true,
            table: Table {
                columns: vec![Column {
                    width: inner,
                    ..Column::default()
                }],
                rows,
            },
            ..Pane::default()
        },
        keys: Line::new(),
    })
}

/// Broken between words; a word that is too long for a row is cut.
fn wrapped(sentence: &str, width: usize) -> Vec<SafeText> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        let room = |line: &String| SafeText::own(line).width() + 1 + SafeText::own(word).width();
        match lines.last_mut().filter(|line| room(line) <= width) {
            Some(line) => line.extend([" ", word]),
            None => lines.push(word.to_owned()),
        }
    }
    let safe = lines
        .iter()
        .map(|line| SafeText::line(line.as_bytes(), width));
    safe.collect()
}

fn row(text: SafeText) -> Row {
    Row {
        cells: vec![Cell::Text(vec![Piece::new(text, Tone::Strong)])],
        ..Row::default()
    }
}

fn title(proposal: &Proposal) -> &'static str {
    if proposal.typed.is_some() {
        "this cannot be taken back"
    } else {
        "this will be done"
    }
}

/// How it is confirmed.
pub fn how(proposal: &Proposal) -> Line {
    let dim = |text: &str| Piece::own(text, Tone::Dim);
    match &proposal.typed {
        None => vec![dim("y or Enter does it, Esc leaves it")],
        Some(typed) => vec![
            dim("type "),
            Piece::new(SafeText::line(typed.as_bytes(), 64), Tone::AmberStrong),
            dim(" and Enter to do it, Esc leaves it"),
        ],
    }
}

/// What is asked.
pub const fn label(asked: &Asked) -> &'static str {
    match asked {
        Asked::Claimant(..) => "give to consumer",
        Asked::Place(_) => "reads on after",
        Asked::NewName(_) => "new group",
        Asked::NewPlace(_) => "begins after",
    }
}

/// What can be answered.
pub const fn hint(asked: &Asked) -> &'static str {
    match asked {
        Asked::Claimant(..) => {
            "a consumer's name: one that is not there yet is made   Esc leaves it"
        }
        Asked::Place(_) | Asked::NewPlace(_) => {
            "$ the end: only what comes from now on   0 the start: all   or an entry id   Esc leaves it"
        }
        Asked::NewName(_) => "its name   Esc leaves it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_broken_between_words() {
        let lines = wrapped("acknowledge 1 entry of a group", 12);
        let lines: Vec<&str> = lines.iter().map(SafeText::as_str).collect();
        assert_eq!(lines, ["acknowledge", "1 entry of a", "group"]);
    }
}
