//! The figures as one would count them by hand: lists, sorted.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

const IDLE_MS: u64 = 30 * 60_000;

/// An entry in plain words.
#[derive(Clone, Debug)]
pub struct Entry {
    pub ms: u64,
    pub seq: u64,
    pub fields: Vec<(String, String)>,
}

impl Entry {
    pub fn new(ms: u64, seq: u64, kind: &str, session: u64, latency: u64) -> Self {
        let fields = [
            ("type", kind.to_owned()),
            ("session_id", format!("sess-{session}")),
            ("latency_ms", latency.to_string()),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        Self {
            ms,
            seq,
            fields: fields.to_vec(),
        }
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str, most: f64) -> Option<f64> {
        let number: f64 = self.field(name)?.parse().ok()?;
        (number.is_finite() && (0.0..=most).contains(&number)).then_some(number)
    }

    fn latency(&self) -> Option<f64> {
        self.number("latency_ms", 1e11)
    }

    fn kind(&self) -> String {
        self.field("type").unwrap().to_owned()
    }

    fn is_faulty(&self) -> bool {
        let bad = |name, most| self.field(name).is_some() && self.number(name, most).is_none();
        bad("latency_ms", 1e11) || bad("tokens", 1e12)
    }

    /// In ms, where the producer tells.
    fn told_ms(&self) -> Option<u64> {
        let number: u64 = self.field("timestamp")?.parse().ok()?;
        Some(if number < 100_000_000_000 {
            number * 1_000
        } else {
            number
        })
    }
}

/// Entries without those that repeat an event id.
pub fn once(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    let mut seen = HashSet::new();
    entries
        .iter()
        .filter(move |e| e.field("id").is_none_or(|id| seen.insert(id.to_owned())))
}

pub struct Recount<'a> {
    all: usize,
    entries: Vec<&'a Entry>,
    by_event_time: bool,
}

impl<'a> Recount<'a> {
    pub fn of(entries: &'a [Entry], by_event_time: bool) -> Self {
        Self {
            all: entries.len(),
            entries: once(entries).collect(),
            by_event_time,
        }
    }

    fn ms(&self, entry: &Entry) -> Option<u64> {
        if self.by_event_time {
            entry.told_ms()
        } else {
            Some(entry.ms)
        }
    }

    fn count(&self, test: impl Fn(&Entry) -> bool) -> usize {
        self.entries.iter().filter(|e| test(e)).count()
    }

    fn sessions(&self) -> BTreeMap<&str, Vec<&Entry>> {
        let mut sessions: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in &self.entries {
            if let Some(session) = entry.field("session_id") {
                sessions.entry(session).or_default().push(entry);
            }
        }
        sessions
    }

    pub fn told(&self, (from, to): (u64, u64), top: usize) -> Value {
        let seconds = (to - from) as f64 / 1_000.0;
        let events = self.entries.len();
        let errors = self.count(|e| e.kind() == "error.occurred");
        let latencies: Vec<f64> = self.entries.iter().filter_map(|e| e.latency()).collect();
        let tokens: Vec<f64> = self
            .entries
            .iter()
            .filter_map(|e| e.number("tokens", 1e12))
            .collect();
        let tokens = (!tokens.is_empty()).then(|| tokens.iter().sum::<f64>());
        let fine = |e: &Entry| e.told_ms().filter(|ms| ms % 1_000 != 0);
        let pipeline = self
            .entries
            .iter()
            .filter_map(|e| Some(e.ms.checked_sub(fine(e)?)? as f64));
        let sessions = self.sessions();
        let mut states = BTreeMap::from([("open", 0), ("ended", 0), ("idle", 0), ("truncated", 0)]);
        let mut active = 0;
        let mut durations = Vec::new();
        for events in sessions.values() {
            let times: Vec<u64> = events.iter().filter_map(|e| self.ms(e)).collect();
            let silent = times
                .iter()
                .max()
                .map_or(0, |last| to.saturating_sub(*last));
            let last = events
                .iter()
                .rfind(|e| ["session.started", "session.ended"].contains(&e.kind().as_str()));
            let ended = last.is_some_and(|e| e.kind() == "session.ended");
            let started = events.iter().any(|e| e.kind() == "session.started");
            let state = match (ended, started, silent > IDLE_MS) {
                (true, ..) => "ended",
                (_, false, _)
                    if self.count(|e| {
                        e.kind() == "session.started" && e.field("session_id").is_some()
                    }) > 0 =>
                {
                    "truncated"
                }
                (.., true) => "idle",
                _ => "open",
            };
            *states.get_mut(state).unwrap() += 1;
            active += usize::from(!ended && silent <= IDLE_MS);
            durations.extend(
                times
                    .iter()
                    .max()
                    .map(|last| (last - times.iter().min().unwrap()) as f64),
            );
        }
        let in_sessions: usize = sessions.values().map(Vec::len).sum();
        let count_by = |of: &dyn Fn(&Entry) -> Option<String>| {
            counts(self.entries.iter().filter_map(|e| of(e)), top)
        };
        let mut told = json!({
            "total_events": events,
            "events_per_second": events as f64 / seconds,
            "average_latency_ms": mean(&latencies),
            "errors": errors,
            "error_rate": errors as f64 / events as f64,
            "active_sessions": active,
            "top_event_types": count_by(&|e| Some(e.kind())),
            "latency_ms": quantiles(latencies),
            "turn_latency_ms": quantiles(self.turns()),
            "pipeline_latency_ms": quantiles(pipeline.collect()),
            "tokens": tokens,
            "tokens_per_minute": tokens.map(|t| t / seconds * 60.0),
            "sessions": {"open": states["open"], "ended": states["ended"], "idle": states["idle"], "truncated": states["truncated"]},
            "sessions_started": self.count(|e| e.kind() == "session.started"),
            "sessions_ended": self.count(|e| e.kind() == "session.ended"),
            "mean_session_events": in_sessions as f64 / sessions.len() as f64,
            "mean_session_duration_ms": mean(&durations),
            "top_users": count_by(&|e| e.field("user_id").map(str::to_owned)),
            "top_sessions": count_by(&|e| e.field("session_id").map(str::to_owned)),
            "duplicates": self.all - events,
            "faults": self.count(Entry::is_faulty),
            "ahead": self.count(|e| fine(e).is_some_and(|ms| ms > e.ms)),
            "untimed": self.count(|e| self.ms(e).is_none()),
            "axis": if self.by_event_time { "event" } else { "id" },
            "window": {"from": moment(from), "to": moment(to)},
            "cut": {"types": 0, "users": 0, "sessions": 0, "paths": 0},
        });
        let patterns = self.patterns(top);
        told.as_object_mut().unwrap().extend(patterns);
        told
    }

    /// From the last question before an answer to that answer, or as long as it says it took.
    fn turns(&self) -> Vec<f64> {
        let mut turns = Vec::new();
        for events in self.sessions().values() {
            let said: Vec<&&Entry> = events
                .iter()
                .filter(|e| e.kind() == "message.added" && e.field("role") != Some("tool"))
                .collect();
            for pair in said.windows(2) {
                let [asks, answers] = [pair[0], pair[1]];
                if asks.field("role") == Some("assistant")
                    || answers.field("role") != Some("assistant")
                {
                    continue;
                }
                let span = self
                    .ms(asks)
                    .zip(self.ms(answers))
                    .and_then(|(a, b)| b.checked_sub(a));
                let longest = [span.map(|ms| ms as f64), answers.latency()]
                    .into_iter()
                    .flatten()
                    .reduce(f64::max);
                turns.extend(longest);
            }
        }
        turns
    }

    fn patterns(&self, top: usize) -> Map<String, Value> {
        let mut gaps: BTreeMap<(String, String), Vec<Option<f64>>> = BTreeMap::new();
        let mut paths: BTreeMap<[String; 3], Vec<&str>> = BTreeMap::new();
        for (session, events) in self.sessions() {
            for pair in events.windows(2) {
                let gap = self
                    .ms(pair[0])
                    .zip(self.ms(pair[1]))
                    .and_then(|(a, b)| b.checked_sub(a));
                gaps.entry((pair[0].kind(), pair[1].kind()))
                    .or_default()
                    .push(gap.map(|ms| ms as f64));
            }
            for three in events.windows(3) {
                let path = [three[0].kind(), three[1].kind(), three[2].kind()];
                paths.entry(path).or_default().push(session);
            }
        }
        let from = |kind: &str| -> usize {
            gaps.iter()
                .filter(|((a, _), _)| a == kind)
                .map(|(_, all)| all.len())
                .sum()
        };
        let mut follows: Vec<_> = gaps.iter().collect();
        follows.sort_by_key(|(_, all)| std::cmp::Reverse(all.len()));
        let follows = follows.into_iter().take(top).map(|((a, b), all)| {
            let mut known: Vec<f64> = all.iter().flatten().copied().collect();
            known.sort_by(f64::total_cmp);
            json!({"from": a, "to": b, "count": all.len(), "share": all.len() as f64 / from(a) as f64, "median_gap_ms": rank(&known, 0.5)})
        });
        let follows: Vec<Value> = follows.collect();
        let alike = |path: &[String; 3]| -> usize {
            paths
                .iter()
                .filter(|(p, _)| p[..2] == path[..2])
                .map(|(_, all)| all.len())
                .sum()
        };
        let order = self.first_seen();
        let mut rare: Vec<(f64, usize, &[String; 3], &str)> = Vec::new();
        for (path, sessions) in &paths {
            let share = sessions.len() as f64 / alike(path) as f64;
            if alike(path) >= 50 && share <= 0.02 {
                let newest = sessions
                    .iter()
                    .max_by_key(|s| order.iter().position(|o| o == *s))
                    .unwrap();
                rare.push((share, sessions.len(), path, newest));
            }
        }
        rare.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(b.2)));
        let rare = rare.into_iter().take(top).map(|(share, count, path, session)| json!({"path": path, "count": count, "share": share, "session": session}));
        let rare: Vec<Value> = rare.collect();
        let (mut by_hour, mut by_weekday) = ([0; 24], [0; 7]);
        for ms in self.entries.iter().filter_map(|e| self.ms(e)) {
            by_hour[usize::try_from(ms / 3_600_000 % 24).unwrap()] += 1;
            // The epoch was a Thursday.
            by_weekday[usize::try_from((ms / 86_400_000 + 3) % 7).unwrap()] += 1;
        }
        let told = json!({"follows": follows, "rare_paths": rare, "by_hour": by_hour, "by_weekday": by_weekday});
        told.as_object().unwrap().clone()
    }

    /// Sessions in the order in which they were named first.
    fn first_seen(&self) -> Vec<&str> {
        let mut order: Vec<&str> = Vec::new();
        for session in self.entries.iter().filter_map(|e| e.field("session_id")) {
            if !order.contains(&session) {
                order.push(session);
            }
        }
        order
    }
}

fn counts(names: impl Iterator<Item = String>, top: usize) -> Value {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Value::Object(
        counts
            .into_iter()
            .take(top)
            .map(|(name, count)| (name, json!(count)))
            .collect(),
    )
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn quantiles(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    json!({
        "p50": rank(&values, 0.5), "p90": rank(&values, 0.9), "p95": rank(&values, 0.95), "p99": rank(&values, 0.99),
        "max": values.last(), "mean": mean(&values), "count": values.len(), "exact": true,
    })
}

fn rank(sorted: &[f64], share: f64) -> Option<f64> {
    let mut rank = 1;
    while (rank as f64) < share * sorted.len() as f64 {
        rank += 1;
    }
    sorted.get(rank - 1).copied()
}

fn moment(ms: u64) -> String {
    let at = chrono::DateTime::from_timestamp_millis(i64::try_from(ms).unwrap()).unwrap();
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
