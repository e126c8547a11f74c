//! Bookmarks by their keys, on the screen, and in their file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use lookback::app::bookmarks::{Bookmark, Change, Keeping, Kept, Save, Saved};
use lookback::app::input::{Code, Key};
use lookback::app::layout::Size;
use lookback::app::playhead::Playhead;
use lookback::app::state::Options;
use lookback::app::view::{Cell, Footer, Line, View};
use lookback::app::{Action, Effect, State, screen, update};
use lookback::model::{EntryId, Mapping, Zone};
use lookback::runtime::BookmarkFile;
use lookback::store::{Arrival, PageBuilder};

const START: u64 = 1_700_000_000_000;
const SIZES: [(u16, u16); 2] = [(160, 45), (80, 24)];

/// Entries one second apart.
fn stage(count: u64) -> State {
    let mapping = Arc::new(Mapping::default());
    let options = Options {
        place: "here".to_owned(),
        streams: "events".to_owned(),
        mapping: Arc::clone(&mapping),
        zone: Zone::Utc,
        memory_bytes: 1 << 28,
        older_count: 10,
    };
    let size = Size {
        width: 160,
        height: 45,
    };
    let mut state = State::new(options, START + 1_000 * count, size);
    state.bookmarks.keeping = Keeping::Stored;
    let mut page = PageBuilder::new(mapping);
    for i in 0..count {
        let session = format!("sess-{}", i % 3);
        let fields: [(&[u8], &[u8]); 2] = [
            (b"type", b"note.taken"),
            (b"session_id", session.as_bytes()),
        ];
        page.push(b"events", EntryId::new(START + 1_000 * i, 0), &fields);
    }
    let news = Arrival::Newer {
        page: Arc::new(page.finish()),
        received_at: START,
    };
    update(&mut state, Action::Arrived(news));
    state
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let key = |c| match c {
        '\n' => Key::plain(Code::Enter),
        '\x1b' => Key::plain(Code::Esc),
        '<' => Key::plain(Code::Left),
        c => Key::char(c),
    };
    let mut effects = Vec::new();
    for c in keys.chars() {
        effects.extend(update(state, Action::Key(key(c))));
    }
    effects
}

fn saves(effects: Vec<Effect>) -> Vec<Save> {
    let saves = effects.into_iter().filter_map(|effect| match effect {
        Effect::SaveBookmarks(save) => Some(save),
        _ => None,
    });
    saves.collect()
}

fn notes(state: &State) -> Vec<&str> {
    let marks = state.bookmarks.all().iter();
    marks.map(|m| m.note.as_str()).collect()
}

fn text(line: &Line) -> String {
    line.iter().map(|piece| piece.text.as_str()).collect()
}

fn rows(view: &View) -> Vec<String> {
    let rows = &view.list.as_ref().unwrap().pane.table.rows;
    let cell = |cell: &Cell| match cell {
        Cell::Text(line) => text(line),
        Cell::Spark(..) | Cell::Bar(..) => String::new(),
    };
    let row = |cells: &Vec<Cell>| cells.iter().map(cell).collect::<Vec<_>>().join(" ");
    rows.iter().map(|r| row(&r.cells)).collect()
}

fn mark(ms: u64, note: &str) -> Bookmark {
    Bookmark {
        id: EntryId::new(ms, 0),
        stream: b"events".to_vec(),
        note: note.to_owned(),
        kind: "note.taken".to_owned(),
        session: "sess-1".to_owned(),
        made_ms: ms,
    }
}

#[test]
fn a_bookmark_is_set_at_the_playhead_and_enter_keeps_its_note() {
    let mut state = stage(9);
    let effects = press(&mut state, "<<mdeploy\n");
    let [save] = &saves(effects)[..] else {
        panic!("one save")
    };
    let Change::Set(set) = &save.changes[0] else {
        panic!("a bookmark")
    };
    assert_eq!((set.note.as_str(), set.id.ms), ("deploy", START + 6_000));
    assert_eq!(
        (set.kind.as_str(), set.session.as_str()),
        ("note.taken", "sess-0")
    );
    press(&mut state, "m one\n");
    assert_eq!(notes(&state), ["deploy one"], "its note is edited");
}

#[test]
fn escape_takes_a_new_bookmark_back_and_leaves_an_old_one_as_it_was() {
    let mut state = stage(9);
    press(&mut state, "<m");
    assert_eq!(
        state.bookmarks.len(),
        1,
        "it is shown while its note is typed"
    );
    let effects = press(&mut state, "never\x1b");
    assert!(state.bookmarks.is_empty() && saves(effects).is_empty());
    press(&mut state, "m\n");
    press(&mut state, "mmore\x1b");
    assert_eq!(notes(&state), [""]);
    assert!(matches!(state.playhead, Playhead::Paused(_)));
}

#[test]
fn without_a_place_to_keep_them_nothing_is_saved_and_it_says_so() {
    let mut state = stage(3);
    state.bookmarks.keeping = Keeping::UntilTheEnd;
    let effects = press(&mut state, "mx\n");
    assert!(saves(effects).is_empty());
    assert!(
        state
            .notice
            .as_ref()
            .unwrap()
            .text
            .contains("until you leave")
    );
    press(&mut state, "'");
    let list = screen(&state).list.unwrap();
    assert!(text(&list.pane.title).contains("until you leave"));
}

#[test]
fn the_list_jumps_deletes_and_brings_back() {
    let mut state = stage(30);
    press(&mut state, "<ma\n<<<mb\n<<mc\n");
    assert_eq!(notes(&state), ["c", "b", "a"]);
    press(&mut state, "'j\n");
    assert!(state.bookmarks.list.is_none());
    assert_eq!(state.selected().unwrap().id().ms, START + 25_000);
    let effects = press(&mut state, "'x");
    assert!(matches!(&saves(effects)[0].changes[..], [.., Change::Remove(m)] if m.note == "b"));
    assert_eq!(notes(&state), ["c", "a"]);
    let effects = press(&mut state, "u");
    assert_eq!(saves(effects).len(), 1);
    assert_eq!(notes(&state), ["c", "b", "a"]);
    press(&mut state, "xxx");
    assert!(state.bookmarks.is_empty());
    press(&mut state, "uuuu\x1b");
    assert_eq!(state.bookmarks.len(), 3);
    assert_eq!(state.bookmarks.last().unwrap().note, "c");
}

#[test]
fn the_list_shows_what_is_known_of_each_also_where_nothing_is_loaded() {
    for (width, height) in SIZES {
        let mut state = stage(30);
        update(&mut state, Action::Resize(Size { width, height }));
        press(&mut state, "'");
        let empty = screen(&state).list.unwrap();
        assert!(text(&empty.pane.empty[0]).contains("no bookmarks yet: m sets one"));
        let old = mark(START - 90_000, "long ago");
        let saved = Saved {
            number: 0,
            bookmarks: vec![old, mark(START + 3_000, "near")],
        };
        let kept = Kept {
            saved: Some(saved),
            trouble: None,
        };
        update(&mut state, Action::Bookmarks(kept));
        let rows = rows(&screen(&state));
        assert_eq!(rows.len(), 2);
        for part in ["22:11:50", "-2m", "note.taken", "sess-1", "long ago"] {
            assert!(rows[0].contains(part), "{part} in {rows:?}");
        }
        press(&mut state, "g\n");
        let told = &state.notice.as_ref().unwrap().text;
        assert!(told.contains("as soon as history is loaded"), "{told}");
    }
}

#[test]
fn a_filter_that_hides_a_bookmark_is_told_of() {
    let mut state = stage(30);
    press(&mut state, "<ma\n");
    press(&mut state, "f/session:nobody\n'\n");
    let told = &state.notice.as_ref().unwrap().text;
    assert!(told.contains("the filter hides"), "{told}");
}

#[test]
fn a_bookmark_stands_on_the_scrubber_and_in_the_feed() {
    let mut state = stage(30);
    press(&mut state, "<<<<<<<<<<<mdeploy\nf");
    let view = screen(&state);
    let marks: Vec<&str> = view
        .scrubber
        .marks
        .iter()
        .map(|m| m.1.text.as_str())
        .collect();
    assert!(marks.contains(&"◆ deploy"), "{marks:?}");
    let marked = view
        .feed
        .table
        .rows
        .iter()
        .filter(|row| matches!(&row.cells[0], Cell::Text(line) if text(line).ends_with('◆')));
    assert_eq!(marked.count(), 1);
    press(&mut state, "'\n");
    let view = screen(&state);
    let at = view.scrubber.playhead.unwrap();
    let column = view
        .scrubber
        .marks
        .iter()
        .find(|m| m.1.text.as_str().contains("deploy"));
    assert_eq!(
        column.unwrap().0,
        at + 2,
        "the playhead's sign does not cover it"
    );
}

#[test]
fn marks_on_the_scrubber_never_overlap() {
    for (width, height) in SIZES {
        let mut state = stage(200);
        update(&mut state, Action::Resize(Size { width, height }));
        press(&mut state, &"<ma rather long note\n".repeat(60));
        for keys in ["", "f", "'g\n", "'gjjj\n"] {
            press(&mut state, keys);
            let marks = screen(&state).scrubber.marks;
            let end = |m: &(u16, lookback::app::view::Piece)| usize::from(m.0) + m.1.text.width();
            assert!(
                marks
                    .windows(2)
                    .all(|two| end(&two[0]) <= usize::from(two[1].0))
            );
            assert!(
                marks.iter().all(|m| end(m) <= usize::from(width) - 2),
                "{marks:?}"
            );
        }
    }
}

#[test]
fn a_note_is_asked_for_at_the_foot() {
    let mut state = stage(3);
    press(&mut state, "m");
    let Footer::Prompt(prompt) = screen(&state).footer else {
        panic!("a prompt")
    };
    assert_eq!(prompt.label.as_str(), "◆ note");
    assert!(text(&prompt.below).contains("Esc takes the bookmark back"));
}

fn save(number: u64, change: Change) -> Save {
    Save {
        number,
        changes: vec![change],
    }
}

fn kept_notes(kept: &Kept) -> Vec<&str> {
    let saved = kept.saved.as_ref().unwrap();
    saved.bookmarks.iter().map(|m| m.note.as_str()).collect()
}

fn only_file(folder: &std::path::Path) -> std::path::PathBuf {
    let mut files = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
    let file = files.next().unwrap();
    assert_eq!(files.next(), None, "nothing else is left behind");
    file
}

#[test]
fn what_is_saved_is_loaded_and_belongs_to_its_source_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("made/when/needed");
    let file = BookmarkFile::of(&folder, "h:1/0\ns", "h:1", "s");
    assert_eq!(file.load().saved, Some(Saved::default()));
    assert!(!folder.exists(), "reading writes nothing");
    let mut odd = mark(1, "a \"note\"\u{1b}[2J");
    odd.stream = b"\xff\x00".to_vec();
    let kept = file.save(&save(7, Change::Set(odd.clone())));
    assert_eq!(kept.saved.as_ref().unwrap().number, 7);
    assert_eq!(file.load().saved.unwrap().bookmarks, [odd]);
    let other = BookmarkFile::of(&folder, "h:1/1\ns", "h:1", "s");
    assert!(kept_notes(&other.load()).is_empty());
    let mode = fs::metadata(only_file(&folder))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn two_programs_do_not_lose_each_others_bookmarks() {
    let folder = tempfile::tempdir().unwrap();
    let file = BookmarkFile::of(folder.path(), "x", "x", "s");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let file = file.clone();
            scope.spawn(move || {
                for n in 0..10 {
                    let kept = file.save(&save(n, Change::Set(mark(100 * writer + n, "n"))));
                    assert_eq!(kept.trouble, None);
                }
            });
        }
    });
    assert_eq!(kept_notes(&file.load()).len(), 40);
    only_file(folder.path());
}

#[test]
fn a_broken_file_is_put_aside_and_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let file = BookmarkFile::of(folder.path(), "x", "x", "s");
    drop(file.save(&save(1, Change::Set(mark(1, "lost?")))));
    let path = only_file(folder.path());
    let half = fs::read(&path).unwrap();
    for (round, by_saving) in [(1, false), (2, true)] {
        fs::write(&path, &half[..half.len() / 2]).unwrap();
        let kept = if by_saving {
            file.save(&save(2, Change::Set(mark(2, "new"))))
        } else {
            file.load()
        };
        let told = kept.trouble.unwrap();
        let aside = path.with_extension(format!("broken-{round}"));
        assert!(told.hint.contains(&aside.display().to_string()), "{told:?}");
        assert_eq!(fs::read(aside).unwrap(), &half[..half.len() / 2]);
    }
    assert_eq!(kept_notes(&file.load()), ["new"]);
}

#[test]
fn a_file_of_a_newer_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = BookmarkFile::of(folder.path(), "x", "x", "s");
    drop(file.save(&save(1, Change::Set(mark(1, "a")))));
    let path = only_file(folder.path());
    let newer = "{\"lookback_bookmarks\":2,\"other\":[]}";
    fs::write(&path, newer).unwrap();
    for kept in [file.load(), file.save(&save(1, Change::Set(mark(2, "b"))))] {
        assert_eq!(kept.saved, None);
        assert!(kept.trouble.unwrap().what.contains("newer lookback"));
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), newer);
}

#[test]
fn a_folder_that_cannot_be_written_is_a_notice_and_the_bookmark_stays() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    let file = BookmarkFile::of(&in_the_way.join("below"), "x", "x", "s");
    let mut state = stage(3);
    let effects = press(&mut state, "mkept\n");
    let kept = file.save(&saves(effects)[0]);
    assert_eq!(kept.saved, None);
    update(&mut state, Action::Bookmarks(kept));
    let told = &state.notice.as_ref().unwrap().text;
    assert!(told.contains("cannot be kept") && told.contains("until you leave"));
    assert_eq!(notes(&state), ["kept"]);
}
