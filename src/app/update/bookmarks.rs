//! Making, noting, listing and deleting bookmarks, and going to one.

use super::{lists, seek};
use crate::app::action::Effect;
use crate::app::bookmarks::{Bookmark, Change, Keeping, Kept, List};
use crate::app::input::{Code, Held, Key, Mouse, MouseKind};
use crate::app::keymap::{self, Command};
use crate::app::prompt::{Prompt, Purpose};
use crate::app::screen;
use crate::app::state::State;
use crate::query::Moment;
use crate::store::{Log, Seq};

/// Marks the entry of the playhead and asks for a note; of a marked entry the note is asked for anew.
pub fn mark(state: &mut State) {
    let Some(entry) = state.selected() else {
        return state.tell("there is no entry to bookmark yet");
    };
    let known = state.bookmarks.get(entry.id(), entry.stream()).cloned();
    let is_new = known.is_none();
    let mark = known.unwrap_or_else(|| {
        let made_ms = state.bookmarks.made_ms(state.clock.now_ms);
        Bookmark::on(&entry, state.log.strings(), made_ms)
    });
    if is_new {
        state.bookmarks.draft(mark.clone());
    }
    ask_note(state, mark, is_new);
}

fn ask_note(state: &mut State, mark: Bookmark, is_new: bool) {
    let note = mark.note.clone();
    let mark = Box::new(mark);
    state.prompt = Some(Prompt::new(Purpose::Note { mark, is_new }, note));
}

/// The note was typed.
pub fn keep(state: &mut State, mark: &Bookmark, note: String, is_new: bool) -> Vec<Effect> {
    let is_first = is_new && state.bookmarks.len() == 1;
    let mark = Bookmark {
        note,
        ..mark.clone()
    };
    let effects = change(state, Change::Set(mark));
    let until = match state.bookmarks.keeping {
        Keeping::Stored => "",
        Keeping::UntilTheEnd => " until you leave: those of this source are not stored",
    };
    if is_first || (is_new && !until.is_empty()) {
        state.tell(format!("bookmarked{until} (' lists them)"));
    }
    effects
}

fn change(state: &mut State, change: Change) -> Vec<Effect> {
    let save = state.bookmarks.change(change);
    save.map(Effect::SaveBookmarks).into_iter().collect()
}

/// What the keeper of bookmarks says.
pub fn kept(state: &mut State, kept: Kept) {
    if let Some(saved) = kept.saved {
        state.bookmarks.kept(saved);
    }
    if let Some(trouble) = kept.trouble {
        state.tell(trouble.one_line());
    }
}

/// Opens the list at the playhead: at the bookmark that it stands on, or the last one before it.
pub fn open(state: &mut State) {
    let here = state.log.last_before(state.cursor());
    let here = here.map(|e| (e.id(), e.stream().to_vec()));
    let mut marks = state.bookmarks.all().iter().rev();
    let nearest = here.and_then(|(id, stream)| marks.find(|m| m.place() <= (id, &stream)));
    let nearest = nearest.or(state.bookmarks.all().first());
    let selected = nearest.map(|m| (m.id, m.stream.clone()));
    state.bookmarks.list = Some(List {
        selected: selected.unwrap_or_default(),
        deleted: Vec::new(),
    });
}

/// A key while the list is open.
pub fn press(state: &mut State, key: Key) -> Vec<Effect> {
    if key == Key::with(Held::Control, Code::Char('c')) {
        return vec![Effect::Quit];
    }
    match (key.held, key.code) {
        (Held::None, Code::Char('x') | Code::Delete) => return delete(state),
        (Held::None, Code::Char('u')) => return bring_back(state),
        _ => {}
    }
    match keymap::command(key) {
        Some(Command::Open) => return jump(state),
        Some(Command::Bookmark) => {
            if let Some(mark) = state.bookmarks.selected().map(|(_, m)| m.clone()) {
                ask_note(state, mark, false);
            }
        }
        Some(Command::Back | Command::Bookmarks | Command::Quit) => state.bookmarks.list = None,
        Some(command) => {
            if let Some(by) = lists::rows(command) {
                state.bookmarks.select(by);
            }
        }
        None => {}
    }
    Vec::new()
}

/// The wheel moves the selection, a click selects, one beside the list closes it.
pub fn point(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    match mouse.kind {
        MouseKind::WheelDown => state.bookmarks.select(1),
        MouseKind::WheelUp => state.bookmarks.select(-1),
        MouseKind::Press => match screen::bookmark_row(state, mouse.column, mouse.row) {
            screen::Under::Row(by) => state.bookmarks.select(by),
            screen::Under::List => {}
            screen::Under::Outside => state.bookmarks.list = None,
        },
        MouseKind::Drag | MouseKind::Release => {}
    }
    Vec::new()
}

fn delete(state: &mut State) -> Vec<Effect> {
    let Some((_, mark)) = state.bookmarks.selected() else {
        return Vec::new();
    };
    let mark = mark.clone();
    let effects = change(state, Change::Remove(mark.clone()));
    if let Some(list) = &mut state.bookmarks.list {
        list.deleted.push(mark);
    }
    effects
}

fn bring_back(state: &mut State) -> Vec<Effect> {
    let list = state.bookmarks.list.as_mut();
    let Some(mark) = list.and_then(|list| {
        let mark = list.deleted.pop()?;
        list.selected = (mark.id, mark.stream.clone());
        Some(mark)
    }) else {
        return Vec::new();
    };
    change(state, Change::Set(mark))
}

/// Goes to the selected one; where it is not loaded, as `@` does with its id.
fn jump(state: &mut State) -> Vec<Effect> {
    let Some((_, mark)) = state.bookmarks.selected() else {
        state.bookmarks.list = None;
        return Vec::new();
    };
    let mark = mark.clone();
    state.bookmarks.list = None;
    let Some(seq) = find(&state.log, &mark) else {
        return seek::go_to(state, Moment::Id(mark.id));
    };
    seek::stand_on(state, seq);
    if state.selected().is_none_or(|e| e.seq != seq) {
        state.tell(
            "the filter hides this bookmark's entry: this is the last one before it that is shown",
        );
    }
    Vec::new()
}

/// The entry of that id in that stream: several streams may have the same id, one after the other in the log.
fn find(log: &Log, mark: &Bookmark) -> Option<Seq> {
    let first = log.find(mark.id)?;
    let same_id = |seq: &Seq| log.get(*seq).is_some_and(|e| e.id() == mark.id);
    let mut candidates = (0..).map(|n| first.plus(n)).take_while(same_id);
    let exact = candidates.find(|seq| log.get(*seq).is_some_and(|e| e.stream() == mark.stream));
    exact.or(Some(first))
}
