//! Searches in the text of the values: in one sweep, or row by row where few are left.

use super::Ground;
use crate::query::RowSet;
use crate::query::matcher::TextSearch;
use crate::store::payload::Piece;

/// One candidate in so many rows, and more, are searched in one sweep.
const SPARSE: usize = 4;

/// Those of the candidates in whose text something is found.
pub(super) fn keep(search: &TextSearch, ground: &Ground<'_>, left: &RowSet) -> RowSet {
    let mut payloads = ground.rows.payloads.reader();
    let start = ground.range.start;
    if search.value_by_value {
        let found = left.iter().filter(|row| {
            let mut values = payloads.fields(start + row);
            values.any(|(_, value)| search.is_in(value))
        });
        return RowSet::of(left.len(), found);
    }
    let (first, last) = (left.first().unwrap_or(0), left.last().unwrap_or(0));
    if left.count() * SPARSE < last + 1 - first {
        let found = left
            .iter()
            .filter(|row| search.is_in(payloads.text(start + row)));
        return RowSet::of(left.len(), found);
    }
    let found = in_one_sweep(search, ground, first, last);
    left.and(&found)
}

/// Searches from the first to the last candidate as one text, or as few as it stands in.
fn in_one_sweep(search: &TextSearch, ground: &Ground<'_>, first: usize, last: usize) -> RowSet {
    let start = ground.range.start;
    let (mut next, end) = (start + first, start + last + 1);
    let mut found = Vec::new();
    let mut payloads = ground.rows.payloads.reader();
    while next < end {
        let piece = payloads.piece(next..end);
        sweep(search, &piece, |row| found.push(row - start));
        next = piece.rows().end.max(next + 1);
    }
    RowSet::of(ground.len(), found)
}

/// After a match it goes on in the next row.
fn sweep(search: &TextSearch, piece: &Piece<'_>, mut hit: impl FnMut(usize)) {
    let rows = piece.rows();
    let (mut row, mut at) = (rows.start, 0);
    while let Some(place) = search.find(piece.text(), at) {
        row = piece.row_of(place, row);
        hit(row);
        at = piece.range(row).end;
        row += 1;
        if row >= rows.end {
            break;
        }
    }
}
