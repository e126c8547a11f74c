//! The two buckets that are not whole: the one in which the log begins, and the newest.

use std::ops::Range;

use super::BUCKET_MS;
use crate::project::series::bucket::{Bucket, Tally};
use crate::store::{Cursor, Log};

/// The bucket within which the log begins, as long as it begins there: of a full log it is cut shorter and shorter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Front {
    pub first: Cursor,
    pub number: u64,
    pub bucket: Bucket,
}

impl Front {
    /// Not known where a hole is: on its other side entries may come.
    pub fn key(log: &Log, whole: &Range<u64>) -> Option<(Cursor, u64)> {
        let number = whole.start.checked_sub(1)?;
        (log.hole().is_none() && number < whole.end).then(|| (log.first(), number))
    }

    pub fn is_at(&self, key: Option<(Cursor, u64)>) -> bool {
        key == Some((self.first, self.number))
    }
}

/// The bucket that is not over yet, as far as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Newest {
    pub number: u64,
    pub tally: Tally,
    /// Before the first entry that was not read.
    pub end: Cursor,
}

impl Newest {
    pub fn of(log: &Log, number: u64) -> Self {
        let start = edge(log, number);
        Self {
            number,
            tally: Tally::default(),
            end: start,
        }
    }

    pub fn read_to(&mut self, log: &Log, end: Cursor) {
        self.tally.add(log, self.end..end);
        self.end = end;
    }
}

/// The boundary before a bucket.
pub fn edge(log: &Log, number: u64) -> Cursor {
    log.cursor_at((number * BUCKET_MS).saturating_sub(1))
}
