//! Playing in its rhythms, the header that tells of it, and the scrubber's range.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "transport/scrubber.rs"]
mod scrubber;
#[path = "transport/stage.rs"]
mod stage;

use lookback::app::input::Code;
use lookback::app::playhead::Playhead;
use lookback::store::Then;
use stage::{HOUR, MINUTE, START, Stage};

/// One event an hour, for a day.
fn day() -> Stage {
    let hours: Vec<u64> = (0..=24).map(|n| n * HOUR).collect();
    let mut stage = Stage::new(160, &hours);
    stage.stand_on(0);
    stage
}

#[test]
fn a_quiet_day_plays_in_two_seconds_a_gap() {
    let mut stage = day();
    stage.keys(" ");
    for hour in 1..=24 {
        assert_eq!(stage.happened(), hour);
        (0..61).for_each(|_| stage.tick(33));
        assert_eq!(stage.happened(), hour, "not before two seconds are over");
        stage.tick(33);
    }
    assert_eq!(stage.happened(), 25);
    stage.tick(33);
    assert_eq!(stage.state.playhead, Playhead::Following);
}

#[test]
fn a_gap_that_is_played_in_full_is_told_of() {
    let mut stage = day();
    stage.keys("i ");
    stage.tick(2 * MINUTE);
    assert_eq!(stage.happened(), 1);
    let header = stage.header();
    assert!(header.contains(" ▸ 2023-11-14 20:02:00 "), "{header}");
    assert!(header.contains("1×  idle in full  next in 58m"), "{header}");
    stage.keys("++++");
    assert!(
        stage.header().contains("60×  idle in full  next in 58 s"),
        "{}",
        stage.header()
    );
    stage.tick(58_000);
    assert_eq!(stage.happened(), 2);
}

#[test]
fn an_even_rhythm_has_as_many_events_a_second_whatever_lies_between() {
    let mut stage = day();
    stage.keys("r ");
    for _ in 0..90 {
        stage.tick(33);
    }
    assert_eq!(stage.happened(), 3, "2.97 s at one event a second");
    stage.tick(33);
    assert_eq!(stage.happened(), 4);
    stage.keys("++");
    assert!(
        stage.header().contains("5 events/s  "),
        "{}",
        stage.header()
    );
    assert!(!stage.header().contains("idle"));
    for _ in 0..31 {
        stage.tick(33);
    }
    assert_eq!(stage.happened(), 9);
    stage.keys("r");
    assert!(
        stage.header().contains("1×  idle ≤ 2 s"),
        "{}",
        stage.header()
    );
}

#[test]
fn playing_goes_over_what_the_filter_shows() {
    let mut stage = day();
    lookback::app::update::apply_filter(&mut stage.state, "is:error").unwrap();
    // No scan is answered here: what is not known yet does not end the playing.
    stage.keys("r ");
    stage.tick(1_000);
    assert!(matches!(stage.state.playhead, Playhead::Playing { .. }));
}

/// Ten entries of an hour ago with a hole up to ten of now.
fn torn() -> Stage {
    let now: Vec<u64> = (0..10).map(|n| 2 * HOUR + n * 1_000).collect();
    let mut stage = Stage::new(160, &now);
    stage.source_holds(10_000, Some(START));
    stage.keys("@2023-11-14T20:59:59");
    stage.code(Code::Enter);
    assert_eq!(stage.fetches.len(), 2, "{:?}", stage.fetches);
    let before: Vec<u64> = (0..5).map(|n| HOUR - 5_000 + n * 1_000).collect();
    stage.answer(&before, Then::Enough);
    let after: Vec<u64> = (0..5).map(|n| HOUR + n * 1_000).collect();
    stage.answer(&after, Then::Enough);
    assert!(stage.state.log.hole().is_some());
    stage
}

#[test]
fn playing_waits_at_a_hole_until_it_is_filled() {
    for (keys, rhythm) in [(" ", "recorded"), ("r ", "even"), ("+++++++ ", "max")] {
        let mut stage = torn();
        stage.stand_on(5);
        stage.keys(keys);
        (0..1_000).for_each(|_| stage.tick(33));
        let hole = stage.state.log.hole().unwrap();
        assert_eq!(stage.state.cursor(), hole.from, "{rhythm}");
        assert!(matches!(stage.state.playhead, Playhead::Playing { .. }));
        assert!(
            stage.header().contains("waits for entries to load"),
            "{}",
            stage.header()
        );
        let fill = stage
            .fetches
            .iter()
            .position(|f| f.range.to.ms >= START + 2 * HOUR);
        stage.fetches.drain(..fill.unwrap());
        stage.answer(&[HOUR + 6_000, HOUR + 7_000], Then::Exhausted);
        assert!(stage.state.log.hole().is_none());
        (0..1_000).for_each(|_| stage.tick(33));
        assert_eq!(stage.state.playhead, Playhead::Following, "{rhythm}");
    }
}

#[test]
fn the_header_drops_parts_in_a_stated_order() {
    let header = |width| {
        let minutes: Vec<u64> = (0..2_000).map(|n| n * 1_000).collect();
        let mut stage = Stage::new(width, &minutes);
        stage.stand_on(1_499);
        stage.header()
    };
    for (width, expected) in [
        (
            160,
            "lookback   ‖ 20:24:59.000   localhost:6379 memory:events  event 1,500 of 2,000  1×  idle ≤ 2 s  8m ago  +500 newer",
        ),
        (
            110,
            "lookback   ‖ 20:24:59.000  memory:events  event 1,500 of 2,000  1×  idle ≤ 2 s  8m ago  +500 newer",
        ),
        (
            80,
            " ‖ 20:24:59.000   event 1,500  1×  idle ≤ 2 s  8m ago  +500 newer",
        ),
        (64, " ‖ 20:24:59.000   event 1,500  1×  8m ago  +500 newer"),
        (60, " ‖ 20:24:59.000   event 1,500  8m ago  +500 newer"),
        (45, " ‖ 20:24:59.000   8m ago  +500 newer"),
        (20, " ‖ 20:24:59.000   8m ago  +500 newer"),
    ] {
        assert_eq!(header(width), expected, "{width}");
    }
}

#[test]
fn while_following_the_index_is_the_number_of_events() {
    let stage = Stage::new(160, &[0, 1_000, 2_000]);
    assert_eq!(
        stage.header(),
        "lookback   ● LIVE 20:00:02   localhost:6379 memory:events  event 3  1×  idle ≤ 2 s"
    );
}

#[test]
fn what_is_reckoned_is_said_to_be() {
    let stage = torn();
    assert!(
        stage.header().contains("event about "),
        "{}",
        stage.header()
    );
    assert!(stage.header().contains(" of 10,000"), "{}", stage.header());
}
