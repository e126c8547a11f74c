//! The first row, and the banner: in what state this is, and whether it can be trusted.

use super::charts::Charts;
use super::number;
use super::style::{own, theirs};
use crate::app::playhead::Playhead;
use crate::app::state::State;
use crate::app::view::{Header, Line, Piece, Tone};
use crate::model::time;
use crate::store::Link;
use crate::{app::layout::ScreenId, app::loading::Count};

/// The header.
pub fn header(state: &State, charts: Option<&Charts>) -> Header {
    Header {
        left: left(state),
        right: match state.screen {
            ScreenId::Dashboard => right(state, charts),
            ScreenId::Session => tabs(state.screen),
        },
    }
}

fn left(state: &State) -> Line {
    let gap = || own("  ", Tone::Plain);
    let mut line = [
        own("lookback", Tone::Strong),
        gap(),
        vec![pill(state)],
        gap(),
    ]
    .concat();
    line.extend(theirs(state.options.place.as_bytes(), 40, Tone::Plain));
    line.extend(own(" ", Tone::Plain));
    line.extend(theirs(state.options.streams.as_bytes(), 40, Tone::Cyan));
    if state.playhead == Playhead::Following {
        if state.is_quiet() && !state.log.is_empty() {
            line.extend(gap());
            line.extend(own(
                &format!("last entry {} ago", number::age(state.quiet_ms())),
                Tone::Amber,
            ));
        }
        return line;
    }
    line.extend(gap());
    line.extend(own(&distance(state), Tone::Amber));
    let newer = newer(state);
    if newer.n > 0 {
        line.extend(gap());
        line.extend(own(&plus_newer(newer), Tone::AmberStrong));
    }
    line
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
        exact: between.n == 0 || between.exact,
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
    let at = || here.map_or_else(|| "—".to_owned(), |e| state.options.zone.clock(e.id().ms));
    match (state.playhead, &state.feed.link) {
        (Playhead::Paused(_), _) => Piece::own(&format!(" ‖ {} ", at()), Tone::PillPast),
        (Playhead::Playing { at_us, .. }, _) => {
            let clock = state.options.zone.clock_seconds(at_us / 1_000);
            Piece::own(
                &format!(" ▸ {clock} {} ", state.pace.speed.text()),
                Tone::PillPast,
            )
        }
        (Playhead::Following, Link::Live) => Piece::own(" ● LIVE ", Tone::PillLive),
        (Playhead::Following, Link::Connecting) => Piece::own(" CONNECTING ", Tone::PillIdle),
        (Playhead::Following, Link::Waiting(_)) => Piece::own(" WAITING ", Tone::PillIdle),
        (Playhead::Following, Link::Ended) => Piece::own(" ENDED ", Tone::PillIdle),
        (Playhead::Following, Link::Lost { .. } | Link::Refused(_)) => {
            Piece::own(" NO LINK ", Tone::PillLost)
        }
    }
}

/// All screens, the open one bright.
fn tabs(open: ScreenId) -> Vec<Piece> {
    let tab = |screen: ScreenId| {
        let tone = if screen == open {
            Tone::Strong
        } else {
            Tone::Dim
        };
        Piece::own(screen.title(), tone)
    };
    ScreenId::ALL.map(tab).into()
}

/// Those at the left drop out first. How much memory the log takes is a fact of the present and is left out in the past.
fn right(state: &State, charts: Option<&Charts>) -> Vec<Piece> {
    let mut right = Vec::new();
    // The rates of a stream that fell silent are in the strip, under the time to which they belong.
    let present = charts.filter(|_| !state.is_quiet() && !state.log.is_empty());
    if let Some(now) = present.map(Charts::current) {
        right.push(Piece::own(
            &format!("{} ev/s", number::rate(now.events_per_s)),
            Tone::Dim,
        ));
        if let Some(share) = now.error_share {
            right.push(Piece::own(
                &format!("err {}", number::percent(share)),
                if share >= 0.05 {
                    Tone::Error
                } else {
                    Tone::Dim
                },
            ));
        }
        if let Some(p95) = now.p95_ms {
            right.push(Piece::own(
                &format!("p95 {}", number::latency(p95)),
                Tone::Dim,
            ));
        }
        right.push(Piece::own(
            &format!("{} active", number::grouped(u64::from(now.active))),
            Tone::Dim,
        ));
    }
    if state.playhead != Playhead::Following {
        return right;
    }
    right.push(Piece::own(
        &number::bytes(state.log.memory_bytes()),
        Tone::Dim,
    ));
    right
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
