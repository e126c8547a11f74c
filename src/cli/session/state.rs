//! A session's reconstructed state, field by field of the one table.

use super::Session;
use crate::cli::format::json::{self, Object};
use crate::cli::format::table::{self, Align};
use crate::model::{SafeText, Zone};
use crate::project::findings;
use crate::project::session_fields::{FIELDS, Value};
use crate::project::session_state::{LastError, SummaryMade};

/// For programs: the documented shape.
pub fn json(out: &mut Vec<u8>, session: &Session) {
    let standing = session.standing();
    let mut object = Object::open(out);
    object.bytes("session", Some(session.id.as_bytes()));
    for field in &FIELDS {
        json_value(&mut object, field.key, field.of(standing));
    }
    json::counts(object.key(b"types"), &session.state.types);
    object.findings(&session.findings).close();
    out.push(b'\n');
}

/// A member with the value of a field.
pub fn json_value(object: &mut Object<'_>, key: &str, value: Value<'_>) {
    match value {
        Value::Absent => object.bytes(key, None),
        Value::Name(bytes) | Value::Text(bytes) => object.bytes(key, Some(bytes)),
        Value::Status(status) => object.bytes(key, Some(status.word().as_bytes())),
        Value::Moment(ms) => object.time(key, Some(ms)),
        Value::Count(n) => object.count(key, Some(n)),
        Value::Counts(counts) => {
            json::counts(object.key(key.as_bytes()), counts);
            object
        }
        Value::Summaries(made) => {
            json::array(object.key(key.as_bytes()), made, json_summary);
            object
        }
        Value::Failure(error) => {
            json_error(object.key(key.as_bytes()), error);
            object
        }
    };
}

fn json_summary(out: &mut Vec<u8>, summary: &SummaryMade) {
    Object::open(out)
        .time("time", Some(summary.time_ms))
        .count("original_messages", summary.original_messages)
        .count("summary_tokens", summary.summary_tokens)
        .number("compression_ratio", summary.compression_ratio)
        .close();
}

fn json_error(out: &mut Vec<u8>, error: &LastError) {
    Object::open(out)
        .bytes("type", Some(&error.kind))
        .bytes("code", error.code.as_deref())
        .bytes("message", error.message.as_deref())
        .close();
}

/// For people.
pub fn text(out: &mut Vec<u8>, session: &Session, zone: Zone) {
    let standing = session.standing();
    let id = safe(session.id.as_bytes());
    let of_field = |(label, value)| vec![format!("{}:", title(label)), words(value, zone)];
    let mut rows = vec![vec!["Session:".to_owned(), id]];
    rows.extend(FIELDS.iter().map(|f| of_field((f.label, f.of(standing)))));
    rows.push(of_field(("types", Value::Counts(&session.state.types))));
    let found = findings::words(&session.findings).join(", ");
    let found = if found.is_empty() {
        "none".to_owned()
    } else {
        found
    };
    rows.push(vec!["Findings:".to_owned(), found]);
    for line in table::lines(&[Align::Left, Align::Left], &rows) {
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    }
}

/// `last activity` as `Last activity`.
pub fn title(label: &str) -> String {
    let mut chars = label.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// A value for people.
pub fn words(value: Value<'_>, zone: Zone) -> String {
    match value {
        Value::Absent => UNKNOWN.to_owned(),
        Value::Name(bytes) | Value::Text(bytes) => safe(bytes),
        Value::Status(status) => status.word().to_owned(),
        Value::Moment(ms) => {
            let ms = u64::try_from(ms);
            ms.map_or_else(|_| UNKNOWN.to_owned(), |ms| zone.full(ms))
        }
        Value::Count(n) => n.to_string(),
        Value::Counts(of_each) => counts(of_each),
        Value::Summaries(made) => summaries(made),
        Value::Failure(error) => failure(error),
    }
}

const UNKNOWN: &str = "—";

fn safe(bytes: &[u8]) -> String {
    SafeText::line(bytes, 120).to_string()
}

fn counts<'a>(counts: impl IntoIterator<Item = (&'a Vec<u8>, &'a u64)>) -> String {
    let parts: Vec<String> = counts
        .into_iter()
        .map(|(name, n)| format!("{} {n}", SafeText::line(name, 60)))
        .collect();
    if parts.is_empty() {
        "0".to_owned()
    } else {
        parts.join(", ")
    }
}

fn summaries(made: &[SummaryMade]) -> String {
    let Some(last) = made.last() else {
        return "0".to_owned();
    };
    let ratio = last.compression_ratio;
    let ratio = ratio.map_or_else(String::new, |r| format!(", the last at a ratio of {r}"));
    format!("{}{ratio}", made.len())
}

/// Code and message; the type where neither is given.
fn failure(error: &LastError) -> String {
    let told = [error.code.as_deref(), error.message.as_deref()];
    let told: Vec<String> = told.into_iter().flatten().map(safe).collect();
    if told.is_empty() {
        safe(&error.kind)
    } else {
        told.join(": ")
    }
}
