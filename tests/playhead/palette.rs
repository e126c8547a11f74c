//! The list of commands does what the keys do.

use lookback::app::input::{Code, Key};
use lookback::app::keymap::{Command, TABLE};
use lookback::app::palette::listed;
use lookback::app::{Action, State, screen, update};

use super::filled;
use super::stage::{Do, Entry, Stage};

fn story() -> Stage {
    let entry = |n: u16| Entry {
        gap_ms: 700,
        late: false,
        kind: u8::try_from(n % 10).unwrap(),
        session: u8::try_from(1 + n % 3).unwrap(),
        user: 1,
        number: n,
    };
    let entries: Vec<Entry> = (0..60).map(entry).collect();
    let mut stage = filled(&[], &entries);
    stage.stand_at(stage.seqs()[30].after());
    stage
}

fn send(state: &mut State, key: Key) -> String {
    format!("{:?}", update(state, Action::Key(key)))
}

/// What a key leaves, without the list itself.
fn left(state: &State) -> String {
    format!("{:?}", screen(state))
}

#[test]
fn every_command_of_the_table_is_listed_once_and_runs() {
    let items = listed("");
    let commands: Vec<Command> = TABLE
        .iter()
        .flat_map(|b| b.keys)
        .map(|(_, command)| *command)
        .collect();
    for command in commands.iter().filter(|c| **c != Command::Palette) {
        assert_eq!(items.iter().filter(|i| i.command == *command).count(), 1);
    }
    for (row, item) in items.iter().enumerate() {
        let (key, _) = TABLE
            .iter()
            .flat_map(|b| b.keys)
            .find(|(_, command)| *command == item.command)
            .unwrap();
        let (mut by_key, mut by_list) = (story().state, story().state);
        let wanted = send(&mut by_key, *key);
        send(&mut by_list, Key::char(':'));
        for _ in 0..row {
            send(&mut by_list, Key::plain(Code::Down));
        }
        assert_eq!(
            send(&mut by_list, Key::plain(Code::Enter)),
            wanted,
            "{item:?}"
        );
        assert_eq!(left(&by_list), left(&by_key), "{item:?}");
    }
}

#[test]
fn typing_narrows_the_list_and_a_name_finds_itself_first() {
    for item in listed("") {
        assert_eq!(listed(item.title)[0], item);
    }
    let first = |text: &str| listed(text)[0].title;
    assert_eq!(first("nxerr"), "next error");
    assert_eq!(first("rununtil"), "run until a filter matches");
    assert_eq!(first("@"), "go to a time or an entry id");
    assert_eq!(first("q"), "leave");
    assert!(listed("zzzz").is_empty());
}

#[test]
fn it_never_covers_the_whole_screen_and_escape_leaves_all_as_it_was() {
    let mut stage = story();
    let before = stage.view();
    stage.press(':');
    for (width, height) in [(160, 45), (80, 24), (40, 10), (5, 3), (0, 0)] {
        stage.act(&Do::Resize(lookback::app::layout::Size { width, height }));
        let list = stage.view().list.unwrap();
        assert!(list.area.height <= height.div_ceil(2).max(2), "{list:?}");
        stage.code(Code::Down);
        stage.code(Code::Up);
    }
    stage.act(&Do::Resize(before.layout.size));
    stage.code(Code::Esc);
    assert_eq!(stage.view(), before);
}
