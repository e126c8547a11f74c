//! The list of commands and the prompt of run until, over a story of `tests/scenarios`.

use lookback::app::input::{Code, Key};
use lookback::app::{Action, Effect, State, screen, update};

use super::jumps_pictures as pictures;
use super::session::told;
use super::{AMBER, BAND, find, in_color, picture};

const STORY: &str = "tests/scenarios/errors_in_groups.jsonl";

/// Presses a key, and answers what is asked of the log.
fn press(state: &mut State, key: Key) {
    for effect in update(state, Action::Key(key)) {
        if let Effect::Search {
            generation,
            plan,
            question,
        } = effect
            && let Some(answer) = question.answer(&plan, lookback::query::scan_in, || false)
        {
            update(state, Action::Searched { generation, answer });
        }
    }
}

fn with_keys(width: u16, height: u16, keys: &str) -> State {
    let mut state = told(STORY, width, height, "");
    for key in keys.chars() {
        press(&mut state, Key::char(key));
    }
    state
}

/// The last rows.
fn foot(picture: &str, rows: usize) -> String {
    let lines: Vec<&str> = picture.lines().collect();
    format!("\n{}\n", lines[lines.len() - rows..].join("\n"))
}

#[test]
fn the_list_of_commands_stands_above_its_prompt() {
    let mut state = with_keys(80, 24, ":sess");
    press(&mut state, Key::plain(Code::Down));
    let frame = in_color(&screen(&state));
    assert_eq!(picture(&frame), pictures::COMMANDS);
    let (x, y) = find(&frame, "▌");
    assert_eq!(frame[(x + 1, y)].bg, BAND);
    assert_eq!((x, frame[(x, y)].fg), (1, AMBER));
    let wide = picture(&in_color(&screen(&with_keys(160, 45, ":"))));
    assert_eq!(foot(&wide, 16), pictures::ALL_COMMANDS);
}

#[test]
fn the_prompt_of_run_until_tells_how_far_it_is() {
    let before = foot(&picture(&in_color(&screen(&with_keys(80, 24, "gb")))), 2);
    assert_eq!(before, pictures::UNTIL);
    let live = foot(&picture(&in_color(&screen(&with_keys(160, 45, "b")))), 2);
    assert_eq!(live, pictures::UNTIL_LIVE);
}

#[test]
fn a_marker_is_told_where_it_is_landed_on() {
    let told = foot(&picture(&in_color(&screen(&with_keys(80, 24, "g]")))), 1);
    assert_eq!(told, pictures::MARKER);
}
