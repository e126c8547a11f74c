//! The session screen over a story of `tests/scenarios`, as a person would go through it.

use std::path::Path;
use std::sync::Arc;

use lookback::app::input::{Code, Key};
use lookback::app::layout::Size;
use lookback::app::{Action, Options, State, screen, update};
use lookback::model::{Mapping, Zone, line};
use lookback::store::{Arrival, History, Link, PageBuilder};
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use super::session_pictures as pictures;
use super::{AMBER, BAND, find, in_color, picture};

/// The interface over a story.
pub fn told(story: &str, width: u16, height: u16, keys: &str) -> State {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(story);
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut page = PageBuilder::new(Arc::new(Mapping::default()));
    let mut newest_ms = 0;
    for text in text.lines() {
        let line = line::parse(text.as_bytes());
        let fields: Vec<(&[u8], &[u8])> = line
            .fields
            .iter()
            .map(|(n, v)| (n.as_ref(), v.as_ref()))
            .collect();
        let (stream, id) = (line.stream.unwrap_or_default(), line.id.unwrap_or_default());
        page.push(&stream, id, &fields);
        newest_ms = id.ms;
    }
    let options = Options {
        place: "localhost:6379".to_owned(),
        streams: "memory:events".to_owned(),
        mapping: Arc::new(Mapping::default()),
        zone: Zone::Utc,
        memory_bytes: usize::MAX / 2,
        older_count: 100,
    };
    let mut state = State::new(options, newest_ms, Size { width, height });
    let page = Arc::new(page.finish());
    let received_at = newest_ms;
    update(&mut state, Action::Arrived(Arrival::Link(Link::Live)));
    update(
        &mut state,
        Action::Arrived(Arrival::Newer { page, received_at }),
    );
    for key in keys.chars() {
        let key = match key {
            '\t' => Key::plain(Code::Tab),
            '\r' => Key::plain(Code::Enter),
            '\x1b' => Key::plain(Code::Esc),
            key => Key::char(key),
        };
        update(&mut state, Action::Key(key));
    }
    state.notice = None;
    state
}

fn frame(story: &str, width: u16, height: u16, keys: &str) -> Buffer {
    in_color(&screen(&told(story, width, height, keys)))
}

const TURNS: &str = "tests/scenarios/turns.jsonl";

fn shows(width: u16, height: u16, keys: &str, wanted: &str) {
    let found = picture(&frame(TURNS, width, height, keys));
    assert!(found == wanted, "{found}");
}

#[test]
fn the_timeline_stands_beside_the_state_and_the_entry() {
    shows(140, 36, "2gjjjjjjjjj", pictures::BESIDE);
}

#[test]
fn an_ordinary_terminal_has_the_state_under_the_timeline() {
    shows(80, 24, "2gjjjjj", pictures::STACKED);
}

#[test]
fn the_timeline_stays_where_there_is_room_for_one_pane() {
    shows(40, 12, "2", pictures::TINY);
}

#[test]
fn a_comparison_tells_what_was_added_and_changed_since() {
    shows(140, 36, "2gjjjdjjjjj", pictures::COMPARED);
}

#[test]
fn what_has_happened_later_is_gone_from_an_earlier_state() {
    let frame = frame(TURNS, 140, 36, "2dgjj");
    let (_, y) = find(&frame, "last error ");
    let row = picture(&frame)
        .lines()
        .nth(usize::from(y) + 1)
        .unwrap_or_default()
        .to_owned();
    assert!(row.contains("gone, was out of memory"), "{row}");
}

#[test]
fn what_the_last_event_changed_is_a_band_with_amber_words() {
    let frame = frame(TURNS, 140, 36, "2gjjjjjjjjj");
    let (x, y) = find(&frame, "errors        ");
    assert_eq!(frame[(x, y)].bg, BAND);
    assert_eq!(frame[(x - 2, y)].fg, AMBER);
    assert_eq!(frame[find(&frame, "was 1")].fg, AMBER);
    let (x, y) = find(&frame, "searches   ");
    assert_eq!(frame[(x, y)].bg, Color::Reset);
}

#[test]
fn a_repeated_event_is_said_to_change_nothing() {
    find(&frame(TURNS, 140, 36, "2kk"), "repeated: changes nothing");
}

#[test]
fn the_focus_decides_what_stands_where_only_one_can() {
    find(&frame(TURNS, 80, 24, "2\t\t"), "entry 1700000099000-0");
    find(&frame(TURNS, 40, 12, "2\t"), "state at event 15");
    find(&frame(TURNS, 40, 12, "2\r"), "out of memory");
}

#[test]
fn escape_goes_back_to_the_dashboard_one_thing_at_a_time() {
    for (keys, back) in [
        ("2\x1b", true),
        ("2\r\x1b", false),
        ("2\r\x1b\x1b", true),
        ("21", true),
    ] {
        let frame = frame(TURNS, 140, 36, keys);
        assert_eq!(
            picture(&frame).contains("feed all events"),
            back,
            "{keys:?}"
        );
    }
}

#[test]
fn no_size_breaks_the_session_screen() {
    for width in (0..260).step_by(19) {
        for height in (0..20).chain((20..70).step_by(9)) {
            for keys in ["2k", "2kd\t", "2\r"] {
                super::assert_sound(&frame(TURNS, width, height, keys));
            }
        }
    }
}

#[test]
fn the_events_on_which_a_finding_rests_are_marked_once_it_is_known() {
    let marked = |keys: &str| -> Vec<String> {
        let mut state = told("tests/scenarios/a_loop.jsonl", 140, 36, keys);
        let loaded = History {
            idle: true,
            ..History::default()
        };
        update(&mut state, Action::Arrived(Arrival::History(loaded)));
        let rows = picture(&in_color(&screen(&state)));
        let rows = rows.lines().filter(|row| row.contains("▲ ⌕"));
        let offset = |row: &str| row.chars().skip(1).take(6).collect();
        rows.map(offset).collect()
    };
    assert_eq!(marked("g2jjj"), Vec::<String>::new());
    assert_eq!(marked("g2jjjj"), ["+00:01", "+00:02", "+00:04"]);
}
