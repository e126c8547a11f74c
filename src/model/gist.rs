//! What an event says in one line, for the feed, the timeline and the text formats.

use super::{Class, Event, Part, SafeText, time};

/// One line about an event, in parts that are styled apart. Every part is safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gist {
    /// The role of a message, the code of an error; empty where there is none.
    pub lead: SafeText,
    /// The main text: the message, the query in quotes, the failure, or the remaining fields as `name=value`.
    pub text: SafeText,
    /// Less important than the text (`3 results`); empty where there is none.
    pub aside: SafeText,
}

/// Where messages keep their text.
const CONTENT: [&str; 5] = ["content", "text", "message", "body", "output"];
const LENGTH: [&str; 3] = ["length", "content_length", "chars"];
const QUERY: [&str; 4] = ["query", "search_query", "q", "question"];
const RESULTS: [&str; 4] = ["results_count", "result_count", "num_results", "hits"];
const MESSAGES: [&str; 3] = ["total_messages", "message_count", "messages"];

/// The line for an event; texts are cut (by grapheme, with `…`) to about `limit` columns, so that huge values stay cheap.
#[must_use]
pub fn gist(event: &Event<'_>, limit: usize) -> Gist {
    let told = match event.class {
        Class::Message => message(event, limit),
        Class::Search => search(event, limit),
        Class::Summary => summary(event, limit),
        Class::Started => started(event, limit),
        Class::Ended => ended(event, limit),
        Class::Cleared => first(event, &["reason"]).map(|reason| text(reason, limit)),
        Class::Error => failure(event, limit),
        Class::Other => None,
    };
    told.unwrap_or_else(|| Gist {
        lead: lead(event.role.as_deref(), limit),
        text: SafeText::line(remaining(event, limit).as_slice(), limit),
        aside: SafeText::default(),
    })
}

fn message(event: &Event<'_>, limit: usize) -> Option<Gist> {
    let text = match first(event, &CONTENT) {
        Some(content) => SafeText::line(content, limit),
        None => counted(first(event, &LENGTH)?, "char", limit),
    };
    Some(Gist {
        lead: lead(event.role.as_deref(), limit),
        text,
        aside: SafeText::default(),
    })
}

fn search(event: &Event<'_>, limit: usize) -> Option<Gist> {
    let query = SafeText::line(first(event, &QUERY)?, limit.saturating_sub(2));
    let results = first(event, &RESULTS);
    Some(Gist {
        lead: SafeText::default(),
        text: joined(&["“", query.as_str(), "”"], limit),
        aside: results
            .map(|n| counted(n, "result", limit))
            .unwrap_or_default(),
    })
}

fn summary(event: &Event<'_>, limit: usize) -> Option<Gist> {
    let before = counted(
        first(event, &["original_messages", "messages"])?,
        "message",
        limit,
    );
    let after = first(event, &["summary_tokens", "tokens"])
        .map(|n| counted(n, "token", limit))
        .unwrap_or_default();
    let arrow = if after.is_empty() { "" } else { " → " };
    Some(Gist {
        lead: SafeText::default(),
        text: joined(&[before.as_str(), arrow, after.as_str()], limit),
        aside: first(event, &["compression_ratio"])
            .and_then(number)
            .map(|ratio| SafeText::own(&format!("{}×", rounded(ratio))).fit(limit))
            .unwrap_or_default(),
    })
}

fn started(event: &Event<'_>, limit: usize) -> Option<Gist> {
    let address = first(event, &["ip", "ip_address", "client_ip"]);
    let agent = first(event, &["user_agent", "userAgent"]);
    let parts: Vec<SafeText> = [address, agent]
        .into_iter()
        .flatten()
        .map(|part| SafeText::line(part, limit))
        .collect();
    let parts: Vec<&str> = parts.iter().map(SafeText::as_str).collect();
    (!parts.is_empty()).then(|| text(parts.join("  ").as_bytes(), limit))
}

fn ended(event: &Event<'_>, limit: usize) -> Option<Gist> {
    let lasted = duration_ms(event).map(time::span);
    let messages = first(event, &MESSAGES).map(|n| counted(n, "message", limit).to_string());
    let parts: Vec<String> = [lasted, messages].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| text(parts.join(", ").as_bytes(), limit))
}

/// What the producer says, in its own unit.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked before"
)]
fn duration_ms(event: &Event<'_>) -> Option<u64> {
    let minutes = first(event, &["duration_minutes"]).and_then(number);
    let seconds = || first(event, &["duration_seconds"]).and_then(number);
    let ms = minutes
        .map(|m| m * 60_000.0)
        .or_else(|| seconds().map(|s| s * 1000.0))
        .or(event.latency_ms)?;
    (0.0..1e15).contains(&ms).then(|| ms.round() as u64)
}

fn failure(event: &Event<'_>, limit: usize) -> Option<Gist> {
    let message = event.error_message.as_deref()?;
    Some(Gist {
        lead: lead(event.error_code.as_deref(), limit),
        ..text(message, limit)
    })
}

/// The attributes that play no part shown elsewhere, as far as the limit reaches.
fn remaining(event: &Event<'_>, limit: usize) -> Vec<u8> {
    const SHOWN: [Part; 6] = [
        Part::Kind,
        Part::Session,
        Part::User,
        Part::Time,
        Part::EventId,
        Part::Role,
    ];
    let mut out = Vec::new();
    for (index, (name, value)) in event.attributes.iter().enumerate() {
        if SHOWN
            .iter()
            .any(|part| event.sources.attribute(*part) == Some(index))
        {
            continue;
        }
        if out.len() > limit.saturating_mul(4) {
            break;
        }
        if !out.is_empty() {
            out.push(b' ');
        }
        out.extend_from_slice(start_of(name, limit));
        out.push(b'=');
        out.extend_from_slice(start_of(value, limit));
    }
    out
}

/// More bytes than the limit has columns, so that the cut that follows is seen.
fn start_of(value: &[u8], limit: usize) -> &[u8] {
    value
        .get(..limit.saturating_mul(8).saturating_add(8))
        .unwrap_or(value)
}

fn text(bytes: &[u8], limit: usize) -> Gist {
    Gist {
        text: SafeText::line(bytes, limit),
        ..Gist::default()
    }
}

fn lead(bytes: Option<&[u8]>, limit: usize) -> SafeText {
    SafeText::line(bytes.unwrap_or_default(), limit)
}

fn joined(parts: &[&str], limit: usize) -> SafeText {
    SafeText::line(parts.concat().as_bytes(), limit)
}

/// `1 result`, `3 results`; what is no number stands as it was written.
fn counted(number: &[u8], unit: &str, limit: usize) -> SafeText {
    let plural = if number == b"1" { "" } else { "s" };
    joined(
        &[SafeText::line(number, limit).as_str(), " ", unit, plural],
        limit,
    )
}

fn rounded(ratio: f64) -> String {
    if ratio.abs() < 1.0 {
        format!("{ratio:.2}")
    } else {
        format!("{ratio:.1}")
    }
}

fn number(bytes: &[u8]) -> Option<f64> {
    if bytes.len() > 64 {
        return None;
    }
    let number: f64 = std::str::from_utf8(bytes).ok()?.trim().parse().ok()?;
    (number.is_finite() && number.abs() < 1e15).then_some(number)
}

fn first<'e>(event: &'e Event<'_>, names: &[&str]) -> Option<&'e [u8]> {
    names
        .iter()
        .find_map(|name| event.attribute(name).filter(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EntryId, Mapping, decode};

    fn shown(fields: &[(&str, &str)], limit: usize) -> String {
        let fields: Vec<_> = fields
            .iter()
            .map(|(n, v)| (n.as_bytes(), v.as_bytes()))
            .collect();
        let event = decode(b"memory:events", EntryId::MIN, &fields, &Mapping::default());
        let gist = gist(&event, limit);
        format!("{}|{}|{}", gist.lead, gist.text, gist.aside)
    }

    #[test]
    fn each_class_has_a_line_of_its_own() {
        let table: &[(&[(&str, &str)], &str)] = &[
            (
                &[
                    ("type", "message.added"),
                    ("role", "user"),
                    ("content", "hi\nthere"),
                ],
                "user|hi↵there|",
            ),
            (
                &[
                    ("type", "message.added"),
                    ("role", "user"),
                    ("length", "138"),
                ],
                "user|138 chars|",
            ),
            (
                &[("type", "message.added"), ("role", "user"), ("x", "1")],
                "user|x=1|",
            ),
            (
                &[
                    ("type", "search.performed"),
                    ("query", "consumer groups"),
                    ("results_count", "3"),
                ],
                "|“consumer groups”|3 results",
            ),
            (
                &[("type", "tool.called"), ("query", "x"), ("hits", "1")],
                "|“x”|1 result",
            ),
            (
                &[("type", "tool.called"), ("tool", "grep"), ("args", "{}")],
                "|tool=grep args={}|",
            ),
            (
                &[
                    ("type", "summary.created"),
                    ("original_messages", "50"),
                    ("summary_tokens", "214"),
                    ("compression_ratio", "5.4999"),
                ],
                "|50 messages → 214 tokens|5.5×",
            ),
            (
                &[
                    ("type", "session.started"),
                    ("ip", "10.0.0.17"),
                    ("user_agent", "agent/1.4"),
                ],
                "|10.0.0.17  agent/1.4|",
            ),
            (
                &[
                    ("type", "session.ended"),
                    ("duration_minutes", "12.07"),
                    ("total_messages", "14"),
                ],
                "|12m 04s, 14 messages|",
            ),
            (
                &[("type", "session.ended"), ("duration_minutes", "NaN")],
                "|duration_minutes=NaN|",
            ),
            (
                &[("type", "memory.cleared"), ("reason", "user asked")],
                "|user asked|",
            ),
            (
                &[
                    ("type", "error.occurred"),
                    ("code", "tool_error"),
                    ("error", "timed out"),
                ],
                "tool_error|timed out|",
            ),
            (
                &[
                    ("type", "x"),
                    ("id", "evt-1"),
                    ("session_id", "s"),
                    ("user_id", "u"),
                    ("timestamp", "1"),
                    ("a", "b"),
                    ("c", ""),
                ],
                "|a=b c=|",
            ),
            (&[("type", "x")], "||"),
        ];
        for (fields, want) in table {
            assert_eq!(shown(fields, 80), *want, "{fields:?}");
        }
    }

    #[test]
    fn huge_values_are_cut() {
        let huge = "x".repeat(1_000_000);
        for kind in [
            "message.added",
            "x",
            "search.performed",
            "error.occurred",
            "session.started",
        ] {
            let fields = [
                ("type", kind),
                ("content", &*huge),
                ("query", &huge),
                ("error", &huge),
                ("ip", &huge),
            ];
            for part in shown(&fields, 20).split('|') {
                assert!(part.chars().count() <= 20, "{part}");
            }
        }
    }
}
