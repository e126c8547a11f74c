//! What an event costs in each projection, beside decoding it and taking it into the log; then what a step of the metrics screen
//! costs, following and seeking.
//!
//! `cargo bench --bench projections` takes 1 M entries. Ratios to decoding count; times are only this machine's.

#[path = "seek/agents.rs"]
mod agents;

use std::hint::black_box;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use agents::{Agents, Chance};
use lookback::app::findings::Findings;
use lookback::app::input::Key;
use lookback::app::layout::Size;
use lookback::app::metrics::Length;
use lookback::app::traffic::Traffic;
use lookback::app::{Action, Options, State, screen, update};
use lookback::model::{Mapping, Ms, Zone};
use lookback::project::errors::ErrorIndex;
use lookback::project::tally::{Gather, How};
use lookback::project::{Activity, Part, Tally};
use lookback::store::{Arrival, Cursor, History, Log, Page};

const ENTRIES: u64 = 1_000_000;
const PAGE: u64 = 1_000;
const STEPS: u64 = 200;
const SIZE: Size = Size {
    width: 200,
    height: 50,
};

fn pages(agents: &Agents, range: Range<u64>) -> Vec<Arc<Page>> {
    let size = usize::try_from(PAGE).unwrap_or(1);
    let starts = range.clone().step_by(size);
    let page = |from: u64| Arc::new(agents.page(from..(from + PAGE).min(range.end)));
    starts.map(page).collect()
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn per_event(time: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a count of entries")]
    let entries = ENTRIES as f64;
    time.as_secs_f64() * 1e9 / entries
}

/// Page after page into the log, and behind it what `take` does with what came.
fn taken(pages: &[Arc<Page>], mut take: impl FnMut(&Log, Range<Cursor>)) -> (Duration, Duration) {
    let mut log = Log::default();
    let (mut appending, mut taking) = (Duration::ZERO, Duration::ZERO);
    for page in pages {
        let start = Instant::now();
        let places = log.append(page);
        let came = Instant::now();
        take(&log, places.start.before()..places.end.before());
        appending += came - start;
        taking += came.elapsed();
    }
    (appending, taking)
}

fn costs(name: &str, agents: &Agents) {
    let mut made = Vec::new();
    // Making the text of the entries is part of it, so this is an upper bound of decoding, and the ratios a lower one.
    let decoding = timed(|| made = pages(agents, 0..ENTRIES));
    let decode = per_event(decoding);
    println!("\n{name}: {ENTRIES} entries");
    println!("{:<34} {:>9}  {:>12}", "", "ns/event", "of decoding");
    let tell = |what: &str, time: Duration| {
        let ns = per_event(time);
        println!("{what:<34} {ns:>9.0}  {:>11.2}×", ns / decode);
        time
    };
    tell("making and decoding (the peer)", decoding);
    let (appending, _) = taken(&made, |_, _| ());
    tell("into the log", appending);
    let mut sum = Duration::ZERO;
    let mut activity = Activity::default();
    let (_, time) = taken(&made, |log, range| {
        for (base, chunk, rows) in log.chunks(range) {
            activity.newer(Part::Newest, &chunk.columns, base, rows);
        }
    });
    sum += tell("active sessions", time);
    let mut traffic = Traffic::default();
    let (_, time) = taken(&made, |log, range| traffic.newer(log, range));
    sum += tell("counts for spikes", time);
    let mut findings = Findings::default();
    let (_, time) = taken(&made, |log, _| findings.refresh(log, true));
    sum += tell("findings", time);
    let mut index = ErrorIndex::default();
    let (_, time) = taken(&made, |log, range| {
        index.extend(log, range, |_| true);
    });
    sum += tell("error groups", time);
    let mut tally = Tally::default();
    let (_, time) = taken(&made, |log, range| {
        for (_, chunk, rows) in log.chunks(range) {
            tally.add(&chunk.columns, rows, log.strings(), How::default());
        }
    });
    sum += tell("metrics and patterns", time);
    tell("all of them", sum);
    let mut gather = Gather::new(How::default());
    let time = timed(|| {
        for page in &made {
            let rows: Vec<usize> = (0..page.len()).collect();
            gather.add(page, &rows);
        }
    });
    tell("`stats` without decoding", time);
    black_box((activity, traffic, findings, index, tally, gather));
}

fn state(agents: &Agents) -> State {
    let options = Options {
        place: "bench".to_owned(),
        streams: "memory:events".to_owned(),
        mapping: Arc::new(Mapping::default()),
        zone: Zone::Utc,
        memory_bytes: usize::MAX / 2,
        older_count: 0,
    };
    let end_ms = agents::ms(ENTRIES);
    let mut state = State::new(options, end_ms, SIZE);
    for page in pages(agents, 0..ENTRIES) {
        let arrival = Arrival::Newer {
            page,
            received_at: end_ms,
        };
        update(&mut state, Action::Arrived(arrival));
    }
    let idle = History {
        idle: true,
        ..History::default()
    };
    update(&mut state, Action::Arrived(Arrival::History(idle)));
    state
}

fn quantiles(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    (at(50), at(99))
}

fn steps(name: &str, agents: &Agents) {
    let mut state = state(agents);
    println!("\n{name}: the metrics screen over {ENTRIES} entries at 200×50, 100 events a second");
    println!("{:<34} {:>9}  {:>9}", "ms", "p50", "p99");
    let tell = |what: String, times: Vec<Duration>| {
        let (p50, p99) = quantiles(times);
        println!("{what:<34} {p50:>9.2}  {p99:>9.2}");
    };
    let mut next = ENTRIES;
    for length in [Length::Quarter, Length::Hour, Length::All] {
        state.metrics.choice.length = length;
        let opening = timed(|| drop(update(&mut state, Action::Key(Key::char('4')))));
        println!(
            "{:<34} {:>9.2}",
            format!("open, {}", length.word()),
            opening.as_secs_f64() * 1e3
        );
        let follow = |_| {
            let page = Arc::new(agents.page(next..next + 10));
            next += 10;
            let arrival = Arrival::Newer {
                page,
                received_at: agents::ms(next),
            };
            timed(|| {
                update(&mut state, Action::Tick { elapsed_ms: 100 });
                update(&mut state, Action::Arrived(arrival));
                black_box(screen(&state));
            })
        };
        tell(
            format!("10 events and a frame, {}", length.word()),
            (0..STEPS).map(follow).collect(),
        );
        let mut chance = Chance(7);
        let jump = |_| {
            let at = chance.below(ENTRIES);
            timed(|| {
                seek(&mut state, agents::ms(at));
                black_box(screen(&state));
            })
        };
        tell(
            format!("seek and a frame, {}", length.word()),
            (0..STEPS / 4).map(jump).collect(),
        );
        update(&mut state, Action::Key(Key::char('f')));
        update(&mut state, Action::Key(Key::char('1')));
    }
}

fn seek(state: &mut State, ms: Ms) {
    update::go_to(state, lookback::query::Moment::At(ms));
    update(state, Action::Tick { elapsed_ms: 0 });
}

fn main() {
    costs("sessions of minutes", &Agents::conversations());
    costs("20 endless sessions", &Agents::endless());
    steps("sessions of minutes", &Agents::conversations());
}
