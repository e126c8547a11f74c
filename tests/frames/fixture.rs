//! A view made by hand that looks like a busy afternoon: what the drawing is tried on.

#[path = "edges.rs"]
mod edges;
#[path = "lower.rs"]
mod lower;

use edges::{help, keys, scrubber};
use lower::{errors, session};

use lookback::app::layout::{Area, Layout, Open, PaneId, Size, layout, series_areas};
use lookback::app::view::{
    Cell, Column, Footer, Header, Line, Pane, Piece, Prompt, Row, Scrollbar, Series, Table, Tone,
    View,
};
use lookback::model::SafeText;

/// Where the playhead is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum At {
    Now,
    Past,
}

fn own(text: &str) -> SafeText {
    SafeText::own(text)
}

fn line(pieces: &[(&str, Tone)]) -> Line {
    pieces
        .iter()
        .map(|(t, tone)| Piece::own(t, *tone))
        .collect()
}

/// The whole screen.
pub fn view(width: u16, height: u16, at: At) -> View {
    let layout = layout(Size { width, height }, Open::default());
    View {
        header: header(at),
        strip: strip(&layout),
        feed: feed(layout.feed.unwrap_or_default(), at),
        session: session(layout.session.unwrap_or_default(), at),
        errors: errors(layout.errors.unwrap_or_default()),
        scrubber: scrubber(width, at),
        footer: Footer::Keys(keys(at)),
        layout,
        ..View::default()
    }
}

/// The same with the prompt open and a mistake in it.
pub fn prompted(width: u16, height: u16) -> View {
    let open = Open {
        prompt: true,
        ..Open::default()
    };
    let mut view = view(width, height, At::Now);
    view.layout = layout(Size { width, height }, open);
    view.footer = Footer::Prompt(Prompt {
        label: own("filter"),
        text: own("type:error.* latency>>5s"),
        cursor: 24,
        status: line(&[("1,204 matches", Tone::Dim)]),
        wrong: Some(21..22),
        below: line(&[(
            "                     ▲ a number is wanted here",
            Tone::Error,
        )]),
    });
    view
}

/// The same under the table of keys.
pub fn helped(width: u16, height: u16) -> View {
    let mut view = view(width, height, At::Now);
    view.help = Some(help());
    view
}

fn header(at: At) -> Header {
    let mut left = line(&[("lookback", Tone::Strong), ("  ", Tone::Plain)]);
    left.extend(match at {
        At::Now => line(&[(" ● LIVE ", Tone::PillLive)]),
        At::Past => line(&[(" ‖ 14:02:07.120 ", Tone::PillPast)]),
    });
    left.extend(line(&[
        ("  localhost:6379 ", Tone::Plain),
        ("memory:events", Tone::Cyan),
    ]));
    if at == At::Past {
        left.extend(line(&[
            ("   3m 12s ago", Tone::Amber),
            ("  +4,120 newer", Tone::AmberStrong),
        ]));
    }
    let right = [
        "1,204 ev/s",
        "err 0.8 %",
        "p95 812 ms",
        "214 active",
        "180 MB",
    ];
    Header {
        left,
        right: right.map(|t| Piece::own(t, Tone::Dim)).to_vec(),
    }
}

/// A wave between 0 and 1 that is the same on every machine.
fn wave(step: usize, seed: usize) -> f32 {
    let at = step / 2 + seed * 40;
    let mixed = (at * at + 7).wrapping_mul(2_654_435_761) >> 13;
    f32::from(u8::try_from(mixed % 256).unwrap_or(0)) / 255.0
}

fn strip(layout: &Layout) -> Vec<Series> {
    let areas = series_areas(layout.strip.unwrap_or_default(), 4);
    let wide = areas.first().map_or(0, |a| usize::from(a.width));
    let bars = |base: f32, swing: f32, seed| -> Vec<Option<f32>> {
        (0..wide)
            .map(|x| Some(base + swing * wave(x, seed)))
            .collect()
    };
    let mut errors = bars(0.0, 0.04, 3);
    for (x, bar) in errors.iter_mut().enumerate() {
        if (wide / 3..wide / 2).contains(&x) {
            *bar = Some(0.7 + 0.3 * wave(x, 1));
        } else if x % 5 != 0 {
            *bar = Some(0.0);
        }
    }
    let mut latency = bars(0.35, 0.2, 9);
    latency.iter_mut().take(4).for_each(|bar| *bar = None);
    vec![
        series("events/s", "1,204", None, bars(0.7, 0.3, 1), Tone::Blue),
        series("errors/s", "9.6", Some("▲ spike 12×"), errors, Tone::Error),
        series("latency p95", "812 ms", None, latency, Tone::Amber),
        series(
            "active sessions",
            "214",
            None,
            bars(0.6, 0.2, 5),
            Tone::Green,
        ),
    ]
}

fn series(
    title: &str,
    value: &str,
    alert: Option<&str>,
    bars: Vec<Option<f32>>,
    tone: Tone,
) -> Series {
    Series {
        title: own(title),
        value: Piece::own(value, Tone::Strong),
        alert: alert.map(|t| Piece::own(t, Tone::ErrorStrong)),
        bars,
        tone,
    }
}

fn column(width: u16, gap: u16) -> Column {
    Column {
        width,
        gap,
        right: false,
    }
}

fn right(width: u16) -> Column {
    Column {
        width,
        gap: 2,
        right: true,
    }
}

const SAID: [(&str, &str, &str); 5] = [
    (
        "assistant ",
        "Retention is one week; older entries are archived before they are trimmed for good, see the runbook",
        "373 ms",
    ),
    ("user      ", "How do I implement consumer groups?", ""),
    ("assistant ", "naïve café: keep the résumé short", "1139 ms"),
    (
        "assistant ",
        "要約は短く: show me the failing tool calls from last night",
        "564 ms",
    ),
    ("user      ", "ok, retry with a smaller window", ""),
];

fn feed(area: Area, at: At) -> Pane {
    let wide = area.width >= 100;
    let fixed = if wide {
        74
    } else if area.width >= 60 {
        55
    } else {
        34
    };
    let text = area.width.saturating_sub(3 + fixed);
    let mut columns = vec![column(12, 0), column(18, 2)];
    if area.width >= 60 {
        columns.push(column(9, 2));
    }
    if wide {
        columns.push(column(7, 2));
    }
    columns.push(column(text, 2));
    if area.width >= 60 {
        columns.push(right(8));
    }
    if wide {
        columns.push(right(8));
    }
    let count = area.height.saturating_sub(1);
    let mut rows: Vec<Row> = (0..count).map(|y| entry(y, area.width)).collect();
    if let Some(last) = rows.last_mut() {
        *last = failure(area.width);
        last.selected = at == At::Past;
    }
    Pane {
        title: line(&[("feed", Tone::Strong), (" all events", Tone::Dim)]),
        note: line(&[("98,331 entries", Tone::Dim)]),
        focused: true,
        table: Table { columns, rows },
        empty: Vec::new(),
        scrollbar: Some(Scrollbar {
            thumb_start: count.saturating_sub(3),
            thumb_rows: 3,
            ticks: vec![(3, Tone::Error), (4, Tone::Error), (8, Tone::Amber)],
        }),
    }
}

fn text(pieces: &[(&str, Tone)]) -> Cell {
    Cell::Text(line(pieces))
}

fn fitted(all: Vec<(Cell, u16)>, width: u16) -> Row {
    Row {
        cells: all
            .into_iter()
            .filter(|(_, from)| width >= *from)
            .map(|(c, _)| c)
            .collect(),
        ..Row::default()
    }
}

fn entry(y: u16, width: u16) -> Row {
    let (role, words, latency) = SAID[usize::from(y) % SAID.len()];
    let tone = if latency.is_empty() {
        Tone::Blue
    } else {
        Tone::Dim
    };
    let second = format!("14:05:{:02}.238", y % 60);
    let cells = if y % 7 == 5 {
        (
            text(&[("⌕ search.performed", Tone::Cyan)]),
            text(&[
                ("“consumer groups”", Tone::Plain),
                ("  3 results", Tone::Dim),
            ]),
        )
    } else {
        (
            text(&[("› ", Tone::Dim), ("message.added", Tone::Plain)]),
            text(&[(role, tone), (words, Tone::Plain)]),
        )
    };
    fitted(
        vec![
            (text(&[(&second, Tone::Dim)]), 0),
            (cells.0, 0),
            (text(&[("sess-513d", Tone::Plain)]), 60),
            (text(&[("user-12", Tone::Dim)]), 100),
            (cells.1, 0),
            (text(&[(latency, Tone::Dim)]), 60),
            (text(&[("148 tok", Tone::Dim)]), 100),
        ],
        width,
    )
}

fn failure(width: u16) -> Row {
    fitted(
        vec![
            (text(&[("14:05:19.120", Tone::Dim)]), 0),
            (text(&[("✗ error.occurred", Tone::ErrorStrong)]), 0),
            (text(&[("sess-598a", Tone::Plain)]), 60),
            (text(&[("user-24", Tone::Dim)]), 100),
            (
                text(&[(
                    "tool_error rate limited by model, retry in 12 s",
                    Tone::Error,
                )]),
                0,
            ),
            (text(&[("5149 ms", Tone::Amber)]), 60),
            (text(&[("", Tone::Dim)]), 100),
        ],
        width,
    )
}

/// The pane that has the focus in an otherwise empty place.
pub fn nothing_yet(width: u16, height: u16) -> View {
    let open = Open {
        zoomed: Some(PaneId::Feed),
        focus: PaneId::Feed,
        ..Open::default()
    };
    View {
        layout: layout(Size { width, height }, open),
        feed: Pane {
            title: line(&[("feed", Tone::Strong)]),
            focused: true,
            empty: vec![
                line(&[("no entries yet", Tone::Strong)]),
                line(&[("waiting at memory:events", Tone::Dim)]),
            ],
            ..Pane::default()
        },
        ..View::default()
    }
}
