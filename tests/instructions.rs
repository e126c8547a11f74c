//! How many instructions an entry takes on its way into the log, counted by valgrind: the same on a busy machine as on an idle
//! one. Counted in the program that tests are, which is not optimised: the count tells that something grew, not how long it takes.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;
use std::sync::Arc;

use lookback::model::EntryId;
use lookback::store::{Log, PageBuilder};

/// Says to the program under valgrind how many entries it is to take in.
const ENTRIES: &str = "LOOKBACK_COUNTED_ENTRIES";
/// What an entry took when this was written (rustc 1.95), and 15 % more.
const MOST_PER_ENTRY: u64 = 75_600;
const PAGE: u64 = 1_000;

#[test]
fn an_entry_takes_no_more_instructions_into_the_log_than_it_did() {
    if let Ok(entries) = std::env::var(ENTRIES) {
        return take_in(entries.parse().unwrap());
    }
    // The difference leaves out what the program takes to begin and to end.
    let (few, many) = (4 * PAGE, 8 * PAGE);
    let per_entry = (instructions(many) - instructions(few)) / (many - few);
    println!("{per_entry} instructions an entry");
    assert!(
        per_entry <= MOST_PER_ENTRY,
        "{per_entry} instructions an entry: more than {MOST_PER_ENTRY}"
    );
}

fn instructions(entries: u64) -> u64 {
    let run = Command::new("valgrind")
        .args([
            "--tool=cachegrind",
            "--cache-sim=no",
            "--cachegrind-out-file=/dev/null",
        ])
        .arg(std::env::current_exe().unwrap())
        .env(ENTRIES, entries.to_string())
        .output();
    let run = run.expect(
        "valgrind counts the instructions here. Install it, for example: apt-get install valgrind",
    );
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(
        run.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&run.stdout)
    );
    // `==7== I refs: 12,345`, with more spaces.
    let count = said.lines().find_map(|line| {
        let (head, count) = line.split_once("refs:")?;
        head.trim_end().ends_with('I').then_some(count)
    });
    let digits: String = count
        .unwrap()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap()
}

/// Decodes so many entries, page by page, and appends them to a log.
fn take_in(entries: u64) {
    let mut log = Log::default();
    let mut pages = PageBuilder::new(Arc::default());
    for n in 0..entries {
        let fields = fields(n);
        let fields: Vec<(&[u8], &[u8])> = fields
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect();
        pages.push(
            b"agent:events",
            EntryId::new(1_700_000_000_000 + n, 0),
            &fields,
        );
        if pages.len() as u64 == PAGE {
            log.append(&pages.take());
        }
    }
    assert_eq!(log.len(), entries);
    assert!(log.evidence().faults().is_empty());
}

/// Messages of both sides, with a search and a failure now and then.
fn fields(n: u64) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("id", format!("evt-{n:012}")),
        ("session_id", format!("sess-{:04}", n * 7919 % 100)),
        ("user_id", format!("user-{:03}", n % 50)),
        ("timestamp", (1_700_000_000 + n / 1000).to_string()),
    ];
    let (kind, own): (_, &[(&str, &str)]) = match n % 20 {
        7 => (
            "error.occurred",
            &[
                ("error", "no answer after 30000 ms"),
                ("code", "tool_timeout"),
            ],
        ),
        12 => (
            "search.performed",
            &[("query", "invoice of March"), ("latency_ms", "120")],
        ),
        n if n % 2 == 0 => (
            "message.added",
            &[
                ("role", "user"),
                ("content", "Please look at the next step of the plan."),
            ],
        ),
        _ => (
            "message.added",
            &[
                ("role", "assistant"),
                ("content", "Done: both warnings are gone."),
                ("tokens", "7"),
            ],
        ),
    };
    fields.push(("type", kind.to_owned()));
    fields.extend(own.iter().map(|(name, value)| (*name, (*value).to_owned())));
    fields
}
