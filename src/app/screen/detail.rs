//! The detail: one entry as an event, as fields, as JSON, as bytes.

use super::style::{own, theirs, tone};
use super::{consumer_groups, inner_width, number, titled};
use crate::app::layout::{Area, PaneId, ScreenId};
use crate::app::state::{Detail, Form, State};
use crate::app::view::{Cell, Column, Line, Pane, Piece, Row, Scrollbar, Table, Tone};
use crate::model::{EntryId, Event, FieldRef, Flags, Part, SafeText, decode, hex, time};

/// Columns of the names at the left.
const NAME: u16 = 16;
/// Lines that one value may take.
const VALUE_LINES: usize = 2_000;

/// Parts that the event form shows under their own names.
const SHOWN: [Part; 7] = [
    Part::Kind,
    Part::Session,
    Part::User,
    Part::Role,
    Part::Latency,
    Part::Tokens,
    Part::Error,
];

/// The entry that is shown.
struct Subject<'a> {
    id: EntryId,
    stream: &'a [u8],
    fields: Vec<FieldRef<'a>>,
    event: Event<'a>,
    /// The source let go of it.
    is_lost: bool,
}

/// On the screen of consumer groups the pending entry that is open, else that of the playhead.
fn subject(state: &State) -> Option<Subject<'_>> {
    let mapping = &state.options.mapping;
    if state.screen == ScreenId::Groups {
        let (entry, fields) = consumer_groups::opened(state)?;
        let (id, fields) = (entry.id, fields?);
        let stream = state.groups.chosen.stream.as_deref()?;
        return Some(Subject {
            event: decode(stream, id, &fields, mapping),
            id,
            stream,
            fields,
            is_lost: false,
        });
    }
    let entry = state.selected()?;
    Some(Subject {
        id: entry.id(),
        stream: entry.stream(),
        fields: entry.fields(),
        event: entry.event(mapping),
        is_lost: state.is_lost(&entry),
    })
}

/// A name and a value that may go over several lines.
struct Item {
    name: SafeText,
    lines: Vec<Line>,
}

/// Lines that the detail has in all.
#[must_use]
pub fn detail_lines(state: &State) -> usize {
    let width = state.layout().detail.map_or(80, |area| area.width);
    let Some((subject, detail)) = subject(state).zip(state.detail()) else {
        return 0;
    };
    items(state, &subject, detail.form, width)
        .iter()
        .map(|i| i.lines.len())
        .sum()
}

/// The detail pane.
pub fn detail(state: &State, area: Area) -> Pane {
    let Some((subject, detail)) = subject(state).zip(state.detail()) else {
        return Pane {
            empty: nothing(state),
            ..titled(state, PaneId::Detail, own("entry", Tone::Strong))
        };
    };
    let items = items(state, &subject, detail.form, area.width);
    let rows: Vec<Row> = items.into_iter().flat_map(rows).collect();
    let height = usize::from(area.body().height);
    let total = rows.len();
    let first = detail.scroll.min(total.saturating_sub(height));
    let table = Table {
        columns: vec![
            Column {
                width: NAME,
                gap: 1,
                right: false,
            },
            Column {
                width: value_width(area.width),
                gap: 2,
                right: false,
            },
        ],
        rows: rows.into_iter().skip(first).take(height).collect(),
    };
    let scrollbar = Scrollbar::over(
        total as u64,
        first as u64,
        height as u64,
        area.body().height,
    );
    Pane {
        table,
        note: forms(detail, area.width),
        scrollbar,
        ..titled(state, PaneId::Detail, title(subject.id))
    }
}

fn nothing(state: &State) -> Vec<Line> {
    if state.screen == ScreenId::Groups && consumer_groups::opened(state).is_some() {
        return vec![
            own("this entry was deleted or trimmed", Tone::Dim),
            own("nothing is left of it but to acknowledge it", Tone::Faint),
        ];
    }
    vec![own("no entry here", Tone::Dim)]
}

fn title(id: EntryId) -> Line {
    [
        own("entry ", Tone::Strong),
        own(&id.to_string(), Tone::Cyan),
    ]
    .concat()
}

/// Below this width only the form that is open is named, so that the id keeps its place.
const ALL_FORMS: u16 = 56;

fn forms(detail: Detail, width: u16) -> Line {
    let mut line = own("v ", Tone::Strong);
    if width < ALL_FORMS {
        line.extend(own(detail.form.title(), Tone::Dim));
        return line;
    }
    for (i, form) in Form::ALL.into_iter().enumerate() {
        if i > 0 {
            line.extend(own(" · ", Tone::Faint));
        }
        line.extend(own(
            form.title(),
            if form == detail.form {
                Tone::Strong
            } else {
                Tone::Dim
            },
        ));
    }
    line
}

const fn value_width(width: u16) -> u16 {
    inner_width(width).saturating_sub(NAME + 3)
}

fn items(state: &State, subject: &Subject<'_>, form: Form, width: u16) -> Vec<Item> {
    let width = usize::from(value_width(width)).max(8);
    match form {
        Form::Event => event_items(state, subject, width),
        Form::Fields => subject
            .fields
            .iter()
            .map(|(name, value)| text_item(name, value, width, Tone::Plain))
            .collect(),
        Form::Json => subject
            .fields
            .iter()
            .map(|(name, value)| json_item(name, value, width))
            .collect(),
        Form::Hex => subject
            .fields
            .iter()
            .map(|(name, value)| hex_item(name, value))
            .collect(),
    }
}

fn event_items(state: &State, subject: &Subject<'_>, width: usize) -> Vec<Item> {
    let event = &subject.event;
    let known = |name: &str, value: Option<&[u8]>, tone| {
        value.map(|v| text_item(name.as_bytes(), v, width, tone))
    };
    let said = |name: &str, text: String, tone| {
        Some(Item {
            name: SafeText::own(name),
            lines: vec![own(&text, tone)],
        })
    };
    let items = [
        known("type", Some(&event.kind), tone(event)),
        known("session", event.session.as_deref(), Tone::Cyan),
        known("user", event.user.as_deref(), Tone::Cyan),
        known("role", event.role.as_deref(), Tone::Plain),
        said("time", times(state, subject), Tone::Plain),
        event
            .latency_ms
            .and_then(|ms| said("latency", number::latency(ms), Tone::Plain)),
        event
            .tokens
            .and_then(|t| said("tokens", number::grouped(t), Tone::Plain)),
        known("error", event.error_code.as_deref(), Tone::Error),
        known("message", event.error_message.as_deref(), Tone::Error),
        marks(event).and_then(|text| said("marks", text, Tone::Amber)),
        known("stream", Some(subject.stream), Tone::Dim),
        subject
            .is_lost
            .then(|| said("source", LOST.to_owned(), Tone::Amber))
            .flatten(),
    ];
    let faults = event.faults.iter().map(|f| Item {
        name: SafeText::own("fault"),
        lines: vec![fault(&f.field, f.problem)],
    });
    let shown = SHOWN.map(|part| event.sources.attribute(part));
    let rest = event
        .attributes
        .iter()
        .enumerate()
        .filter(|(index, _)| !shown.contains(&Some(*index)));
    let rest = rest.map(|(_, (name, value))| text_item(name, value, width, Tone::Plain));
    let blank = Item {
        name: SafeText::default(),
        lines: vec![Line::new()],
    };
    items
        .into_iter()
        .flatten()
        .chain(faults)
        .chain(std::iter::once(blank))
        .chain(rest)
        .collect()
}

fn fault(field: &[u8], problem: &str) -> Line {
    [
        theirs(field, 40, Tone::Amber),
        own(": ", Tone::Amber),
        own(problem, Tone::Amber),
    ]
    .concat()
}

const LOST: &str = "let go of this entry (trimmed): it is shown from memory";

/// Both clocks, where they differ.
fn times(state: &State, subject: &Subject<'_>) -> String {
    let (zone, at_ms) = (state.options.zone, subject.id.ms);
    let by_id = zone.full(at_ms);
    let Some(told) = subject.event.time_ms.and_then(|ms| u64::try_from(ms).ok()) else {
        return format!("{by_id}  (by its id; the event tells none)");
    };
    let skew = told.abs_diff(at_ms);
    let direction = if told > at_ms { "after" } else { "before" };
    if skew < 1_000 {
        by_id
    } else {
        format!(
            "{by_id}  the event says {}, {} {direction}",
            zone.clock(told),
            time::span(skew)
        )
    }
}

fn marks(event: &Event<'_>) -> Option<String> {
    let marks = [
        (Flags::DUPLICATE, "a second entry with this event id"),
        (Flags::LATE, "came after entries with a higher id"),
        (
            Flags::SKEWED,
            "event time and entry id are more than 5 s apart",
        ),
    ];
    let set: Vec<&str> = marks
        .iter()
        .filter(|(flag, _)| event.flags.has(*flag))
        .map(|(_, text)| *text)
        .collect();
    (!set.is_empty()).then(|| set.join("; "))
}

fn name_of(name: &[u8]) -> SafeText {
    SafeText::line(name, usize::from(NAME))
}

fn text_item(name: &[u8], value: &[u8], width: usize, tone: Tone) -> Item {
    if hex::is_binary(value) {
        return hex_item(name, value);
    }
    let lines = SafeText::lines(value, width, VALUE_LINES)
        .into_iter()
        .map(|text| vec![Piece::new(text, tone)]);
    Item {
        name: name_of(name),
        lines: lines.collect(),
    }
}

/// Values that are JSON are laid out; others stay as they are.
fn json_item(name: &[u8], value: &[u8], width: usize) -> Item {
    let looks_like = matches!(value.first(), Some(b'{' | b'['));
    let parsed = looks_like
        .then(|| serde_json::from_slice::<serde_json::Value>(value).ok())
        .flatten();
    if let Some(pretty) = parsed.and_then(|json| serde_json::to_string_pretty(&json).ok()) {
        text_item(name, pretty.as_bytes(), width, Tone::Plain)
    } else {
        let quoted = serde_json::to_string(&String::from_utf8_lossy(value)).unwrap_or_default();
        text_item(name, quoted.as_bytes(), width, Tone::Plain)
    }
}

fn hex_item(name: &[u8], value: &[u8]) -> Item {
    let lines = hex::lines(value, VALUE_LINES)
        .iter()
        .map(|line| own(line, Tone::Plain))
        .collect();
    Item {
        name: name_of(name),
        lines,
    }
}

/// The name stands beside the first line only.
fn rows(item: Item) -> Vec<Row> {
    let Item { name, lines } = item;
    let mut name = vec![Piece::new(name, Tone::Dim)];
    let rows = lines.into_iter().map(|line| Row {
        cells: vec![Cell::Text(std::mem::take(&mut name)), Cell::Text(line)],
        ..Row::default()
    });
    rows.collect()
}
