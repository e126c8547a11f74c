//! A session's reconstructed state.

use super::Session;
use crate::cli::format::json::{self, Object};
use crate::cli::format::table::{self, Align};
use crate::model::{SafeText, Zone};
use crate::project::session_state::SummaryMade;

/// For programs: the documented shape.
pub fn json(out: &mut Vec<u8>, session: &Session) {
    let state = &session.state;
    let mut object = Object::open(out);
    object
        .bytes("session", Some(session.id.as_bytes()))
        .bytes("user", state.user.as_deref())
        .bytes("status", Some(session.status.word().as_bytes()))
        .time("started_at", state.started_at)
        .time("ended_at", state.ended_at);
    json::counts(object.key(b"messages"), &state.messages);
    object
        .count("tokens", state.tokens)
        .count("searches", Some(state.searches))
        .bytes("last_query", state.last_query.as_deref());
    json::array(object.key(b"summaries"), &state.summaries, summary);
    object
        .count("errors", Some(state.errors))
        .count("memory_cleared", Some(state.memory_cleared))
        .time("last_activity", state.last_activity);
    json::counts(object.key(b"types"), &state.types);
    object.close();
    out.push(b'\n');
}

fn summary(out: &mut Vec<u8>, summary: &SummaryMade) {
    Object::open(out)
        .time("time", Some(summary.time_ms))
        .count("original_messages", summary.original_messages)
        .count("summary_tokens", summary.summary_tokens)
        .number("compression_ratio", summary.compression_ratio)
        .close();
}

/// For people.
pub fn text(out: &mut Vec<u8>, session: &Session, zone: Zone) {
    let state = &session.state;
    let unknown = || "—".to_owned();
    let safe = |bytes: &[u8]| SafeText::line(bytes, 120).to_string();
    let moment = |ms: Option<i64>| {
        let ms = ms.and_then(|ms| u64::try_from(ms).ok());
        ms.map_or_else(unknown, |ms| zone.full(ms))
    };
    let lines = [
        ("Session", safe(session.id.as_bytes())),
        ("User", state.user.as_deref().map_or_else(unknown, safe)),
        ("Status", session.status.word().to_owned()),
        ("Started", moment(state.started_at)),
        ("Ended", moment(state.ended_at)),
        ("Last activity", moment(state.last_activity)),
        ("Messages", counts(&state.messages)),
        (
            "Tokens",
            state.tokens.map_or_else(unknown, |t| t.to_string()),
        ),
        ("Searches", state.searches.to_string()),
        (
            "Last query",
            state.last_query.as_deref().map_or_else(unknown, safe),
        ),
        ("Summaries", summaries(&state.summaries)),
        ("Errors", state.errors.to_string()),
        ("Memory cleared", state.memory_cleared.to_string()),
        ("Types", counts(&state.types)),
    ];
    let rows: Vec<Vec<String>> = lines
        .into_iter()
        .map(|(name, value)| vec![format!("{name}:"), value])
        .collect();
    for line in table::lines(&[Align::Left, Align::Left], &rows) {
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    }
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
