//! Stories in the file format (`tests/scenarios/*.jsonl`) and what must be told of them at their end (`.expected.json`).
//! A new case is two new files; a wrong one prints what was found.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookback::model::{EntryId, Flags, Mapping, line};
use lookback::project::findings::{Seen, Silence, Watcher};
use lookback::project::session_fields::{Standing, diff};
use lookback::project::session_state::{LastError, SessionFold, SessionState};
use lookback::project::timeline::SessionStatus;
use lookback::project::{Activity, Folded, Part, error_groups, timeline};
use lookback::store::{EntryRef, Log, PageBuilder, Seq};
use serde_json::{Value, json};

#[test]
fn every_story_is_told_as_expected() {
    let stories = stories();
    assert!(stories.len() >= 8, "only {} stories found", stories.len());
    let wrong: Vec<String> = stories.iter().filter_map(|path| difference(path)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut stories: Vec<PathBuf> = files
        .filter(|p| p.extension().is_some_and(|e| e == "jsonl"))
        .collect();
    stories.sort();
    stories
}

fn difference(path: &Path) -> Option<String> {
    let expected = fs::read_to_string(path.with_extension("expected.json")).unwrap_or_default();
    let expected: Value = serde_json::from_str(&expected).unwrap_or_default();
    let found = told(&read(path));
    (found != expected).then(|| {
        let name = path.file_name().unwrap_or_default().display();
        format!("{name} tells\n{found:#}\nand not\n{expected:#}")
    })
}

/// The log after the story; one entry a page, so that nothing is known too early.
fn read(path: &Path) -> Log {
    let mut log = Log::default();
    for text in fs::read_to_string(path).unwrap().lines() {
        let line = line::parse(text.as_bytes());
        let fields: Vec<(&[u8], &[u8])> = line
            .fields
            .iter()
            .map(|(n, v)| (n.as_ref(), v.as_ref()))
            .collect();
        let mut page = PageBuilder::new(Arc::new(Mapping::default()));
        page.push(line.stream.as_deref().unwrap(), line.id.unwrap(), &fields);
        log.append(&page.finish());
    }
    log
}

fn entries(log: &Log) -> impl Iterator<Item = EntryRef<'_>> {
    (log.first().next().0..log.end().next().0).filter_map(|seq| log.get(Seq(seq)))
}

fn told(log: &Log) -> Value {
    let marked = |flag: Flags| -> Vec<String> {
        let marked = entries(log).filter(|e| e.flags().has(flag));
        marked.map(|e| e.id().to_string()).collect()
    };
    json!({
        "sessions": sessions(log),
        "turns": of_each_session(log, turns),
        "changed by the last event": of_each_session(log, changed),
        "errors": errors(log),
        "findings": findings(log),
        "active": active(log),
        "late": marked(Flags::LATE),
        "duplicate": marked(Flags::DUPLICATE),
        "skewed": marked(Flags::SKEWED),
    })
}

fn sessions(log: &Log) -> Value {
    let mapping = Mapping::default();
    let mut states: BTreeMap<String, SessionFold> = BTreeMap::new();
    for entry in entries(log).filter(|e| e.session().is_some()) {
        let name = text(log.strings().get(entry.session()));
        states
            .entry(name)
            .or_default()
            .apply(&entry.event(&mapping), entry.id());
    }
    let newest = entries(log).map(|e| e.id()).max().unwrap_or(EntryId::MIN);
    let starts_known = entries(log).any(|e| e.flags().has(Flags::START));
    let told = states.iter().map(|(name, fold)| {
        let state = &fold.state;
        agrees(log, name, state);
        let word = state.status(newest.ms, starts_known).word();
        (name.clone(), session(state, word))
    });
    Value::Object(told.collect())
}

fn of_each_session(log: &Log, told: fn(&Log, &mut Folded) -> Value) -> Value {
    let names: BTreeSet<&[u8]> = entries(log)
        .filter(|e| e.session().is_some())
        .map(|e| log.strings().get(e.session()))
        .collect();
    let each = names.into_iter().map(|name| {
        let mut folded = Folded::new(log, log.symbol(name).unwrap());
        (text(name), told(log, &mut folded))
    });
    Value::Object(each.collect())
}

/// Latency and errors of each turn.
fn turns(_log: &Log, folded: &mut Folded) -> Value {
    let all = folded.steps().len();
    let turns = (0..folded.turns().count_before(all)).filter_map(|n| folded.turns().get(n, all));
    let told = turns.map(|turn| turn.told(folded.steps()));
    Value::Array(told.map(|t| json!([t.latency_ms, t.errors])).collect())
}

fn changed(log: &Log, folded: &mut Folded) -> Value {
    let all = folded.steps().len();
    let [before, after] =
        [all - 1, all].map(|n| folded.state_after(log, &Mapping::default(), n, None));
    let changes = diff(standing(&before), standing(&after))
        .into_iter()
        .map(|change| (change.field.key.to_owned(), json!(change.kind().word())));
    Value::Object(changes.collect())
}

fn standing(state: &SessionState) -> Standing<'_> {
    let status = state.last_id.map(|id| state.status(id.ms, false));
    Standing { state, status }
}

/// What the interface counts without folding is the same.
fn agrees(log: &Log, name: &str, state: &SessionState) {
    let line = timeline(log, log.symbol(name.as_bytes()).unwrap(), log.end());
    let messages: u64 = state.messages.values().sum();
    assert_eq!(
        (line.messages, line.errors, line.tokens),
        (messages, state.errors, state.tokens),
        "{name}"
    );
    let ended = line.status(line.last_ms) == SessionStatus::Ended;
    assert_eq!(ended, state.ended_at.is_some(), "{name}");
}

fn session(state: &SessionState, status: &str) -> Value {
    let summaries = state
        .summaries
        .iter()
        .map(|s| json!([s.original_messages, s.summary_tokens, s.compression_ratio]));
    json!({
        "status": status,
        "user": state.user.as_deref().map(text),
        "started_at": state.started_at,
        "ended_at": state.ended_at,
        "last_activity": state.last_activity,
        "messages": counts(&state.messages),
        "tokens": state.tokens,
        "searches": state.searches,
        "last_query": state.last_query.as_deref().map(text),
        "summaries": summaries.collect::<Vec<_>>(),
        "errors": state.errors,
        "memory_cleared": state.memory_cleared,
        "types": counts(&state.types),
        "other_types": counts(&state.other_types),
        "last_error": state.last_error.as_ref().map(last_error),
    })
}

fn last_error(error: &LastError) -> Value {
    let told = [error.code.as_deref(), error.message.as_deref()];
    json!(told.map(|part| part.map(text)))
}

fn counts(counts: &BTreeMap<Vec<u8>, u64>) -> Value {
    let each = counts
        .iter()
        .map(|(name, count)| (text(name), json!(count)));
    Value::Object(each.collect())
}

fn errors(log: &Log) -> Value {
    let groups = error_groups(log, log.end());
    let told = groups.iter().map(|group| {
        let last = log.get(group.last).unwrap().id().to_string();
        let [kind, code, message] = group.parts(log).map(text);
        json!({"type": kind, "code": code, "message": message, "count": group.count, "last": last})
    });
    Value::Array(told.collect())
}

fn findings(log: &Log) -> Value {
    let mut watcher = Watcher::default();
    let mut found = Vec::new();
    let mut silences: BTreeMap<u64, Silence> = BTreeMap::new();
    for (base, chunk, rows) in log.chunks(log.first()..log.end()) {
        for row in rows.filter(|row| chunk.columns.session.get(*row).unwrap().is_some()) {
            let place = Some(base.plus(row as u64));
            let seen = Seen::of(&chunk.columns, row, log.strings(), place);
            let session = u64::from(chunk.columns.session.get(row).unwrap().0);
            watcher.see(session, &seen, |finding| found.push(finding));
            if !seen.flags.has(Flags::DUPLICATE) {
                let silence = silences.entry(session).or_default();
                silence.push(seen.at, seen.flags);
            }
        }
    }
    let newest = entries(log).map(|e| e.id().ms).max().unwrap_or(0);
    found.extend(
        silences
            .iter()
            .filter_map(|(s, silence)| silence.at(*s, newest)),
    );
    let told = found.iter().map(|finding| {
        let entries = finding.rests_on.iter().map(|place| place.id.to_string());
        let session = log.get(finding.at.seq.unwrap()).unwrap().session();
        json!({
            "finding": finding.found.key(),
            "explanation": finding.found.explanation(),
            "session": text(log.strings().get(session)),
            "at": finding.at.id.to_string(),
            "entries": entries.collect::<Vec<_>>(),
        })
    });
    Value::Array(told.collect())
}

fn active(log: &Log) -> u32 {
    let mut activity = Activity::default();
    for (base, chunk, rows) in log.chunks(log.first()..log.end()) {
        activity.newer(Part::Newest, &chunk.columns, base, rows);
    }
    let (_, last_ms) = log.axis_range().unwrap();
    activity.active(log.end(), last_ms, 1, 1)[0]
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
