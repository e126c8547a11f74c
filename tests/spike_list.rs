//! The list of spikes, its jumps, the marks on the strip, and which spikes are told as they are raised.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use lookback::app::input::{Code, Key};
use lookback::app::layout::Size;
use lookback::app::playhead::Playhead;
use lookback::app::view::{Cell, View};
use lookback::app::{Action, Effect, Options, State, screen, update};
use lookback::model::{EntryId, Mapping, Ms, Zone};
use lookback::project::Spike;
use lookback::project::spikes::Series;
use lookback::store::{Arrival, History, Link, Page, PageBuilder};

const START: Ms = 1_700_000_000_000;
const MINUTE: Ms = 60_000;
const HOUR: Ms = 60 * MINUTE;
const BUCKET: Ms = 10_000;
const CALM_GAP: Ms = 5_000;

fn page(entries: &[(Ms, bool)]) -> Arc<Page> {
    let mut builder = PageBuilder::new(Arc::new(Mapping::default()));
    for (n, (ms, error)) in entries.iter().enumerate() {
        let kind: &[u8] = if *error {
            b"error.occurred"
        } else {
            b"message.added"
        };
        builder.push(b"s", EntryId::new(*ms, n as u64), &[(b"type", kind)]);
    }
    Arc::new(builder.finish())
}

fn calm(from: Ms, to: Ms) -> Vec<(Ms, bool)> {
    let step = usize::try_from(CALM_GAP).unwrap();
    (from..to).step_by(step).map(|ms| (ms, false)).collect()
}

fn burst(from: Ms) -> Vec<(Ms, bool)> {
    (0..60).map(|n| (from + n * 50, true)).collect()
}

struct Stage {
    state: State,
    told: Vec<Spike>,
}

impl Stage {
    /// Two hours of calm with a burst of errors after the first, loaded as history; followed by a clock that is right.
    fn new() -> Self {
        let options = Options {
            place: "here".to_owned(),
            streams: "s".to_owned(),
            mapping: Arc::new(Mapping::default()),
            zone: Zone::Utc,
            memory_bytes: 1 << 28,
            older_count: 10,
        };
        let size = Size {
            width: 160,
            height: 45,
        };
        let mut stage = Self {
            state: State::new(options, START + 2 * HOUR, size),
            told: Vec::new(),
        };
        let history = [
            calm(START, START + HOUR),
            burst(START + HOUR),
            calm(START + HOUR + CALM_GAP, START + 2 * HOUR),
        ];
        stage.arrive(Arrival::Link(Link::Live));
        stage.arrive(Arrival::Older {
            page: page(&history.concat()),
        });
        stage.arrive(Arrival::History(History {
            idle: true,
            at_start: true,
            ..History::default()
        }));
        stage
    }

    fn act(&mut self, action: Action) {
        for effect in update(&mut self.state, action) {
            if let Effect::Spike(spike) = effect {
                self.told.push(spike);
            }
        }
    }

    fn arrive(&mut self, arrival: Arrival) {
        self.act(Action::Arrived(arrival));
    }

    /// Entries arrive as they happen, and time goes on to a moment.
    fn live(&mut self, entries: &[(Ms, bool)], until: Ms) {
        if let Some((last, _)) = entries.last() {
            self.wait_until(*last);
            self.arrive(Arrival::Newer {
                page: page(entries),
                received_at: *last,
            });
        }
        self.wait_until(until);
    }

    fn wait_until(&mut self, ms: Ms) {
        while self.state.clock.now_ms < ms {
            let left_ms = ms - self.state.clock.now_ms;
            let elapsed_ms = left_ms.min(1_000);
            self.act(Action::Tick { elapsed_ms });
        }
    }

    fn press(&mut self, key: Key) {
        self.act(Action::Key(key));
    }

    fn view(&self) -> View {
        screen(&self.state)
    }

    /// The rows of the list as text, each with whether it is selected and whether it lies after the playhead.
    fn rows(&self) -> Vec<(String, bool, bool)> {
        let list = self.view().list.unwrap();
        let rows = list.pane.table.rows.into_iter();
        let text = |cells: Vec<Cell>| {
            let cells = cells.into_iter().map(|cell| match cell {
                Cell::Text(line) => line.iter().map(|p| p.text.as_str()).collect(),
                other => panic!("{other:?}"),
            });
            cells.collect::<Vec<String>>().join("|")
        };
        rows.map(|row| (text(row.cells), row.selected, row.future))
            .collect()
    }

    fn alerts(&self) -> Vec<Option<String>> {
        let strip = self.view().strip.into_iter();
        strip
            .map(|series| series.alert.map(|piece| piece.text.to_string()))
            .collect()
    }

    fn series(&self) -> Vec<Series> {
        self.told.iter().map(|spike| spike.series).collect()
    }
}

#[test]
fn the_list_has_every_spike_and_goes_to_the_selected_one() {
    let mut stage = Stage::new();
    stage.press(Key::char('w'));
    let rows = stage.rows();
    assert_eq!(rows.len(), 2, "{rows:?}");
    let (errors, selected, future) = rows.last().unwrap();
    // The day stands there, since midnight lies between.
    assert_eq!(
        errors,
        "▲|2023-11-14 23:13:20|-1h|errors|10.0 s|new|6.0/s|usual 0/s|score 63"
    );
    assert!(*selected && !future);
    assert!(rows[0].0.contains("|events|"), "{rows:?}");
    stage.press(Key::plain(Code::Enter));
    assert_eq!(stage.view().list, None);
    let here = stage.state.selected().unwrap();
    assert_eq!(here.axis_ms(), START + HOUR);
    assert!(matches!(stage.state.playhead, Playhead::Paused(_)));
    let told = stage.state.notice.as_ref().unwrap().text.clone();
    assert!(told.starts_with("spike: errors"), "{told}");
}

#[test]
fn what_was_not_known_at_the_playhead_is_grey() {
    let mut stage = Stage::new();
    stage.press(Key::char('g'));
    stage.press(Key::char('w'));
    let rows = stage.rows();
    assert!(rows.iter().all(|row| row.2), "{rows:?}");
    assert!(rows[0].1, "the first is selected where none was known");
    stage.press(Key::char('G'));
    assert!(stage.rows()[1].1);
    stage.press(Key::char('w'));
    assert_eq!(stage.view().list, None);
}

#[test]
fn an_empty_list_says_so() {
    let mut stage = Stage::new();
    stage.state = State::new(stage.state.options.clone(), START, stage.state.size);
    stage.press(Key::char('w'));
    let list = stage.view().list.unwrap();
    assert!(list.pane.table.rows.is_empty() && !list.pane.empty.is_empty());
    stage.press(Key::plain(Code::Enter));
    assert_eq!(stage.view().list, None);
}

#[test]
fn the_strip_tells_a_spike_from_when_it_is_known_until_it_has_left() {
    let mut stage = Stage::new();
    assert_eq!(stage.alerts()[..2], [None, None]);
    let at = |stage: &mut Stage, ms| {
        let cursor = stage.state.log.cursor_at(ms);
        stage.state.playhead = Playhead::Paused(cursor);
        stage.act(Action::Tick { elapsed_ms: 0 });
        stage.alerts()
    };
    // In the middle of the burst nothing is known yet, though the log goes on.
    assert_eq!(at(&mut stage, START + HOUR + 3_000)[..2], [None, None]);
    let known = at(&mut stage, START + HOUR + BUCKET);
    assert_eq!(known[0].as_deref(), Some("▲ 30×"));
    assert_eq!(known[1].as_deref(), Some("▲ new"));
    assert_eq!(known[2..], [None, None]);
}

#[test]
fn a_spike_is_told_once_when_it_is_raised_and_never_one_of_history() {
    let mut stage = Stage::new();
    assert_eq!(stage.told, []);
    let at = START + 2 * HOUR;
    stage.live(&burst(at), at + 9_000);
    assert_eq!(stage.told, [], "the bucket is not over");
    stage.live(&[], at + BUCKET);
    assert_eq!(stage.series(), [Series::Events, Series::Errors]);
    stage.live(&burst(at + BUCKET), at + 3 * BUCKET);
    stage.live(&calm(at + 3 * BUCKET, at + 5 * BUCKET), at + 6 * BUCKET);
    assert_eq!(stage.told.len(), 2, "it is the same episode");
}

#[test]
fn in_the_past_nothing_is_told_and_nothing_later() {
    let mut stage = Stage::new();
    stage.press(Key::char(' '));
    let at = START + 2 * HOUR;
    stage.live(&burst(at), at + 2 * BUCKET);
    stage.press(Key::char('f'));
    stage.live(&[], at + 3 * BUCKET);
    assert_eq!(stage.told, []);
}

#[test]
fn a_silence_is_told_while_it_lasts_and_not_once_the_link_is_lost() {
    let mut stage = Stage::new();
    let at = START + 2 * HOUR;
    stage.live(&calm(at, at + MINUTE), at + 5 * MINUTE);
    let [silence] = stage.told[..] else {
        panic!("{:?}", stage.told)
    };
    assert!(silence.series == Series::Silence && silence.open);
    stage.live(&[], at + 30 * MINUTE);
    assert_eq!(stage.told.len(), 1);

    let mut stage = Stage::new();
    stage.live(&calm(at, at + MINUTE), at + MINUTE);
    stage.arrive(Arrival::Link(Link::Ended));
    stage.live(&[], at + 30 * MINUTE);
    assert_eq!(stage.told, []);
}
