//! The two lower panes of the fixture.

use super::{At, column, line, right, text, wave};
use lookback::app::layout::Area;
use lookback::app::view::{Cell, Column, Pane, Row, Table, Tone};

pub fn session(area: Area, at: At) -> Pane {
    let steps: [(&str, &str, Tone, &str, &str); 8] = [
        (
            "+00:00",
            "▸ session.started",
            Tone::Green,
            "10.0.0.17  agent/1.4",
            "",
        ),
        (
            "+00:05",
            "› message.added",
            Tone::Blue,
            "user  How do I implement consumer groups?",
            "",
        ),
        (
            "+00:07",
            "› message.added",
            Tone::Plain,
            "assistant  Consumer groups let several workers share",
            "2.1 s",
        ),
        ("", "┊ 38 s idle", Tone::Dim, "", ""),
        (
            "+00:45",
            "⌕ search.performed",
            Tone::Cyan,
            "“consumer groups”  3 results",
            "84 ms",
        ),
        (
            "+01:20",
            "≡ summary.created",
            Tone::Magenta,
            "50 messages → 214 tokens  5.5×",
            "",
        ),
        (
            "+01:36",
            "✗ error.occurred",
            Tone::Error,
            "search timed out after 5,012 ms",
            "5.0 s",
        ),
        (
            "+01:37",
            "› message.added",
            Tone::Plain,
            "assistant  The search tool did not answer; trying",
            "0.9 s",
        ),
    ];
    let rows = steps
        .iter()
        .enumerate()
        .map(|(at_row, (offset, kind, tone, said, took))| {
            let said_tone = if *tone == Tone::Error {
                Tone::Error
            } else {
                Tone::Plain
            };
            let took_tone = if *took == "5.0 s" {
                Tone::Amber
            } else {
                Tone::Dim
            };
            Row {
                cells: vec![
                    text(&[(offset, Tone::Dim)]),
                    text(&[(kind, *tone)]),
                    text(&[(said, said_tone)]),
                    text(&[(took, took_tone)]),
                ],
                selected: at == At::Past && at_row == 6,
                future: at == At::Past && at_row > 6,
            }
        });
    Pane {
        title: line(&[
            ("session", Tone::Strong),
            (" sess-7a3f", Tone::Cyan),
            (" user-7", Tone::Dim),
            ("  open 12m 04s", Tone::Green),
            ("  14 msg  3.4k tok", Tone::Dim),
            ("  1 error", Tone::Error),
        ]),
        table: Table {
            columns: vec![
                column(6, 0),
                column(18, 2),
                column(area.width.saturating_sub(39), 2),
                right(6),
            ],
            rows: rows.collect(),
        },
        ..Pane::default()
    }
}

pub fn errors(area: Area) -> Pane {
    let groups = [
        (
            "112",
            "tool_error",
            "search timed out after ‹n› ms",
            "2 s",
            4,
        ),
        ("41", "tool_error", "file not found: ‹path›", "9 s", 0),
        (
            "33",
            "rate_limit",
            "rate limited by model, retry in ‹n› s",
            "14 s",
            6,
        ),
        (
            "9",
            "context_overflow",
            "context length ‹n› exceeds limit ‹n›",
            "3 m",
            2,
        ),
    ];
    let rows = groups.iter().map(|(count, code, message, ago, peak)| {
        let spark = (0..11_usize).map(|x| {
            if x.abs_diff(*peak) < 2 {
                1.0 - 0.4 * wave(x, *peak)
            } else {
                0.0
            }
        });
        Row {
            cells: vec![
                text(&[(count, Tone::Strong)]),
                text(&[(code, Tone::Error)]),
                text(&[(message, Tone::Plain)]),
                text(&[(ago, Tone::Dim)]),
                Cell::Spark(spark.collect(), Tone::Error),
            ],
            ..Row::default()
        }
    });
    Pane {
        title: line(&[("errors", Tone::Strong), (" 214 in 12 groups", Tone::Dim)]),
        table: Table {
            columns: vec![
                Column { gap: 0, ..right(3) },
                column(16, 2),
                column(area.width.saturating_sub(44), 2),
                right(4),
                column(11, 1),
            ],
            rows: rows.collect(),
        },
        ..Pane::default()
    }
}
