//! `sessions` and `session --state` agree with a count of the test's own.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Place;

const START: u64 = 1_700_000_000_000;

/// What the test knows of a session.
#[derive(Default)]
struct Known {
    user: String,
    events: u64,
    roles: BTreeMap<&'static str, u64>,
    tokens: u64,
    searches: u64,
    errors: u64,
    types: BTreeMap<&'static str, u64>,
    first: u64,
    last: u64,
    ended: bool,
}

/// 40 sessions in some order that is no order, 5,000 events.
fn filled(place: &Place) -> BTreeMap<String, Known> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let mut entries: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let mut seed: u64 = 11;
    for n in 0..5_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let chance = seed >> 33;
        let session = format!("sess-{}", chance % 40);
        let state = known.entry(session.clone()).or_default();
        if state.ended {
            continue;
        }
        let at = START + n * 37;
        let tokens = chance % 90;
        let (kind, more): (&str, Vec<(&str, String)>) = match (state.events, (chance >> 8) % 100) {
            (0, _) => ("session.started", vec![("ip", "10.0.0.1".to_owned())]),
            (_, 0) if n > 3_000 => ("session.ended", vec![]),
            (_, 1..=4) => ("error.occurred", vec![("error", "boom".to_owned())]),
            (_, 5..=20) => ("search.performed", vec![("query", format!("q{n}"))]),
            (_, other) => {
                let role = if other % 2 == 0 { "user" } else { "assistant" };
                *state.roles.entry(role).or_default() += 1;
                state.tokens += tokens;
                (
                    "message.added",
                    vec![("role", role.to_owned()), ("tokens", tokens.to_string())],
                )
            }
        };
        if state.events == 0 {
            (state.user, state.first) = (format!("user-{}", chance % 7), at);
        }
        state.events += 1;
        state.last = at;
        state.ended = kind == "session.ended";
        state.searches += u64::from(kind == "search.performed");
        state.errors += u64::from(kind == "error.occurred");
        let kinds = [
            "session.started",
            "session.ended",
            "error.occurred",
            "search.performed",
        ];
        let kind = kinds
            .into_iter()
            .find(|k| *k == kind)
            .unwrap_or("message.added");
        *state.types.entry(kind).or_default() += 1;
        let own = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut fields = vec![
            own("id", &format!("evt-{n}")),
            own("type", kind),
            own("session_id", &session),
            own("user_id", &state.user),
            own("timestamp", &(at / 1_000).to_string()),
        ];
        fields.extend(more.iter().map(|(name, value)| own(name, value)));
        entries.push((format!("{at}-0"), fields));
    }
    let borrowed = entries.iter().map(|(id, fields)| {
        let pairs = fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
        (id.clone(), pairs.collect())
    });
    place.add(b"memory:events", borrowed);
    known
}

fn moment(ms: u64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(i64::try_from(ms).unwrap()).unwrap();
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[test]
fn sessions_and_their_states_are_what_the_events_say() {
    let place = Place::new();
    let known = filled(&place);
    let until = format!("{}-0", START + 5_000 * 37);
    let listed = place.json(&["sessions", "--until", &until]);
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len(), known.len());
    let last: Vec<&str> = listed.iter().map(|s| s["last"].as_str().unwrap()).collect();
    assert!(last.is_sorted_by(|a, b| a >= b));
    for row in listed {
        let state = &known[row["session"].as_str().unwrap()];
        let messages: u64 = state.roles.values().sum();
        let wanted = json!({
            "session": row["session"],
            "user": state.user,
            "state": if state.ended { "ended" } else { "open" },
            "first": moment(state.first),
            "last": moment(state.last),
            "events": state.events,
            "messages": messages,
            "errors": state.errors,
            "tokens": state.tokens,
            "findings": row["findings"],
        });
        assert_eq!(row, &wanted);
    }
    for name in ["sess-0", "sess-7", "sess-39"] {
        let state = &known[name];
        let found = place.json(&["session", name, "--state", "--until", &until]);
        let whole = |ms: u64| Value::from(moment(ms / 1_000 * 1_000));
        for (key, wanted) in [
            ("user", Value::from(state.user.clone())),
            ("messages", json!(state.roles)),
            ("tokens", Value::from(state.tokens)),
            ("searches", Value::from(state.searches)),
            ("errors", Value::from(state.errors)),
            ("types", json!(state.types)),
            ("started_at", whole(state.first)),
            ("last_activity", whole(state.last)),
        ] {
            assert_eq!(found[key], wanted, "{name} {key}: {found}");
        }
        let timeline = place.json(&["session", name, "--until", &until]);
        let events = timeline["events"].as_array().unwrap().len() as u64;
        assert_eq!(events, state.events);
    }
}
