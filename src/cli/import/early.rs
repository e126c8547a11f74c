//! What is said where an import ends early.

use super::entries;
use crate::cli::failure::{Failure, Status};
use crate::cli::lines::Place;
use crate::stream::{Fate, StreamError, Unfinished};

/// How far an import has come.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Entries that were written.
    pub imported: u64,
    /// Those, and the ones before them that had not to be.
    pub done: u64,
    /// Whether the stream itself tells where to go on.
    pub keep_ids: bool,
}

/// How to go on behind what is done.
pub fn how_to_go_on(standing: &Standing) -> String {
    let so_far = format!("{} imported so far", entries(standing.imported));
    if standing.keep_ids {
        return format!("{so_far}; go on with --keep-ids --resume");
    }
    format!("{so_far}; go on with --skip {}", standing.done)
}

/// A line, or the end of a file, that does not hold.
pub fn broken(place: &str, error: &StreamError, standing: &Standing) -> Failure {
    let trouble = error.trouble();
    let before = match standing.imported {
        0 => "nothing was imported".to_owned(),
        n => format!("{} before it were imported", entries(n)),
    };
    Failure::new(
        Status::Failed,
        format!("{place}: {}; {before}", trouble.what),
        trouble.hint.clone(),
    )
}

/// A file that cannot be read any further.
pub fn behind(failure: Failure, standing: &Standing) -> Failure {
    Failure {
        message: format!(
            "{}; {} imported before that",
            failure.message,
            entries(standing.imported)
        ),
        ..failure
    }
}

/// Entries that the server did not take.
pub fn unfinished(
    unfinished: &Unfinished,
    places: &[Place],
    file: &str,
    standing: &Standing,
) -> Failure {
    let failure = Failure::from(unfinished.error.clone());
    let line = |at: usize| places.get(at).map_or(0, |place| place.line);
    let is_unknown = |fate: &Fate| matches!(fate, Fate::Unknown);
    let first_unknown = unfinished.fates.iter().position(is_unknown);
    let last_unknown = unfinished.fates.iter().rposition(is_unknown);
    let mut message = format!(
        "{}; {} imported",
        failure.message,
        entries(standing.imported)
    );
    let mut hint = failure.hint.clone();
    if standing.keep_ids {
        // What does not pass by itself says what to do.
        if unfinished.error.may_pass() {
            hint = format!("{hint}; then go on with --keep-ids --resume");
        }
    } else if let (Some(first), Some(last)) = (first_unknown, last_unknown) {
        let in_doubt = format!(
            ", and the entries of lines {} to {} of {file} may or may not have been written",
            line(first),
            line(last)
        );
        message.push_str(&in_doubt);
        hint = format!(
            "see which of them the stream ends with and go on behind them with --skip, from {} on; {hint}",
            standing.done
        );
    } else {
        hint = format!("{hint}; then {}", rest(unfinished, places, standing));
    }
    Failure {
        message,
        hint,
        ..failure
    }
}

/// Where entries behind the first that was refused were written all the same, a number to skip does not tell.
fn rest(unfinished: &Unfinished, places: &[Place], standing: &Standing) -> String {
    let is_written = |fate: &Fate| matches!(fate, Fate::Written(_));
    let open = unfinished.first_open().unwrap_or_default();
    let last = unfinished
        .fates
        .iter()
        .rposition(is_written)
        .unwrap_or_default();
    if last <= open {
        return format!("go on with --skip {}", standing.done);
    }
    let pairs = places.iter().zip(&unfinished.fates).take(last);
    let missing = pairs.filter(|(_, fate)| !is_written(fate)).take(20);
    let listed: Vec<String> = missing.map(|(place, _)| place.line.to_string()).collect();
    format!(
        "import lines {} and all behind line {} by themselves",
        listed.join(", "),
        places.get(last).map_or(0, |place| place.line)
    )
}
