//! The lines of a file that is written elsewhere, such as to a pipe.

use super::tally::{Tally, Totals};
use crate::model::{EntryId, FieldRef, line};

/// Writes lines and keeps their sum for the note at their end.
#[derive(Clone, Debug, Default)]
pub struct LogLines {
    run: Tally,
}

impl LogLines {
    /// Appends an entry to `out`.
    pub fn entry(
        &mut self,
        out: &mut Vec<u8>,
        id: EntryId,
        stream: &[u8],
        fields: &[FieldRef<'_>],
    ) {
        let from = out.len();
        line::write_entry(out, id, stream, fields);
        let line = out.get(from..).unwrap_or_default();
        self.run.push(id, fields, line);
    }

    /// Appends the note, which names the filter where there is one.
    pub fn end(self, out: &mut Vec<u8>, filter: &str) -> Totals {
        let totals = self.run.totals();
        out.extend_from_slice(totals.note(filter).as_bytes());
        totals
    }
}
