//! What was found in the session up to the playhead, the newest last: `▲ 3 errors in a row  4m`.

use crate::app::inspected::Inspected;
use crate::app::screen::number;
use crate::app::screen::style::own;
use crate::app::state::State;
use crate::app::view::{Cell, Row, Tone};
use crate::project::Finding;

/// At most so many are shown: the newest.
const SHOWN: usize = 6;

/// A blank row, the title and the findings, as many as there is room for; nothing where there are none.
pub fn rows(state: &State, inspected: &Inspected, room: usize) -> Vec<Row> {
    let moment = state.moment_ms();
    let silent = inspected.silent(moment);
    let known = state.findings.of(state.panes.session, state.cursor());
    let found: Vec<&Finding> = known.chain(&silent).collect();
    let fitting = room.saturating_sub(2).min(found.len()).min(SHOWN);
    if fitting == 0 {
        return Vec::new();
    }
    let total = number::grouped(found.len() as u64);
    let mut rows = vec![
        Row::default(),
        Row {
            cells: vec![
                Cell::Text(own("findings", Tone::Strong)),
                Cell::Text(own(&total, Tone::Dim)),
            ],
            ..Row::default()
        },
    ];
    let newest = found.iter().skip(found.len() - fitting);
    rows.extend(newest.map(|finding| {
        let age = number::age(moment.saturating_sub(finding.at.id.ms));
        let name = [
            own("▲ ", Tone::Amber),
            own(finding.found.word(), Tone::Amber),
        ];
        let text = [
            own(&finding.found.explanation(), Tone::Plain),
            own(&format!("  {age} ago"), Tone::Dim),
        ];
        Row {
            cells: vec![Cell::Text(name.concat()), Cell::Text(text.concat())],
            ..Row::default()
        }
    }));
    rows
}
