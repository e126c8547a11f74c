//! Moments.

use super::{FilterError, Now};
use crate::model::{EntryId, Ms};

/// A moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// A time.
    At(Ms),
    /// An entry.
    Id(EntryId),
}

/// Reads a moment.
///
/// # Errors
/// When it is none.
pub fn parse_moment(text: &str, _now: Now) -> Result<Moment, FilterError> {
    text.parse().map(Moment::Id).map_err(|_| FilterError { span: 0..text.len(), message: String::new(), hint: String::new() })
}
