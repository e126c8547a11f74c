//! What the interface does over a log of a size, in this process: seeks, complete scans of a filter, and frames at 200×50.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lookback::app::action::Frozen;
use lookback::app::input::{Code, Key};
use lookback::app::layout::Size;
use lookback::app::{Action, Effect, Options, State, screen, update};
use lookback::model::{Mapping, Zone};
use lookback::query::{Filter, Now, scan};
use lookback::store::Arrival;
use lookback::ui;
use lookback::ui::theme::{Depth, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::agents::{self, Agents, Chance};
use crate::figures::share;
use crate::glass::{COLS, ROWS};

const PAGE: u64 = 1_000;
const MOMENTS: usize = 500;
const SCANS: u32 = 5;

/// The least disturbed of several for a scan; shares of many for seeks and frames.
pub struct Inside {
    pub seek_p50: Duration,
    pub seek_p99: Duration,
    pub columns: Duration,
    pub substring: Duration,
    pub regex: Duration,
    pub frame_p99: Duration,
}

/// Over so many entries.
pub fn measure(entries: u64) -> Inside {
    let mut state = state(&Agents::conversations(), entries);
    let [columns, substring, regex] = [
        "type:error.occurred latency>2000",
        "invoice",
        "/(?i)mail to the \\w+/",
    ]
    .map(|text| filtered(&state, text));
    let mut chance = Chance(entries);
    let (mut seeks, mut frames) = (Vec::new(), Vec::new());
    let theme = Theme::new(Depth::Rgb, false);
    let mut buffer = Buffer::empty(Rect::new(0, 0, COLS, ROWS));
    for _ in 0..MOMENTS {
        let ms = agents::ms(chance.below(entries));
        seeks.push(timed(|| {
            seek(&mut state, ms);
            screen(&state)
        }));
        frames.push(timed(|| ui::render(&screen(&state), &theme, &mut buffer)));
    }
    seeks.sort_unstable();
    frames.sort_unstable();
    Inside {
        seek_p50: share(&seeks, 50),
        seek_p99: share(&seeks, 99),
        columns,
        substring,
        regex,
        frame_p99: share(&frames, 99),
    }
}

/// The interface after so many entries.
pub fn state(agents: &Agents, entries: u64) -> State {
    let options = Options {
        place: "bench".to_owned(),
        streams: "memory:events".to_owned(),
        mapping: Arc::new(Mapping::default()),
        zone: Zone::Utc,
        memory_bytes: usize::MAX / 2,
        older_count: 0,
    };
    let size = Size {
        width: COLS,
        height: ROWS,
    };
    let received_at = agents::ms(entries);
    let mut state = State::new(options, received_at, size);
    for page in 0..entries / PAGE {
        let page = Arc::new(agents.page(page * PAGE..(page + 1) * PAGE));
        let arrival = Arrival::Newer { page, received_at };
        let effects = update(&mut state, Action::Arrived(arrival));
        freeze(&mut state, effects);
    }
    state
}

/// What the program does on another task.
fn freeze(state: &mut State, mut effects: Vec<Effect>) {
    while let Some(effect) = effects.pop() {
        if let Effect::Freeze(chunks) = effect {
            let frozen = chunks.into_iter().map(|(base, chunk)| {
                let made = Arc::new(chunk.frozen());
                Frozen {
                    base,
                    made: Some((chunk, made)),
                }
            });
            effects = update(state, Action::Frozen(frozen.collect()));
        }
    }
}

fn seek(state: &mut State, ms: u64) {
    let keys = [
        Action::Key(Key::char('@')),
        Action::Paste(ms.to_string()),
        Action::Key(Key::plain(Code::Enter)),
    ];
    for action in keys {
        let effects = update(state, action);
        let scans = effects.iter().any(|e| matches!(e, Effect::Scan { .. }));
        assert!(!scans, "a seek without a filter scans nothing");
    }
}

/// The best of several: the least disturbed.
fn filtered(state: &State, text: &str) -> Duration {
    let filter = Filter::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    let plan = filter.plan(Now {
        ms: state.clock.now_ms,
        zone: Zone::Utc,
    });
    let log = state.log.snapshot();
    let times = (0..SCANS).map(|_| {
        timed(|| {
            let mut found = 0;
            scan(&plan, &log, log.range(), |part| {
                found += part.rows.count();
                ControlFlow::Continue(())
            });
            found
        })
    });
    times.min().unwrap_or_default()
}

/// How long it takes.
pub fn timed<T>(run: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(run());
    start.elapsed()
}
