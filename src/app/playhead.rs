//! Where on the log the screen stands: following, paused at a cursor, or playing from it.

mod pace;

use super::narrowing::Visible;
use crate::model::Ms;
use crate::store::{Cursor, EntryRef, Log, Seq};

pub use pace::{Pace, Rate, Rhythm, Speed};

/// Gaps longer than this are played as this long while idle time is compressed.
pub const IDLE_MS: Ms = 2_000;

/// The playhead.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Playhead {
    /// At the newest entry, whatever comes.
    #[default]
    Following,
    /// Standing at a boundary.
    Paused(Cursor),
    /// Walking from a boundary on.
    Playing {
        /// What has happened.
        cursor: Cursor,
        /// The moment reached, in µs of the time axis so that slow speeds add up.
        at_us: u64,
        /// In the even rhythm: time since the last event, in thousandths of a ms.
        since_us: u64,
    },
}

/// What comes next.
enum Next<'a> {
    /// An event that the feed shows.
    Event(EntryRef<'a>),
    /// Nothing is known before this boundary, where a hole begins.
    Hole(Cursor),
    /// The filter has not been everywhere yet.
    Unknown,
    /// Nothing: this is the newest.
    End,
}

/// What playing waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The next event, which comes after so many ms.
    Event(Ms),
    /// Entries that are not here.
    Loading,
}

impl Playhead {
    /// The boundary on this log.
    #[must_use]
    pub fn cursor(self, log: &Log) -> Cursor {
        match self {
            Self::Following => log.end(),
            Self::Paused(cursor) | Self::Playing { cursor, .. } => cursor,
        }
    }

    /// Starts playing from a boundary.
    #[must_use]
    pub fn play_from(cursor: Cursor, log: &Log) -> Self {
        let at_ms = log
            .last_before(cursor)
            .map_or_else(|| log.axis_range().map_or(0, |r| r.0), |e| e.axis_ms());
        Self::Playing {
            cursor,
            at_us: at_ms.saturating_mul(1_000),
            since_us: 0,
        }
    }

    /// Walks on over what the feed shows; reaching the newest entry it follows. At a hole it waits.
    #[must_use]
    pub fn advance(self, visible: &Visible<'_>, elapsed_ms: Ms, pace: Pace) -> Self {
        let Self::Playing { cursor, .. } = self else {
            return self;
        };
        match next(visible, cursor) {
            Next::End => Self::Following,
            Next::Unknown => self,
            Next::Hole(from) => Self::play_from(from, visible.log()),
            Next::Event(event) => match (pace.rhythm, pace.speed.us_per_ms()) {
                (Rhythm::Even, _) => self.by_events(visible, elapsed_ms, pace.rate),
                (Rhythm::Recorded, None) => self.on_by(visible, Speed::MAX_EVENTS, 0),
                (Rhythm::Recorded, Some(us_per_ms)) => {
                    let walked_us = elapsed_ms.saturating_mul(us_per_ms);
                    let idle_until = event.axis_ms().saturating_sub(IDLE_MS);
                    let skip_to = if pace.compress_idle { idle_until } else { 0 };
                    self.by_time(visible, walked_us, skip_to)
                }
            },
        }
    }

    /// So much time on, and at least to `skip_to`.
    fn by_time(self, visible: &Visible<'_>, walked_us: u64, skip_to: Ms) -> Self {
        let Self::Playing { cursor, at_us, .. } = self else {
            return self;
        };
        let log = visible.log();
        let at_us = at_us
            .saturating_add(walked_us)
            .max(skip_to.saturating_mul(1_000));
        let reached = log.cursor_at(at_us / 1_000).max(cursor);
        match limit(log, cursor).filter(|limit| *limit <= reached) {
            Some(limit) => Self::play_from(limit, log),
            None => Self::Playing {
                cursor: reached,
                at_us,
                since_us: 0,
            },
        }
    }

    fn by_events(self, visible: &Visible<'_>, elapsed_ms: Ms, rate: Rate) -> Self {
        let Self::Playing { since_us, .. } = self else {
            return self;
        };
        let each_us = 1_000_000 / rate.per_s();
        let since_us = since_us.saturating_add(elapsed_ms.saturating_mul(1_000));
        let events = usize::try_from(since_us / each_us).unwrap_or(usize::MAX);
        self.on_by(visible, events, since_us % each_us)
    }

    /// So many events on, as far as they are here.
    fn on_by(self, visible: &Visible<'_>, events: usize, since_us: u64) -> Self {
        let Self::Playing { cursor, at_us, .. } = self else {
            return self;
        };
        let log = visible.log();
        let limit = limit(log, cursor);
        let here = |seq: &Seq| limit.is_none_or(|limit| limit.includes(*seq));
        let mut passed = visible.after(cursor, events).into_iter().filter(here);
        let (cursor, at_us) = match passed.next_back() {
            Some(seq) => (
                seq.after(),
                log.get(seq)
                    .map_or(0, |e| e.axis_ms().saturating_mul(1_000)),
            ),
            None => (cursor, at_us),
        };
        Self::Playing {
            cursor,
            at_us,
            since_us,
        }
    }

    /// What playing waits for.
    #[must_use]
    pub fn waits(self, visible: &Visible<'_>, pace: Pace) -> Option<Wait> {
        let Self::Playing { cursor, at_us, .. } = self else {
            return None;
        };
        match (next(visible, cursor), pace.rhythm) {
            (Next::Hole(from), _) if visible.log().count(cursor..from) == 0 => Some(Wait::Loading),
            (Next::Event(event), Rhythm::Recorded) => {
                let left_us = event.axis_ms().saturating_mul(1_000).saturating_sub(at_us);
                let us_per_ms = pace.speed.us_per_ms()?;
                Some(Wait::Event(left_us / us_per_ms))
            }
            _ => None,
        }
    }
}

/// Where a hole begins that lies ahead: nothing is played beyond it.
fn limit(log: &Log, cursor: Cursor) -> Option<Cursor> {
    let hole = log.hole().filter(|hole| cursor <= hole.from)?;
    Some(hole.from)
}

fn next<'a>(visible: &Visible<'a>, cursor: Cursor) -> Next<'a> {
    let log = visible.log();
    let limit = limit(log, cursor);
    let shown = visible.after(cursor, 1).first().copied();
    match (shown.and_then(|seq| log.get(seq)), limit) {
        (Some(event), None) => Next::Event(event),
        (Some(event), Some(limit)) if limit.includes(event.seq) => Next::Event(event),
        (_, Some(limit)) => Next::Hole(limit),
        (None, None) if visible.is_scanning() => Next::Unknown,
        (None, None) => Next::End,
    }
}
