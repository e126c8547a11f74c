//! The figures of a tally over a window of time: what `stats` prints and what the metrics screen shows.
//!
//! Invariant: what is not known is `None`, never 0.

use super::{Cut, Latencies, Tally, float};
use crate::model::Ms;
use crate::project::activity::IDLE_MS;
use crate::project::session_state::SessionStatus;

/// How latencies lie, ms. A quantile is the nearest rank.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quantiles {
    /// Known latencies.
    pub count: u64,
    /// Their mean.
    pub mean: Option<f64>,
    /// Half are at most as long.
    pub p50: Option<f64>,
    /// Nine of ten are.
    pub p90: Option<f64>,
    /// 19 of 20 are.
    pub p95: Option<f64>,
    /// 99 of 100 are.
    pub p99: Option<f64>,
    /// The longest.
    pub max: Option<f64>,
    /// Whether the quantiles are exact, or up to 0.006 % off.
    pub exact: bool,
}

impl Quantiles {
    /// Of a spread.
    #[must_use]
    pub fn of(spread: &Latencies) -> Self {
        let [p50, p90, p95, p99] = spread.quantiles([0.5, 0.9, 0.95, 0.99]);
        Self {
            count: spread.total(),
            mean: spread.mean(),
            p50,
            p90,
            p95,
            p99,
            max: spread.max(),
            exact: spread.is_exact(),
        }
    }
}

/// Sessions by where they stand at the end of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct States {
    /// Going on.
    pub open: u64,
    /// Ended.
    pub ended: u64,
    /// Silent for [`IDLE_MS`].
    pub idle: u64,
    /// Their start is not in the window although others' are.
    pub truncated: u64,
}

impl States {
    /// Word and number of each.
    #[must_use]
    pub const fn named(self) -> [(SessionStatus, u64); 4] {
        [
            (SessionStatus::Open, self.open),
            (SessionStatus::Ended, self.ended),
            (SessionStatus::Idle, self.idle),
            (SessionStatus::Truncated, self.truncated),
        ]
    }
}

/// The figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// The window's ends, ms since the epoch.
    pub window: (Ms, Ms),
    /// Events.
    pub events: u64,
    /// Entries that repeat an event id.
    pub duplicates: u64,
    /// Events a second; `None` of a window without length.
    pub events_per_s: Option<f64>,
    /// Events that failed.
    pub errors: u64,
    /// Errors among the events, 0–1; `None` without events.
    pub error_rate: Option<f64>,
    /// The events' own latencies.
    pub latency: Quantiles,
    /// From a user's message to the answer.
    pub turns: Quantiles,
    /// From the event time to the entry id.
    pub pipeline: Quantiles,
    /// Tokens; `None` where no event names any.
    pub tokens: Option<u64>,
    /// Tokens a minute.
    pub tokens_per_min: Option<f64>,
    /// Sessions of the window that are not ended and not idle at its end.
    pub active: u64,
    /// All sessions of the window.
    pub sessions: u64,
    /// By where they stand.
    pub states: States,
    /// Sessions that began in the window, as events say.
    pub started: u64,
    /// Sessions that ended in it, as events say.
    pub ended: u64,
    /// Events per session; `None` without sessions.
    pub mean_events: Option<f64>,
    /// From a session's first event in the window to its last, ms, in the mean.
    pub mean_duration_ms: Option<f64>,
    /// Events of which a part could not be read.
    pub faults: u64,
    /// Events whose time is after their entry id.
    pub ahead: u64,
    /// Events without a time on the axis.
    pub untimed: u64,
    /// What was left out.
    pub cut: Cut,
}

/// The figures of a tally; `window` is the time that it covers, and silence is measured up to its end.
#[must_use]
pub fn figures(tally: &Tally, window: (Ms, Ms)) -> Figures {
    let length_ms = window.1.saturating_sub(window.0);
    let per = |count: u64, unit_ms: f64| {
        (length_ms > 0).then(|| float(count) * unit_ms / float(length_ms))
    };
    let tokens = (tally.tokens_known > 0).then_some(tally.tokens);
    let census = Census::of(tally, window.1);
    Figures {
        window,
        events: tally.events,
        duplicates: tally.duplicates,
        events_per_s: per(tally.events, 1_000.0),
        errors: tally.errors,
        error_rate: share(tally.errors, tally.events),
        latency: Quantiles::of(&tally.latency),
        turns: Quantiles::of(&tally.turns),
        pipeline: Quantiles::of(&tally.pipeline),
        tokens,
        tokens_per_min: tokens.and_then(|tokens| per(tokens, 60_000.0)),
        active: census.active,
        sessions: tally.sessions.count(),
        states: census.states,
        started: tally.started,
        ended: tally.ended,
        mean_events: share(census.events, tally.sessions.count()),
        mean_duration_ms: census.mean_duration_ms(),
        faults: tally.faults,
        ahead: tally.ahead,
        untimed: tally.untimed,
        cut: tally.cut(),
    }
}

/// One number as a share of another; `None` of nothing.
#[must_use]
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| float(part) / float(whole))
}

#[derive(Default)]
struct Census {
    states: States,
    active: u64,
    events: u64,
    duration_ms: u128,
    durations: u64,
}

impl Census {
    fn of(tally: &Tally, at_ms: Ms) -> Self {
        let sessions = &tally.sessions;
        let starts_known = sessions.iter().any(|(_, session)| session.started);
        let gone = *sessions.gone();
        let unseen_starts = gone.sessions - gone.ended - gone.idle;
        let mut census = Self {
            states: States {
                ended: gone.ended,
                idle: gone.idle + if starts_known { 0 } else { unseen_starts },
                truncated: if starts_known { unseen_starts } else { 0 },
                open: 0,
            },
            active: 0,
            events: gone.events,
            duration_ms: gone.duration_ms,
            durations: gone.durations,
        };
        for (_, session) in sessions.iter() {
            let silent_ms = session
                .span
                .map_or(0, |(_, last)| at_ms.saturating_sub(last));
            let start_missing = starts_known && !session.started;
            let status = SessionStatus::of(session.ended, start_missing, silent_ms);
            *census.states.place(status) += 1;
            census.active += u64::from(!session.ended && silent_ms <= IDLE_MS);
            census.events += session.events;
            if let Some(ms) = session.duration_ms() {
                census.duration_ms += u128::from(ms);
                census.durations += 1;
            }
        }
        census
    }

    #[expect(clippy::cast_precision_loss, reason = "a mean shown with few digits")]
    fn mean_duration_ms(&self) -> Option<f64> {
        (self.durations > 0).then(|| self.duration_ms as f64 / self.durations as f64)
    }
}

impl States {
    const fn place(&mut self, status: SessionStatus) -> &mut u64 {
        match status {
            SessionStatus::Open => &mut self.open,
            SessionStatus::Ended => &mut self.ended,
            SessionStatus::Idle => &mut self.idle,
            SessionStatus::Truncated => &mut self.truncated,
        }
    }
}
