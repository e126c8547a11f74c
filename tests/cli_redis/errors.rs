//! `errors` agrees with a count of the test's own, over Redis and over a file, and with the error screen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use super::Place;

const START: u64 = 1_700_000_000_000;

/// What the test knows of a group: errors, sessions, users, first, last.
#[derive(Clone, Default)]
struct Known {
    count: u64,
    sessions: BTreeSet<u64>,
    users: BTreeSet<u64>,
    first: u64,
    last: u64,
}

/// An event in plain words; some come twice.
struct Event {
    at: u64,
    id: u64,
    session: u64,
    user: u64,
    fails: Option<u64>,
}

const CODES: [&str; 3] = ["tool_error", "rate_limit", ""];

fn events() -> Vec<Event> {
    let mut seed: u64 = 5;
    let mut events: Vec<Event> = Vec::new();
    for n in 0..6_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let chance = seed >> 33;
        let at = START + n * 41;
        let before = usize::try_from(chance % (n + 1)).unwrap();
        let again = events.get(before).filter(|_| chance.is_multiple_of(9));
        let (id, session, user, fails) = if let Some(again) = again {
            (again.id, again.session, again.user, again.fails)
        } else {
            let fails = (chance % 4 == 1).then_some((chance >> 6) % 3);
            (n, (chance >> 9) % 50, (chance >> 15) % 8, fails)
        };
        events.push(Event {
            at,
            id,
            session,
            user,
            fails,
        });
    }
    events
}

impl Event {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("id", format!("evt-{}", self.id)),
            ("session_id", format!("sess-{}", self.session)),
            ("user_id", format!("user-{}", self.user)),
        ];
        let Some(which) = self.fails else {
            fields.push(("type", "message.added".to_owned()));
            return fields;
        };
        fields.push(("type", "error.occurred".to_owned()));
        let code = CODES[usize::try_from(which).unwrap()];
        fields.extend((!code.is_empty()).then(|| ("code", code.to_owned())));
        fields.push(("error", format!("failed after {} ms", self.id)));
        fields
    }
}

fn recount(events: &[Event], is_wanted: impl Fn(&Event) -> bool) -> BTreeMap<u64, Known> {
    let mut seen = BTreeSet::new();
    let mut known: BTreeMap<u64, Known> = BTreeMap::new();
    for event in events {
        let is_new = seen.insert(event.id);
        let Some(which) = event.fails.filter(|_| is_new && is_wanted(event)) else {
            continue;
        };
        let group = known.entry(which).or_insert_with(|| Known {
            first: event.at,
            ..Known::default()
        });
        group.count += 1;
        group.sessions.insert(event.session);
        group.users.insert(event.user);
        group.last = event.at;
    }
    known
}

fn moment(ms: u64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(i64::try_from(ms).unwrap()).unwrap();
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// The documented objects, the largest group first.
fn wanted(known: &BTreeMap<u64, Known>) -> Vec<Value> {
    let mut groups: Vec<(&u64, &Known)> = known.iter().collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse((group.count, group.last)));
    let object = |(which, group): (&u64, &Known)| {
        let code = CODES[usize::try_from(*which).unwrap()];
        json!({
            "type": "error.occurred",
            "code": if code.is_empty() { Value::Null } else { json!(code) },
            "message": "failed after ‹n›",
            "count": group.count,
            "sessions": group.sessions.len(),
            "users": group.users.len(),
            "first": moment(group.first),
            "last": moment(group.last),
            "example": format!("{}-0", group.last),
        })
    };
    groups.into_iter().map(object).collect()
}

/// What was printed, without what the test does not know.
fn told(printed: &Value) -> Vec<Value> {
    let mut groups = printed.as_array().unwrap().clone();
    for group in &mut groups {
        let object = group.as_object_mut().unwrap();
        let id = object.remove("fingerprint").unwrap();
        assert_eq!(id.as_str().unwrap().len(), 12);
        assert_eq!(object.remove("at_least"), Some(json!(false)));
        assert_eq!(object.remove("fingerprint_version"), Some(json!(1)));
        object.remove("share").unwrap();
    }
    groups
}

fn filled(place: &Place) -> Vec<Event> {
    let events = events();
    let fields: Vec<Vec<(&'static str, String)>> = events.iter().map(Event::fields).collect();
    let entries = events.iter().zip(&fields).map(|(event, fields)| {
        let pairs = fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
        (format!("{}-0", event.at), pairs.collect())
    });
    place.add(b"memory:events", entries);
    events
}

#[test]
fn groups_are_what_the_events_say() {
    let place = Place::new();
    let events = filled(&place);
    let all = place.json(&["errors"]);
    assert_eq!(told(&all), wanted(&recount(&events, |_| true)));
    let shares: f64 = all
        .as_array()
        .unwrap()
        .iter()
        .map(|g| g["share"].as_f64().unwrap())
        .sum();
    assert!((shares - 1.0).abs() < 1e-9, "{shares}");
    let of_user = place.json(&["errors", "user:user-3"]);
    assert_eq!(told(&of_user), wanted(&recount(&events, |e| e.user == 3)));
    let largest = place.json(&["errors", "--limit", "1"]);
    assert_eq!(told(&largest), wanted(&recount(&events, |_| true))[..1]);
    // A range knows only the repeats in it.
    let border = START + 3_000 * 41;
    let late: Vec<Event> = events.into_iter().filter(|e| e.at >= border).collect();
    let since = place.json(&["errors", "--since", &format!("{border}-0")]);
    assert_eq!(told(&since), wanted(&recount(&late, |_| true)));
}

#[test]
fn a_group_is_one_filter_away_and_a_file_says_the_same() {
    let place = Place::new();
    let events = filled(&place);
    let all = place.json(&["errors"]);
    let group = &all[1];
    let filter = format!("fingerprint:{}", group["fingerprint"].as_str().unwrap());
    let occurrences = place.json_lines(&["query", &filter, "-is:duplicate"]);
    assert_eq!(Some(occurrences.len() as u64), group["count"].as_u64());
    assert_eq!(occurrences.last().unwrap()["id"], group["example"]);
    let narrowed = place.json(&["errors", &filter]);
    assert_eq!(narrowed[0]["count"], group["count"]);
    assert_eq!(narrowed.as_array().unwrap().len(), 1);

    let mut lines = String::new();
    for event in &events {
        let fields: serde_json::Map<String, Value> = event
            .fields()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let line = json!({"id": format!("{}-0", event.at), "stream": "s", "fields": fields});
        writeln!(lines, "{line}").unwrap();
    }
    let path = place.home.path().join("events.jsonl");
    std::fs::write(&path, lines).unwrap();
    let path = path.display().to_string();
    assert_eq!(place.json(&["errors", "-f", &path]), all);
    let text = String::from_utf8(place.print(&["errors", "-f", &path])).unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
    let none = String::from_utf8(place.print(&["errors", "-f", &path, "user:nobody"])).unwrap();
    assert_eq!(none, "No errors.\n");
}
