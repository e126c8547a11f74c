//! Jumps to markers against a walk over all entries, with and without a hole in the log.

use lookback::app::markers::{self, GAP_MS, next_marker};
use lookback::app::spikes::spikes;
use lookback::app::state::State;
use lookback::model::{EntryId, Flags, Ms};
use lookback::project::spikes::Series;
use lookback::store::{Cursor, Direction, Seq};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::filled;
use super::stage::{Do, Entry, FILTERS, START, Stage, in_order, page};

/// Puts a window of history far before what is here, with a hole between.
fn place_window(stage: &mut Stage, entries: &[Entry]) {
    let mut at_ms = START - 2_000_000_000;
    let with_id = |(n, entry): (usize, &Entry)| {
        at_ms += entry.gap_ms;
        (EntryId::new(at_ms, n as u64), entry.clone())
    };
    let window: Vec<_> = entries.iter().enumerate().map(with_id).collect();
    stage.state.log.place(&page(&window));
    stage.act(&Do::Tick(0));
}

fn axis_ms(state: &State, seq: Seq) -> Ms {
    state.log.get(seq).unwrap().axis_ms()
}

/// All markers of all kinds, by looking at every entry.
fn naive(stage: &Stage) -> Vec<Seq> {
    let log = &stage.state.log;
    let seqs: Vec<Seq> = log.seqs(log.first()..log.end()).collect();
    let visible = stage.visible();
    let mut found: Vec<Seq> = visible
        .into_iter()
        .filter(|seq| stage.is_error(*seq))
        .collect();
    let of_session = |seq: &&Seq| {
        let session = log.get(**seq).unwrap().session();
        session.is_some() && session == stage.state.panes.session
    };
    found.extend(seqs.iter().find(of_session));
    found.extend(seqs.iter().rev().find(of_session));
    let behind_hole = log.hole().map(|hole| hole.to.next());
    for two in seqs.windows(2) {
        let silence = axis_ms(&stage.state, two[1]) - axis_ms(&stage.state, two[0]);
        if silence >= GAP_MS && Some(two[1]) != behind_hole {
            found.push(two[1]);
        }
    }
    for spike in spikes(&stage.state) {
        let from = match spike.series {
            Series::Silence => spike.end_ms,
            Series::Events | Series::Errors | Series::Latency => spike.start_ms,
        };
        found.extend(seqs.iter().find(|seq| {
            let is_error = log.get(**seq).unwrap().flags().has(Flags::ERROR);
            axis_ms(&stage.state, **seq) >= from && (is_error || spike.series != Series::Errors)
        }));
    }
    found.sort();
    found.dedup();
    found
}

fn assert_same(stage: &Stage, markers: &[Seq], from: Cursor) {
    let next = next_marker(&stage.state, from, Direction::Forward).map(|m| m.seq);
    let before = next_marker(&stage.state, from, Direction::Reverse).map(|m| m.seq);
    let ahead = |seq: &&Seq| !from.includes(**seq);
    assert_eq!(next, markers.iter().find(ahead).copied(), "after {from:?}");
    let behind = |seq: &&Seq| from.includes(**seq);
    assert_eq!(
        before,
        markers.iter().rev().find(behind).copied(),
        "before {from:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn the_next_marker_is_that_of_a_walk_over_all_entries(
        window in prop::option::of(vec(in_order(), 1..30)), newer in vec(in_order(), 1..60),
        filter in prop::option::of(prop::sample::select(FILTERS.to_vec())), at in any::<Index>(),
    ) {
        let mut stage = filled(&[], &newer);
        if let Some(window) = &window {
            place_window(&mut stage, window);
        }
        if let Some(filter) = filter {
            stage.narrow(filter);
        }
        let log = &stage.state.log;
        let seqs: Vec<Seq> = log.seqs(log.first()..log.end()).collect();
        stage.stand_at(seqs[at.index(seqs.len())].after());
        let markers = naive(&stage);
        for seq in seqs {
            assert_same(&stage, &markers, seq.before());
            assert_same(&stage, &markers, seq.after());
        }
    }

    #[test]
    fn the_keys_stand_on_the_marker_before_and_the_next(newer in vec(in_order(), 2..60), at in any::<Index>()) {
        let mut stage = filled(&[], &newer);
        let seqs = stage.seqs();
        for (key, direction) in [(']', Direction::Forward), ('[', Direction::Reverse)] {
            let here = seqs[at.index(seqs.len())];
            stage.stand_at(here.after());
            let from = if key == ']' { here.after() } else { here.before() };
            let wanted = next_marker(&stage.state, from, direction);
            stage.press(key);
            let told = stage.state.notice.take().unwrap().text;
            prop_assert_eq!(stage.selected().unwrap(), wanted.map_or(here, |m| m.seq));
            match wanted {
                Some(marker) => prop_assert_eq!(told, marker.text()),
                None => prop_assert!(told.starts_with("no marker "), "{}", told),
            }
        }
    }
}

fn message(gap_ms: Ms) -> Entry {
    Entry {
        gap_ms,
        late: false,
        kind: 9,
        session: 1,
        user: 1,
        number: 1,
    }
}

fn error(gap_ms: Ms) -> Entry {
    let kind = 5;
    Entry {
        kind,
        ..message(gap_ms)
    }
}

#[test]
fn markers_are_found_over_the_borders_of_chunks() {
    let entries: Vec<Entry> = (1..50_000_u64)
        .map(|n| match n {
            n if n % 7_001 == 0 => message(75_000),
            n if n % 5_003 == 0 || n == 16_384 || n == 16_385 => error(10),
            _ => message(10),
        })
        .collect();
    let stage = filled(&[], &entries);
    let markers = naive(&stage);
    assert!(markers.len() > 15, "{markers:?}");
    for seq in &markers {
        assert_same(&stage, &markers, seq.before());
        assert_same(&stage, &markers, seq.after());
    }
    assert_same(&stage, &markers, stage.state.log.first());
    assert_same(&stage, &markers, stage.state.log.end());
}

/// An hour of calm, a burst of errors, calm again.
fn bursting() -> Vec<Entry> {
    let calm = |count: usize| (0..count).map(|_| message(5_000));
    let burst = (0..300).map(|_| error(50));
    calm(720).chain(burst).chain(calm(200)).collect()
}

#[test]
fn a_spike_is_found_from_both_sides_and_told() {
    let mut stage = filled(&[], &bursting());
    let first_error = stage.seqs()[720];
    stage.press('s');
    assert_eq!(
        stage.selected(),
        Some(first_error),
        "from the live end it goes back"
    );
    let told = stage.state.notice.take().unwrap().text;
    assert!(told.starts_with("spike: errors "), "{told}");
    stage.press('S');
    let told = stage.state.notice.take().unwrap().text;
    assert!(
        told.starts_with("spike: events ") || told == "no spike before this one",
        "{told}"
    );
    stage.press('g');
    stage.press('s');
    assert!(stage.selected().unwrap() <= first_error);
    assert!(stage.seqs()[710] < stage.selected().unwrap());
}

#[test]
fn what_is_missing_in_a_hole_is_no_gap_no_silence_and_is_told() {
    let mut stage = filled(&[], &bursting());
    place_window(&mut stage, &[message(1), message(10), message(10)]);
    stage.state.feed.history.total = Some(5_000);
    stage.state.loading.at_start = true;
    let hole = stage.state.log.hole().unwrap();
    let silent = spikes(&stage.state)
        .iter()
        .any(|s| s.series == Series::Silence);
    assert!(!silent);
    let gap = markers::gap(&stage.state, stage.state.log.first(), Direction::Forward);
    assert_eq!(gap, None);
    stage.stand_at(hole.from);
    stage.press('e');
    assert_eq!(
        stage.selected().map(|s| stage.is_error(s)),
        Some(true),
        "over the hole"
    );
    let told = stage.state.notice.take().unwrap().text;
    assert_eq!(told, "error; passed over 5,000 entries that are not loaded");
    stage.stand_at(hole.from);
    stage.press('E');
    assert_eq!(
        stage.state.notice.take().unwrap().text,
        "no error before this one"
    );
}

#[test]
fn under_a_filter_errors_are_those_that_match() {
    let mut stage = filled(&[], &[message(10), error(10), message(10)]);
    stage.narrow("type:message.added");
    stage.press('e');
    let told = stage.state.notice.take().unwrap().text;
    assert_eq!(told, "no error that matches before this one");
}
