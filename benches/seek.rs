//! Seeks to random moments of a log, every pane of the screen rebuilt at 200×50, beside a naive recount of everything before
//! the playhead. Then what each part of a screen costs.
//!
//! `cargo bench --bench seek` takes 1 M entries; `cargo bench --bench seek -- 10000000` as many as it says (about 4 GB for
//! that). Ratios to the recount count; times are only this machine's. Goals: DESIGN, section 9.

#[path = "seek/agents.rs"]
mod agents;
#[path = "seek/parts.rs"]
mod parts;
#[path = "seek/recount.rs"]
mod recount;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use agents::{Agents, Chance};
use lookback::app::input::{Code, Key};
use lookback::app::layout::Size;
use lookback::app::{Action, Effect, Options, State, screen, update};
use lookback::model::{Mapping, Ms, Zone};
use lookback::project::{Counts, spikes};
use lookback::query::scan;
use lookback::store::Arrival;

const ENTRIES: u64 = 1_000_000;
const PAGE: u64 = 1_000;
const SEEKS: u64 = 1_000;
const RECOUNTS: u64 = 20;
const SIZE: Size = Size {
    width: 200,
    height: 50,
};

/// What is on the screen: its name, a filter, and the key that opens more.
const FORMS: [(&str, &str, Option<Code>); 7] = [
    ("all events", "", None),
    ("detail open", "", Some(Code::Enter)),
    ("is:error (few match)", "is:error", None),
    (
        "type:message.added (most match)",
        "type:message.added",
        None,
    ),
    ("both", "type:message.added", Some(Code::Enter)),
    ("error screen", "", Some(Code::Char('3'))),
    ("error screen, is:error", "is:error", Some(Code::Char('3'))),
];

fn state(agents: &Agents, entries: u64) -> State {
    let options = Options {
        place: "bench".to_owned(),
        streams: "memory:events".to_owned(),
        mapping: Arc::new(Mapping::default()),
        zone: Zone::Utc,
        memory_bytes: usize::MAX / 2,
        older_count: 0,
    };
    let end_ms = agents::ms(entries);
    let mut state = State::new(options, end_ms, SIZE);
    for from in (0..entries).step_by(usize::try_from(PAGE).unwrap_or(1)) {
        let page = Arc::new(agents.page(from..(from + PAGE).min(entries)));
        let received_at = end_ms;
        let arrival = Arrival::Newer { page, received_at };
        update(&mut state, Action::Arrived(arrival));
    }
    state
}

/// Acts, and answers the scans that are asked for.
fn act(state: &mut State, action: Action) {
    for effect in update(state, action) {
        let Effect::Scan {
            generation,
            plan,
            log,
            range,
        } = effect
        else {
            continue;
        };
        let mut parts = Vec::new();
        scan(&plan, &log, range, |part| {
            parts.push(part);
            ControlFlow::Continue(())
        });
        for scan in parts {
            act(state, Action::Scanned { generation, scan });
        }
    }
}

/// Opens a prompt, fills it in and takes it.
fn prompt(state: &mut State, opens: char, text: &str) {
    act(state, Action::Key(Key::char(opens)));
    act(state, Action::Paste(text.to_owned()));
    act(state, Action::Key(Key::plain(Code::Enter)));
}

fn seek(state: &mut State, ms: Ms) {
    prompt(state, '@', &ms.to_string());
}

fn in_form(mut state: State, filter: &str, opens: Option<Code>) -> State {
    if !filter.is_empty() {
        prompt(&mut state, '/', filter);
    }
    if let Some(key) = opens {
        let took = timed(|| act(&mut state, Action::Key(Key::plain(key))));
        println!("{:34} {took:.1?}", "  opening it");
    }
    state
}

/// What was measured at random moments, shortest first.
fn at_random(entries: u64, count: u64, mut measured: impl FnMut(Ms) -> Duration) -> Vec<Duration> {
    let mut chance = Chance(count);
    let moments = (0..count).map(|_| agents::ms(chance.below(entries)));
    let mut times: Vec<Duration> = moments.map(&mut measured).collect();
    times.sort_unstable();
    times
}

fn timed<T>(run: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(run());
    start.elapsed()
}

fn share(times: &[Duration], percent: usize) -> Duration {
    let rank = (times.len() * percent).div_ceil(100).max(1);
    times.get(rank - 1).copied().unwrap_or_default()
}

/// Bytes of this process in memory, where the system tells.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|n| n.parse::<u64>().ok());
    pages.unwrap_or_default() * 4096
}

fn measure(name: &str, agents: &Agents, entries: u64) {
    let start = Instant::now();
    let state = state(agents, entries);
    let took = start.elapsed();
    let held = resident();
    println!(
        "\n{entries} entries, {name}: built in {took:.1?}, {} MiB resident, {} B an entry, of which the log tells {} B",
        held >> 20,
        held / entries,
        state.log.memory_bytes() as u64 / entries
    );
    let recount = at_random(entries, RECOUNTS, |ms| {
        timed(|| recount::recount(&state.log, ms))
    });
    let naive = share(&recount, 50);
    println!("{:34} p50 {naive:10.1?}", "naive recount");
    for (name, filter, opens) in FORMS {
        let mut state = in_form(state.clone(), filter, opens);
        let times = at_random(entries, SEEKS, |ms| {
            timed(|| {
                seek(&mut state, ms);
                screen(&state)
            })
        });
        let p99 = share(&times, 99);
        println!(
            "{name:34} p50 {:10.1?}  p99 {p99:10.1?}  max {:10.1?}  p99 is 1/{:.1} of the recount",
            share(&times, 50),
            share(&times, 100),
            naive.as_secs_f64() / p99.as_secs_f64()
        );
    }
    println!("parts of a screen");
    let mut state = state;
    for (name, part) in parts::PARTS {
        let times = at_random(entries, SEEKS / 5, |ms| {
            seek(&mut state, ms);
            timed(|| part(&state))
        });
        let (p50, p99) = (share(&times, 50), share(&times, 99));
        println!("  {name:32} p50 {p50:10.1?}  p99 {p99:10.1?}");
    }
    let whole = state.log.first()..state.log.end();
    let counting = timed(|| Counts::of(&state.log, whole.clone()));
    let counts = Counts::of(&state.log, whole);
    let times = at_random(entries, SEEKS / 5, |ms| timed(|| spikes(&counts, ms)));
    let (p50, p99) = (share(&times, 50), share(&times, 99));
    println!("not on the screen yet");
    println!("  {:32} p50 {p50:10.1?}  p99 {p99:10.1?}", "spikes");
    println!("  {:32}     {counting:10.1?}", "their counts, all anew");
}

fn main() {
    let entries = std::env::args().find_map(|argument| argument.parse().ok());
    let entries = entries.unwrap_or(ENTRIES);
    measure("sessions of minutes", &Agents::conversations(), entries);
    measure("20 sessions that never end", &Agents::endless(), entries);
}
