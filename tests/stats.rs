//! `stats` against a recount of the test's own, over generated logs and by hand; and that tallies add up.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::cast_precision_loss, reason = "counts are small here")]

#[path = "stats/adds_up.rs"]
mod adds_up;
#[path = "stats/recount.rs"]
mod recount;

use std::fmt::Write as _;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

use recount::{Entry, Recount};

const START: u64 = 1_700_000_000_000;

/// Chance that a seed decides (splitmix64).
struct Chance(u64);

impl Chance {
    /// 0 (included) to `end` (excluded).
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// What agents, and some that are broken, write.
fn entries(seed: u64, count: usize) -> Vec<Entry> {
    let mut chance = Chance(seed);
    let mut at = START;
    let mut entries: Vec<Entry> = Vec::new();
    for n in 0..count {
        at += match chance.below(200) {
            0 => 40 * 60_000,
            1..20 => chance.below(30_000),
            _ => chance.below(900),
        };
        let session = chance.below(45);
        let kind = match chance.below(100) {
            0..4 => "session.started",
            4..7 => "session.ended",
            7..15 => "error.occurred",
            15..30 => "search.performed",
            30..33 => "tool.called",
            33..35 => "agent.heartbeat",
            _ => "message.added",
        };
        let mut fields: Vec<(String, String)> = vec![("type".to_owned(), kind.to_owned())];
        let mut field = |name: &str, value: String| fields.push((name.to_owned(), value));
        let id = if n > 0 && chance.below(40) == 0 {
            chance.below(n as u64)
        } else {
            n as u64
        };
        field("id", format!("evt-{id}"));
        if chance.below(20) > 0 {
            field("session_id", format!("sess-{session}"));
            field("user_id", format!("user-{}", session % 9));
        }
        if kind == "message.added" {
            let roles = ["user", "assistant", "assistant", "tool", "human"];
            field(
                "role",
                roles[usize::try_from(chance.below(5)).unwrap()].to_owned(),
            );
        }
        match chance.below(12) {
            0 => field("latency_ms", "-5".to_owned()),
            1 => field("latency_ms", "soon".to_owned()),
            2 => field("latency_ms", "1e300".to_owned()),
            3 => field("latency_ms", "NaN".to_owned()),
            4..9 => field("latency_ms", (chance.below(15_000) / 10).to_string()),
            _ => {}
        }
        match chance.below(6) {
            0 => field("tokens", "many".to_owned()),
            1..4 => field("tokens", chance.below(900).to_string()),
            _ => {}
        }
        match chance.below(5) {
            0 => field("timestamp", (at / 1_000).to_string()),
            1 => field("timestamp", (at + 7).to_string()),
            2 => {}
            _ => field("timestamp", (at - chance.below(400)).to_string()),
        }
        entries.push(Entry {
            ms: at,
            seq: n as u64,
            fields,
        });
    }
    entries
}

struct Place(TempDir);

impl Place {
    fn with(entries: &[Entry]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let mut text = String::new();
        for entry in entries {
            let fields: serde_json::Map<String, Value> = entry
                .fields
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.clone())))
                .collect();
            let id = format!("{}-{}", entry.ms, entry.seq);
            writeln!(
                text,
                "{}",
                json!({"id": id, "stream": "memory:events", "fields": fields})
            )
            .unwrap();
        }
        std::fs::write(place.0.path().join("log.jsonl"), text).unwrap();
        place
    }

    fn print(&self, arguments: &[&str]) -> String {
        let output = Command::cargo_bin("lookback")
            .unwrap()
            .args(["stats", "-f", "log.jsonl", "--utc"])
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("HOME", self.0.path())
            .timeout(std::time::Duration::from_secs(30))
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.extend(["--format", "json"]);
        serde_json::from_str(&self.print(&all)).unwrap()
    }
}

/// Every key of the one is in the other with the same value, numbers to a billionth.
fn same(found: &Value, wanted: &Value, path: &str) {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            let keys =
                |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(found), keys(wanted), "{path}");
            for (key, value) in wanted {
                same(&found[key], value, &format!("{path}.{key}"));
            }
        }
        (Value::Array(found), Value::Array(wanted)) => {
            assert_eq!(found.len(), wanted.len(), "{path}");
            for (n, (found, wanted)) in found.iter().zip(wanted).enumerate() {
                same(found, wanted, &format!("{path}[{n}]"));
            }
        }
        (Value::Number(found), Value::Number(wanted)) => {
            let (found, wanted) = (found.as_f64().unwrap(), wanted.as_f64().unwrap());
            let off = (found - wanted).abs() / wanted.abs().max(1.0);
            let most = if path.ends_with("median_gap_ms") {
                1.0 / 128.0
            } else {
                1e-6
            };
            assert!(off <= most, "{path}: {found} and not {wanted}");
        }
        (found, wanted) => assert_eq!(found, wanted, "{path}"),
    }
}

#[test]
fn every_figure_is_that_of_a_plain_recount() {
    for seed in 1..=3 {
        let entries = entries(seed, 4_000);
        let place = Place::with(&entries);
        for axis in ["id", "event"] {
            let found = place.json(&["--patterns", "--top", "30", "--axis", axis]);
            let (from, to) = (entries[0].ms, entries.last().unwrap().ms);
            let wanted = Recount::of(&entries, axis == "event").told((from, to), 30);
            same(&found, &wanted, &format!("seed {seed}, axis {axis}"));
        }
    }
}

#[test]
fn a_filter_and_a_window_choose_what_is_counted() {
    let entries = entries(9, 3_000);
    let place = Place::with(&entries);
    let to = entries.last().unwrap().ms;
    let from = to - 6 * 3_600_000;
    // What repeats an entry before the window is not known to do so.
    let window: Vec<Entry> = entries.iter().filter(|e| e.ms > from).cloned().collect();
    let chosen: Vec<Entry> = recount::once(&window)
        .filter(|e| e.field("user_id") == Some("user-3"))
        .cloned()
        .collect();
    assert!(chosen.len() > 10);
    let found = place.json(&["user:user-3", "--window", "6h", "--patterns"]);
    let wanted = Recount::of(&chosen, false).told((from, to), 20);
    // What was a repetition is left out before: none is left to count.
    let mut found = found;
    found["duplicates"] = json!(0);
    same(&found, &wanted, "user-3");
}

#[test]
fn of_nothing_nothing_is_known() {
    let place = Place::with(&[]);
    let told = place.json(&[]);
    assert_eq!(told["total_events"], 0);
    for key in [
        "events_per_second",
        "average_latency_ms",
        "error_rate",
        "tokens",
    ] {
        assert_eq!(told[key], Value::Null, "{key}");
    }
    assert_eq!(told["latency_ms"]["p50"], Value::Null);
    assert_eq!(told["window"], json!({"from": null, "to": null}));
    assert_eq!(place.print(&[]), "No events.\n");
}

#[test]
fn a_range_is_compared_with_the_one_before_it() {
    let quiet = |n: u64| Entry::new(START + n * 1_000, n, "message.added", n % 40, 80 + n % 50);
    let failing = |n: u64| {
        let kind = if n.is_multiple_of(3) {
            "error.occurred"
        } else {
            "message.added"
        };
        Entry::new(START + n * 1_000, n, kind, n % 40, 800 + n % 50)
    };
    let entries: Vec<Entry> = (0..600)
        .map(quiet)
        .chain((600..1_200).map(failing))
        .collect();
    let place = Place::with(&entries);
    let moment = |ms: u64| format!("{ms}-0");
    let range = format!("{}..{}", moment(START + 600_000), moment(START + 1_200_000));
    let told = place.json(&["--compare", &range]);
    assert_eq!(
        (
            &told["before"]["total_events"],
            &told["now"]["total_events"]
        ),
        (&json!(600), &json!(600))
    );
    let of = |metric: &str| {
        let all = told["differences"].as_array().unwrap();
        all.iter().find(|d| d["metric"] == metric).unwrap().clone()
    };
    assert_eq!(of("events")["exceeds_chance"], false);
    assert_eq!(of("errors")["now"], 200.0);
    assert_eq!(of("error_rate")["exceeds_chance"], true);
    assert_eq!(of("latency_p50_ms")["exceeds_chance"], true);
    let half = format!("{}..{}", moment(START + 300_000), moment(START + 600_000));
    let alike = place.json(&["--compare", &half]);
    for difference in alike["differences"].as_array().unwrap() {
        assert_ne!(difference["exceeds_chance"], true, "{difference}");
    }
}

#[test]
fn a_type_of_64_kilobytes_is_counted_and_cut() {
    let mut entries = entries(4, 50);
    for entry in &mut entries {
        entry.fields[0].1 = "x".repeat(64 << 10);
    }
    let told = Place::with(&entries).json(&["--patterns"]);
    let types = told["top_event_types"].as_object().unwrap();
    assert_eq!(types.len(), 1);
    assert!(types.keys().all(|name| name.len() < 600), "the whole name");
}
