//! A field of the state in words: its value, what it was, and what is said beside it.

use crate::app::screen::number;
use crate::app::screen::style::{own, theirs};
use crate::app::state::State;
use crate::app::view::{Line, Tone};
use crate::model::{Ms, SafeText};
use crate::project::session_fields::{Change, ChangeKind, Field, Standing, Value};
use crate::project::session_state::{LastError, SessionStatus, SummaryMade};

/// Columns that a value takes before what is said beside it begins, where there is room and where there is not.
const VALUE: [usize; 2] = [12, 6];

/// A line of the pane.
pub struct Told {
    pub name: &'static str,
    pub text: Line,
    pub changed: bool,
}

/// How fields are told.
pub struct Words<'a> {
    pub state: &'a State,
    pub moment: Ms,
    pub is_compared: bool,
    pub roomy: bool,
}

impl Words<'_> {
    /// One field in words.
    pub fn told(&self, field: &Field, standing: Standing<'_>, changes: &[Change<'_>]) -> Told {
        let value = field.of(standing);
        let change = changes.iter().find(|c| c.field.key == field.key);
        let mut text = self.value(value);
        let mut words = Line::new();
        if let Some(change) = change {
            for piece in &mut text {
                if matches!(piece.tone, Tone::Plain | Tone::Dim | Tone::Faint) {
                    piece.tone = Tone::Strong;
                }
            }
            words = self.change(change);
        }
        let aside = self.aside(value);
        if !words.is_empty() && !aside.is_empty() {
            words.extend(own("  ", Tone::Plain));
        }
        words.extend(aside);
        Told {
            name: field.label,
            text: beside(text, words, self.roomy),
            changed: change.is_some(),
        }
    }

    fn change(&self, change: &Change<'_>) -> Line {
        let was = || self.before(change.before, change.after);
        let text = match change.kind() {
            ChangeKind::Added if self.is_compared => ChangeKind::Added.word().to_owned(),
            // The same code again: what it says now tells more than what it was.
            ChangeKind::Changed if matches!(change.after, Value::Failure(_)) => String::new(),
            // What was not there before needs no words: it is in view.
            ChangeKind::Added if change.before == Value::Absent => String::new(),
            ChangeKind::Gone => format!("{}, was {}", ChangeKind::Gone.word(), was()),
            ChangeKind::Added | ChangeKind::Changed => format!("was {}", was()),
        };
        if text.is_empty() {
            Line::new()
        } else {
            own(&text, Tone::Amber)
        }
    }

    /// A moment without its milliseconds, where the seconds tell the two apart.
    fn before(&self, before: Value<'_>, after: Value<'_>) -> String {
        let zone = self.state.options.zone;
        let seconds = |value: Value<'_>| match value {
            Value::Moment(ms) => u64::try_from(ms).ok().map(|ms| zone.clock_seconds(ms)),
            _ => None,
        };
        let told = seconds(before).filter(|told| seconds(after).as_ref() != Some(told));
        told.unwrap_or_else(|| {
            let value = self.value(before);
            value.iter().map(|piece| piece.text.as_str()).collect()
        })
    }

    fn value(&self, value: Value<'_>) -> Line {
        match value {
            Value::Absent => own("—", Tone::Faint),
            Value::Name(bytes) => theirs(bytes, 200, Tone::Cyan),
            Value::Text(bytes) => theirs(bytes, 200, Tone::Plain),
            Value::Status(status) => own(status.word(), status_tone(status)),
            Value::Moment(ms) => match u64::try_from(ms) {
                Ok(ms) => own(&self.state.options.zone.clock(ms), Tone::Plain),
                Err(_) => own("—", Tone::Faint),
            },
            Value::Count(n) => count(n),
            Value::Counts(counts) => count(counts.values().sum()),
            Value::Summaries(made) => count(made.len() as u64),
            Value::Failure(error) => failure(error),
        }
    }

    /// What is said beside a value.
    fn aside(&self, value: Value<'_>) -> Line {
        match value {
            Value::Counts(counts) => {
                let parts = counts.iter().map(|(name, n)| {
                    format!("{} {}", SafeText::line(name, 40), number::grouped(*n))
                });
                own(&parts.collect::<Vec<_>>().join(" · "), Tone::Dim)
            }
            Value::Summaries(made) => made.last().map(summary).unwrap_or_default(),
            Value::Failure(error) if error.code.is_some() => {
                theirs(error.message.as_deref().unwrap_or_default(), 200, Tone::Dim)
            }
            Value::Moment(ms) => self.date(ms),
            _ => Line::new(),
        }
        .into_iter()
        .filter(|piece| !piece.text.is_empty())
        .collect()
    }

    /// Where it is another day than the one that the screen shows.
    fn date(&self, ms: i64) -> Line {
        let day = |ms| self.state.options.zone.format(ms, "%Y-%m-%d");
        let told = u64::try_from(ms).ok().map(day);
        let told = told.filter(|told| *told != day(self.moment));
        told.map(|day| own(&day, Tone::Dim)).unwrap_or_default()
    }
}

fn count(n: u64) -> Line {
    let tone = if n == 0 { Tone::Faint } else { Tone::Plain };
    own(&number::grouped(n), tone)
}

const fn status_tone(status: SessionStatus) -> Tone {
    match status {
        SessionStatus::Open => Tone::Green,
        SessionStatus::Truncated => Tone::Amber,
        SessionStatus::Ended | SessionStatus::Idle => Tone::Plain,
    }
}

/// The code; else the message; else the type.
fn failure(error: &LastError) -> Line {
    let told = [error.code.as_deref(), error.message.as_deref()];
    let told = told.into_iter().flatten().next();
    theirs(told.unwrap_or(&error.kind), 200, Tone::Error)
}

/// Of the last summary: `50 → 214 tok  5.5×`.
fn summary(made: &SummaryMade) -> Line {
    let messages = made.original_messages.map(number::grouped);
    let tokens = made
        .summary_tokens
        .map(|n| format!("{} tok", number::short(n)));
    let sizes: Vec<String> = [messages, tokens].into_iter().flatten().collect();
    let ratio = made.compression_ratio.map(|ratio| format!("{ratio:.1}×"));
    let told: Vec<String> = [Some(sizes.join(" → ")), ratio]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    own(&told.join("  "), Tone::Dim)
}

fn width(line: &Line) -> usize {
    line.iter().map(|piece| piece.text.width()).sum()
}

/// A value, and from a column of their own on the words beside it.
pub fn beside(mut value: Line, words: Line, roomy: bool) -> Line {
    if !words.is_empty() {
        let blanks = VALUE[usize::from(!roomy)].saturating_sub(width(&value)) + 2;
        value.extend(own(&" ".repeat(blanks), Tone::Plain));
        value.extend(words);
    }
    value
}
