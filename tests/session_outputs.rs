//! `lookback session` and the session screen say the same of a session, at each of its events.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;
use std::sync::Arc;

use lookback::app::inspected::{Inspected, Subject};
use lookback::model::{EntryId, Mapping, line, time};
use lookback::project::session_fields::{Change, FIELDS, Value as Held};
use lookback::project::session_state::SummaryMade;
use lookback::store::{Cursor, Log, PageBuilder};
use serde_json::{Map, Value, json};

const FILES: [(&str, &str); 4] = [
    ("assets/sample.jsonl", "sess-4f1c"),
    ("assets/sample.jsonl", "sess-9be3"),
    ("tests/scenarios/turns.jsonl", "s1"),
    ("tests/scenarios/duplicates.jsonl", "s1"),
];

fn run(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_lookback"))
        .args(arguments)
        .args(["--config", "/dev/null"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
    output.stdout
}

fn printed(file: &str, session: &str, more: &[&str]) -> Value {
    let arguments = ["session", session, "-f", file, "--format", "json"];
    serde_json::from_slice(&run(&[&arguments, more].concat())).unwrap()
}

/// The entries as the program reads them: lines without an id get one.
fn log(file: &str) -> Log {
    let text = String::from_utf8(run(&["query", "-f", file, "--format", "jsonl"])).unwrap();
    let mut page = PageBuilder::new(Arc::new(Mapping::default()));
    for text in text.lines() {
        let line = line::parse(text.as_bytes());
        let fields: Vec<(&[u8], &[u8])> = line
            .fields
            .iter()
            .map(|(n, v)| (n.as_ref(), v.as_ref()))
            .collect();
        page.push(&line.stream.unwrap(), line.id.unwrap(), &fields);
    }
    let mut log = Log::default();
    log.append(&page.finish());
    log
}

fn inspected(log: &Log, session: &str, cursor: Cursor, baseline: Option<EntryId>) -> Inspected {
    Inspected::new(Subject {
        log,
        mapping: &Mapping::default(),
        session: log.symbol(session.as_bytes()).unwrap(),
        cursor,
        horizon: log.end(),
        baseline,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn summary(made: &SummaryMade) -> Value {
    json!({
        "time": time::rfc3339(made.time_ms),
        "original_messages": made.original_messages,
        "summary_tokens": made.summary_tokens,
        "compression_ratio": made.compression_ratio,
    })
}

fn held(value: Held<'_>) -> Value {
    match value {
        Held::Absent => Value::Null,
        Held::Name(bytes) | Held::Text(bytes) => json!(text(bytes)),
        Held::Status(status) => json!(status.word()),
        Held::Moment(ms) => json!(time::rfc3339(ms)),
        Held::Count(n) => json!(n),
        Held::Counts(counts) => {
            let each = counts.iter().map(|(name, n)| (text(name), json!(n)));
            Value::Object(each.collect())
        }
        Held::Summaries(made) => made.iter().map(summary).collect(),
        Held::Failure(error) => json!({
            "type": text(&error.kind),
            "code": error.code.as_deref().map(text),
            "message": error.message.as_deref().map(text),
        }),
    }
}

fn changes(changes: &[Change<'_>]) -> Value {
    let each = changes.iter().map(|change| {
        json!({
            "field": change.field.key,
            "change": change.kind().word(),
            "before": held(change.before),
            "after": held(change.after),
        })
    });
    each.collect()
}

/// The session's ids, oldest first.
fn ids(log: &Log, session: &str) -> Vec<EntryId> {
    let all = inspected(log, session, log.end(), None);
    let steps = all.folded().steps().iter();
    steps.map(|step| log.get(step.seq).unwrap().id()).collect()
}

fn after(log: &Log, id: EntryId) -> Cursor {
    log.find(id).unwrap().after()
}

#[test]
fn the_state_at_each_event_is_the_one_that_is_printed() {
    for (file, session) in FILES {
        let log = log(file);
        for id in ids(&log, session) {
            let shown = inspected(&log, session, after(&log, id), None);
            let standing = shown.standing(id.ms);
            let fields = FIELDS
                .iter()
                .map(|f| (f.key.to_owned(), held(f.of(standing))));
            let shown: Map<String, Value> = fields.collect();
            let mut printed = printed(file, session, &["--state", "--at", &id.to_string()]);
            let object = printed.as_object_mut().unwrap();
            object.retain(|key, _| !["session", "types", "findings"].contains(&key.as_str()));
            assert_eq!(object, &shown, "{session} at {id}");
        }
    }
}

#[test]
fn the_timeline_has_the_events_that_are_printed() {
    for (file, session) in FILES {
        let log = log(file);
        let shown = inspected(&log, session, log.end(), None);
        let steps = shown.folded().steps();
        let start_ms = steps[0].ms;
        let told = steps.iter().map(|step| {
            let id = log.get(step.seq).unwrap().id().to_string();
            json!([id, step.ms - start_ms, step.repeated, step.is_error])
        });
        let printed = printed(file, session, &[]);
        let events = printed["events"].as_array().unwrap().iter();
        let printed = events.map(|e| json!([e["id"], e["offset_ms"], e["duplicate"], e["error"]]));
        assert_eq!(
            told.collect::<Vec<_>>(),
            printed.collect::<Vec<_>>(),
            "{session}"
        );
    }
}

#[test]
fn a_comparison_is_the_one_that_is_printed_both_ways() {
    let (file, session) = FILES[0];
    let log = log(file);
    let ids = ids(&log, session);
    for (from, to) in [(0, 1), (2, 9), (9, 2), (4, 18), (18, 0), (7, 7)] {
        let (from, to) = (ids[from], ids[to]);
        let shown = inspected(&log, session, after(&log, to), Some(from));
        let shown = changes(&shown.compared(to.ms).unwrap());
        let printed = printed(file, session, &["--diff", &format!("{from}..{to}")]);
        assert_eq!(printed["changes"], shown, "{from} to {to}");
    }
}

#[test]
fn a_comparison_may_be_open_at_either_end() {
    let (file, session) = FILES[0];
    let whole = printed(file, session, &["--diff", ".."]);
    assert_eq!(
        (&whole["from"]["events"], &whole["to"]["events"]),
        (&json!(0), &json!(19))
    );
    assert!(whole["from"]["time"].is_null() && whole["to"]["time"].is_null());
    let kinds = whole["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["change"]);
    assert!(kinds.into_iter().all(|kind| kind == "added"), "{whole}");
}
