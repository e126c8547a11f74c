//! The one table of keys. Dispatch, footer, help and the README all read it.

mod command;

use super::input::{Code, Held, Key};
use super::layout::ScreenId;

pub use self::command::Command;

/// A heading of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// Moving about.
    Move,
    /// The playhead.
    Time,
    /// Filtering.
    Narrow,
    /// Changing consumer groups.
    Groups,
    /// Everything else.
    Program,
}

impl Section {
    /// All headings in order.
    pub const ALL: [Self; 5] = [
        Self::Time,
        Self::Move,
        Self::Narrow,
        Self::Groups,
        Self::Program,
    ];

    /// The heading's text.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Time => "Time",
            Self::Narrow => "Narrow",
            Self::Groups => "Groups, with --allow-writes",
            Self::Program => "Program",
        }
    }
}

/// A row of the table: keys that do one thing, or two opposite things.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Keys with what each does.
    pub keys: &'static [(Key, Command)],
    /// Where the help has it.
    pub section: Section,
    /// What the help and the README say.
    pub meaning: &'static str,
    /// What the footer says, if it shows this row.
    pub footer: Option<&'static str>,
}

const fn char(c: char) -> Key {
    Key::char(c)
}

const fn plain(code: Code) -> Key {
    Key::plain(code)
}

const fn row(
    section: Section,
    keys: &'static [(Key, Command)],
    meaning: &'static str,
    footer: Option<&'static str>,
) -> Binding {
    Binding {
        keys,
        section,
        meaning,
        footer,
    }
}

use Command as C;
use Section as S;

/// Every key. The footer shows its rows in this order.
pub const TABLE: &[Binding] = &[
    row(
        S::Time,
        &[(char(' '), C::PlayPause)],
        "pause, or play from here",
        Some("play"),
    ),
    row(
        S::Time,
        &[
            (plain(Code::Left), C::StepBack),
            (plain(Code::Right), C::StepForward),
        ],
        "one event back, on",
        Some("step"),
    ),
    row(
        S::Time,
        &[
            (Key::with(Held::Shift, Code::Left), C::SecondBack),
            (Key::with(Held::Shift, Code::Right), C::SecondForward),
        ],
        "one second back, on",
        None,
    ),
    row(
        S::Time,
        &[
            (Key::with(Held::Alt, Code::Left), C::MinuteBack),
            (Key::with(Held::Alt, Code::Right), C::MinuteForward),
        ],
        "one minute back, on",
        None,
    ),
    row(
        S::Time,
        &[(char('e'), C::NextError), (char('E'), C::PreviousError)],
        "next error, error before",
        Some("error"),
    ),
    row(
        S::Time,
        &[(char('['), C::PreviousMarker), (char(']'), C::NextMarker)],
        "marker before, next: error, session edge, spike, gap",
        Some("marker"),
    ),
    row(
        S::Time,
        &[(char('s'), C::NextSpike), (char('S'), C::PreviousSpike)],
        "next spike, spike before",
        None,
    ),
    row(
        S::Time,
        &[(char('w'), C::Spikes)],
        "spikes here, as a list: go to one",
        None,
    ),
    row(
        S::Time,
        &[(char('b'), C::RunUntil)],
        "run until a filter matches, either way",
        Some("run until"),
    ),
    row(
        S::Time,
        &[(char('n'), C::NextMatch), (char('N'), C::PreviousMatch)],
        "next match of that, match before",
        None,
    ),
    row(
        S::Time,
        &[(char('{'), C::SessionStart), (char('}'), C::SessionEnd)],
        "this session's start, end",
        None,
    ),
    row(
        S::Time,
        &[(char('d'), C::Compare)],
        "session: compare with the state here; metrics: with the window before; or stop",
        None,
    ),
    row(
        S::Time,
        &[(char('-'), C::Slower), (char('+'), C::Faster)],
        "play slower, faster (¼ to 60×, max)",
        None,
    ),
    row(
        S::Time,
        &[(char('r'), C::Rhythm)],
        "play as recorded, or evenly, 1 to 100 events a second",
        None,
    ),
    row(
        S::Time,
        &[(char('i'), C::IdleCompression)],
        "idle time over 2 s is played as 2 s, or in full",
        None,
    ),
    row(
        S::Time,
        &[(char('<'), C::ScrubberOut), (char('>'), C::ScrubberIn)],
        "scrubber over a longer, shorter time (so does the wheel on it)",
        None,
    ),
    row(
        S::Narrow,
        &[(char('/'), C::Filter)],
        "filter, with a live preview",
        Some("filter"),
    ),
    row(
        S::Time,
        &[(char('@'), C::GoTo)],
        "go to a time or an entry id",
        Some("go to"),
    ),
    row(
        S::Time,
        &[(char('f'), C::Follow)],
        "follow the newest entry",
        Some("follow"),
    ),
    row(
        S::Time,
        &[(char('m'), C::Bookmark)],
        "bookmark this entry with a note, or change the note",
        None,
    ),
    row(
        S::Time,
        &[(char('\''), C::Bookmarks)],
        "bookmarks: go to one, or delete it",
        None,
    ),
    row(
        S::Move,
        &[(plain(Code::Enter), C::Open)],
        "detail; of a group its newest error, on screen 3 its errors; of a session its screen",
        Some("detail"),
    ),
    row(
        S::Move,
        &[(char('l'), C::Sessions)],
        "sessions: list, open one",
        None,
    ),
    row(
        S::Move,
        &[(char('v'), C::NextForm)],
        "detail as event, fields, JSON, hex",
        None,
    ),
    row(
        S::Move,
        &[
            (char('j'), C::Down),
            (plain(Code::Down), C::Down),
            (char('k'), C::Up),
            (plain(Code::Up), C::Up),
        ],
        "one row down, up",
        None,
    ),
    row(
        S::Move,
        &[
            (plain(Code::PageDown), C::PageDown),
            (Key::with(Held::Control, Code::Char('d')), C::PageDown),
            (plain(Code::PageUp), C::PageUp),
            (Key::with(Held::Control, Code::Char('u')), C::PageUp),
        ],
        "one page down, up",
        None,
    ),
    row(
        S::Move,
        &[
            (char('g'), C::First),
            (plain(Code::Home), C::First),
            (char('G'), C::Last),
            (plain(Code::End), C::Last),
        ],
        "oldest entry here, newest (and follow)",
        None,
    ),
    row(
        S::Move,
        &[
            (plain(Code::Tab), C::NextPane),
            (plain(Code::BackTab), C::PreviousPane),
        ],
        "next pane, pane before",
        Some("pane"),
    ),
    row(
        S::Move,
        &[
            (char('1'), C::Show(ScreenId::Dashboard)),
            (char('2'), C::Show(ScreenId::Session)),
            (char('3'), C::Show(ScreenId::Errors)),
            (char('4'), C::Show(ScreenId::Metrics)),
            (char('5'), C::Show(ScreenId::Groups)),
        ],
        "dashboard, session, errors, metrics, consumer groups",
        None,
    ),
    row(
        S::Move,
        &[(char('z'), C::Zoom)],
        "zoom this pane, or give the room back",
        None,
    ),
    row(
        S::Narrow,
        &[(char('u'), C::NarrowUser)],
        "only this row's user, or all again",
        None,
    ),
    row(
        S::Narrow,
        &[(char('o'), C::NarrowSession)],
        "only this row's session, or all again",
        Some("this session"),
    ),
    row(
        S::Narrow,
        &[(char('t'), C::NarrowType)],
        "only this row's type, or all again",
        None,
    ),
    row(
        S::Narrow,
        &[(char('W'), C::Longer)],
        "metrics: the next longer window, 1m to 1h, all",
        None,
    ),
    row(
        S::Narrow,
        &[(char('p'), C::Patterns)],
        "metrics: what follows what, rare paths, hours; or lists",
        None,
    ),
    row(
        S::Narrow,
        &[(char('a'), C::Axis)],
        "metrics: by the time of ids, or of events",
        None,
    ),
    row(
        S::Groups,
        &[
            (char('A'), C::Acknowledge),
            (char('D'), C::AcknowledgeDeleted),
        ],
        "acknowledge this pending entry, all deleted ones",
        None,
    ),
    row(
        S::Groups,
        &[(char('C'), C::Claim)],
        "give this pending entry to another consumer",
        None,
    ),
    row(
        S::Groups,
        &[(char('R'), C::Republish), (char('V'), C::RepublishEdited)],
        "append this pending entry again: as it is, edited",
        None,
    ),
    row(
        S::Groups,
        &[(char('F'), C::Forget)],
        "forget this consumer",
        None,
    ),
    row(
        S::Groups,
        &[(char('I'), C::SetId)],
        "move where this group reads on",
        None,
    ),
    row(
        S::Groups,
        &[(char('M'), C::CreateGroup), (char('X'), C::DestroyGroup)],
        "make a group, destroy this one",
        None,
    ),
    row(
        S::Program,
        &[(char('y'), C::Copy)],
        "copy the entry as JSON (OSC 52)",
        None,
    ),
    row(
        S::Program,
        &[(char('Y'), C::CopyCommand)],
        "copy the command line that opens this view",
        None,
    ),
    row(
        S::Program,
        &[(char(':'), C::Palette)],
        "every command by its name",
        None,
    ),
    row(
        S::Program,
        &[(plain(Code::F(12)), C::Cost)],
        "what drawing costs, in the last row, or the keys again",
        None,
    ),
    row(
        S::Program,
        &[(plain(Code::Esc), C::Back)],
        "close what is open, show all on the scrubber, drop the filter, go back a screen",
        None,
    ),
    row(
        S::Program,
        &[
            (char('q'), C::Quit),
            (Key::with(Held::Control, Code::Char('c')), C::Quit),
        ],
        "leave",
        None,
    ),
    row(
        S::Program,
        &[(char('?'), C::Help)],
        "show these keys",
        Some("help"),
    ),
];

/// What a key does, if anything.
#[must_use]
pub fn command(key: Key) -> Option<Command> {
    let key = match key.code {
        Code::Char('=') if key.held == Held::None => char('+'),
        _ => key,
    };
    TABLE
        .iter()
        .flat_map(|b| b.keys)
        .find(|(k, _)| *k == key)
        .map(|(_, c)| *c)
}

/// The keys of a row as text: `j ↓ k ↑`.
#[must_use]
pub fn keys_text(binding: &Binding) -> String {
    let keys: Vec<String> = binding
        .keys
        .iter()
        .map(|(key, _)| key.to_string())
        .collect();
    keys.join(" ")
}

/// The table as the README has it.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from("| keys | what they do |\n| --- | --- |\n");
    for section in Section::ALL {
        for binding in TABLE.iter().filter(|b| b.section == section) {
            let keys: Vec<String> = binding
                .keys
                .iter()
                .map(|(key, _)| format!("`{key}`"))
                .collect();
            out.extend(["| ", &keys.join(" "), " | ", binding.meaning, " |\n"]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_key_does_two_things() {
        let mut seen = HashSet::new();
        for (key, _) in TABLE.iter().flat_map(|b| b.keys) {
            assert!(seen.insert(*key), "{key} stands twice in the table");
        }
    }

    #[test]
    fn every_row_has_keys_and_a_meaning() {
        assert!(
            TABLE
                .iter()
                .all(|b| !b.keys.is_empty() && !b.meaning.is_empty())
        );
    }
}
