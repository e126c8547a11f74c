//! What is said where publishing ends early: how many events are written, and how to go on.

use crate::cli::failure::{Failure, Status};
use crate::cli::lines::Place;
use crate::cli::progress::counted;
use crate::stream::{Fate, StreamError, Unfinished};

/// Of the one event that the flags describe.
pub fn of_one(unfinished: &Unfinished) -> Failure {
    let failure = Failure::from(unfinished.error.clone());
    if unfinished.fates.contains(&Fate::Unknown) {
        return Failure {
            message: format!(
                "{}; the event may or may not have been written",
                failure.message
            ),
            hint: "see whether it is there; with --id and --once it can be sent again safely"
                .to_owned(),
            ..failure
        };
    }
    failure
}

/// A line that is no event.
pub fn broken(line: &str, error: &StreamError, published: u64) -> Failure {
    let trouble = error.trouble();
    Failure::new(
        Status::Failed,
        format!(
            "{line}: {}; {} published before it",
            trouble.what,
            were(published)
        ),
        format!(
            "correct the line and go on from there, or pass such lines over with --skip-invalid; {}",
            trouble.hint
        ),
    )
}

/// An input that cannot be read any further.
pub fn behind(failure: Failure, published: u64) -> Failure {
    Failure {
        message: format!(
            "{}; {} published before that",
            failure.message,
            were(published)
        ),
        ..failure
    }
}

/// Of lines: `places` are those of the events that were sent.
pub fn of_lines(
    unfinished: &Unfinished,
    places: &[Place],
    published: u64,
    shown: &dyn Fn(&Place) -> String,
    once: bool,
) -> Failure {
    let failure = Failure::from(unfinished.error.clone());
    let of = |wanted: fn(&Fate) -> bool| -> Vec<&Place> {
        let pairs = places.iter().zip(&unfinished.fates);
        pairs
            .filter(|(_, fate)| wanted(fate))
            .map(|(place, _)| place)
            .collect()
    };
    let unknown = of(|fate| matches!(fate, Fate::Unknown));
    let refused = of(|fate| matches!(fate, Fate::NotWritten));
    let status = match failure.status {
        // Input is wrong here as a line is, not as a flag is.
        Status::Usage => Status::Failed,
        status => status,
    };
    let mut message = failure.message;
    let mut hint = failure.hint;
    if let (Some(first), Some(last)) = (unknown.first(), unknown.last()) {
        let more = format!(
            "; {} published, and the events from {} to {} may or may not have been written",
            were(published),
            shown(first),
            shown(last)
        );
        message.push_str(&more);
        hint = if once {
            format!(
                "send the same input again with --once: what is there is not written twice; {hint}"
            )
        } else {
            format!(
                "see which of them are there and go on behind them; with ids and --once all can be sent again safely; {hint}"
            )
        };
    } else if let Some(first) = refused.first() {
        let more = format!(
            "; {} published, and {} is the first that was not",
            were(published),
            shown(first)
        );
        message.push_str(&more);
        hint = format!("{hint}; then {}", rest(unfinished, places, shown));
    }
    Failure::new(status, message, hint)
}

/// How to go on, where events behind the first that was refused were written all the same: they were under way.
fn rest(unfinished: &Unfinished, places: &[Place], shown: &dyn Fn(&Place) -> String) -> String {
    let open = unfinished.first_open().unwrap_or_default();
    let first = places.get(open).map(shown).unwrap_or_default();
    let is_written = |fate: &Fate| matches!(fate, Fate::Written(_));
    let last = unfinished.fates.iter().rposition(is_written);
    let Some(last) = last.filter(|last| *last > open) else {
        return format!("go on from {first}");
    };
    let pairs = places.iter().zip(&unfinished.fates).take(last);
    let missing = pairs.filter(|(_, fate)| !is_written(fate));
    let listed: Vec<String> = missing.map(|(place, _)| shown(place)).take(20).collect();
    format!(
        "send again {} and all behind {}; or everything, with ids and --once",
        listed.join(", "),
        places.get(last).map(shown).unwrap_or_default()
    )
}

fn were(n: u64) -> String {
    match n {
        0 => "no events were".to_owned(),
        1 => "1 event was".to_owned(),
        n => format!("{} were", counted(n, "event")),
    }
}
