//! `--since`, `--until` and `--at`: a text to a moment, a moment to the border of a range. Read as the filter language does.

use super::failure::Failure;
use crate::model::Ms;
use crate::query::Now;
use crate::query::time::{Moment, parse_moment};

/// A moment by the clock.
#[must_use]
pub const fn ms(moment: Moment) -> Ms {
    match moment {
        Moment::At(ms) => ms,
        Moment::Id(id) => id.ms,
    }
}

/// Reads the value of the flag `flag`.
///
/// # Errors
/// Shows where the text is wrong (exit status 2).
pub fn read(flag: &str, text: &str, now: Now) -> Result<Moment, Failure> {
    parse_moment(text, now).map_err(|mut error| {
        error.message = format!("{flag}: {}", error.message);
        Failure::in_text(text, &error)
    })
}
