//! What `replay --to` says: while it copies, at its end, and where to go on.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use super::drift::Drift;
use crate::app::screen::number::grouped;
use crate::cli::failure::{complain, say};
use crate::model::{EntryId, SafeText};
use crate::stream::GoOn;

/// How often a terminal is told how far it is.
const TELL: Duration = Duration::from_millis(250);

/// One line on a terminal that is written again and again; nothing anywhere else.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    told: Option<Instant>,
    is_terminal: bool,
}

impl Progress {
    /// Nothing is shown yet.
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            told: None,
            is_terminal: io::stderr().is_terminal(),
        }
    }

    /// Shows how much was copied, where the last time is long enough ago.
    pub fn show(&mut self, copied: u64) {
        if !self.is_terminal || self.told.is_some_and(|told| told.elapsed() < TELL) {
            return;
        }
        self.told = Some(Instant::now());
        let rate = per_second(copied, self.began.elapsed());
        complain(&format!("\r{} copied, {rate}\x1b[K", grouped(copied)));
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.told.take().is_some() {
            complain("\r\x1b[K");
        }
    }
}

/// What was done.
#[derive(Debug)]
pub struct Report<'a> {
    /// The stream that was written to.
    pub to: &'a str,
    /// Entries.
    pub copied: u64,
    /// The ids of the first and the last copy.
    pub copies: Option<(EntryId, EntryId)>,
    /// From the first entry on.
    pub took: Duration,
    /// `None` where there is no schedule.
    pub drift: Option<Drift>,
}

impl Report<'_> {
    /// Says it.
    pub fn say(&self) {
        let took = span(self.took);
        let to = SafeText::line(self.to.as_bytes(), 80);
        let rate = per_second(self.copied, self.took);
        say(
            "replayed",
            &format!("{} to `{to}` in {took}, {rate}", entries(self.copied)),
        );
        if let Some((first, last)) = self.copies {
            say("copies", &format!("{first} to {last}"));
        }
        if let Some(drift) = self.drift {
            let (worst, last) = (span(drift.worst), span(drift.last));
            say(
                "drift",
                &format!("{worst} behind the schedule at worst, {last} at the end"),
            );
        }
    }
}

/// Says where to go on; the borders are those that were asked for.
pub fn say_where_to_go_on(go_on: Option<GoOn>, since: EntryId, until: Option<EntryId>) {
    let go_on = go_on.unwrap_or(GoOn { since, twice: None });
    let until = until.map_or_else(String::new, |until| format!(" --until {until}"));
    say("stopped", "not all of the range was copied");
    say(
        "hint",
        &format!(
            "go on with the same command and --since {}{until}",
            go_on.since
        ),
    );
    match go_on.twice {
        None => {}
        Some((first, last)) if first == last => say(
            "note",
            &format!(
                "whether the copy of {first} has arrived is not known: it may be there twice then"
            ),
        ),
        Some((first, last)) => say(
            "note",
            &format!(
                "whether the copies of {first} to {last} have arrived is not known: these may be there twice then"
            ),
        ),
    }
}

/// Says what copying would mean; `None` where nothing is waited for.
pub fn say_plan(count: u64, takes: Option<Duration>) {
    let takes = takes.map_or_else(
        || "as fast as the server takes them".to_owned(),
        |takes| format!("in {}", span(takes)),
    );
    say(
        "dry run",
        &format!("{} would be copied, {takes}", entries(count)),
    );
}

fn entries(count: u64) -> String {
    let noun = if count == 1 { "entry" } else { "entries" };
    format!("{} {noun}", grouped(count))
}

/// In the unit that fits: `12 ms`, `3.2 s`, `5 min 07 s`, `2 h 05 min`.
fn span(span: Duration) -> String {
    let (seconds, ms) = (span.as_secs(), span.as_millis());
    match seconds {
        0 => format!("{ms} ms"),
        1..60 => format!("{:.1} s", span.as_secs_f64()),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!(
            "{} h {:02} min",
            grouped(seconds / 3_600),
            seconds / 60 % 60
        ),
    }
}

fn per_second(count: u64, took: Duration) -> String {
    let ms = took.as_millis().max(1);
    let rate = u128::from(count) * 1_000 / ms;
    let rate = u64::try_from(rate).unwrap_or(u64::MAX);
    if rate < 10 {
        let tenths = u128::from(count) * 10_000 / ms;
        return format!("{}.{}/s", tenths / 10, tenths % 10);
    }
    format!("{}/s", grouped(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_rates_are_told_in_the_unit_that_fits() {
        let spans = [12, 3_200, 307_000, 7_500_000].map(|ms| span(Duration::from_millis(ms)));
        assert_eq!(spans, ["12 ms", "3.2 s", "5 min 07 s", "2 h 05 min"]);
        let rates = [(0, 0), (3, 2_000), (50_000, 2_000)]
            .map(|(n, ms)| per_second(n, Duration::from_millis(ms)));
        assert_eq!(rates, ["0.0/s", "1.5/s", "25,000/s"]);
    }
}
