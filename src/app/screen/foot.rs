//! The last row: keys, a notice, or a prompt; and the help over everything.

use super::confirm;
use super::cost;
use super::number;
use super::style::own;
use super::until;
use crate::app::consumer_groups::Reach;
use crate::app::keymap::{self, Command, Section};
use crate::app::layout::{Layout, PaneId, ScreenId};
use crate::app::metrics::Below;
use crate::app::playhead::Playhead;
use crate::app::prompt::{Prompt, Purpose};
use crate::app::state::State;
use crate::app::view::{self, Footer, Help, Line, Piece, Tone};
use crate::model::SafeText;

/// The last row or rows.
pub fn footer(state: &State, layout: &Layout) -> Footer {
    match &state.prompt {
        Some(prompt) => Footer::Prompt(line(state, prompt, layout.size.width)),
        None if until::is_searching(state) => Footer::Notice(until::progress(state)),
        None => match &state.notice {
            Some(notice) => Footer::Notice(vec![Piece::new(
                SafeText::line(notice.text.as_bytes(), 300),
                Tone::Amber,
            )]),
            None => match &state.cost {
                Some(cost) => Footer::Notice(cost::line(cost)),
                None => Footer::Keys(keys(state)),
            },
        },
    }
}

/// The hints do what they say in the state that is shown.
fn keys(state: &State) -> Vec<(SafeText, SafeText)> {
    let rows = keymap::TABLE.iter().filter_map(|binding| {
        let label = label(state, binding.keys.first()?.1, binding.footer)?;
        Some((SafeText::own(&short_keys(binding)), SafeText::own(label)))
    });
    rows.collect()
}

/// What the footer says of a command, if it shows it: `usual` where no screen and no state says something else.
fn label(state: &State, command: Command, usual: Option<&'static str>) -> Option<&'static str> {
    let on_session = state.screen == ScreenId::Session;
    let on_errors = state.screen == ScreenId::Errors;
    match command {
        _ if state.screen == ScreenId::Groups => on_groups(state, command, usual),
        Command::PlayPause => Some(match state.playhead {
            Playhead::Paused(_) => "play",
            Playhead::Following | Playhead::Playing { .. } => "pause",
        }),
        Command::Follow if state.playhead == Playhead::Following => None,
        _ if state.screen == ScreenId::Metrics => on_metrics(state, command, usual),
        Command::Open if state.panes.zoomed == Some(PaneId::Detail) => Some("close"),
        Command::Open if on_session => Some("entry"),
        Command::Open if state.panes.detail.is_some() => Some("close"),
        Command::NextForm if on_session || state.panes.detail.is_some() => Some("form"),
        Command::SessionStart if on_session => Some("start, end"),
        Command::Compare if on_session && state.panes.baseline.is_some() => Some("stop comparing"),
        Command::Compare if on_session => Some("compare"),
        Command::Open if on_errors => Some(match state.panes.focus {
            PaneId::Errors => "occurrences",
            PaneId::Occurrences => "session",
            _ => "zoom",
        }),
        Command::NextForm if on_errors => Some("form"),
        Command::Back if on_errors => Some("back"),
        Command::StepBack | Command::PreviousMarker | Command::RunUntil | Command::GoTo
            if on_errors =>
        {
            None
        }
        Command::Back if on_session => Some("back"),
        Command::Filter | Command::NarrowSession | Command::PreviousMarker | Command::RunUntil
            if on_session =>
        {
            None
        }
        _ => usual,
    }
}

fn on_metrics(
    state: &State,
    command: Command,
    usual: Option<&'static str>,
) -> Option<&'static str> {
    let below = state.metrics.choice.below;
    match command {
        Command::Longer => Some("window"),
        Command::Patterns if below == Below::Patterns => Some("lists"),
        Command::Patterns => Some("patterns"),
        Command::Compare if below == Below::Comparison => Some("lists"),
        Command::Compare => Some("compare"),
        Command::Axis => Some("clock"),
        Command::Open => Some("feed"),
        Command::PreviousMarker | Command::RunUntil | Command::NarrowSession => None,
        _ => usual,
    }
}

/// What can be changed is shown where something is selected that it is about.
fn on_groups(state: &State, command: Command, usual: Option<&'static str>) -> Option<&'static str> {
    let groups = &state.groups;
    let focus = state.panes.focus;
    let on_entry = matches!(focus, PaneId::Pending | PaneId::Detail) && groups.entry().is_some();
    let on_group = focus == PaneId::ConsumerGroups && groups.group().is_some();
    let can_change = groups.reach == Reach::Changes;
    let if_so = |so: bool, label| (so && can_change).then_some(label);
    match command {
        Command::Open => Some(match focus {
            PaneId::Streams => "groups",
            PaneId::ConsumerGroups | PaneId::Consumers => "pending",
            _ if groups.is_entry_open => "close",
            _ => "entry",
        }),
        Command::NextForm if groups.is_entry_open => Some("form"),
        Command::Back => Some("back"),
        Command::Acknowledge => if_so(on_entry, "acknowledge, all deleted"),
        Command::Claim => if_so(on_entry, "give to"),
        Command::Republish => if_so(on_entry, "append again, edited"),
        Command::Forget => if_so(
            focus == PaneId::Consumers && groups.consumer().is_some(),
            "forget",
        ),
        Command::SetId => if_so(on_group, "move"),
        Command::CreateGroup => if_so(
            matches!(focus, PaneId::ConsumerGroups | PaneId::Streams),
            "make, destroy group",
        ),
        Command::PlayPause
        | Command::StepBack
        | Command::NextError
        | Command::PreviousMarker
        | Command::RunUntil
        | Command::Follow
        | Command::Filter
        | Command::GoTo
        | Command::NarrowSession => None,
        _ => usual,
    }
}

/// Of several keys for the same command only the first.
fn short_keys(binding: &keymap::Binding) -> String {
    let mut seen = Vec::new();
    let mut keys = Vec::new();
    for (key, command) in binding.keys {
        if !seen.contains(command) {
            seen.push(*command);
            keys.push(key.to_string());
        }
    }
    if binding
        .keys
        .first()
        .is_some_and(|(_, c)| *c == Command::NextPane)
    {
        keys.truncate(1);
    }
    keys.join(" ")
}

/// The help, while it is open.
pub fn help(state: &State) -> Option<Help> {
    let scroll = state.help?;
    let section = |section: Section| {
        let rows = keymap::TABLE.iter().filter(|b| b.section == section);
        let rows = rows.map(|b| {
            (
                SafeText::own(&keymap::keys_text(b)),
                SafeText::own(b.meaning),
            )
        });
        (SafeText::own(section.title()), rows.collect())
    };
    let mut sections = Section::ALL;
    if state.screen == ScreenId::Groups {
        // What is only for this screen comes first there.
        sections.sort_by_key(|section| *section != Section::Groups);
    }
    Some(Help {
        sections: sections.map(section).into(),
        scroll,
    })
}

fn line(state: &State, prompt: &Prompt, width: u16) -> view::Prompt {
    let label = match prompt.purpose {
        Purpose::Filter(_) => "filter",
        Purpose::GoTo => "go to",
        Purpose::Note { .. } => "◆ note",
        Purpose::RunUntil => "run until",
        Purpose::Palette { .. } => "command",
        Purpose::Group(ref asked) => confirm::label(asked),
        Purpose::Confirm(ref proposal) if proposal.typed.is_some() => "type it",
        Purpose::Confirm(_) => "sure?",
    };
    let status = status(state, prompt);
    let label_width = label.chars().count();
    let taken = label_width + 4 + status.iter().map(|p| p.text.width()).sum::<usize>() + 2;
    let room = usize::from(width).saturating_sub(taken).max(8);
    let scroll = prompt.input.visual_scroll(room);
    let shown = skip_columns(prompt.input.value(), scroll);
    let wrong = prompt
        .error
        .as_ref()
        .map(|e| columns_of(prompt.input.value(), &e.span, scroll));
    view::Prompt {
        label: SafeText::own(label),
        text: SafeText::line(shown.as_bytes(), room),
        cursor: u16::try_from(prompt.input.visual_cursor().saturating_sub(scroll)).unwrap_or(0),
        status,
        below: below(
            prompt,
            wrong.as_ref(),
            usize::from(width).saturating_sub(label_width + 3),
        ),
        wrong,
    }
}

fn status(state: &State, prompt: &Prompt) -> Line {
    match (&prompt.purpose, &state.narrowing, &prompt.error) {
        (
            Purpose::GoTo | Purpose::Palette { .. } | Purpose::Group(_) | Purpose::Confirm(_),
            _,
            _,
        )
        | (_, _, Some(_)) => Line::new(),
        (Purpose::RunUntil, _, None) => until::tally(state),
        (Purpose::Note { mark, .. }, _, None) => {
            own(&state.options.zone.clock(mark.id.ms), Tone::Dim)
        }
        (Purpose::Filter(_), Some(n), None) => {
            let more = if n.is_scanning() { " so far" } else { "" };
            let count = n.matches().len();
            let noun = if count == 1 { "match" } else { "matches" };
            vec![
                Piece::own(&number::grouped(count), Tone::Strong),
                Piece::own(&format!(" {noun}{more}"), Tone::Dim),
            ]
        }
        (Purpose::Filter(_), None, None) => own(
            &format!("{} entries", number::grouped(state.log.len())),
            Tone::Dim,
        ),
    }
}

/// Begins under the first column of the input and is `wide` columns wide.
fn below(prompt: &Prompt, wrong: Option<&std::ops::Range<u16>>, wide: usize) -> Line {
    let Some((error, wrong)) = prompt.error.as_ref().zip(wrong) else {
        let hint = match &prompt.purpose {
            Purpose::RunUntil => {
                "Enter goes to the next match, ↑ to the one before; n N again later"
            }
            Purpose::Palette { .. } => "Enter runs it, ↑ ↓ choose, Esc goes back",
            Purpose::Group(asked) => confirm::hint(asked),
            Purpose::Confirm(proposal) => return confirm::how(proposal),
            Purpose::Filter(_) => {
                "Enter keeps it, Esc goes back   type:error.*  user:u1,u2  latency>500  is:error  -word  /regex/  since:-10m"
            }
            Purpose::GoTo => {
                "Enter goes there, Esc goes back   -10m   14:02:07   yesterday 9:00   2026-11-23T14:02   an entry id"
            }
            Purpose::Note { is_new: true, .. } => {
                "Enter keeps it, also without a note; Esc takes the bookmark back"
            }
            Purpose::Note { .. } => "Enter keeps it, Esc leaves the note as it was",
        };
        return own(hint, Tone::Dim);
    };
    let message = if error.hint.is_empty() {
        error.message.clone()
    } else {
        format!("{} — {}", error.message, error.hint)
    };
    let column = usize::from(wrong.start);
    let text = SafeText::line(message.as_bytes(), wide);
    if column + 2 + text.width() <= wide {
        return [
            own(&format!("{}^ ", " ".repeat(column)), Tone::Error),
            vec![Piece::new(text, Tone::Error)],
        ]
        .concat();
    }
    let before = SafeText::line(message.as_bytes(), column.saturating_sub(2).max(20));
    let blanks = column.saturating_sub(before.width() + 1);
    [
        vec![Piece::new(before, Tone::Error)],
        own(&format!("{} ^", " ".repeat(blanks)), Tone::Error),
    ]
    .concat()
}

fn skip_columns(text: &str, columns: usize) -> &str {
    let mut left = columns;
    for (at, c) in text.char_indices() {
        if left == 0 {
            return &text[at..];
        }
        left = left.saturating_sub(unicode_width::UnicodeWidthChar::width(c).unwrap_or(0));
    }
    if left == 0 && columns == 0 { text } else { "" }
}

/// Where a span of bytes stands in the visible text.
fn columns_of(text: &str, span: &std::ops::Range<usize>, scroll: usize) -> std::ops::Range<u16> {
    let column = |byte: usize| {
        let head = text.get(..byte.min(text.len())).unwrap_or(text);
        u16::try_from(unicode_width::UnicodeWidthStr::width(head).saturating_sub(scroll))
            .unwrap_or(u16::MAX)
    };
    let start = column(span.start);
    start..column(span.end).max(start.saturating_add(1))
}
