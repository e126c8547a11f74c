//! The screen of consumer groups over a made-up look, as a person would go through it.

use lookback::app::consumer_groups::{Look, Reach};
use lookback::app::{Action, State, screen, update};
use lookback::store::Trouble;
use lookback::ui::theme::{Depth, Theme};

use super::consumer_groups_pictures as pictures;
use super::looks::look;
use super::session::told;
use super::{AMBER, draw, find, in_color, picture};

const SAMPLE: &str = "assets/sample.jsonl";

/// The screen after four looks and these keys.
pub fn looked(width: u16, height: u16, keys: &str) -> State {
    let mut state = told(SAMPLE, width, height, "5");
    state.groups.reach = Reach::Looks;
    for step in 0..4 {
        let elapsed_ms = 1_000;
        update(&mut state, Action::Tick { elapsed_ms });
        look_again(&mut state, step);
        if step == 0 {
            press(&mut state, "jj");
        }
    }
    press(&mut state, keys);
    state.notice = None;
    state
}

fn look_again(state: &mut State, step: u64) {
    let action = look(state.clock.now_ms, step);
    update(state, action);
}

fn press(state: &mut State, keys: &str) {
    use lookback::app::input::{Code, Key};
    for key in keys.chars() {
        let key = match key {
            '\t' => Key::plain(Code::Tab),
            '\r' => Key::plain(Code::Enter),
            '\x1b' => Key::plain(Code::Esc),
            key => Key::char(key),
        };
        update(state, Action::Key(key));
    }
}

fn shows(state: &State, wanted: &str) {
    let found = picture(&in_color(&screen(state)));
    assert!(found == wanted, "{found}");
}

#[test]
fn streams_and_groups_stand_over_consumers_and_pending_entries() {
    shows(&looked(160, 45, ""), pictures::WIDE);
}

#[test]
fn an_ordinary_terminal_shows_pending_entries_below_the_groups() {
    shows(&looked(80, 24, ""), pictures::ORDINARY);
}

#[test]
fn where_there_is_room_for_one_pane_it_is_that_with_the_focus() {
    shows(&looked(50, 12, ""), pictures::SMALL);
    let text = picture(&in_color(&screen(&looked(50, 12, "\t\t"))));
    assert!(text.contains("━ pending 5"), "{text}");
}

#[test]
fn an_open_entry_takes_the_place_of_the_consumers() {
    shows(&looked(120, 36, "\t\tjj\r"), pictures::ENTRY);
}

#[test]
fn a_deleted_entry_says_that_nothing_is_left_of_it() {
    let text = picture(&in_color(&screen(&looked(120, 36, "\t\t\r"))));
    assert!(text.contains("this entry was deleted or trimmed"), "{text}");
}

#[test]
fn a_change_is_told_in_words_before_it_is_done() {
    let mut state = looked(80, 24, "");
    state.groups.reach = Reach::Changes;
    press(&mut state, "X");
    shows(&state, pictures::CONFIRM);
    let frame = in_color(&screen(&state));
    let (x, y) = find(&frame, "this cannot be taken back");
    assert_eq!(frame[(x, y)].fg, AMBER);
}

#[test]
fn the_past_is_told_from_the_groups_of_now() {
    let state = looked(120, 36, "11 5");
    let text = picture(&in_color(&screen(&state)));
    assert!(
        text.contains("groups as of 14:03, now: they have no history"),
        "{text}"
    );
}

#[test]
fn a_lost_link_leaves_the_last_look_dim_with_its_age() {
    let mut state = looked(160, 45, "");
    let trouble = Trouble::new("localhost:6379 cannot be reached", "start it");
    update(&mut state, Action::Looked(Look::Failed(trouble)));
    let elapsed_ms = 3_000;
    update(&mut state, Action::Tick { elapsed_ms });
    let frame = in_color(&screen(&state));
    let text = picture(&frame);
    assert!(
        text.contains("localhost:6379 cannot be reached  seen 3 s ago"),
        "{text}"
    );
    let dim = frame[find(&frame, "audit")].fg;
    assert_eq!(dim, frame[find(&frame, "workers")].fg);
    look_again(&mut state, 5);
    let frame = in_color(&screen(&state));
    assert_ne!(frame[find(&frame, "audit")].fg, dim);
    assert!(!picture(&frame).contains("seen"));
}

#[test]
fn a_still_system_gives_the_same_frame_at_every_look() {
    let mut state = looked(160, 45, "");
    let mut frames = Vec::new();
    // Until the trend shows nothing but this, and the paces know of no change.
    for _ in 0..70 {
        let elapsed_ms = 1_000;
        update(&mut state, Action::Tick { elapsed_ms });
        look_again(&mut state, 3);
        let text = picture(&in_color(&screen(&state)));
        let middle: Vec<String> = text.lines().skip(3).take(34).map(str::to_owned).collect();
        frames.push(middle);
    }
    assert_eq!(frames[67], frames[68]);
    assert_eq!(frames[68], frames[69]);
}

#[test]
fn the_help_begins_with_what_is_only_for_this_screen() {
    let text = picture(&in_color(&screen(&looked(80, 24, "?"))));
    let row = |words: &str| text.lines().position(|row| row.contains(words));
    assert!(row("Groups, with --allow-writes") < row("Time"), "{text}");
    assert!(row("acknowledge this pending entry").is_some(), "{text}");
}

#[test]
fn a_source_without_groups_says_so() {
    let text = picture(&in_color(&screen(&told(SAMPLE, 80, 24, "5"))));
    assert!(text.contains("there are no consumer groups here"), "{text}");
}

#[test]
fn plain_glyphs_without_color_still_tell() {
    let view = screen(&looked(160, 45, "\t\tjj"));
    let plain = draw(&view, Theme::new(Depth::Mono, true));
    let text = picture(&plain);
    assert!(text.is_ascii(), "{text}");
    for word in ["dead?", "deleted", "n/a", "all done", "up to 1,204"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn no_size_breaks_it() {
    for width in (0..130).step_by(11) {
        for height in (0..46).step_by(3) {
            for keys in ["", "\t\t\r", "\t\tz\r"] {
                let state = looked(width, height, keys);
                drop(picture(&in_color(&screen(&state))));
            }
        }
    }
}
