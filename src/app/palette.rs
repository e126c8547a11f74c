//! Every command by its name, so that one can be found without knowing its key.

use super::keymap::{Command, TABLE};
use super::layout::ScreenId;

/// A command with its name and keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it runs.
    pub command: Command,
    /// What it is called.
    pub title: &'static str,
    /// The keys that do the same.
    pub keys: String,
}

/// The commands whose names have these letters in this order, the best first; all in the order of the table where nothing
/// is asked for. A key finds its command too.
#[must_use]
pub fn listed(text: &str) -> Vec<Item> {
    let text = text.trim();
    let scored = items().into_iter().filter_map(|item| {
        let is_key = item.keys.split(' ').any(|key| key == text);
        let score = if is_key {
            Some(i64::MAX)
        } else {
            score(item.title, text)
        };
        Some((score?, item))
    });
    let mut scored: Vec<(i64, Item)> = scored.collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, item)| item).collect()
}

fn items() -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for (key, command) in TABLE.iter().flat_map(|b| b.keys) {
        match items.iter_mut().find(|item| item.command == *command) {
            Some(item) => item.keys.extend([" ".to_owned(), key.to_string()]),
            None if *command == Command::Palette => {}
            None => items.push(Item {
                command: *command,
                title: title(*command),
                keys: key.to_string(),
            }),
        }
    }
    items
}

/// For a letter right after the one before, for one that begins a word, and for one that begins the name.
const IN_A_ROW: i64 = 8;
const WORD_BEGINS: i64 = 6;
const NAME_BEGINS: i64 = 4;

/// How well a name has these letters in this order, blanks left out; `None` where it has not. Short names win.
fn score(title: &str, letters: &str) -> Option<i64> {
    let name: Vec<char> = title.to_lowercase().chars().collect();
    let letters: Vec<char> = letters
        .to_lowercase()
        .split_whitespace()
        .collect::<String>()
        .chars()
        .collect();
    if letters.is_empty() {
        return Some(0);
    }
    let length = i64::try_from(name.len()).unwrap_or(i64::MAX);
    Some(best(&name, &letters)? * 100 - length)
}

/// The best of all ways to find the letters, each after the one before: what each place of the last letter is worth.
fn best(name: &[char], letters: &[char]) -> Option<i64> {
    let mut reached: Vec<(Option<usize>, i64)> = vec![(None, 0)];
    for letter in letters {
        let places = (0..name.len()).filter(|at| name.get(*at) == Some(letter));
        let scored = places.filter_map(|at| {
            let before = reached
                .iter()
                .filter(|(last, _)| last.is_none_or(|l| l < at));
            let scores = before.map(|(last, score)| score + worth(name, *last, at));
            Some((Some(at), scores.max()?))
        });
        reached = scored.collect();
    }
    reached.into_iter().map(|(_, score)| score).max()
}

fn worth(name: &[char], last: Option<usize>, at: usize) -> i64 {
    let in_a_row = last.is_some_and(|last| last + 1 == at);
    let begins = at == 0 || name.get(at - 1) == Some(&' ');
    i64::from(in_a_row) * IN_A_ROW
        + i64::from(begins) * WORD_BEGINS
        + i64::from(at == 0) * NAME_BEGINS
}

/// What each command is called.
const fn title(command: Command) -> &'static str {
    match command {
        Command::Down => "one row down",
        Command::Up => "one row up",
        Command::PageDown => "one page down",
        Command::PageUp => "one page up",
        Command::First => "go to the oldest entry",
        Command::Last => "go to the newest entry, and follow",
        Command::NextPane => "next pane",
        Command::PreviousPane => "pane before",
        Command::Zoom => "zoom this pane, or give the room back",
        Command::Open => "open or close the detail",
        Command::NextForm => "next form of the detail",
        Command::Filter => "filter",
        Command::Back => "close what is open, drop the filter, go back to screen 1",
        Command::PlayPause => "pause, or play from here",
        Command::StepBack => "one event back",
        Command::StepForward => "one event on",
        Command::SecondBack => "one second back",
        Command::SecondForward => "one second on",
        Command::MinuteBack => "one minute back",
        Command::MinuteForward => "one minute on",
        Command::NextError => "next error",
        Command::PreviousError => "error before",
        Command::NextMarker => "next marker",
        Command::PreviousMarker => "marker before",
        Command::NextSpike => "next spike",
        Command::PreviousSpike => "spike before",
        Command::Spikes => "list of spikes",
        Command::RunUntil => "run until a filter matches",
        Command::NextMatch => "next match of run until",
        Command::PreviousMatch => "match before of run until",
        Command::SessionStart => "start of this session",
        Command::SessionEnd => "end of this session",
        Command::Slower => "play slower",
        Command::Faster => "play faster",
        Command::IdleCompression => "play idle time short, or in full",
        Command::Rhythm => "play in the recorded rhythm, or evenly",
        Command::ScrubberOut => "a longer time on the scrubber",
        Command::ScrubberIn => "a shorter time on the scrubber",
        Command::Bookmark => "bookmark this entry, or change its note",
        Command::Bookmarks => "bookmarks",
        Command::Sessions => "sessions",
        Command::CopyCommand => "copy the command line that opens this view",
        Command::GoTo => "go to a time or an entry id",
        Command::Follow => "follow the newest entry",
        Command::NarrowUser => "only this user, or all again",
        Command::NarrowSession => "only this session, or all again",
        Command::NarrowType => "only this type, or all again",
        Command::Show(ScreenId::Dashboard) => "dashboard",
        Command::Show(ScreenId::Session) => "session screen",
        Command::Longer => "metrics: longer window",
        Command::Axis => "metrics: time of ids or of events",
        Command::Patterns => "metrics: patterns",
        Command::Show(ScreenId::Metrics) => "metrics screen",
        Command::Show(ScreenId::Errors) => "error screen",
        Command::Show(ScreenId::Groups) => "consumer group screen",
        Command::Acknowledge => "groups: acknowledge this entry",
        Command::AcknowledgeDeleted => "groups: acknowledge all deleted entries",
        Command::Claim => "groups: give this entry to another consumer",
        Command::Forget => "groups: forget this consumer",
        Command::SetId => "groups: move where this group reads on",
        Command::CreateGroup => "groups: make a group",
        Command::DestroyGroup => "groups: destroy this group",
        Command::Republish => "groups: append this entry again",
        Command::RepublishEdited => "groups: append this entry again, edited",
        Command::Compare => "session screen: compare with the last bookmark, or stop",
        Command::Copy => "copy the entry as JSON",
        Command::Palette => "every command by its name",
        Command::Cost => "what drawing costs",
        Command::Help => "show the keys",
        Command::Quit => "leave",
    }
}
