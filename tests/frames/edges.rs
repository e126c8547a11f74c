//! The scrubber, the keys and the help of the fixture.

use super::{At, line, own, wave};
use lookback::app::view::{Ground, Help, Piece, Scrubber, ScrubberBar, Tone};
use lookback::model::SafeText;

pub fn scrubber(width: u16, at: At) -> Scrubber {
    let count = width.saturating_sub(2);
    let playhead = match at {
        At::Now => count.saturating_sub(1),
        At::Past => count * 17 / 20,
    };
    let bars = (0..count).map(|x| {
        let errors = (count * 4 / 5..=count * 17 / 20).contains(&x);
        ScrubberBar {
            height: if errors {
                0.9
            } else {
                0.3 + 0.2 * wave(usize::from(x), 2)
            },
            tone: match (x > playhead, errors) {
                (true, _) => Tone::Faint,
                (false, true) => Tone::Error,
                (false, false) => Tone::Blue,
            },
            ground: if (count * 11 / 20..count * 12 / 20).contains(&x) {
                Ground::Silent
            } else {
                Ground::Known
            },
        }
    });
    Scrubber {
        start: line(&[("13:10:02", Tone::Dim)]),
        end: line(&[("14:05:19", Tone::Dim)]),
        bars: bars.collect(),
        playhead: (count > 0).then_some(playhead),
        following: at == At::Now,
        marks: vec![
            (count / 12, Piece::own("▪", Tone::Error)),
            (count / 4, Piece::own("▪▪", Tone::Error)),
            (count * 7 / 20, Piece::own("◆ deploy", Tone::Magenta)),
            (count * 11 / 20, Piece::own("4m gap", Tone::Faint)),
            (count * 4 / 5, Piece::own("▪▪", Tone::Error)),
        ],
    }
}

pub fn keys(at: At) -> Vec<(SafeText, SafeText)> {
    let first = if at == At::Now { "pause" } else { "play" };
    let keys = [
        ("space", first),
        ("← →", "step"),
        ("[ ]", "marker"),
        ("e", "error"),
        ("b", "run until"),
        ("/", "filter"),
        ("@", "go to"),
        ("f", "follow"),
        ("Enter", "detail"),
        ("Tab", "pane"),
        ("1-5", "screens"),
        ("?", "help"),
    ];
    keys.map(|(k, m)| (own(k), own(m))).to_vec()
}

pub fn help() -> Help {
    let section = |title: &str, rows: &[(&str, &str)]| {
        let rows = rows.iter().map(|(k, m)| (own(k), own(m))).collect();
        (own(title), rows)
    };
    Help {
        sections: vec![
            section(
                "move",
                &[
                    ("j k", "one row"),
                    ("g G", "first, last"),
                    ("PgUp PgDn", "one page"),
                    ("Tab", "next pane"),
                    ("1-5", "screens"),
                    ("z", "zoom"),
                    ("Enter", "detail"),
                    ("Esc", "back"),
                ],
            ),
            section(
                "time",
                &[
                    ("space", "play or pause"),
                    ("← →", "one event"),
                    ("⇧← ⇧→", "one second"),
                    ("⌥← ⌥→", "one minute"),
                    ("[ ]", "previous, next marker"),
                    ("- +", "speed"),
                    ("@", "go to a time"),
                    ("f", "follow"),
                ],
            ),
            section(
                "look",
                &[
                    ("/", "filter"),
                    ("u o t", "this row's user, session, type"),
                    ("e E", "next, previous error"),
                    ("s S", "next, previous spike"),
                ],
            ),
            section(
                "keep",
                &[
                    ("m", "bookmark"),
                    ("'", "bookmarks"),
                    ("y", "copy"),
                    ("Y", "copy this view as a command"),
                    ("x", "export"),
                ],
            ),
        ],
        scroll: 0,
    }
}
