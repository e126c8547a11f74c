//! The first row, and the banner: in what state this is, and whether it can be trusted.

mod fit;

use self::fit::Part;
use super::charts::Charts;
use super::style::{own, theirs};
use super::{clock, number};
use crate::app::layout::{ScreenId, WIDE};
use crate::app::loading::Count;
use crate::app::playhead::{Playhead, Rhythm, Wait};
use crate::app::state::State;
use crate::app::view::{Header, Line, Piece, Tone};
use crate::model::{Ms, time};
use crate::store::Link;

/// In which order the parts of the row go when it gets narrow: the last first, the first never.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Stays,
    Index,
    Pace,
    Idle,
    Tabs,
    Total,
    Streams,
    Name,
    Place,
    Memory,
    Rates,
}

/// Columns of the rates, and of what grows while the playhead stands still: the distance, and the number of newer entries.
const RATES: usize = 52;
const DISTANCE: usize = 10;
const NEWER: usize = 16;
/// Columns between two of the right side, and at the edges of the row.
const APART: usize = 3;
const EDGES: usize = 2;
/// A wait that is no longer is not told.
const WAIT_MS: Ms = 3_000;

/// The header.
pub fn header(state: &State, charts: Option<&Charts>) -> Header {
    let mut parts = left(state);
    parts.extend(right(state, charts));
    let room = usize::from(state.size.width).saturating_sub(EDGES);
    fit::fit(&mut parts, Rank::Stays, room);
    let (left, right): (Parts, Parts) = parts
        .into_iter()
        .partition(|part| !matches!(part.rank, Rank::Tabs | Rank::Memory | Rank::Rates));
    Header {
        left: fit::joined(left),
        right: right.into_iter().flat_map(|part| part.line).collect(),
    }
}

type Parts = Vec<Part<Rank>>;

fn part(rank: Rank, line: Line) -> Part<Rank> {
    let line = [own("  ", Tone::Plain), line].concat();
    Part {
        rank,
        line,
        at_least: 0,
    }
}

fn left(state: &State) -> Parts {
    let place = theirs(state.options.place.as_bytes(), 40, Tone::Plain);
    let streams = theirs(state.options.streams.as_bytes(), 40, Tone::Cyan);
    let mut parts = vec![
        Part {
            rank: Rank::Name,
            line: own("lookback", Tone::Strong),
            at_least: 0,
        },
        part(Rank::Stays, vec![pill(state)]),
        part(Rank::Place, place),
        Part {
            rank: Rank::Streams,
            line: [own(" ", Tone::Plain), streams].concat(),
            at_least: 0,
        },
    ];
    parts.extend(index(state));
    parts.extend(pace(state));
    parts.extend(present(state));
    parts
}

/// Which event this is. While following it is the newest, and told once all of them are counted.
fn index(state: &State) -> Parts {
    let history = state.feed.history;
    let following = state.playhead == Playhead::Following;
    if state.log.is_empty() || (following && !history.idle) {
        return Vec::new();
    }
    let event = format!("event {}", number::count(state.index_at(state.cursor())));
    let mut parts = vec![part(Rank::Index, own(&event, Tone::Dim))];
    if !following {
        let total = state.index_at(state.horizon());
        let is_all = history.total.is_some() || state.loading.at_start;
        let here = if is_all { "" } else { " loaded" };
        let text = format!(" of {}{here}", number::count(total));
        parts.push(Part {
            rank: Rank::Total,
            line: own(&text, Tone::Dim),
            at_least: 0,
        });
    }
    parts
}

/// How playing goes on, or would.
fn pace(state: &State) -> Parts {
    let playing = matches!(state.playhead, Playhead::Playing { .. });
    let tone = if playing { Tone::Amber } else { Tone::Dim };
    let mut parts = vec![part(Rank::Pace, own(&state.pace.to_string(), tone))];
    if state.pace.rhythm == Rhythm::Recorded {
        let idle = if state.pace.compress_idle {
            "idle ≤ 2 s"
        } else {
            "idle in full"
        };
        parts.push(part(Rank::Idle, own(idle, Tone::Dim)));
    }
    let wait = match state.playhead.waits(&state.visible(), state.pace) {
        Some(Wait::Event(ms)) if ms >= WAIT_MS => format!("next in {}", number::age(ms)),
        Some(Wait::Loading) => "waits for entries to load".to_owned(),
        Some(Wait::Event(_)) | None => return parts,
    };
    parts.push(part(Rank::Stays, own(&wait, Tone::Amber)));
    parts
}

/// How far the present is.
fn present(state: &State) -> Parts {
    if state.playhead == Playhead::Following {
        let quiet = state.is_quiet() && !state.log.is_empty();
        let text = format!("last entry {} ago", number::age(state.quiet_ms()));
        let told = part(Rank::Stays, own(&text, Tone::Amber));
        return Some(told).filter(|_| quiet).into_iter().collect();
    }
    let newer = newer(state);
    let badge = if newer.n > 0 {
        own(&plus_newer(newer), Tone::AmberStrong)
    } else {
        Line::new()
    };
    vec![
        Part {
            at_least: DISTANCE,
            ..part(Rank::Stays, own(&distance(state), Tone::Amber))
        },
        Part {
            at_least: NEWER,
            ..part(Rank::Stays, badge)
        },
    ]
}

fn plus_newer(newer: Count) -> String {
    if newer.exact {
        format!("+{} newer", number::grouped(newer.n))
    } else {
        format!("about +{} newer", number::short(newer.n))
    }
}

/// Entries of the source that have not happened yet.
fn newer(state: &State) -> Count {
    let here = state.log.count(state.cursor()..state.log.end());
    let hole = state.log.hole().filter(|hole| state.cursor() <= hole.from);
    let between = hole.map_or_else(Count::default, |_| state.missing().between);
    Count {
        n: here + between.n,
        exact: hole.is_none() || between.exact,
    }
}

/// Moves once a second below a minute, and once a minute or less often further back: a still screen costs nothing.
fn distance(state: &State) -> String {
    match state.present_ms().saturating_sub(state.moment_ms()) {
        0..1_000 => "just now".to_owned(),
        ms => format!("{} ago", number::age(ms)),
    }
}

fn pill(state: &State) -> Piece {
    let here = state.log.last_before(state.cursor());
    let newest = state.log.axis_range();
    let now = |word: &str, tone| match newest {
        Some((_, ms)) => Piece::own(
            &format!(" {word} {} ", clock::to_the_second(state, ms)),
            tone,
        ),
        None => Piece::own(&format!(" {word} "), tone),
    };
    match (state.playhead, &state.feed.link) {
        (Playhead::Paused(_), _) => {
            let at = here.map_or_else(|| "—".to_owned(), |e| clock::exact(state, e.id().ms));
            Piece::own(&format!(" ‖ {at} "), Tone::PillPast)
        }
        (Playhead::Playing { at_us, .. }, _) => {
            let at = clock::to_the_second(state, at_us / 1_000);
            Piece::own(&format!(" ▸ {at} "), Tone::PillPast)
        }
        (Playhead::Following, Link::Live) => now("● LIVE", Tone::PillLive),
        (Playhead::Following, Link::Connecting) => now("CONNECTING", Tone::PillIdle),
        (Playhead::Following, Link::Waiting(_)) => now("WAITING", Tone::PillIdle),
        (Playhead::Following, Link::Ended) => now("ENDED", Tone::PillIdle),
        (Playhead::Following, Link::Lost { .. } | Link::Refused(_)) => {
            now("NO LINK", Tone::PillLost)
        }
    }
}

/// From this width on every screen has its name.
const NAMED: u16 = 150;

/// All screens, the open one bright; where it is narrow the others have only their keys.
fn tabs(open: ScreenId, width: u16) -> Line {
    let tab = |screen: ScreenId| {
        if screen == open {
            Piece::own(screen.title(), Tone::Strong)
        } else if width >= NAMED {
            Piece::own(screen.title(), Tone::Dim)
        } else {
            Piece::own(&screen.number().to_string(), Tone::Dim)
        }
    };
    ScreenId::ALL.map(tab).into()
}

/// How much memory it takes is a fact of the present and is left out in the past.
fn right(state: &State, charts: Option<&Charts>) -> Parts {
    if state.screen != ScreenId::Dashboard && state.size.width < WIDE {
        return Vec::new();
    }
    if state.screen != ScreenId::Dashboard {
        let line = tabs(state.screen, state.size.width);
        let width = line.iter().map(|tab| tab.text.width() + APART).sum();
        return vec![Part {
            rank: Rank::Tabs,
            line,
            at_least: width,
        }];
    }
    let mut parts = Vec::new();
    let rates = rates(state, charts);
    if !rates.is_empty() {
        parts.push(Part {
            rank: Rank::Rates,
            line: rates,
            at_least: RATES,
        });
    }
    if state.playhead == Playhead::Following {
        let memory = memory(state);
        parts.push(Part {
            rank: Rank::Memory,
            at_least: memory.len() + APART,
            line: own(&memory, Tone::Dim),
        });
    }
    parts
}

/// Of the whole program, once it was measured.
fn memory(state: &State) -> String {
    number::bytes(match state.memory.resident_bytes {
        0 => state.log.memory_bytes(),
        resident => resident,
    })
}

/// The rates of a stream that fell silent are in the strip, under the time to which they belong.
fn rates(state: &State, charts: Option<&Charts>) -> Line {
    let present = charts.filter(|_| !state.is_quiet() && !state.log.is_empty());
    let Some(now) = present.map(Charts::current) else {
        return Line::new();
    };
    let dim = |text: String| Piece::own(&text, Tone::Dim);
    let mut line = vec![dim(format!("{} ev/s", number::rate(now.events_per_s)))];
    if let Some(share) = now.error_share {
        let tone = if share >= 0.05 {
            Tone::Error
        } else {
            Tone::Dim
        };
        line.push(Piece::own(&format!("err {}", number::percent(share)), tone));
    }
    if let Some(p95) = now.p95_ms {
        line.push(dim(format!("p95 {}", number::latency(p95))));
    }
    line.push(dim(format!(
        "{} active",
        number::grouped(u64::from(now.active))
    )));
    line
}

/// What is wrong with the link, what to do, and when it is tried again.
pub fn banner(state: &State) -> Option<Line> {
    let (trouble, then) = match &state.feed.link {
        Link::Lost {
            trouble,
            attempt,
            retry_in_ms,
        } => (
            trouble,
            format!("  try {attempt}, next in {}", time::span(*retry_in_ms)),
        ),
        Link::Refused(trouble) => (trouble, String::new()),
        _ => return None,
    };
    let mut line = own(" ✗ ", Tone::ErrorStrong);
    line.extend(theirs(trouble.what.as_bytes(), 200, Tone::Error));
    if !trouble.hint.is_empty() {
        line.extend(own("  ", Tone::Plain));
        line.extend(theirs(trouble.hint.as_bytes(), 200, Tone::Plain));
    }
    line.extend(own(&then, Tone::Dim));
    Some(line)
}
