//! Seeks to random moments of a log, every pane of the screen rebuilt at 200×50, beside a naive recount of everything before
//! the playhead, and beside a plain pass over one column of it. Then what each part of a screen costs.
//!
//! `cargo bench --bench seek` takes 1 M entries, then 10 M (about 4 GB); `-- --quick` leaves those out, and
//! `cargo bench --bench seek -- 100000 metrics` takes as many as it says, and of the forms those with a word. Ratios to the recount count; times are only this machine's.
//! Goals: DESIGN, section 9.

#[path = "seek/agents.rs"]
mod agents;
#[path = "support/budget.rs"]
mod budget;
#[path = "seek/parts.rs"]
mod parts;
#[path = "seek/recount.rs"]
mod recount;

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use agents::{Agents, Chance};
use budget::{Line, Table};
use lookback::app::input::{Code, Key};
use lookback::app::layout::Size;
use lookback::app::{Action, Effect, Options, State, screen, update};
use lookback::model::{Mapping, Ms, Zone};
use lookback::project::{Counts, spikes};
use lookback::query::scan;
use lookback::store::Arrival;

/// Entries, and the goal for the slowest seek but one in a hundred.
const SIZES: [(u64, f64); 2] = [(1_000_000, 2.0), (10_000_000, 8.0)];
const PAGE: u64 = 1_000;
const SEEKS: u64 = 1_000;
const RECOUNTS: u64 = 20;
const SIZE: Size = Size {
    width: 200,
    height: 50,
};

/// What is on the screen: its name, a filter, and the key that opens more.
const FORMS: [(&str, &str, Option<Code>); 9] = [
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
    ("session screen", "", Some(Code::Char('2'))),
    ("metrics screen", "", Some(Code::Char('4'))),
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
        eprintln!("{:34} {took:.1?}", "  opening it");
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

/// The line of one form; where the size has no goal, none is told.
fn line(
    what: String,
    times: &[Duration],
    [pass, naive]: [Duration; 2],
    goal_ms: Option<f64>,
) -> Line {
    let (p50, p99, most) = (share(times, 50), share(times, 99), share(times, 100));
    Line {
        what,
        goal: goal_ms.map_or_else(String::new, |goal| format!("p99 ≤ {goal} ms")),
        limit: format!("read one column {pass:.1?}"),
        peer: format!("naive recount {naive:.1?}"),
        ours: format!("p50 {p50:.1?}, p99 {p99:.1?}, max {most:.1?}"),
        met: goal_ms.map(|goal| p99.as_secs_f64() * 1e3 <= goal),
    }
}

/// The forms that were asked for, by a word of their names; else all.
fn forms() -> impl Iterator<Item = (&'static str, &'static str, Option<Code>)> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let mut words = words.into_iter().filter(|word| {
        let is_size = word.parse::<u64>().is_ok();
        !is_size && !word.starts_with("--")
    });
    let word = words.next_back().unwrap_or_default();
    let forms = FORMS.into_iter();
    forms.filter(move |(form, _, _)| form.contains(&word))
}

fn measure(name: &str, agents: &Agents, entries: u64, table: &mut Table) {
    let start = Instant::now();
    let state = state(agents, entries);
    let took = start.elapsed();
    let held = resident();
    eprintln!(
        "\n{entries} entries, {name}: built in {took:.1?}, {} MiB resident, {} B an entry, of which the log tells {} B",
        held >> 20,
        held / entries,
        state.log.memory_bytes() as u64 / entries
    );
    let recount = at_random(entries, RECOUNTS, |ms| {
        timed(|| recount::recount(&state.log, ms))
    });
    let naive = share(&recount, 50);
    let pass = at_random(entries, RECOUNTS, |ms| {
        timed(|| recount::pass(&state.log, ms))
    });
    let pass = share(&pass, 50);
    let goal = SIZES.iter().find(|size| size.0 == entries);
    let goal_ms = goal.map(|size| size.1);
    eprintln!("{:34} p50 {naive:10.1?}", "naive recount");
    for (form, filter, opens) in forms() {
        let mut state = in_form(state.clone(), filter, opens);
        let times = at_random(entries, SEEKS, |ms| {
            timed(|| {
                seek(&mut state, ms);
                screen(&state)
            })
        });
        let what = format!("seek {}, {name}: {form}", size(entries));
        table.line(line(what, &times, [pass, naive], goal_ms));
    }
    eprintln!("parts of a screen");
    let mut state = state;
    for (name, part) in parts::PARTS {
        let times = at_random(entries, SEEKS / 5, |ms| {
            seek(&mut state, ms);
            timed(|| part(&state))
        });
        let (p50, p99) = (share(&times, 50), share(&times, 99));
        eprintln!("  {name:32} p50 {p50:10.1?}  p99 {p99:10.1?}");
    }
    let whole = state.log.first()..state.log.end();
    let counting = timed(|| Counts::of(&state.log, whole.clone()));
    let counts = Counts::of(&state.log, whole);
    let times = at_random(entries, SEEKS / 5, |ms| timed(|| spikes(&counts, ms)));
    let (p50, p99) = (share(&times, 50), share(&times, 99));
    eprintln!("not on the screen yet");
    eprintln!("  {:32} p50 {p50:10.1?}  p99 {p99:10.1?}", "spikes");
    eprintln!("  {:32}     {counting:10.1?}", "their counts, all anew");
}

fn size(entries: u64) -> String {
    if entries.is_multiple_of(1_000_000) {
        format!("{} M", entries / 1_000_000)
    } else {
        entries.to_string()
    }
}

fn measure_all(entries: u64, table: &mut Table) {
    measure(
        "sessions of minutes",
        &Agents::conversations(),
        entries,
        table,
    );
    measure("sessions without end", &Agents::endless(), entries, table);
}

fn main() {
    let mut table = Table::begin("seek");
    if let Some(entries) = std::env::args().find_map(|argument| argument.parse().ok()) {
        measure_all(entries, &mut table);
        print!("{}", budget::text(&table.lines));
        return;
    }
    let sizes = if table.quick { &SIZES[..1] } else { &SIZES[..] };
    for (entries, _) in sizes {
        measure_all(*entries, &mut table);
    }
    table.finish();
}
