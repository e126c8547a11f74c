//! Rule 3, last resort: the session that a stream's key names, where each session has a stream of its own.
//!
//! A key is read from its end: `:stream` and `:events` go, then the last segment is the candidate, or what stands in
//! braces if that is not all of the key's prefix (`agent:{run-7}:events`). It is a session only
//! - after a segment that says so (`session:alice`, `run:{7}`), or
//! - when it looks like an id: its first word says so and a digit follows (`conv-17`), or it has eight characters or
//!   more with two digits or more, and is neither a date nor a shard or a version (`events:2026-11-23`,
//!   `queue-node-10`).
//!
//! So plain shared keys (`memory:events`, `events`, `agent.events.v2`) name no session.

/// Segments and words after which an id follows.
const NOUNS: [&str; 18] = [
    "session",
    "sessions",
    "sess",
    "conversation",
    "conversations",
    "conv",
    "chat",
    "chats",
    "thread",
    "threads",
    "run",
    "runs",
    "workflow",
    "task",
    "tasks",
    "trace",
    "job",
    "agent",
];
/// Words of keys that are numbered, but shared.
const SHARED: [&str; 14] = [
    "shard",
    "partition",
    "part",
    "bucket",
    "node",
    "queue",
    "region",
    "event",
    "events",
    "stream",
    "streams",
    "log",
    "logs",
    "version",
];
const MAX_LEN: usize = 512;

/// The session that the key names.
pub(super) fn session(key: &[u8]) -> Option<&[u8]> {
    if key.len() > MAX_LEN {
        return None;
    }
    let key = strip_suffixes(key);
    let (before, candidate) = last_segment(key);
    let candidate = unbraced(candidate);
    let names_session = is_noun(last_word(before)) && !is_shared(candidate);
    let ok = !candidate.is_empty() && (names_session || looks_like_id(candidate));
    ok.then_some(candidate)
}

fn strip_suffixes(mut key: &[u8]) -> &[u8] {
    while let Some(rest) = [&b":stream"[..], b":events"]
        .iter()
        .find_map(|suffix| key.strip_suffix(*suffix))
    {
        key = rest;
    }
    key
}

fn last_segment(key: &[u8]) -> (&[u8], &[u8]) {
    match key.iter().rposition(|b| matches!(b, b':' | b'/')) {
        Some(at) => (
            key.get(..at).unwrap_or_default(),
            key.get(at + 1..).unwrap_or_default(),
        ),
        None => (b"", key),
    }
}

fn unbraced(segment: &[u8]) -> &[u8] {
    let segment = segment.strip_prefix(b"{").unwrap_or(segment);
    segment.strip_suffix(b"}").unwrap_or(segment)
}

/// `session` of `app:{session` and of `my-session`.
fn last_word(text: &[u8]) -> &[u8] {
    text.rsplit(|b| !b.is_ascii_alphanumeric())
        .find(|word| !word.is_empty())
        .unwrap_or_default()
}

fn first_word(text: &[u8]) -> &[u8] {
    text.split(|b| !b.is_ascii_alphabetic())
        .next()
        .unwrap_or_default()
}

fn is_noun(word: &[u8]) -> bool {
    is_in(word, &NOUNS)
}

fn is_shared(word: &[u8]) -> bool {
    is_in(word, &SHARED)
}

fn is_in(word: &[u8], list: &[&str]) -> bool {
    list.iter()
        .any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

fn looks_like_id(text: &[u8]) -> bool {
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    let spelled = text
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if digits == 0 || !spelled {
        return false;
    }
    let shared = text
        .split(|b| !b.is_ascii_alphabetic())
        .any(|word| is_shared(word));
    is_noun(first_word(text)) || (digits >= 2 && text.len() >= 8 && !shared && !is_date(text))
}

/// `2026-11-23`, `20261123`, `2026-11-23-14`, `2026_11_23`.
fn is_date(text: &[u8]) -> bool {
    text.len() <= 13
        && (text.starts_with(b"19") || text.starts_with(b"20"))
        && text
            .iter()
            .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_a_session_only_when_it_looks_like_one() {
        for (key, want) in [
            ("session:alice", Some("alice")),
            ("session:42", Some("42")),
            ("app:session:{42}:events", Some("42")),
            ("{session:42}:events", Some("42")),
            ("agent:{run-7}:events", Some("run-7")),
            (
                "agent:9f1c2d3e-77aa-4b1e-9d51-0c0ffee0beef:stream",
                Some("9f1c2d3e-77aa-4b1e-9d51-0c0ffee0beef"),
            ),
            ("agents/stream/conv_17", Some("conv_17")),
            ("events:01HF8ZK3V7J2Q5", Some("01HF8ZK3V7J2Q5")),
            ("memory:events", None),
            ("events", None),
            ("session:events", None),
            ("sessions:stream", None),
            ("session:", None),
            ("agent.events.v2", None),
            ("events:v2", None),
            ("events:2026-11-23", None),
            ("events:20261123", None),
            ("events:shard-12", None),
            ("queue-node-10:events", None),
            ("prod:eu-west-1", None),
            ("orders", None),
            ("{}", None),
            ("", None),
            (":::", None),
        ] {
            let got = session(key.as_bytes()).map(String::from_utf8_lossy);
            assert_eq!(got.as_deref(), want, "{key}");
        }
    }
}
