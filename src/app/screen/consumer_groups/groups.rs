//! The consumer groups of all streams, in the order of the streams.

use super::{InView, column, count, counted, dimmed, names, rate, rest, text, unknown};
use crate::app::consumer_groups::ConsumerGroups;
use crate::app::layout::{Area, PaneId};
use crate::app::screen::style::{own, theirs};
use crate::app::screen::{inner_width, number, titled};
use crate::app::state::State;
use crate::app::view::{Cell, Column, Line, Pane, Row, Table, Tone};
use crate::model::consumer_groups::{GroupStatus, Lag, StreamStatus};
use crate::model::{Ms, time};
use crate::project::backlog::{Drain, GroupPace, LOOKS};

/// Where the selected one stands.
pub fn place(groups: &ConsumerGroups) -> Option<usize> {
    let chosen = groups.group_name()?;
    groups
        .groups()
        .position(|(stream, group)| stream.key == chosen.stream && group.name == chosen.group)
}

/// The pane.
pub fn groups(state: &State, area: Area) -> Pane {
    let groups = &state.groups;
    let selected = place(groups);
    let total = groups.groups().count();
    let widths = Widths::of(area.width, groups.streams().len() > 1);
    let view = InView::of(area, selected);
    let shown = view.cut(groups.groups().enumerate());
    let rows = shown.map(|(at, (stream, group))| Row {
        selected: selected == Some(at),
        ..row(state, stream, group, widths)
    });
    Pane {
        note: faults(state, area.width),
        table: Table {
            columns: widths.columns(area.width),
            rows: if total == 0 {
                Vec::new()
            } else {
                dimmed(state, view.rows(head(), rows))
            },
        },
        empty: vec![
            own("no consumer groups", Tone::Dim),
            own("M makes one", Tone::Faint),
        ],
        scrollbar: view.scrollbar(total, area),
        ..titled(
            state,
            PaneId::ConsumerGroups,
            [own("groups", Tone::Strong), super::total(total)].concat(),
        )
    }
}

/// What could not be asked of the selected stream and group, each reason once.
fn faults(state: &State, width: u16) -> Line {
    let stream = state.groups.stream().map_or(&[][..], |s| &s.faults);
    let group = state.groups.group().map_or(&[][..], |g| &g.faults);
    let page = state.groups.page().and_then(|page| page.fault.as_ref());
    let seen = state.groups.seen.as_ref();
    let whole = seen.map_or(&[][..], |seen| &seen.snapshot.faults);
    let mut reasons: Vec<&String> = Vec::new();
    for reason in stream.iter().chain(group).chain(page).chain(whole) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let Some((first, more)) = reasons.split_first() else {
        return Line::new();
    };
    let room = width.saturating_sub(40).max(24);
    let mut line = theirs(first.as_bytes(), room, Tone::Amber);
    if !more.is_empty() {
        line.extend(own(&format!("  +{} more", more.len()), Tone::Amber));
    }
    line
}

#[derive(Clone, Copy)]
struct Widths {
    stream: u16,
    consumers: u16,
    read: u16,
    acked: u16,
    trend: u16,
}

const PENDING: u16 = 9;
const DELIVERABLE: u16 = 11;
/// Columns of `up to `.
const UP_TO: u16 = 6;
const LOST: u16 = 7;
const BEHIND: u16 = 7;
const DRAINS: u16 = 9;

impl Widths {
    /// Where it is narrow the paces go, then the trend, then the number of consumers.
    fn of(width: u16, several: bool) -> Self {
        let (consumers, read, acked, trend) = match width {
            0..90 => (0, 0, 0, 0),
            90..115 => (9, 0, 0, 12),
            115..140 if several => (9, 0, 0, 12),
            115..140 => (9, 7, 7, 12),
            _ => (9, 8, 8, 24),
        };
        Self {
            stream: if several { width / 8 } else { 0 },
            consumers,
            read,
            acked,
            trend,
        }
    }

    fn columns(self, width: u16) -> Vec<Column> {
        let others = [
            column(self.stream, false),
            column(self.consumers, true),
            column(PENDING, true),
            column(DELIVERABLE, true),
            column(LOST, true),
            column(BEHIND, true),
            column(self.read, true),
            column(self.acked, true),
            column(self.trend, false),
            column(DRAINS, true),
        ];
        let mut columns = vec![rest(width, &others, 8)];
        columns.extend(others);
        columns
    }
}

fn head() -> Row {
    names(&[
        "group",
        "stream",
        "consumers",
        "pending",
        "deliverable",
        "lost",
        "behind",
        "read/s",
        "acked/s",
        "still to do",
        "done in",
    ])
}

fn row(state: &State, stream: &StreamStatus, group: &GroupStatus, widths: Widths) -> Row {
    let pace = state.groups.backlog.group(&stream.key, &group.name);
    let name = |bytes, tone| Cell::Text(theirs(bytes, inner_width(state.size.width), tone));
    let listed = group.consumers.as_ref().map(|all| all.len() as u64);
    let consumers = group.consumer_count.or(listed);
    let cells = vec![
        name(&group.name, Tone::Cyan),
        name(&stream.key, Tone::Dim),
        count(consumers, widths.consumers, Tone::Plain),
        count(group.pending, PENDING, Tone::Strong),
        deliverable(group.lag),
        count(group.lag.lost, LOST, Tone::Amber),
        behind(group.behind_ms),
        rate(pace.read_per_s),
        rate(pace.acked_per_s),
        Cell::Spark(heights(&pace, widths.trend), Tone::Blue),
        drain(&pace),
    ];
    Row {
        cells,
        ..Row::default()
    }
}

/// Where only the sum with what is lost is known, it is no more than that.
fn deliverable(lag: Lag) -> Cell {
    match (lag.deliverable, lag.total) {
        (None, Some(total)) => {
            let total = counted(total, DELIVERABLE - UP_TO);
            text(&format!("up to {total}"), Tone::Plain)
        }
        (deliverable, _) => count(deliverable, DELIVERABLE, Tone::Strong),
    }
}

fn behind(ms: Option<Ms>) -> Cell {
    match ms {
        None => unknown(),
        Some(0) => text("0 s", Tone::Dim),
        Some(ms @ 0..1_000) => text(&time::span(ms), Tone::Plain),
        Some(ms) => text(&number::age(ms), Tone::Plain),
    }
}

fn drain(pace: &GroupPace) -> Cell {
    match pace.drain {
        Drain::Unknown => text("—", Tone::Faint),
        Drain::Done => text("all done", Tone::Dim),
        Drain::In(ms) => text(&in_time(ms), Tone::Plain),
        Drain::Steady => text("steady", Tone::Dim),
        Drain::Growing => text("growing", Tone::Amber),
    }
}

fn in_time(ms: Ms) -> String {
    const YEAR: Ms = 365 * 86_400_000;
    match ms {
        0..1_000 => "< 1 s".to_owned(),
        YEAR.. => "> 1 year".to_owned(),
        _ => format!("~ {}", number::age(ms)),
    }
}

/// Below the full row, so that the trends of two groups do not grow together.
const TOP: f32 = 0.875;

/// The newest looks, one a column or several; each as a share of the most of them. What is unknown is no number. Where nothing
/// changed there is nothing to see, and so a still system stays still.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a share of 0 to 1"
)]
fn heights(pace: &GroupPace, width: u16) -> Vec<f32> {
    let most = pace.trend.iter().flatten().copied().max().unwrap_or(0);
    let mut known = pace.trend.iter().flatten();
    let first = known.next();
    if known.all(|n| Some(n) == first) {
        return Vec::new();
    }
    let per_column = LOOKS.div_ceil(usize::from(width.max(1)));
    let height = |looks: &[Option<u64>]| match looks.iter().flatten().max() {
        Some(highest) => (*highest as f64 / most.max(1) as f64) as f32 * TOP,
        None => f32::NAN,
    };
    let mut heights: Vec<f32> = pace.trend.rchunks(per_column).map(height).collect();
    heights.reverse();
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_ends_with_the_newest_look() {
        let pace = GroupPace {
            trend: vec![Some(0), Some(10), None, Some(5)],
            ..GroupPace::default()
        };
        let shown = |width| format!("{:?}", heights(&pace, width));
        assert_eq!(shown(60), "[0.0, 0.875, NaN, 0.4375]");
        assert_eq!(shown(12), "[0.875]");
    }

    #[test]
    fn a_trend_without_a_change_is_not_drawn() {
        for trend in [
            vec![],
            vec![None; 9],
            vec![Some(7); 9],
            vec![None, Some(7), Some(7)],
        ] {
            let pace = GroupPace {
                trend,
                ..GroupPace::default()
            };
            assert!(heights(&pace, 12).is_empty());
        }
    }

    #[test]
    fn an_estimate_is_no_more_exact_than_it_can_be() {
        let times = [0, 999, 12_345, 90_000, Ms::MAX].map(in_time);
        assert_eq!(times, ["< 1 s", "< 1 s", "~ 12 s", "~ 1m", "> 1 year"]);
    }
}
