//! `--since`, `--until` and `--at`: a text to a moment, a moment to the border of a range. Read as the filter language does.

use super::failure::Failure;
use crate::model::{Ms, SafeText};
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

/// Reads `FROM..TO`, either of which may be left out.
///
/// # Errors
/// Text without the two dots; a wrong time (exit status 2).
pub fn read_two(
    flag: &str,
    text: &str,
    now: Now,
) -> Result<(Option<Moment>, Option<Moment>), Failure> {
    let Some((from, to)) = text.split_once("..") else {
        let given = SafeText::line(text.as_bytes(), 60);
        return Err(Failure::usage(
            format!("{flag}: `{given}` is no FROM..TO"),
            "two times or entry ids with `..` between them, as in 14:02..14:05; one of them may be left out",
        ));
    };
    let side = |text: &str| {
        let text = text.trim();
        let moment = (!text.is_empty()).then(|| read(flag, text, now));
        moment.transpose()
    };
    Ok((side(from)?, side(to)?))
}
