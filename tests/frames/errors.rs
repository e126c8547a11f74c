//! The error screen over the sample, as a person would go through it.

use lookback::app::screen;

use super::errors_pictures as pictures;
use super::session::told;
use super::{AMBER, BAND, RED, find, in_color, picture};

const SAMPLE: &str = "assets/sample.jsonl";

fn shows(width: u16, height: u16, keys: &str, wanted: &str) {
    let found = picture(&in_color(&screen(&told(SAMPLE, width, height, keys))));
    assert!(found == wanted, "{found}");
}

#[test]
fn groups_stand_over_the_occurrences_the_entry_and_whom_they_touched() {
    shows(160, 45, "3\rjjj", pictures::BESIDE);
}

#[test]
fn an_ordinary_terminal_has_the_occurrences_under_the_groups() {
    shows(80, 24, "3\rj", pictures::STACKED);
}

#[test]
fn on_a_small_terminal_the_pane_with_the_focus_has_all_the_room() {
    shows(60, 12, "3\r\t", pictures::ALONE);
}

#[test]
fn a_filter_without_errors_is_told() {
    shows(80, 24, "3/user:nobody\r", pictures::NOTHING);
}

#[test]
fn before_the_first_error_e_goes_to_it() {
    let before = picture(&in_color(&screen(&told(SAMPLE, 120, 40, "g3"))));
    assert!(before.contains("no errors up to here"), "{before}");
    let on_it = picture(&in_color(&screen(&told(SAMPLE, 120, 40, "g3e"))));
    assert!(on_it.contains("errors 1 in 1 group"), "{on_it}");
    let next = picture(&in_color(&screen(&told(SAMPLE, 120, 40, "g3ee"))));
    assert!(
        next.contains("errors 1 in 1 group"),
        "the group has no other: {next}"
    );
}

#[test]
fn the_selected_group_and_occurrence_have_a_band_and_errors_are_red() {
    let frame = in_color(&screen(&told(SAMPLE, 160, 45, "3\rj")));
    let (x, y) = find(&frame, "rate_limit");
    assert_eq!(frame[(x, y)].fg, RED);
    assert_eq!(frame[(x, y)].bg, BAND);
    assert_eq!(frame[(0, y)].fg, AMBER);
    let (x, y) = find(&frame, "occurrences rate_limit");
    assert_eq!(
        frame[(x, y + 1)].bg,
        frame[(x, y)].bg,
        "the newest one has not happened"
    );
    assert_eq!(frame[(x, y + 2)].bg, BAND);
}
