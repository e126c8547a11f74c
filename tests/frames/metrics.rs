//! The metrics screen over the sample, as a person would go through it.

use lookback::app::screen;

use super::metrics_pictures as pictures;
use super::session::told;
use super::{AMBER, RED, draw, find, in_color, picture};
use lookback::ui::theme::{Depth, Theme};

const SAMPLE: &str = "assets/sample.jsonl";

fn shows(width: u16, height: u16, keys: &str, wanted: &str) {
    let found = picture(&in_color(&screen(&told(SAMPLE, width, height, keys))));
    assert!(found == wanted, "{found}");
}

#[test]
fn figures_stand_over_charts_and_lists() {
    shows(160, 45, "4WWWW", pictures::CHARTS);
}

#[test]
fn an_ordinary_terminal_has_four_charts_and_one_list() {
    shows(80, 24, "4WW", pictures::ORDINARY);
}

#[test]
fn on_a_small_terminal_the_figures_stay() {
    shows(50, 12, "4", pictures::SMALL);
}

#[test]
fn patterns_take_the_place_of_the_lists() {
    shows(160, 45, "4WWp", pictures::PATTERNS);
}

#[test]
fn a_window_is_compared_with_the_one_before_it() {
    shows(120, 40, "g]]]]]]]]]]]]]]]]]]]4WWWd", pictures::COMPARED);
}

#[test]
fn errors_are_red_and_the_chosen_window_amber() {
    let frame = in_color(&screen(&told(SAMPLE, 160, 45, "4WWWW")));
    let (x, y) = find(&frame, "errors/s");
    assert_eq!(frame[(x + 10, y)].fg, RED);
    let (x, y) = find(&frame, "5m 15m");
    assert_eq!(frame[(x, y)].fg, AMBER);
}

#[test]
fn without_colors_and_symbols_the_charts_are_still_read() {
    let view = screen(&told(SAMPLE, 160, 45, "4WW"));
    let plain = draw(&view, Theme::new(Depth::Mono, true));
    let text = picture(&plain);
    assert!(text.is_ascii(), "{text}");
    for word in ["p50", "p95", "p99", "events/s", "10 s"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let (_, y) = find(&plain, "errors/s");
    let bars = text.lines().skip(usize::from(y) + 1).take(12);
    assert!(bars.filter(|line| line.contains('#')).count() > 3, "{text}");
}
