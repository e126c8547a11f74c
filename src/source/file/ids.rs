//! Ids for lines. A line's own id counts; else its time in ms with the line's offset behind it; else the line before it.
//!
//! Invariant: ids never decrease along a file. Where lines are out of order, their ids are moved to the nearest that fits, so
//! such lines can have other ids when a file is read backwards than when it is read forwards; nothing else depends on the way.

use crate::model::{self, EntryId, FieldRef, Mapping, Ms};
use crate::source::line::Line;

/// Where a line without an id and without a time stands, when no line before it has any.
#[derive(Clone, Copy, Debug)]
pub struct Fallback {
    /// The file's own time, or that of its growth.
    pub ms: Ms,
}

/// The id that a line claims, if any. `offset` is where it begins in its file.
pub fn claimed(
    line: &Line<'_>,
    stream: &[u8],
    fields: &[FieldRef<'_>],
    offset: u64,
    mapping: &Mapping,
) -> Option<EntryId> {
    if line.id.is_some() {
        return line.id;
    }
    let time = model::decode(stream, EntryId::MIN, fields, mapping).time_ms?;
    Some(EntryId::new(u64::try_from(time).ok()?, offset))
}

/// The id after `previous` for a line that claims `claimed`.
pub fn forward(
    previous: EntryId,
    claimed: Option<EntryId>,
    offset: u64,
    fallback: Fallback,
) -> EntryId {
    match claimed {
        Some(id) if id >= previous => id,
        Some(_) => previous.next(),
        None => {
            let ms = if previous.ms == 0 {
                fallback.ms
            } else {
                previous.ms
            };
            EntryId::new(ms, offset).max(previous.next())
        }
    }
}

/// Puts ids that were given forwards below `ceiling`, the id of the line after them.
pub fn lower(ids: &mut [EntryId], ceiling: EntryId) {
    let mut ceiling = ceiling;
    for id in ids.iter_mut().rev() {
        if *id <= ceiling {
            return;
        }
        *id = ceiling.prev();
        ceiling = *id;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FALLBACK: Fallback = Fallback { ms: 7 };

    #[test]
    fn ids_never_decrease_whatever_lines_claim() {
        let claims = [None, Some(9), None, Some(4), Some(4), Some(20)];
        let mut previous = EntryId::MIN;
        let mut ids = Vec::new();
        for (offset, claim) in (0_u64..).zip(claims) {
            previous = forward(
                previous,
                claim.map(|ms| EntryId::new(ms, offset)),
                offset,
                FALLBACK,
            );
            ids.push(previous);
        }
        assert!(ids.is_sorted());
        assert_eq!(ids.last().map(|id| id.ms), Some(20));
        lower(&mut ids, EntryId::new(9, 1));
        assert!(ids.is_sorted() && ids.iter().all(|id| *id <= EntryId::new(9, 1)));
    }
}
