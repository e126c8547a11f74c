//! The scrubber: zoomed, with what is not loaded, with marks.

use lookback::app::input::{Code, MouseKind};
use lookback::app::playhead::Playhead;
use lookback::app::view::{Ground, Tone};
use lookback::app::zoom::Zoom;
use lookback::query::Moment;
use lookback::store::Then;

use crate::stage::{HOUR, MINUTE, START, Stage, text};

/// An entry every ten seconds for an hour, of a source that began ten hours before.
fn newest_hour() -> Stage {
    let at: Vec<u64> = (0..=360).map(|n| n * 10_000).collect();
    let mut stage = Stage::new(122, &at);
    stage.source_holds(4_890_361, Some(START - 10 * HOUR));
    stage
}

#[test]
fn the_wheel_zooms_around_the_mouse_and_escape_shows_all_again() {
    let mut stage = newest_hour();
    stage.stand_on(180);
    let before = stage.view().scrubber;
    assert_eq!(
        text(&before.start),
        "20:00:00  4,890,000 older not loaded, < shows them"
    );
    for _ in 0..2 {
        stage.mouse(MouseKind::WheelUp, 31);
    }
    let zoomed = stage.view().scrubber;
    assert_eq!(
        text(&zoomed.start),
        "20:11:37  zoomed to 15m 00s, Esc shows what is loaded"
    );
    assert_eq!(text(&zoomed.end), "20:26:37");
    assert_eq!(zoomed.playhead, None, "it stands at 20:30");
    assert!(
        zoomed.bars.iter().all(|bar| bar.tone != Tone::Faint),
        "all of it has happened"
    );
    stage.click(31);
    assert_eq!(stage.state.moment_ms(), START + 15 * MINUTE + 20_000);
    assert_eq!(
        stage.view().scrubber.playhead,
        Some(29),
        "the entry before the column's end"
    );
    stage.code(Code::Esc);
    assert_eq!(stage.state.panes.zoom, Zoom::Loaded);
    stage.mouse(MouseKind::WheelUp, 31);
    stage.mouse(MouseKind::WheelDown, 31);
    assert_eq!(stage.state.panes.zoom, Zoom::Loaded);
}

#[test]
fn a_playhead_that_leaves_the_range_takes_it_along() {
    let mut stage = newest_hour();
    stage.stand_on(180);
    stage.keys(">>>>");
    let Zoom::Part(span) = stage.state.panes.zoom else {
        panic!("{:?}", stage.state.panes.zoom);
    };
    assert_eq!(
        stage.view().scrubber.playhead,
        Some(60),
        "it keeps its place in the middle"
    );
    for _ in 0..30 {
        stage.code(Code::Right);
        assert!(stage.view().scrubber.playhead.is_some());
    }
    let Zoom::Part(moved) = stage.state.panes.zoom else {
        panic!("{:?}", stage.state.panes.zoom);
    };
    assert_eq!(moved.length_ms(), span.length_ms());
    assert!(span.start_ms < moved.start_ms);
    stage.keys("f");
    assert_eq!(stage.view().scrubber.playhead, Some(119));
    stage.mouse(MouseKind::WheelDown, 1);
    stage.mouse(MouseKind::WheelUp, 1);
    let elsewhere = stage.state.panes.zoom;
    stage.tick(5_000);
    assert_eq!(
        stage.state.panes.zoom, elsewhere,
        "looked at while following"
    );
}

#[test]
fn zoomed_out_it_shows_what_is_not_loaded_and_a_click_goes_there() {
    let mut stage = newest_hour();
    stage.keys("<<<<");
    assert_eq!(stage.state.panes.zoom, Zoom::Whole);
    let scrubber = stage.view().scrubber;
    assert_eq!(
        text(&scrubber.start),
        "10:00:00  the whole stream, Esc shows what is loaded"
    );
    let absent = scrubber
        .bars
        .iter()
        .filter(|bar| bar.ground == Ground::NotLoaded);
    assert_eq!(absent.count(), 109, "ten of eleven hours");
    let words: Vec<&str> = scrubber
        .marks
        .iter()
        .map(|(_, p)| p.text.as_str())
        .collect();
    assert!(words.contains(&"4,890,000 not loaded"), "{words:?}");

    stage.mouse(MouseKind::Press, 31);
    stage.mouse(MouseKind::Drag, 30);
    assert!(stage.fetches.is_empty(), "not before the button is up");
    assert_eq!(stage.state.playhead, Playhead::Following);
    stage.mouse(MouseKind::Release, 31);
    assert_eq!(stage.fetches.len(), 2);
    let wanted = stage.state.loading.going.unwrap().to;
    assert!(
        matches!(wanted, Moment::At(ms) if ms.abs_diff(START - 10 * HOUR + 31 * 330_000) < 1_000)
    );
}

#[test]
fn a_hole_is_drawn_as_not_loaded() {
    let now: Vec<u64> = (0..60).map(|n| 10 * HOUR + n * MINUTE).collect();
    let mut stage = Stage::new(122, &now);
    stage.source_holds(5_000, Some(START));
    stage.keys("@2023-11-14T21:00:00");
    stage.code(Code::Enter);
    stage.answer(&[30 * MINUTE, 50 * MINUTE], Then::Exhausted);
    stage.answer(&[HOUR + 10 * MINUTE], Then::Enough);
    let scrubber = stage.view().scrubber;
    let words: Vec<&str> = scrubber
        .marks
        .iter()
        .map(|(_, p)| p.text.as_str())
        .collect();
    assert!(words.contains(&"4,937 not loaded"), "{words:?}");
    let absent = scrubber
        .bars
        .iter()
        .filter(|bar| bar.ground == Ground::NotLoaded)
        .count();
    assert!((95..105).contains(&absent), "{absent}");
    stage.fetches.clear();
    stage.click(60);
    assert!(stage.state.loading.going.is_some());
}

#[test]
fn a_gap_has_its_real_length_though_only_a_part_of_it_is_in_view() {
    let at: Vec<u64> = (0..60).chain(240..300).map(|n| n * MINUTE).collect();
    let mut stage = Stage::new(122, &at);
    stage.stand_on(10);
    let gap = |stage: &Stage| {
        let marks = stage.view().scrubber.marks;
        let texts = marks
            .iter()
            .map(|(_, piece)| piece.text.as_str().to_owned());
        texts
            .filter(|text| text.contains("gap"))
            .collect::<Vec<_>>()
    };
    assert_eq!(gap(&stage), ["3h gap"]);
    stage.mouse(MouseKind::WheelUp, 60);
    stage.mouse(MouseKind::WheelUp, 60);
    assert_eq!(gap(&stage), ["3h gap"]);
    assert!(
        stage
            .view()
            .scrubber
            .bars
            .iter()
            .all(|bar| bar.ground == Ground::Silent)
    );
}

#[test]
fn a_burst_of_errors_is_marked_as_a_spike() {
    let even = (0..600_u64).map(|n| n * 6_000);
    let burst = (0..300_u64).map(|n| 3_000_000 + n * 100);
    let mut at: Vec<u64> = even.chain(burst).collect();
    at.sort_unstable();
    at.dedup();
    let mut stage = Stage::new(122, &at);
    stage.stand_on(10);
    stage.keys("f");
    let spikes = stage.state.traffic.spikes().len();
    assert!(spikes > 0);
    let marks = stage.view().scrubber.marks;
    let spike = marks
        .iter()
        .find(|(_, piece)| piece.text.as_str().starts_with("▲ "));
    assert!((98..=102).contains(&spike.unwrap().0), "{marks:?}");
}
